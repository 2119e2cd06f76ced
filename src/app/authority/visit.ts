import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { base64url } from "jose";
import {
  browserFamily,
  csrfToken,
  csrfTokenFits,
  type Person,
  type PersonId,
  type Role,
  roles,
  type Session,
  type SignIn,
  type SignInMeans,
  sessionDigest,
  sessionOf,
  type Worker,
} from "../../cooperation/index.ts";
import {
  type Desk,
  type DeskPage,
  type DeskWords,
  deskAddress,
  type FormValues,
  renderDesk,
} from "../../publication/index.ts";
import { type SecondFactor, secondFactorOf } from "./second-factor.ts";
import type { DeskSurroundings } from "./surroundings.ts";

/** A request of a person who is signed in. */
export interface Visit {
  readonly context: Context;
  readonly words: DeskWords;
  readonly desk: Desk;
  readonly worker: Worker;
  readonly session: Session;
  /** Whether somebody else made the password, which has to be changed before anything else is done. */
  readonly mustChange: boolean;
  /** What of the second factor that the role demands is missing. */
  readonly secondFactor: SecondFactor;
  readonly people: readonly Person[];
  /** What was sent; empty for a page that is only looked at. */
  readonly sent: FormValues;
}

/** A request that ends with a page other than the one asked for. */
export class DeskProblem extends Error {
  readonly status: 400 | 403 | 404;
  readonly key: "problem.notFound" | "problem.badRequest" | "problem.notAllowed";
  readonly hint: "problem.notFoundHint" | "problem.form" | "problem.notAllowedHint";
  constructor(kind: "not-found" | "form" | "not-allowed") {
    super(kind);
    this.status = kind === "not-found" ? 404 : kind === "form" ? 400 : 403;
    this.key =
      kind === "not-found" ? "problem.notFound" : kind === "form" ? "problem.badRequest" : "problem.notAllowed";
    this.hint =
      kind === "not-found" ? "problem.notFoundHint" : kind === "form" ? "problem.form" : "problem.notAllowedHint";
  }
}

/**
 * Cookies of authorities on one host do not meet: browsers do not tell ports apart. By HTTPS no other host of the domain
 * can set them either, which the prefix makes browsers see to.
 */
export const cookieNameOf = (
  { service, https }: DeskSurroundings,
  what: "session" | "visit" | "organisation",
): string => `${https ? "__Host-" : ""}justitia-${service.authority}-${what}`;

export const tokenOf = (around: DeskSurroundings, context: Context, what: "session" | "visit"): string | undefined =>
  getCookie(context, cookieNameOf(around, what));

export function setToken(around: DeskSurroundings, context: Context, what: "session" | "visit", token: string): void {
  setCookie(context, cookieNameOf(around, what), token, {
    httpOnly: true,
    sameSite: "Strict",
    secure: around.https,
    path: "/",
    ...(token === "" ? { maxAge: 0 } : {}),
  });
}

/** The token of a form before sign-in, bound to a cookie of this browser; made when there is none. */
export function visitorToken(around: DeskSurroundings, context: Context): string {
  const known = tokenOf(around, context, "visit");
  const visit = known !== undefined && sessionDigest(known) !== undefined ? known : base64url.encode(around.random(32));
  if (visit !== known) setToken(around, context, "visit", visit);
  const digest = sessionDigest(visit);
  if (digest === undefined) throw new RangeError("the source of chance did not give 32 bytes");
  return csrfToken(around.formKey, digest, around.random);
}

/** What a browser says of itself, and the session that it had, which ends. */
export function comesFrom(around: DeskSurroundings, context: Context) {
  const previousToken = tokenOf(around, context, "session");
  return {
    address: around.askerOf(context) ?? "",
    browser: browserFamily(context.req.header("user-agent") ?? ""),
    ...(previousToken === undefined ? {} : { previousToken }),
  };
}

/** Whether a form was made for this browser, before sign-in or after. */
export function formFits(around: DeskSurroundings, token: string | undefined, sent: FormValues): boolean {
  const digest = token === undefined ? undefined : sessionDigest(token);
  return digest !== undefined && csrfTokenFits(around.formKey, digest, sent.csrf?.[0] ?? "");
}

const mostInputs = 5000;

/** Answers a path under a language for whoever is signed in; others are sent to sign in. */
export type SignedIn = (method: "get" | "post", path: string, answer: (visit: Visit) => Promise<Response>) => void;

/** What a form sent. */
export async function sentForm(context: Context): Promise<FormValues> {
  const values = new Map<string, string[]>();
  let inputs = 0;
  for (const [name, value] of new URLSearchParams(await context.req.text())) {
    inputs += 1;
    if (inputs > mostInputs) throw new DeskProblem("form");
    // A database cannot keep the character 0, and nobody types it.
    values.set(name, [...(values.get(name) ?? []), value.replaceAll("\0", "")]);
  }
  return Object.fromEntries(values);
}

export async function deskFor(
  around: DeskSurroundings,
  csrf: string,
  worker: { readonly person: Person; readonly role: Role } | undefined,
): Promise<Desk> {
  const { service } = around;
  return {
    name: service.name,
    invented: around.invented,
    durability: await service.durability(),
    now: around.now(),
    timeZone: service.calendars.get(service.state)?.timeZone ?? "UTC",
    worker:
      worker === undefined ? undefined : { name: worker.person.name, role: worker.role, roles: worker.person.roles },
    csrf,
  };
}

/** The visit of a person who is signed in, before anything of the body is read: whoever reads it checks the token of the form. */
export async function visitBeforeBody(
  around: DeskSurroundings,
  context: Context,
  words: DeskWords,
): Promise<Visit | undefined> {
  const token = tokenOf(around, context, "session");
  const session = token === undefined ? null : await sessionOf(around.signIn, token, around.now());
  if (session === null) return undefined;
  const people = await around.service.people();
  const person = people.find((one) => one.person === session.person);
  const role = session.role ?? person?.roles[0];
  if (person?.active !== true || role === undefined || !person.roles.includes(role)) return undefined;
  const desk = await deskFor(around, csrfToken(around.formKey, session.digest, around.random), { person, role });
  const account = await around.signIn.accountOf(person.person);
  return {
    context,
    words,
    desk,
    worker: { person: person.person, office: person.office, role },
    session,
    mustChange: session.means === "password" && account !== null && account.oneTimeUntil !== null,
    secondFactor: await secondFactorOf(session, role, person.roles, {
      demanded: around.secondFactorFor ?? nobody,
      strongOrganisation: (around.organisation?.settings.strongMethods.length ?? 0) > 0,
      hasPasskey: async () => (await around.signIn.passkeysOf(person.person)).length > 0,
    }),
    people,
    sent: {},
  };
}

const nobody: ReadonlySet<Role> = new Set();

/** Whether something has to be done before anything else may be. */
export const isHeld = ({ mustChange, secondFactor }: Visit): boolean =>
  mustChange || secondFactor.missing !== undefined;

/** The role of a name, when it is one. */
export const roleOf = (name: string): Role | undefined => roles.find((role) => role === name);

/** Shows a page. */
export function show(
  { context, desk, words }: Pick<Visit, "context" | "desk" | "words">,
  page: DeskPage,
  status: 200 | 400 | 403 | 404 | 409 | 413 | 422 | 500 = 200,
): Response | Promise<Response> {
  return context.html(renderDesk(desk, words, page), status);
}

/** Goes on to another page after something was done. */
export const goTo = (
  { context, words }: Pick<Visit, "context" | "words">,
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): Response => context.redirect(deskAddress(words, path, query), 303);

/**
 * Notes for auditors that somebody came, or failed to. Attempts during a delay are not noted: they are not made, and would
 * let anybody fill the disk.
 *
 * @param about - Whose account was tried, where that is known.
 */
export async function noteSignIn(
  around: DeskSurroundings,
  context: Context,
  means: SignInMeans,
  result: SignIn,
  because?: string,
  about?: PersonId,
): Promise<void> {
  if (!result.signedIn && result.because === "wait") return;
  await around.signIn.note({
    at: around.now(),
    person: result.signedIn ? result.session.person : undefined,
    ...(about === undefined ? {} : { about }),
    act: result.signedIn ? "signed-in" : "sign-in-refused",
    data: { means, from: around.askerOf(context) ?? "", ...(because === undefined ? {} : { because }) },
  });
}
