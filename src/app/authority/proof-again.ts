import { passkeySignInOptions, proveAgain, provedLately } from "../../cooperation/index.ts";
import { clockTime, type Fault, passkeyScriptAddress, proofPage } from "../../publication/index.ts";
import { jsonOf } from "./json-of.ts";
import { allowOwnScript } from "./security-headers.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { type SignedIn, show, type Visit } from "./visit.ts";

/**
 * Asks a person to prove again who they are, before what weighs most, when the last proof is some minutes old. What was
 * typed goes along and is sent again with the proof.
 *
 * @returns The page that asks; undefined where nothing has to be asked.
 */
export async function proofAsked(around: DeskSurroundings, visit: Visit): Promise<Response | undefined> {
  const { words, session, sent } = visit;
  if (provedLately(session, around.now())) return undefined;
  const password = sent["proof-password"]?.[0];
  const answer = sent["proof-answer"]?.[0] ?? "";
  const party = around.passkeySite?.();
  const proof =
    answer !== "" && party !== undefined
      ? ({ means: "passkey", party, answer: jsonOf(answer) } as const)
      : password === undefined
        ? undefined
        : ({ means: "password", password } as const);
  if (proof === undefined) return await ask(around, visit, []);
  const result = await proveAgain(around.signIn, session, proof, around.now());
  if (result.proved) return undefined;
  const wrong = proof.means === "passkey" ? "signIn.passkeyRefused" : "account.wrong";
  const text =
    result.because === "wait"
      ? words.text("signIn.wait", { time: `${clockTime(result.retryAt, "UTC")} UTC` })
      : words.text(wrong);
  return await ask(around, visit, [
    { input: proof.means === "passkey" ? undefined : "proof-password", text, article: undefined },
  ]);
}

async function ask(around: DeskSurroundings, visit: Visit, faults: readonly Fault[]): Promise<Response> {
  const { words, desk, context, worker } = visit;
  const { pathname, search } = new URL(context.req.url);
  const site = around.passkeySite?.();
  const has = {
    password: (await around.signIn.accountOf(worker.person))?.password != null,
    passkey: site !== undefined && (await around.signIn.passkeysOf(worker.person)).length > 0,
  };
  const options =
    site === undefined || !has.passkey
      ? undefined
      : await passkeySignInOptions(around.signIn, site, around.now(), around.random);
  if (options !== undefined) allowOwnScript(context);
  const page = {
    title: words.text("proof.title"),
    path: [],
    faults,
    content: proofPage(
      {
        target: `${pathname}${search}`,
        sent: visit.sent,
        password: has.password,
        passkey: options === undefined ? undefined : { ...options, allowCredentials: [], extensions: {} },
      },
      { values: {}, faults, command: "" },
      desk,
      words,
    ),
    ...(options === undefined ? {} : { script: passkeyScriptAddress }),
  };
  return await show(visit, page, faults.length > 0 ? 422 : 200);
}

/** The same pages, of which those that change something ask for a proof first. */
export const provedBefore =
  (around: DeskSurroundings, signedIn: SignedIn): SignedIn =>
  (method, path, answer) =>
    signedIn(method, path, async (visit) =>
      method === "get" ? answer(visit) : ((await proofAsked(around, visit)) ?? (await answer(visit))),
    );
