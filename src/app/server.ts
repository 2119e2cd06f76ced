import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { trimTrailingSlash } from "hono/trailing-slash";
import { type Indicator, type Observation, type ObservatoryReader, textIn } from "../evidence/index.ts";
import {
  address,
  type CatalogueLanguage,
  catalogueLanguages,
  coveragePage,
  crosswalksPage,
  type Html,
  indicatorPage,
  lineBackPage,
  type Messages,
  messagesOf,
  overviewPage,
  pageLanguages,
  problemPage,
  quarantineIndexPage,
  quarantineLimit,
  quarantinePage,
  renderPage,
  type Step,
  sourcesPage,
  styleAddress,
  styleSheet,
} from "../publication/index.ts";

export interface ServerSurroundings {
  readonly reader: ObservatoryReader;
  /** Takes note of a mistake of the program; the reader of the page sees only that there was one. */
  readonly report: (error: unknown) => void;
}

/** A request that asks for something which does not exist or is not possible; the sentence is for the reader. */
class PageProblem extends Error {
  readonly status: 400 | 404;
  constructor(status: 400 | 404, message: string) {
    super(message);
    this.status = status;
  }
}

interface Answer {
  readonly title: string;
  /** What was asked for and understood; nothing else of a request is repeated. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Pages between the first page and this one. */
  readonly trail?: readonly Step[];
  readonly content: Html;
}

/** The pages and files of one build. Reads only; there is no request that changes anything. */
export function createServer(surroundings: ServerSurroundings): Hono {
  const { reader } = surroundings;
  const { definitions, manifest } = reader;
  const languages = pageLanguages(definitions.observatory.value.languages);
  const catalogues = new Map(catalogueLanguages.map((language) => [language, messagesOf(language)]));
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  app.use(compress());
  app.use(etag());
  app.use(trimTrailingSlash());
  app.get("/", (context) => {
    context.header("vary", "accept-language");
    return context.redirect(`/${preferred(context.req.header("accept-language"), languages)}`, 302);
  });
  app.get(styleAddress, (context) => {
    context.header("cache-control", "public, max-age=31536000, immutable");
    return context.body(styleSheet, 200, { "content-type": "text/css; charset=utf-8" });
  });
  app.get("/data/:file{.+\\.(csv|parquet)}", (context) => download(reader, context));

  const messagesIn = (context: Context): Messages => {
    const asked = languages.find((language) => language === context.req.param("language"));
    const found = asked === undefined ? undefined : catalogues.get(asked);
    if (found === undefined) throw new PageProblem(404, englishHint);
    return found;
  };
  const page = (path: string, answer: (context: Context, messages: Messages) => Promise<Answer>): void => {
    app.get(`/:language${path}`, async (context) => {
      const messages = messagesIn(context);
      const segments = new URL(context.req.url).pathname
        .split("/")
        .slice(2)
        .map(decodeURIComponent)
        .filter((part) => part !== "");
      const { title, content, query = {}, trail = [] } = await answer(context, messages);
      const home = { title: messages.text("site.home"), address: address([messages.language]) };
      context.header("cache-control", "no-cache");
      return context.html(
        renderPage({ observatory: definitions.observatory.value, manifest }, messages, {
          title,
          path: segments,
          query,
          trail: segments.length < 2 ? [] : [home, ...trail],
          content,
        }),
      );
    });
  };
  page("", async (_, messages) => {
    const latest = new Map<string, Observation | undefined>();
    for (const id of definitions.indicators.keys()) latest.set(id, await reader.latest(id));
    return {
      title: textIn(definitions.observatory.value.title, messages.language),
      content: overviewPage(reader, messages, latest),
    };
  });
  page("/indicators/:id", (context, messages) => indicatorAnswer(reader, context, messages));
  page("/explain/:id", (context, messages) => lineBackAnswer(reader, context, messages));
  page("/crosswalks", async (_, messages) => ({
    title: messages.text("crosswalks.title"),
    content: crosswalksPage(reader, await reader.crosswalkReports(), messages),
  }));
  page("/coverage", async (_, messages) => ({
    title: messages.text("coverage.title"),
    content: coveragePage(reader, await reader.coverageReports(), messages),
  }));
  page("/quarantine", async (_, messages) => ({
    title: messages.text("quarantine.title"),
    content: quarantineIndexPage(reader, messages),
  }));
  page("/quarantine/:id", async (context, messages) => {
    const id = context.req.param("id") ?? "";
    const stream = definitions.streams.get(id);
    if (stream === undefined) throw new PageProblem(404, messages.text("problem.notFoundHint"));
    const from = context.req.query("from") ?? "0";
    if (!/^\d{1,9}$/.test(from)) throw new PageProblem(400, messages.text("problem.unknownList"));
    const offset = Number(from);
    const rows = await reader.quarantine(id, quarantineLimit, offset);
    if (offset > 0 && rows.length === 0) throw new PageProblem(400, messages.text("problem.unknownList"));
    return {
      title: `${messages.text("quarantine.title")}: ${textIn(stream.value.title, messages.language)}`,
      query: offset === 0 ? {} : { from },
      trail: [{ title: messages.text("quarantine.title"), address: address([messages.language, "quarantine"]) }],
      content: quarantinePage(reader, id, rows, offset, messages),
    };
  });
  page("/sources", async (_, messages) => ({
    title: messages.text("sources.title"),
    content: sourcesPage(reader, messages),
  }));

  const problem = (
    context: Context,
    status: 400 | 404 | 500,
    hint: string | undefined,
  ): Response | Promise<Response> => {
    const first = context.req.path.split("/")[1];
    const language =
      languages.find((candidate) => candidate === first) ?? preferred(context.req.header("accept-language"), languages);
    const messages = catalogues.get(language) ?? messagesOf("en");
    const key = status === 404 ? "problem.notFound" : status === 400 ? "problem.badRequest" : "problem.server";
    const text = hint ?? messages.text(status === 404 ? "problem.notFoundHint" : "problem.serverHint");
    const site = { observatory: definitions.observatory.value, manifest };
    return context.html(
      renderPage(site, messages, {
        title: messages.text(key),
        path: [],
        problem: true,
        content: problemPage(messages, text),
      }),
      status,
    );
  };
  app.notFound((context) => problem(context, 404, undefined));
  app.onError((error, context) => {
    if (error instanceof PageProblem)
      return problem(context, error.status, error.message === englishHint ? undefined : error.message);
    if (error instanceof URIError) return problem(context, 404, undefined);
    surroundings.report(error);
    return problem(context, 500, undefined);
  });
  return app;
}

const englishHint = "";

/** The language to begin with: the first of the reader's that there is a catalogue for. */
function preferred(header: string | undefined, languages: readonly CatalogueLanguage[]): CatalogueLanguage {
  const wanted = (header ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", quality] = part.trim().split(";q=");
      return { language: tag.toLowerCase().split("-")[0] ?? "", quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { language } of wanted) {
    const found = languages.find((candidate) => candidate === language);
    if (found !== undefined) return found;
  }
  return languages[0] ?? "en";
}

function indicatorOf(
  reader: ObservatoryReader,
  context: Context,
  messages: Messages,
): { id: string; indicator: Indicator } {
  const id = context.req.param("id") ?? "";
  const indicator = reader.definitions.indicators.get(id)?.value;
  if (indicator === undefined) throw new PageProblem(404, messages.text("problem.notFoundHint"));
  return { id, indicator };
}

async function indicatorAnswer(reader: ObservatoryReader, context: Context, messages: Messages): Promise<Answer> {
  const { id, indicator } = indicatorOf(reader, context, messages);
  const title = textIn(indicator.title, messages.language);
  const problem = reader.manifest.indicators[id]?.problem ?? null;
  if (problem !== null)
    return { title, content: problemPage(messages, messages.text("home.notMade", { reason: problem })) };
  const { areas, groupings } = await reader.choices(id);
  const area = context.req.query("area") ?? indicator.highlights?.area ?? areas[0] ?? "";
  if (!areas.includes(area)) throw new PageProblem(400, messages.text("problem.unknownArea", { found: cut(area) }));
  const grouping = context.req.query("by") ?? indicator.highlights?.breakdown?.join(",") ?? "";
  if (!groupings.includes(grouping))
    throw new PageProblem(400, messages.text("problem.unknownBreakdown", { found: cut(grouping) }));
  const series = await reader.observations(id, { area, grouping });
  const total = grouping === "" ? series : await reader.observations(id, { area, grouping: "" });
  const places = await reader.places(id);
  return {
    title,
    query: { area: context.req.query("area"), by: context.req.query("by") },
    content: indicatorPage(
      { reader, id, indicator, choice: { area, grouping }, areas, groupings, series, total, places },
      messages,
    ),
  };
}

async function lineBackAnswer(reader: ObservatoryReader, context: Context, messages: Messages): Promise<Answer> {
  const { id } = indicatorOf(reader, context, messages);
  const query = context.req.query();
  const period = query.period ?? "";
  if (!isDate(period)) throw new PageProblem(404, messages.text("problem.notFoundHint"));
  const dimensions = Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (name.startsWith("d.") ? [[name.slice(2), value] as const] : [])),
  );
  const lineBack = await reader.lineBack(id, {
    area: query.area ?? "",
    grouping: query.by ?? "",
    from: period,
    until: period,
    dimensions,
  });
  if (lineBack === undefined) throw new PageProblem(404, messages.text("problem.notFoundHint"));
  return {
    title: messages.text("explain.title"),
    query: Object.fromEntries(
      Object.entries(query).filter(
        ([name]) => ["area", "by", "period"].includes(name) || name.slice(2) in lineBack.observation.dimensions,
      ),
    ),
    trail: [
      {
        title: textIn(lineBack.indicator.title, messages.language),
        address: address([messages.language, "indicators", id], { area: query.area, by: query.by }),
      },
    ],
    content: lineBackPage(reader, lineBack, messages),
  };
}

/** A day that exists, `YYYY-MM-DD`. */
function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Enough of a wrong value to know it again. */
function cut(found: string): string {
  return found.length > 60 ? `${found.slice(0, 60)}…` : found;
}

async function download(reader: ObservatoryReader, context: Context): Promise<Response> {
  const file = context.req.param("file") ?? "";
  const dot = file.lastIndexOf(".");
  const id = file.slice(0, dot);
  const path = reader.parquetFile(id);
  if (path === undefined) return context.notFound();
  // The key names the content; without an etag here the whole file would be read to make one.
  context.header("etag", `"${reader.manifest.indicators[id]?.key}-${reader.manifest.program}-${file.slice(dot + 1)}"`);
  context.header("cache-control", "no-cache");
  context.header("content-disposition", `attachment; filename="${id}.${file.slice(dot + 1)}"`);
  if (file.endsWith(".parquet")) {
    context.header("content-length", String((await stat(path)).size));
    return context.body(Readable.toWeb(createReadStream(path)), 200, {
      "content-type": "application/vnd.apache.parquet",
    });
  }
  const lines = reader.csv(id);
  const encoder = new TextEncoder();
  const iterator = lines[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return context.body(body, 200, { "content-type": "text/csv; charset=utf-8; header=present" });
}
