import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { trimTrailingSlash } from "hono/trailing-slash";
import {
  endSession,
  eventIdSchema,
  instantSchema,
  type Json,
  matterIdSchema,
  type QueueFilter,
  type QueuePlace,
  sessionDigest,
} from "../../cooperation/index.ts";
import {
  backHome,
  type DeskLanguage,
  type DeskWords,
  deskAddress,
  deskLanguages,
  deskStyleAddress,
  deskStyleSheet,
  deskWords,
  type Fault,
  type FormState,
  faultOf,
  newMatterPage,
  passkeyScript,
  passkeyScriptAddress,
  type QueueChoice,
  queryOf,
  queuePage,
  readLogPage,
  renderDesk,
  uploadScript,
  uploadScriptAddress,
  withLog,
} from "../../publication/index.ts";
import { accessRoutes } from "./access-pages.ts";
import { accountRoutes } from "./account-pages.ts";
import { administrationRoutes } from "./administration-pages.ts";
import { erasureRoutes, showErased } from "./erasure-pages.ts";
import { evidenceRoutes } from "./evidence-pages.ts";
import { followingRoutes } from "./following-pages.ts";
import { handingOutRoutes } from "./handing-out.ts";
import { intakeRoutes, uploadRoutes } from "./intake-pages.ts";
import { addGoOn, visitOf } from "./kept-form.ts";
import { auditorRoutes, logRoutes } from "./log-pages.ts";
import {
  matterPath,
  saveEntry,
  saveSection,
  showAudit,
  showDocument,
  showEntry,
  showMatter,
  showSection,
  showStep,
  takeStep,
} from "./matter-pages.ts";
import { mendingRoutes } from "./mending-pages.ts";
import { noticesRoutes } from "./notices-pages.ts";
import { ownSessionsRoutes } from "./own-sessions-pages.ts";
import { refusedAccess } from "./refused-access.ts";
import { mayOpen } from "./second-factor.ts";
import { secondFactorRoutes } from "./second-factor-pages.ts";
import { securityHeaders } from "./security-headers.ts";
import { addSignInPages } from "./sign-in-pages.ts";
import { statisticsRoutes } from "./statistics-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import {
  DeskProblem,
  deskFor,
  goTo,
  isHeld,
  roleOf,
  type SignedIn,
  setToken,
  show,
  tokenOf,
  type Visit,
  visitBeforeBody,
} from "./visit.ts";
import { signInAddress } from "./wanted-page.ts";
import { workloadRoutes } from "./workload-pages.ts";

/** Bytes that a form may have. */
const largestForm = 2_000_000;
const queueSize = 50;
/** Alarms above the queue, so that the queue is seen; the others are a link away. */
const alarmsAbove = 10;
const mostAlarms = 200;

/** The pages of one authority, and the door for messages of others. */
export function createDesk(around: DeskSurroundings): Hono {
  const catalogues = new Map(deskLanguages.map((language) => [language, deskWords(language)]));
  const app = new Hono();
  app.use(securityHeaders(around.https));
  app.use(async (context, next) => (around.askerOf(context) === undefined ? context.text("", 421) : await next()));
  app.route("/exchange", around.exchange);
  app.use(trimTrailingSlash());
  app.use(async (context, next) => {
    await next();
    if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
  });
  const visits = new WeakMap<Request, Visit>();
  const noteRefusal = refusedAccess(around);
  app.use(async (context, next) => {
    await next();
    const visit = visits.get(context.req.raw);
    if (visit !== undefined && (context.res.status === 403 || context.res.status === 404))
      await noteRefusal(context, visit);
  });
  for (const [address, content, type] of [
    [deskStyleAddress, deskStyleSheet, "text/css"],
    [passkeyScriptAddress, passkeyScript, "text/javascript"],
    [uploadScriptAddress, uploadScript, "text/javascript"],
  ] as const)
    app.get(address, (context) => {
      context.header("cache-control", "public, max-age=31536000, immutable");
      return context.body(content, 200, { "content-type": `${type}; charset=utf-8` });
    });

  const wordsIn = (context: Context): DeskWords => {
    const asked = context.req.path.split("/")[1];
    const found = deskLanguages.find((language) => language === asked);
    const words = found === undefined ? undefined : catalogues.get(found);
    if (words === undefined) throw new DeskProblem("not-found");
    return words;
  };
  const preferredWords = (context: Context): DeskWords => {
    const path = context.req.path.split("/")[1];
    const wanted = [path, ...(context.req.header("accept-language") ?? "").split(",")].map((tag) =>
      (tag ?? "").trim().slice(0, 2).toLowerCase(),
    );
    const language: DeskLanguage = wanted.flatMap((tag) => deskLanguages.filter((one) => one === tag))[0] ?? "en";
    return catalogues.get(language) ?? deskWords(language);
  };
  const present = async (context: Context): Promise<Visit | undefined> => {
    const visit = await visitBeforeBody(around, context, preferredWords(context));
    if (visit !== undefined) visits.set(context.req.raw, visit);
    return visit === undefined || isHeld(visit) ? undefined : visit;
  };
  app.route(
    "/",
    uploadRoutes(around, present, (context) =>
      context.redirect(deskAddress(preferredWords(context), ["sign-in"]), 303),
    ),
  );
  app.route("/", logRoutes(around, present));
  app.use(
    bodyLimit({
      maxSize: largestForm,
      onError: (context) => problem(context, "problem.badRequest", "problem.tooLarge", 413),
    }),
  );

  const problem = async (
    context: Context,
    key: "problem.notFound" | "problem.badRequest" | "problem.notAllowed" | "problem.server",
    hint:
      | "problem.notFoundHint"
      | "problem.form"
      | "problem.notAllowedHint"
      | "problem.serverHint"
      | "problem.tooLarge",
    status: 400 | 403 | 404 | 413 | 500,
  ): Promise<Response> => {
    const words = preferredWords(context);
    const desk = await deskFor(around, "", undefined);
    const fault: Fault = { input: undefined, text: words.text(hint), article: undefined };
    return context.html(
      renderDesk(desk, words, { title: words.text(key), path: [], faults: [fault], content: backHome(words) }),
      status,
    );
  };

  const signedIn: SignedIn = (method, path, answer) => {
    app[method](`/:language${path}`, async (context) => {
      const words = wordsIn(context);
      const visit = await visitOf(around, context, words);
      if (visit instanceof Response) return visit;
      if (visit === undefined) return context.redirect(signInAddress(context, words), 303);
      visits.set(context.req.raw, visit);
      if (visit.mustChange && path !== "/account/password" && path !== "/sign-out")
        return goTo(visit, ["account", "password"]);
      if (!visit.mustChange && !mayOpen(path, visit.secondFactor)) return goTo(visit, ["second-factor"]);
      await around.notification?.acknowledge(visit.worker);
      return answer(visit);
    });
  };

  app.get("/", (context) => context.redirect(deskAddress(preferredWords(context), []), 302));

  addSignInPages(app, around, wordsIn);
  addGoOn(app, around, wordsIn);
  signedIn("post", "/sign-out", async (visit) => {
    const token = tokenOf(around, visit.context, "session");
    if (token !== undefined) await endSession(around.signIn, token);
    setToken(around, visit.context, "session", "");
    await around.signIn.note({ at: around.now(), person: visit.worker.person, act: "signed-out", data: {} });
    // What was read while signed in must not come back by the browser's store.
    visit.context.header("clear-site-data", '"cache", "storage"');
    return goTo(visit, ["sign-in"]);
  });
  signedIn("post", "/role", async (visit) => {
    const token = tokenOf(around, visit.context, "session");
    const digest = token === undefined ? undefined : sessionDigest(token);
    const role = roleOf(visit.sent.role?.[0] ?? "");
    const own = visit.people.find(({ person }) => person === visit.worker.person);
    if (digest === undefined || role === undefined || own?.roles.includes(role) !== true) throw new DeskProblem("form");
    await around.signIn.chooseRole(digest, role);
    return goTo(visit, []);
  });

  signedIn("get", "", async (visit) =>
    visit.worker.role === "administrator" ? goTo(visit, ["people"]) : showQueue(around, visit),
  );
  signedIn("get", "/new", (visit) => showNew(around, visit, { values: {}, faults: [], command: around.newId() }));
  signedIn("post", "/new", (visit) => openNew(around, visit));
  signedIn("get", "/matters/:matter", async (visit) => (await showErased(around, visit)) ?? showMatter(around, visit));
  signedIn("get", "/matters/:matter/document", (visit) => showDocument(around, visit));
  signedIn("get", "/matters/:matter/audit", (visit) => showAudit(around, visit));
  signedIn("get", "/matters/:matter/sections/:section", (visit) => showSection(around, visit));
  signedIn("post", "/matters/:matter/sections/:section", (visit) => saveSection(around, visit));
  signedIn("get", "/matters/:matter/steps/:step", (visit) => showStep(around, visit));
  signedIn("post", "/matters/:matter/steps/:step", (visit) => takeStep(around, visit));
  signedIn("get", "/matters/:matter/entries/:entry", (visit) => showEntry(around, visit));
  signedIn("post", "/matters/:matter/entries/:entry", (visit) => saveEntry(around, visit));

  accessRoutes(signedIn, around);
  accountRoutes(signedIn, around);
  ownSessionsRoutes(signedIn, around);
  administrationRoutes(signedIn, around);
  mendingRoutes(signedIn, around);
  workloadRoutes(signedIn, around);
  noticesRoutes(signedIn, around);
  followingRoutes(signedIn, around);
  secondFactorRoutes(signedIn);
  erasureRoutes(signedIn, around);
  statisticsRoutes(signedIn, around);

  evidenceRoutes(around, signedIn);
  intakeRoutes(around, signedIn);
  handingOutRoutes(around, signedIn);
  auditorRoutes(around, signedIn);

  app.notFound((context) => problem(context, "problem.notFound", "problem.notFoundHint", 404));
  app.onError((error, context) => {
    if (error instanceof DeskProblem) return problem(context, error.key, error.hint, error.status);
    if (error instanceof URIError) return problem(context, "problem.notFound", "problem.notFoundHint", 404);
    around.report(error);
    return problem(context, "problem.server", "problem.serverHint", 500);
  });
  return app;
}

function placeOf(context: Context): QueuePlace | undefined {
  const matter = matterIdSchema.safeParse(context.req.query("after"));
  const due = context.req.query("due");
  const dueAt = instantSchema.nullable().safeParse(due ?? null);
  if (!matter.success || !dueAt.success || dueAt.data?.startsWith("0000") === true) return undefined;
  return { matter: matter.data, dueAt: dueAt.data };
}

/** What the reader chose to see; whatever the address says otherwise counts as not chosen. */
function choiceOf({ req }: Context, first: boolean): QueueChoice {
  const whose = req.query("whose");
  return {
    whose: whose === "mine" || whose === "nobody" ? whose : "office",
    open: req.query("open") !== "no",
    named: (req.query("named") ?? "").replaceAll("\0", "").trim().slice(0, 100),
    type: (req.query("type") ?? "").replaceAll("\0", ""),
    partner: req.query("partner") ?? "",
    urgent: req.query("urgency") === "urgent",
    first,
  };
}

async function showQueue(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { context, words, desk, worker } = visit;
  if (worker.role === "auditor") {
    const looks = (await around.looks(worker, undefined)) ?? [];
    const content = withLog(readLogPage(looks, desk, words), words);
    return await show(visit, { title: words.text("audit.title"), path: [], content });
  }
  const partners = await around.service.partners();
  const after = placeOf(context);
  const choice = choiceOf(context, after === undefined);
  const filter: QueueFilter = {
    open: choice.open,
    ...(choice.whose === "mine"
      ? { assignee: worker.person }
      : choice.whose === "nobody"
        ? { assignee: "nobody" }
        : {}),
    ...(choice.type === "" ? {} : { types: [choice.type] }),
    ...(choice.partner === ""
      ? {}
      : { partners: partners.flatMap(({ authority }) => (authority === choice.partner ? [authority] : [])) }),
    ...(choice.urgent ? { urgent: true } : {}),
    ...(choice.named === "" ? {} : { named: choice.named }),
  };
  const page = await around.service.queue(worker, filter, {
    size: queueSize,
    ...(after === undefined ? {} : { after }),
  });
  const most = context.req.query("alarms") === "all" ? mostAlarms : alarmsAbove;
  // Who turns pages has seen them.
  const alarms = choice.first ? await around.service.alarms(worker, most) : [];
  const reading = {
    choice,
    page,
    types: around.service.types,
    names: { people: visit.people, partners },
    alarms,
    moreAlarms: most === alarmsAbove && alarms.filter(({ kind }) => kind !== "break-glass").length === most,
  };
  return await show(visit, {
    title: words.text("queue.title"),
    path: [],
    query: queryOf(choice),
    done: context.req.query("done") === undefined ? undefined : words.text("queue.done"),
    content: queuePage(reading, desk, words),
  });
}

async function showNew(
  around: DeskSurroundings,
  visit: Visit,
  state: FormState,
  status: 200 | 403 | 422 = 200,
): Promise<Response> {
  const { words, desk } = visit;
  const types = [...around.service.types.values()].filter(({ directions }) => directions.includes("outgoing"));
  const partners = (await around.service.partners()).filter(({ active }) => active);
  return await show(
    visit,
    {
      title: words.text("new.title"),
      path: ["new"],
      trail: [{ title: words.text("site.queue"), address: deskAddress(words, []) }],
      faults: state.faults,
      content: newMatterPage(types, partners, state, desk, words),
    },
    status,
  );
}

async function openNew(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { service } = around;
  const { sent, words } = visit;
  const type = service.types.get(sent.type?.[0] ?? "");
  const partner = (await service.partners()).find(({ authority }) => authority === sent.partner?.[0]);
  const again = (faults: readonly Fault[], status: 403 | 422) =>
    showNew(around, visit, { values: sent, faults, command: around.newId() }, status);
  if (type === undefined || partner === undefined)
    return again(
      [
        ...(type === undefined ? [{ input: "type", text: words.text("new.missingType"), article: undefined }] : []),
        ...(partner === undefined
          ? [{ input: "partner", text: words.text("new.missingPartner"), article: undefined }]
          : []),
      ],
      422,
    );
  const known: Readonly<Record<string, Json>> = {
    "requesting-state": service.state,
    "requested-state": partner.state,
    "requesting-authority": service.name,
    "requested-authority": partner.name,
  };
  const values = Object.fromEntries(Object.entries(known).filter(([id]) => type.fields.some((one) => one.id === id)));
  const command = eventIdSchema.safeParse(sent.command?.[0]);
  const outcome = await service.open(visit.worker, {
    command: command.success ? command.data : around.newId(),
    type: type.id,
    side: "requesting",
    partner: partner.authority,
    values,
  });
  if (outcome.kind === "done") return goTo(visit, matterPath(outcome.matter), { done: "opened" });
  if (outcome.kind === "refused")
    return again(
      outcome.refusals.map((refusal) => faultOf(refusal, type, words, [])),
      422,
    );
  return again([{ input: undefined, text: words.text("problem.notAllowedHint"), article: undefined }], 403);
}
