import type { Instant, PersonId } from "../words/index.ts";
import { type PasskeyStore, personOfPasskey, type RelyingParty } from "./passkey.ts";
import { passwordCost } from "./password.ts";
import type { Session } from "./session.ts";
import { confirmPassword } from "./sign-in.ts";
import type { SignInStores } from "./stores.ts";

/** Milliseconds after which a proof is asked for again before what weighs most. */
const proofLasts = 10 * 60_000;

/** Whether the person proved lately enough who they are: at sign-in, or again since. */
export function provedLately({ provedAt }: Pick<Session, "provedAt">, now: Instant): boolean {
  const since = Date.parse(now) - Date.parse(provedAt);
  return since >= 0 && since < proofLasts;
}

/** What somebody who is signed in proves it with again. */
export type ProofAgain =
  | { readonly means: "password"; readonly password: string }
  /** `answer`: what the browser sent, not yet validated. */
  | { readonly means: "passkey"; readonly party: RelyingParty; readonly answer: unknown };

export type Proved =
  | { readonly proved: true }
  | { readonly proved: false; readonly because: "wrong" }
  | { readonly proved: false; readonly because: "wait"; readonly retryAt: Instant };

/** Holds a proof against the person of the session, which counts as proved from then on when it is good. */
export async function proveAgain(
  stores: SignInStores & PasskeyStore,
  { person, digest }: Pick<Session, "person" | "digest">,
  proof: ProofAgain,
  now: Instant,
  cost = passwordCost,
): Promise<Proved> {
  const answer = await held(stores, person, proof, now, cost);
  if (answer.proved) await stores.proveSession(digest, now);
  return answer;
}

async function held(
  stores: SignInStores & PasskeyStore,
  person: PersonId,
  proof: ProofAgain,
  now: Instant,
  cost: typeof passwordCost,
): Promise<Proved> {
  if (proof.means === "passkey") {
    const found = await personOfPasskey(stores, proof.party, proof.answer, now);
    return found.verified && found.person === person ? { proved: true } : { proved: false, because: "wrong" };
  }
  const { confirmed, ...rest } = await confirmPassword(stores, person, proof.password, now, cost);
  return confirmed || !("because" in rest) ? { proved: true } : { proved: false, ...rest };
}
