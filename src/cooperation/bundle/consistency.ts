import { type OpenCheckpoint, verifyConsistency } from "../log/index.ts";
import { consistencySchema } from "./format.ts";
import { parseJson } from "./opened.ts";

/**
 * Whether a text of a bundle proves that one of two heads of a log continues the other, whichever is larger.
 *
 * @param link what `consistency.json` says; undefined when it is missing
 */
export function isConsistent(one: OpenCheckpoint, other: OpenCheckpoint, link: string | undefined): boolean {
  const proof = consistencySchema.safeParse(parseJson(link));
  const [first, second] = one.size <= other.size ? [one, other] : [other, one];
  return (
    proof.success &&
    proof.data.from === first.size &&
    proof.data.to === second.size &&
    verifyConsistency({
      firstSize: first.size,
      firstRoot: first.root,
      secondSize: second.size,
      secondRoot: second.root,
      proof: proof.data.proof.map((hash) => Buffer.from(hash, "base64")),
    })
  );
}
