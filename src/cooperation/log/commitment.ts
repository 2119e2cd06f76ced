import { type Digest, digestOf } from "../words/index.ts";

/**
 * The digest that stands in the log for another digest, without telling it: SHA-256 over a fixed text, a salt and the
 * digest. Once salt and event are erased, nobody can show what the entry stood for, and every proof about it stays valid.
 *
 * @param salt - 32 bytes drawn by chance, one for each entry, kept beside the event and erased with it.
 */
export function commitment(digest: Digest, salt: Uint8Array): Digest {
  if (salt.length !== 32) throw new RangeError("a salt has 32 bytes");
  return digestOf(Buffer.concat([Buffer.from("justitia/commitment/v1\n"), salt, Buffer.from(digest, "hex")]));
}
