import type { Context, Hono } from "hono";
import { z } from "zod";
import {
  type DeskWords,
  deskLanguages,
  type FormValues,
  type KeptForm,
  sendAgainPage,
  sessionEndedPage,
} from "../../publication/index.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import {
  DeskProblem,
  deskFor,
  formFits,
  isHeld,
  sentForm,
  show,
  tokenOf,
  type Visit,
  visitBeforeBody,
  visitorToken,
} from "./visit.ts";

/** Forms that carry secrets, or nothing that anybody typed. */
const neverKept = /^\/(?:account|sign-out|sign-in|role|go-on)(?:\/|$)/;
const keptSchema = z.record(z.string(), z.array(z.string()));

/** The path below the language, or undefined where it is none of a page of this desk. */
function pathBelow(target: string): string | undefined {
  const language = deskLanguages.find((one) => target.startsWith(`/${one}/`));
  return language === undefined || /[\\\s]|\/\//.test(target) ? undefined : target.slice(language.length + 1);
}

/** The form of this request where what was typed may be shown again. */
function keptOf({ req }: Context, values: FormValues): KeptForm | undefined {
  const { pathname, search } = new URL(req.url);
  const below = pathBelow(pathname);
  // A password that was typed as a proof is no part of the form.
  const typed = Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("proof-")));
  return below === undefined || neverKept.test(below) ? undefined : { target: `${pathname}${search}`, values: typed };
}

function sessionEnded(
  around: DeskSurroundings,
  context: Context,
  words: DeskWords,
  kept: KeptForm,
  again: boolean,
): Promise<Response> {
  return deskFor(around, visitorToken(around, context), undefined).then((desk) =>
    show(
      { context, desk, words },
      {
        title: words.text("kept.title"),
        path: [],
        faults: again ? [{ input: undefined, text: words.text("kept.notYet"), article: undefined }] : [],
        content: sessionEndedPage(kept, desk, words),
      },
      403,
    ),
  );
}

const sendAgain = (visit: Visit, kept: KeptForm): Response | Promise<Response> =>
  show(visit, {
    title: visit.words.text("kept.sendTitle"),
    path: [],
    content: sendAgainPage(kept, visit.desk, visit.words),
  });

/**
 * The visit of a person who is signed in, with the form that was sent; undefined when nobody is. Where the form does not
 * fit the session any more, but surely came from a page of this desk, it is the answer that shows again what was typed.
 *
 * @throws DeskProblem where the form could have come from elsewhere.
 */
export async function visitOf(
  around: DeskSurroundings,
  context: Context,
  words: DeskWords,
): Promise<Visit | Response | undefined> {
  const visit = await visitBeforeBody(around, context, words);
  if (context.req.method !== "POST") return visit;
  const sent = await sentForm(context);
  const fits = formFits(around, tokenOf(around, context, "session"), sent);
  if (visit !== undefined && fits) return { ...visit, sent };
  const kept = keptOf(context, sent);
  const fromOwnPage = context.req.header("sec-fetch-site") === "same-origin";
  // Who signed out in another window has no token any more that could tell.
  if (visit === undefined)
    return (fits || fromOwnPage) && kept !== undefined ? sessionEnded(around, context, words, kept, false) : undefined;
  if (kept === undefined || !fromOwnPage || isHeld(visit)) throw new DeskProblem("form");
  return sendAgain(visit, kept);
}

/** Where a person goes on with a form after signing in again. */
export function addGoOn(app: Hono, around: DeskSurroundings, wordsIn: (context: Context) => DeskWords): void {
  app.post("/:language/go-on", async (context) => {
    const words = wordsIn(context);
    const sent = await sentForm(context);
    if (!formFits(around, tokenOf(around, context, "visit"), sent)) throw new DeskProblem("form");
    const target = sent.target?.[0] ?? "";
    const below = pathBelow(target);
    const values = keptSchema.safeParse(parsed(sent.kept?.[0] ?? ""));
    if (below === undefined || neverKept.test(below) || !values.success) throw new DeskProblem("form");
    const kept: KeptForm = { target, values: values.data };
    const visit = await visitBeforeBody(around, context, words);
    return visit === undefined || isHeld(visit)
      ? sessionEnded(around, context, words, kept, true)
      : sendAgain(visit, kept);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
