import { ObjectIdentifier } from "asn1js";
import type { Extension, RelativeDistinguishedNames } from "pkijs";
import { BasicConstraints, Certificate, ExtKeyUsage } from "pkijs";
import { bytesOf, sameBytes } from "./der.ts";

/** What the words of RFC 5280 and RFC 3161 are called in certificates. */
const oids = {
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  anyPurpose: "2.5.29.37.0",
} as const;

/** Critical extensions that are understood here; a certificate with another is not relied on (RFC 5280, 4.2). */
const understood: readonly string[] = [oids.keyUsage, oids.basicConstraints, oids.extendedKeyUsage];

/** Signatures on certificates: SHA-2 with RSA or ECDSA. SHA-1 and MD5 are none. */
export const acceptedSignatures: readonly string[] = [
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
];
const rsaKey = "1.2.840.113549.1.1.1";
const ellipticKey = "1.2.840.10045.2.1";
const curves: readonly string[] = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];
const fewestRsaBits = 2048;

const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
};

/** A name in a certificate as people read it, such as `O=Example, CN=Time stamps`; without control characters. */
export function nameText(name: RelativeDistinguishedNames): string {
  return name.typesAndValues
    .map(({ type, value }) => {
      const text = typeof value.valueBlock.value === "string" ? value.valueBlock.value : "?";
      return `${shortNames[type] ?? type}=${text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{FFFD}")}`;
    })
    .join(", ")
    .slice(0, 300);
}

/** The certificates of a PEM text, in its order. @returns null when there is none, or one that cannot be read. */
export function certificatesInPem(text: string): readonly Certificate[] | null {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  const certificates = blocks.map(([, base64]) => certificateOf(Buffer.from(base64 ?? "", "base64")));
  const read = certificates.flatMap((certificate) => (certificate === null ? [] : [certificate]));
  return read.length === 0 || read.length !== certificates.length ? null : read;
}

/** A certificate from its DER bytes; null when they are none. */
export function certificateOf(der: Uint8Array): Certificate | null {
  try {
    const certificate = Certificate.fromBER(new Uint8Array(der));
    return sameBytes(derOf(certificate), der) ? certificate : null;
  } catch {
    return null;
  }
}

/** The DER bytes of a certificate. */
export const derOf = (certificate: Certificate): Uint8Array => bytesOf(certificate.toSchema().toBER());

const sameCertificate = (one: Certificate, other: Certificate): boolean => sameBytes(derOf(one), derOf(other));

const extension = (certificate: Certificate, oid: string): Extension | undefined =>
  certificate.extensions?.find(({ extnID }) => extnID === oid);

/** Whether no extension occurs twice and every critical one is understood. */
function extensionsUnderstood(certificate: Certificate): boolean {
  const all = certificate.extensions ?? [];
  return (
    new Set(all.map(({ extnID }) => extnID)).size === all.length &&
    all.every(({ critical, extnID }) => !critical || understood.includes(extnID))
  );
}

/** Purposes that a certificate names; undefined when it names none and so serves any. */
function purposesOf(certificate: Certificate): readonly string[] | undefined {
  const found = extension(certificate, oids.extendedKeyUsage);
  if (found === undefined) return undefined;
  return found.parsedValue instanceof ExtKeyUsage ? found.parsedValue.keyPurposes : [];
}

/** One bit of the key usage, counted as RFC 5280 does; undefined when the certificate does not limit it. */
function mayUseKeyFor(certificate: Certificate, bit: number): boolean | undefined {
  const found = extension(certificate, oids.keyUsage);
  if (found === undefined) return undefined;
  // BIT STRING: tag, length, unused bits, then the bits from the left.
  const bits = bytesOf(found.extnValue.valueBlock.valueHexView).subarray(3);
  return ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
const digitalSignature = 0;
const nonRepudiation = 1;
const certificateSigning = 5;

/** Whether a key is strong enough and of a kind that is accepted. */
function keyAccepted(certificate: Certificate): boolean {
  const { algorithm, parsedKey } = certificate.subjectPublicKeyInfo;
  if (algorithm.algorithmId === rsaKey)
    return (
      parsedKey !== undefined &&
      "modulus" in parsedKey &&
      bitsOf(parsedKey.modulus.valueBlock.valueHexView) >= fewestRsaBits
    );
  const curve: unknown = algorithm.algorithmParams;
  return (
    algorithm.algorithmId === ellipticKey && curve instanceof ObjectIdentifier && curves.includes(curve.getValue())
  );
}

function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24;
}

/**
 * Why a certificate may not sign time stamps; undefined when it may: its one purpose is time stamping, said in a
 * critical extension (RFC 3161, 2.3), and its key may sign.
 */
export function notForTimeStamps(certificate: Certificate): string | undefined {
  const purposes = purposesOf(certificate);
  if (purposes?.length !== 1 || purposes[0] !== oids.timeStamping) return "its purpose is not time stamping alone";
  if (extension(certificate, oids.extendedKeyUsage)?.critical !== true) return "its purpose is not marked as critical";
  if (!extensionsUnderstood(certificate)) return "it has a critical extension that is not understood";
  const signs = [digitalSignature, nonRepudiation].map((bit) => mayUseKeyFor(certificate, bit));
  if (!signs.some((may) => may !== false)) return "its key may not sign";
  return keyAccepted(certificate) ? undefined : "its key is too weak or of an unknown kind";
}

/** Whether a certificate may issue another that stands `below` issuing certificates over the last one. */
function mayIssue(certificate: Certificate, below: number): boolean {
  const limits = extension(certificate, oids.basicConstraints)?.parsedValue;
  if (!(limits instanceof BasicConstraints) || !limits.cA) return false;
  const most = limits.pathLenConstraint;
  if (most !== undefined && (typeof most !== "number" || most < below)) return false;
  const purposes = purposesOf(certificate);
  return (
    mayUseKeyFor(certificate, certificateSigning) !== false &&
    (purposes === undefined || purposes.includes(oids.timeStamping) || purposes.includes(oids.anyPurpose)) &&
    extensionsUnderstood(certificate) &&
    keyAccepted(certificate)
  );
}

const validAt = ({ notBefore, notAfter }: Certificate, at: Date): boolean =>
  notBefore.value <= at && at <= notAfter.value;

/** Whether `issuer` has signed `certificate`, by name and signature. Says nothing about whether it might. */
async function hasIssued(issuer: Certificate, certificate: Certificate): Promise<boolean> {
  if (!certificate.issuer.isEqual(issuer.subject)) return false;
  if (!acceptedSignatures.includes(certificate.signatureAlgorithm.algorithmId)) return false;
  if (certificate.signature.algorithmId !== certificate.signatureAlgorithm.algorithmId) return false;
  try {
    return await certificate.verify(issuer);
  } catch {
    return false;
  }
}

const longestPath = 6;

export type Path =
  | { readonly found: true; readonly anchor: Certificate }
  /** `out-of-time`: there would be one, but a certificate of it was not valid then. */
  | { readonly found: false; readonly because: "no-anchor" | "out-of-time" | "signature" };

/**
 * A path from a certificate to one of the anchors, all of it valid at one time.
 *
 * @param between certificates that may stand in the path; nothing about them is trusted
 */
export async function pathToAnchor(
  certificate: Certificate,
  anchors: readonly Certificate[],
  between: readonly Certificate[],
  at: Date,
): Promise<Path> {
  let because: "no-anchor" | "out-of-time" | "signature" = acceptedSignatures.includes(
    certificate.signatureAlgorithm.algorithmId,
  )
    ? "no-anchor"
    : "signature";
  const climb = async (from: Certificate, below: number): Promise<Certificate | undefined> => {
    if (!validAt(from, at)) {
      because = "out-of-time";
      return undefined;
    }
    const self = anchors.find((anchor) => sameCertificate(anchor, from));
    if (self !== undefined) return self;
    if (below >= longestPath) return undefined;
    for (const issuer of [...anchors, ...between]) {
      if (sameCertificate(issuer, from) || !mayIssue(issuer, below) || !(await hasIssued(issuer, from))) continue;
      const anchor = await climb(issuer, below + 1);
      if (anchor !== undefined) return anchor;
    }
    return undefined;
  };
  const anchor = await climb(certificate, 0);
  return anchor === undefined ? { found: false, because } : { found: true, anchor };
}

/** The certificates that neither are `certificate` nor have issued it, directly or through others of them. */
export async function strangersTo(
  certificate: Certificate,
  others: readonly Certificate[],
): Promise<readonly Certificate[]> {
  const family: Certificate[] = [certificate];
  let strangers = others.filter((other) => !sameCertificate(other, certificate));
  for (let at = 0; at < family.length; at += 1) {
    const child = family[at];
    if (child === undefined) break;
    const issuers: Certificate[] = [];
    for (const other of strangers) if (await hasIssued(other, child)) issuers.push(other);
    family.push(...issuers);
    strangers = strangers.filter((other) => !issuers.includes(other));
  }
  return strangers;
}
