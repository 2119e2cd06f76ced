import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from "jose";
import { z } from "zod";
import { type OwnKeys, type PublicKey, type UsableKey, usablePublicKey } from "./keys.ts";
import { isRefused, type Refused, refuse } from "./refusal.ts";

/** What a JOSE object is for. Each purpose has its own `typ`, so that none can be passed off as another. */
export const signedTypes = {
  message: "justitia-message+jws",
  evidence: "justitia-evidence+jws",
  possession: "justitia-key-possession+jws",
} as const;
export const sealedTypes = { message: "justitia-message+jwe", answer: "justitia-answer+jwe" } as const;
export type SignedType = (typeof signedTypes)[keyof typeof signedTypes];
export type SealedType = (typeof sealedTypes)[keyof typeof sealedTypes];

/** Characters that a sealed message may have: a chunk of one mebibyte, three times in base64url, and its envelope. */
export const longestSealed = 4 * 1024 * 1024;
/** Characters that a sealed answer may have. */
export const longestAnswer = 32 * 1024;
const longestHeader = 1024;

const kid = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The only header that a signature may have: no `jku`, `x5u`, `jwk`, `crit`, `b64` or anything else. */
export const signatureHeader = z.strictObject({
  alg: z.literal("EdDSA"),
  kid,
  typ: z.enum([signedTypes.message, signedTypes.evidence, signedTypes.possession]),
});

/** The only header that an encryption may have: no `zip`, `jku`, `jwk`, `crit`, `apu`, `p2c` or anything else. */
export const encryptionHeader = z.strictObject({
  alg: z.enum(["ECDH-ES", "ECDH-ES+A256KW"]),
  enc: z.literal("A256GCM"),
  kid,
  typ: z.enum([sealedTypes.message, sealedTypes.answer]),
  epk: z.strictObject({
    kty: z.literal("OKP"),
    crv: z.literal("X25519"),
    x: z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/),
  }),
});

/** Base64url of which no other spelling decodes to the same bytes (RFC 4648, 3.5). */
function isBase64url(part: string): boolean {
  if (!/^[A-Za-z0-9_-]*$/.test(part)) return false;
  const rest = part.length % 4;
  if (rest === 0) return true;
  return rest === 2 ? /[AQgw]$/.test(part) : rest === 3 && /[AEIMQUYcgkosw048]$/.test(part);
}

/** The parts of a compact serialisation, or a refusal; the length is looked at before anything else. */
export function compactParts(text: string, parts: 3 | 5, longest: number): readonly string[] | Refused {
  if (text.length > longest) return refuse("too-large");
  const found = text.split(".", parts + 1);
  if (found.length !== parts || !found.every(isBase64url)) return refuse("not-a-message");
  return (found[0] ?? "").length > longestHeader ? refuse("not-a-message") : found;
}

/**
 * Reads a protected header against the one form that it may have, before any key is looked at. A name that is given
 * twice is refused, because two readers could take different ones.
 */
export function readHeader<Header>(part: string, schema: z.ZodType<Header>): { readonly header: Header } | Refused {
  const text = Buffer.from(part, "base64url").toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("not-a-message");
  }
  const checked = schema.safeParse(value);
  if (!checked.success) return refuse("algorithm");
  return JSON.stringify(value) === text ? { header: checked.data } : refuse("not-a-message");
}

/** Signs bytes: EdDSA over Ed25519, which gives the same signature every time. */
export async function sign(content: string, typ: SignedType, key: UsableKey): Promise<string> {
  return await new CompactSign(new TextEncoder().encode(content))
    .setProtectedHeader({ alg: "EdDSA", kid: key.public.kid, typ })
    .sign(key.key);
}

/** Whose key it is, and the key. */
export interface KnownSigner<Owner> {
  readonly owner: Owner;
  readonly key: PublicKey;
}

/** What was signed, by whom, with which key. */
export interface Signed<Owner> {
  readonly content: Uint8Array;
  readonly owner: Owner;
  readonly kid: string;
}

/**
 * Checks a signature.
 *
 * @param signerOf - Gives the signing key of a `kid`; asked only when the header is of the one allowed form.
 */
export async function verify<Owner>(
  text: string,
  typ: SignedType,
  longest: number,
  signerOf: (kid: string) => Promise<KnownSigner<Owner> | undefined>,
): Promise<Signed<Owner> | Refused> {
  const parts = compactParts(text, 3, longest);
  if ("refused" in parts) return parts.refused === "too-large" ? parts : refuse("unsigned");
  const read = readHeader(parts[0] ?? "", signatureHeader);
  if (isRefused(read)) return read;
  if (read.header.typ !== typ) return refuse("unsigned");
  const signer = await signerOf(read.header.kid);
  if (signer === undefined || signer.key.use !== "signing") return refuse("unknown-sender");
  try {
    const key = await usablePublicKey(signer.key);
    const { payload } = await compactVerify(text, key, { algorithms: ["EdDSA"] });
    return { content: payload, owner: signer.owner, kid: read.header.kid };
  } catch {
    return refuse("bad-signature");
  }
}

/** Encrypts a signed text to a public key: ECDH-ES over X25519, AES-256-GCM. The header says nothing but which key. */
export async function seal(signed: string, typ: SealedType, recipient: PublicKey): Promise<string> {
  if (recipient.use !== "encryption") throw new TypeError("an encryption key was expected");
  return await new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", kid: recipient.kid, typ })
    .encrypt(await usablePublicKey(recipient));
}

/** Decrypts with one of our own keys, whatever their validity: a message may have been long on its way. */
export async function open(
  text: string,
  typ: SealedType,
  keys: OwnKeys["encryption"],
): Promise<{ readonly signed: string } | Refused> {
  const parts = compactParts(text, 5, typ === sealedTypes.answer ? longestAnswer : longestSealed);
  if ("refused" in parts) return parts;
  const read = readHeader(parts[0] ?? "", encryptionHeader);
  if (isRefused(read)) return read;
  if (read.header.typ !== typ) return refuse("not-a-message");
  const own = keys.find((key) => key.public.kid === read.header.kid);
  if (own === undefined) return refuse("unknown-encryption-key");
  try {
    const { plaintext } = await compactDecrypt(text, own.key, {
      keyManagementAlgorithms: ["ECDH-ES", "ECDH-ES+A256KW"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    return { signed: Buffer.from(plaintext).toString("latin1") };
  } catch {
    return refuse("not-decrypted");
  }
}
