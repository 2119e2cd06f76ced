import {
  addPasskey,
  changePassword,
  confirmPassword,
  type Instant,
  passkeyRegistrationOptions,
  startSession,
} from "../../cooperation/index.ts";
import {
  accountPage,
  clockTime,
  type DeskPage,
  deskAddress,
  type Fault,
  type FormState,
  newPasskeyPage,
  passkeyPage,
  passkeyScriptAddress,
  passwordPage,
  withOwnSessions,
  withoutSecondFactor,
} from "../../publication/index.ts";
import { jsonOf } from "./json-of.ts";
import { usuallyDemanded } from "./second-factor.ts";
import { allowOwnScript } from "./security-headers.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, setToken, show, type Visit } from "./visit.ts";

const typed = (visit: Visit, name: string): string => visit.sent[name]?.[0] ?? "";
const fresh: FormState = { values: {}, faults: [], command: "" };
const withFaults = (faults: readonly Fault[]): FormState => ({ ...fresh, faults });
/** Minutes after sign-in in which who has no password need not confirm again. */
const recent = 10;

/** Pages about the own account: the password and the passkeys. */
export function accountRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/account", (visit) => showAccount(around, visit));
  signedIn("get", "/account/password", (visit) => showPassword(visit, fresh));
  signedIn("post", "/account/password", (visit) => setPassword(around, visit));
  signedIn("get", "/account/passkeys/new", (visit) => showNewPasskey(around, visit, fresh));
  signedIn("post", "/account/passkeys/new", (visit) => takePasskey(around, visit));
  signedIn("get", "/account/passkeys/:passkey", (visit) => showPasskey(around, visit, fresh));
  signedIn("post", "/account/passkeys/:passkey", (visit) => removePasskey(around, visit));
}

const fault = (input: string | undefined, text: string): Fault => ({ input, text, article: undefined });

function accountPart({ words }: Visit, page: Omit<DeskPage, "trail">): DeskPage {
  return { ...page, trail: [{ title: words.text("site.account"), address: deskAddress(words, ["account"]) }] };
}

async function showAccount(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, worker, context } = visit;
  const done = { password: "account.changed", added: "account.added", removed: "account.removed" } as const;
  const said = Object.entries(done).find(([name]) => name === context.req.query("done"))?.[1];
  const passkeys = await around.signIn.passkeysOf(worker.person);
  const own = accountPage({ passkeys, possible: around.passkeySite?.() !== undefined }, words);
  const content = withOwnSessions(own, words);
  return await show(visit, {
    title: words.text("site.account"),
    path: ["account"],
    done: said === undefined ? undefined : words.text(said),
    content: demandedElsewhere(around, visit) ? withoutSecondFactor(content, words) : content,
  });
}

/** Whether a second factor would be demanded of the person elsewhere, and is not here. */
function demandedElsewhere({ secondFactorFor, invented, https }: DeskSurroundings, { desk }: Visit): boolean {
  const off = (secondFactorFor?.size ?? 0) === 0 && (invented || !https);
  return off && desk.worker?.roles.some((role) => usuallyDemanded.includes(role)) === true;
}

async function showPassword(visit: Visit, state: FormState): Promise<Response> {
  const { words, desk } = visit;
  const page = {
    title: words.text("account.password"),
    path: ["account", "password"],
    faults: state.faults,
    content: passwordPage(visit.mustChange, state, desk, words),
  };
  return await show(visit, accountPart(visit, page), state.faults.length > 0 ? 422 : 200);
}

const ownName = ({ people, worker }: Visit): string =>
  people.find(({ person }) => person === worker.person)?.name ?? "";

async function signInNameOf(around: DeskSurroundings, { worker }: Visit): Promise<string> {
  return (await around.signIn.accounts()).find(({ person }) => person === worker.person)?.name ?? "";
}

async function setPassword(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, worker, context } = visit;
  const [before, after, again] = [typed(visit, "before"), typed(visit, "after"), typed(visit, "again")];
  if (after !== again) return showPassword(visit, withFaults([fault("again", words.text("account.differ"))]));
  const names = [ownName(visit), await signInNameOf(around, visit)];
  const at = around.now();
  const result = await changePassword(around.signIn, worker.person, { before, after, names }, at, around.random);
  if (!result.changed) {
    const faults =
      result.because === "weak"
        ? result.problems.map((problem) => fault("after", words.text(`account.${problem}`)))
        : result.because === "wait"
          ? [fault("before", waitText(visit, result.retryAt))]
          : result.because === "same"
            ? [fault("after", words.text("account.same"))]
            : [fault("before", words.text("account.wrong"))];
    return showPassword(visit, withFaults(faults));
  }
  await around.signIn.note({ at, person: worker.person, act: "password-changed", data: {} });
  const { token, session } = await startSession(
    around.signIn,
    { person: worker.person, means: visit.session.means, browser: visit.session.browser },
    at,
    around.random,
  );
  await around.signIn.chooseRole(session.digest, worker.role);
  setToken(around, context, "session", token);
  return goTo(visit, ["account"], { done: "password" });
}

const waitText = ({ words }: Visit, retryAt: Instant): string =>
  words.text("signIn.wait", { time: `${clockTime(retryAt, "UTC")} UTC` });

/** What stands against a change of the own passkeys; nothing once the person has confirmed. */
async function unconfirmed(around: DeskSurroundings, visit: Visit): Promise<Fault | undefined> {
  const { worker, words } = visit;
  const account = await around.signIn.accountOf(worker.person);
  const young = Date.parse(around.now()) - Date.parse(visit.session.startedAt) < recent * 60_000;
  if (account?.password === null && young) return undefined;
  const answer = await confirmPassword(around.signIn, worker.person, typed(visit, "before"), around.now());
  if (answer.confirmed) return undefined;
  return fault("before", answer.because === "wait" ? waitText(visit, answer.retryAt) : words.text("account.wrong"));
}

async function showNewPasskey(around: DeskSurroundings, visit: Visit, state: FormState): Promise<Response> {
  const { words, desk, worker, context } = visit;
  const site = around.passkeySite?.();
  if (site === undefined) throw new DeskProblem("not-found");
  const who = { person: worker.person, signInName: await signInNameOf(around, visit), name: ownName(visit) };
  const options = await passkeyRegistrationOptions(around.signIn, site, who, around.now(), around.random);
  const plain = {
    rp: { id: site.id, name: site.name },
    user: { ...options.user },
    challenge: options.challenge,
    pubKeyCredParams: options.pubKeyCredParams.map(({ alg, type }) => ({ alg, type })),
    timeout: options.timeout ?? 300_000,
    attestation: "none",
    excludeCredentials: (options.excludeCredentials ?? []).map(({ id, type }) => ({ id, type })),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
  };
  allowOwnScript(context);
  const page = {
    title: words.text("account.add"),
    path: ["account", "passkeys", "new"],
    faults: state.faults,
    content: newPasskeyPage(plain, state, desk, words),
    script: passkeyScriptAddress,
  };
  return await show(visit, accountPart(visit, page), state.faults.length > 0 ? 422 : 200);
}

async function takePasskey(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, worker } = visit;
  const site = around.passkeySite?.();
  if (site === undefined) throw new DeskProblem("not-found");
  const objection = await unconfirmed(around, visit);
  if (objection !== undefined) return showNewPasskey(around, visit, withFaults([objection]));
  const answer = jsonOf(typed(visit, "answer"));
  const result = await addPasskey(around.signIn, site, worker.person, answer, around.now());
  if (!result.added)
    return showNewPasskey(around, visit, withFaults([fault(undefined, words.text("account.passkeyRefused"))]));
  await around.signIn.note({
    at: around.now(),
    person: worker.person,
    act: "passkey-added",
    data: { passkey: result.passkey.id },
  });
  return goTo(visit, ["account"], { done: "added" });
}

async function ownPasskey(around: DeskSurroundings, { context, worker }: Visit) {
  const id = context.req.param("passkey") ?? "";
  const found = (await around.signIn.passkeysOf(worker.person)).find((one) => one.id === id);
  if (found === undefined) throw new DeskProblem("not-found");
  return found;
}

async function showPasskey(around: DeskSurroundings, visit: Visit, state: FormState): Promise<Response> {
  const { words, desk } = visit;
  const passkey = await ownPasskey(around, visit);
  const page = {
    title: words.text("account.remove"),
    path: ["account", "passkeys", passkey.id],
    faults: state.faults,
    content: passkeyPage(passkey, state, desk, words),
  };
  return await show(visit, accountPart(visit, page), state.faults.length > 0 ? 422 : 200);
}

async function removePasskey(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { id } = await ownPasskey(around, visit);
  const objection = await unconfirmed(around, visit);
  if (objection !== undefined) return showPasskey(around, visit, withFaults([objection]));
  await around.signIn.removePasskey(id);
  const { person } = visit.worker;
  await around.signIn.note({ at: around.now(), person, act: "passkey-removed", data: { passkey: id } });
  return goTo(visit, ["account"], { done: "removed" });
}
