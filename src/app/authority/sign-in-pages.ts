import type { Context, Hono } from "hono";
import {
  normalSignInName,
  passkeySignInOptions,
  type SignIn,
  signInWithPasskey,
  signInWithPassword,
} from "../../cooperation/index.ts";
import {
  clockTime,
  type DeskWords,
  type Fault,
  type FormState,
  type FormValues,
  passkeyScriptAddress,
  passkeySignInPage,
  signInPage,
  withOrganisation,
  withPasskey,
} from "../../publication/index.ts";
import { jsonOf } from "./json-of.ts";
import { addOrganisationPages } from "./organisation-pages.ts";
import { firstAddress } from "./own-sessions-pages.ts";
import { allowOwnScript } from "./security-headers.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import {
  comesFrom,
  DeskProblem,
  deskFor,
  formFits,
  noteSignIn,
  sentForm,
  setToken,
  show,
  tokenOf,
  visitorToken,
} from "./visit.ts";
import { wantedPage } from "./wanted-page.ts";

/** What a form before sign-in sent, if it was made for this browser. */
async function sentByVisitor(around: DeskSurroundings, context: Context): Promise<FormValues> {
  const sent = await sentForm(context);
  if (!formFits(around, tokenOf(around, context, "visit"), sent)) throw new DeskProblem("form");
  return sent;
}

/** The ways to sign in: a password, a passkey, the service of an organisation. */
export function addSignInPages(app: Hono, around: DeskSurroundings, wordsIn: (context: Context) => DeskWords): void {
  const possible = (): boolean => around.passkeySite?.() !== undefined;

  async function showSignIn(
    context: Context,
    words: DeskWords,
    state: Omit<FormState, "command">,
    status: 200 | 422 = 200,
  ): Promise<Response> {
    const desk = await deskFor(around, visitorToken(around, context), undefined);
    // Only invented people are listed: who works at an authority is not for everybody.
    const known = around.invented ? await around.service.people() : [];
    const accounts = around.invented ? await around.signIn.accounts() : [];
    const people = accounts.flatMap(({ person, name }) =>
      known.flatMap((one) => (one.person === person && one.active ? [{ ...one, signInName: name }] : [])),
    );
    const to = wantedPage(context);
    const own = signInPage(people, { ...state, command: "" }, to, desk, words);
    const also = possible() ? withPasskey(own, to, words) : own;
    const content = around.organisation === undefined ? also : withOrganisation(also, to, words);
    const page = { title: words.text("signIn.title"), path: ["sign-in"], query: { to }, faults: state.faults, content };
    return await show({ context, desk, words }, page, status);
  }

  async function showPasskey(context: Context, words: DeskWords, faults: readonly Fault[]): Promise<Response> {
    const site = around.passkeySite?.();
    if (site === undefined) throw new DeskProblem("not-found");
    const desk = await deskFor(around, visitorToken(around, context), undefined);
    const to = wantedPage(context);
    const options = await passkeySignInOptions(around.signIn, site, around.now(), around.random);
    allowOwnScript(context);
    const page = {
      title: words.text("signIn.passkey"),
      path: ["sign-in", "passkey"],
      query: { to },
      faults,
      content: passkeySignInPage({ ...options, allowCredentials: [], extensions: {} }, to, desk, words),
      script: passkeyScriptAddress,
    };
    return await show({ context, desk, words }, page, faults.length > 0 ? 422 : 200);
  }

  const waitText = (words: DeskWords, { retryAt }: Extract<SignIn, { because: "wait" }>): string =>
    words.text("signIn.wait", { time: `${clockTime(retryAt, "UTC")} UTC` });

  async function enter(
    context: Context,
    words: DeskWords,
    { token, session }: Extract<SignIn, { signedIn: true }>,
  ): Promise<Response> {
    setToken(around, context, "session", token);
    return context.redirect(await firstAddress(around, words, session, wantedPage(context)), 303);
  }

  app.get("/:language/sign-in", (context) => showSignIn(context, wordsIn(context), { values: {}, faults: [] }));
  addOrganisationPages(app, around, {
    wordsIn,
    showSignIn: (context, words, faults) => showSignIn(context, words, { values: {}, faults }, 422),
  });
  app.post("/:language/sign-in", async (context) => {
    const words = wordsIn(context);
    const sent = await sentByVisitor(around, context);
    const attempt = {
      name: sent.person?.[0] ?? "",
      password: sent.password?.[0] ?? "",
      ...comesFrom(around, context),
    };
    const result = await signInWithPassword(around.signIn, attempt, around.now(), around.random);
    // Whose account was tried, never what was typed: that may be a password in the wrong field.
    const tried = result.signedIn ? null : await around.signIn.findAccount(normalSignInName(attempt.name));
    await noteSignIn(around, context, "password", result, undefined, tried?.person);
    if (result.signedIn) return enter(context, words, result);
    const text = result.because === "wrong" ? words.text("signIn.wrong") : waitText(words, result);
    const faults = [{ input: "password", text, article: undefined }];
    return showSignIn(context, words, { values: { person: sent.person ?? [] }, faults }, 422);
  });

  app.get("/:language/sign-in/passkey", (context) => showPasskey(context, wordsIn(context), []));
  app.post("/:language/sign-in/passkey", async (context) => {
    const words = wordsIn(context);
    const sent = await sentByVisitor(around, context);
    const site = around.passkeySite?.();
    if (site === undefined) throw new DeskProblem("not-found");
    const attempt = { answer: jsonOf(sent.answer?.[0] ?? ""), ...comesFrom(around, context) };
    const result = await signInWithPasskey(around.signIn, site, attempt, around.now(), around.random);
    await noteSignIn(around, context, "passkey", result);
    if (result.signedIn) return enter(context, words, result);
    const text = result.because === "wrong" ? words.text("signIn.passkeyRefused") : waitText(words, result);
    return showPasskey(context, words, [{ input: undefined, text, article: undefined }]);
  });
}
