import type { AuthorityId, Digest } from "../words/index.ts";
import { encryptionKeyAt, type KnownAuthority, signingKeyAt } from "./directory.ts";
import type { Envelope } from "./envelope.ts";
import {
  type EvidenceName,
  type EvidenceReason,
  type EvidenceSigner,
  type SignedEvidence,
  signEvidence,
  statementDigest,
  statementOf,
} from "./evidence.ts";
import { currentKey, type PublicKey, type UsableKey } from "./keys.ts";
import type { ExchangeNode, ExchangeTransaction } from "./node.ts";

/** Our key to sign with now. @throws when the authority let all of its signing keys run out: an administrator's mistake. */
export function ownSigningKey<T extends ExchangeTransaction>(node: ExchangeNode<T>): UsableKey {
  const key = currentKey(node.keys().signing, node.now());
  if (key === undefined) throw new Error(`${node.authority} has no signing key that is valid now`);
  return key;
}

/** Logs a statement about a message, signs it with its place in the log, and keeps it. */
export async function issueEvidence<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  name: EvidenceName,
  message: Pick<Envelope, "id" | "from" | "to">,
  digest: Digest,
  reasons: readonly EvidenceReason[] = [],
): Promise<SignedEvidence> {
  const statement = statementOf(name, message, digest, node.now(), reasons);
  if (statement.issuer !== node.authority) throw new TypeError(`${node.authority} may not issue ${name}`);
  const log = await transaction.appendToLog(statementDigest(statement));
  const evidence = await signEvidence(statement, log, ownSigningKey(node));
  await transaction.addEvidence(evidence);
  return evidence;
}

/** The key that an authority is written to with now, if it is known and has one. */
export function recipientKey<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  known: KnownAuthority | undefined,
): PublicKey | undefined {
  return known === undefined ? undefined : encryptionKeyAt(known, node.now());
}

/** Looks up who signed an evidence, which may be older than its key is valid now. */
export function evidenceSigners(
  transaction: ExchangeTransaction,
): (kid: string) => Promise<EvidenceSigner | undefined> {
  return async (kid) => {
    const known = await transaction.authorityOfKey(kid);
    const key = known?.keys.find((entry) => entry.key.kid === kid)?.key;
    if (known === undefined || key === undefined) return undefined;
    const owner: AuthorityId = known.authority;
    return { owner, key, countedAt: (at) => signingKeyAt(known, kid, at) !== undefined };
  };
}
