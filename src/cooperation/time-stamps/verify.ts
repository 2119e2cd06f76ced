import { createHash } from "node:crypto";
import { ObjectIdentifier, OctetString, Sequence } from "asn1js";
import { AlgorithmIdentifier, type Certificate } from "pkijs";
import { type Instant, instantSchema } from "../words/index.ts";
import { acceptedSignatures, derOf, nameText, notForTimeStamps, pathToAnchor, strangersTo } from "./certificates.ts";
import { sameBytes } from "./der.ts";
import { type ImprintAlgorithm, imprintAlgorithmOf, positiveInteger } from "./request.ts";
import { integerBytes, type OpenToken, openAnswer, openToken } from "./token.ts";

/** What a token must say to be the one that is meant. */
export interface TimeStampExpected {
  /** The digests of what was stamped; a token may stand over any of them. */
  readonly digests: Readonly<Partial<Record<ImprintAlgorithm, Uint8Array>>>;
  /** The nonce of the request, where it is known. */
  readonly nonce?: Uint8Array;
  /** The policies that are accepted; without them any is. */
  readonly policies?: readonly string[];
}

export interface TimeStampTrust {
  /** Certificates that are trusted because somebody decided it: roots of time-stamp services, or their own. */
  readonly anchors: readonly Certificate[];
  /** Certificates that may lead from a token to an anchor; nothing about them is trusted. */
  readonly between?: readonly Certificate[];
  /** A time at which the certificates must be valid still, besides the time of the stamp: the present, for a new token. */
  readonly stillValidAt?: Instant;
}

/** What a token says. */
export interface TimeStamp {
  readonly at: Instant;
  /** How far from it the true time may be, in milliseconds; undefined when the service does not say. */
  readonly accuracy: number | undefined;
  readonly serial: string;
  readonly policy: string;
  readonly algorithm: ImprintAlgorithm;
  /** The name in the certificate of the service. */
  readonly service: string;
  /** When that certificate runs out. */
  readonly certificateEnds: Instant;
}

export type TimeStampFault =
  | "malformed"
  | "not-granted"
  | "weak-digest"
  | "other-content"
  | "other-nonce"
  | "other-policy"
  | "signer-unknown"
  | "signer-not-bound"
  | "strange-certificate"
  | "wrong-purpose"
  | "weak-signature"
  | "bad-signature"
  | "certificate-out-of-time"
  | "certificate-ended";

export type TimeStampVerdict =
  | { readonly verdict: "good"; readonly stamp: TimeStamp; readonly anchor: string }
  /** Signed by the certificate it names, which leads to none of the anchors. */
  | { readonly verdict: "unknown-anchor"; readonly stamp: TimeStamp }
  | { readonly verdict: "refused"; readonly fault: TimeStampFault; readonly message: string };

const attributes = {
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
} as const;
const tstInfoType = "1.2.840.113549.1.9.16.1.4";
const rsaWithDigestOfSigner = "1.2.840.113549.1.1.1";

const refused = (fault: TimeStampFault, message: string): TimeStampVerdict => ({ verdict: "refused", fault, message });

/**
 * Verifies a time stamp: a token, or the answer of a service that holds one (RFC 3161, 2.4.2; RFC 5816). Checked are the
 * status, what is stamped and by which digest, nonce and policy where they are known, the signature and which certificate
 * it is bound to, that certificate's purpose, and a path from it to an anchor that was valid at the time of the stamp.
 * Not checked: whether a certificate was revoked.
 *
 * @returns never throws for what the bytes say
 */
export async function verifyTimeStamp(
  bytes: Uint8Array,
  expected: TimeStampExpected,
  trust: TimeStampTrust,
): Promise<TimeStampVerdict> {
  const answer = openAnswer(bytes);
  if (answer.kind === "not-granted")
    return refused("not-granted", `The service gave no token (status ${answer.status}). ${answer.said}`.trim());
  const token = openToken(answer.kind === "token" ? answer.token : bytes);
  if (token === undefined) return refused("malformed", "This is no time-stamp token.");
  return wrongContent(token, expected) ?? (await verifySigner(token, trust));
}

function wrongContent(
  { info }: OpenToken,
  { digests, nonce, policies }: TimeStampExpected,
): TimeStampVerdict | undefined {
  const algorithm = imprintAlgorithmOf(info.messageImprint.hashAlgorithm.algorithmId);
  if (algorithm === undefined) return refused("weak-digest", "It stands over a digest that is not accepted: SHA-2 is.");
  const digest = digests[algorithm];
  if (digest === undefined || !sameBytes(digest, info.messageImprint.hashedMessage.valueBlock.valueHexView))
    return refused("other-content", "It stands over something else.");
  if (nonce !== undefined && (info.nonce === undefined || !sameBytes(positiveInteger(nonce), integerBytes(info.nonce))))
    return refused("other-nonce", "It answers another request.");
  if (policies !== undefined && !policies.includes(info.policy))
    return refused("other-policy", `It was given under the policy ${info.policy}, which is not accepted.`);
  return undefined;
}

async function verifySigner(token: OpenToken, trust: TimeStampTrust): Promise<TimeStampVerdict> {
  const { info, signer } = token;
  const bound = boundTo(token);
  if (bound === undefined)
    return refused("signer-not-bound", "Its signature does not say which certificate it belongs to.");
  const known = [...token.certificates, ...trust.anchors, ...(trust.between ?? [])];
  const named = known.filter(
    ({ issuer, serialNumber }) =>
      issuer.isEqual(token.issuerAndSerial.issuer) && serialNumber.isEqual(token.issuerAndSerial.serialNumber),
  );
  if (named.length === 0)
    return refused("signer-unknown", "The certificate of the service is neither in the token nor was it given.");
  const certificate = named.find((one) =>
    bound.some(({ algorithm, digest }) => sameBytes(digestOf(algorithm, one), digest)),
  );
  if (certificate === undefined)
    return refused("signer-not-bound", "The certificate of the service is not the one that the signature names.");
  const [stranger] = await strangersTo(certificate, token.certificates);
  if (stranger !== undefined)
    return refused(
      "strange-certificate",
      `It carries a certificate that has nothing to do with its signature: ${nameText(stranger.subject)}.`,
    );
  const unfit = notForTimeStamps(certificate);
  if (unfit !== undefined)
    return refused("wrong-purpose", `The certificate ${nameText(certificate.subject)} may not sign it: ${unfit}.`);
  const signature = signer.signatureAlgorithm.algorithmId;
  if (
    imprintAlgorithmOf(signer.digestAlgorithm.algorithmId) === undefined ||
    !(signature === rsaWithDigestOfSigner || acceptedSignatures.includes(signature))
  )
    return refused("weak-signature", "It is signed in a way that is not accepted: RSA or ECDSA with SHA-2 is.");
  if (!(await token.signedBy(certificate))) return refused("bad-signature", "Its signature is not good.");
  return await verifyPath(token, certificate, info.genTime, trust);
}

async function verifyPath(
  token: OpenToken,
  certificate: Certificate,
  at: Date,
  trust: TimeStampTrust,
): Promise<TimeStampVerdict> {
  const stamp = stampOf(token, certificate);
  if (stamp === undefined) return refused("malformed", "It names a time, a number or a digest that cannot be read.");
  const between = [...token.certificates, ...(trust.between ?? [])];
  const path = await pathToAnchor(certificate, trust.anchors, between, at);
  const { stillValidAt } = trust;
  if (path.found && stillValidAt !== undefined) {
    const now = await pathToAnchor(certificate, trust.anchors, between, new Date(stillValidAt));
    if (!now.found)
      return refused(
        "certificate-ended",
        `The certificate ${stamp.service} was not valid any more at ${stillValidAt}.`,
      );
  }
  if (path.found) return { verdict: "good", stamp, anchor: nameText(path.anchor.subject) };
  if (path.because === "out-of-time")
    return refused("certificate-out-of-time", `A certificate of ${stamp.service} was not valid at ${stamp.at}.`);
  return { verdict: "unknown-anchor", stamp };
}

function stampOf({ info, issuerAndSerial }: OpenToken, certificate: Certificate): TimeStamp | undefined {
  const at = instantSchema.safeParse(info.genTime.toISOString());
  const ends = instantSchema.safeParse(certificate.notAfter.value.toISOString());
  const algorithm = imprintAlgorithmOf(info.messageImprint.hashAlgorithm.algorithmId);
  if (!at.success || !ends.success || algorithm === undefined) return undefined;
  const { accuracy } = info;
  const milliseconds =
    accuracy === undefined
      ? undefined
      : (accuracy.seconds ?? 0) * 1000 + (accuracy.millis ?? 0) + (accuracy.micros ?? 0) / 1000;
  return {
    at: at.data,
    accuracy: milliseconds,
    serial: Buffer.from(integerBytes(info.serialNumber)).toString("hex"),
    policy: info.policy,
    algorithm,
    service: `${nameText(certificate.subject)}, issued by ${nameText(issuerAndSerial.issuer)}`,
    certificateEnds: ends.data,
  };
}

interface CertificateDigest {
  readonly algorithm: string;
  readonly digest: Uint8Array;
}

const digestOf = (algorithm: string, certificate: Certificate): Uint8Array =>
  createHash(algorithm).update(derOf(certificate)).digest();

/**
 * The digests of the certificate that the signature says it belongs to: one of SHA-1 in the older attribute, where it
 * tells certificates apart and nothing rests on it, or of SHA-2 in the newer one. Undefined when the signed attributes
 * are not as they must be: each once, and of this type of content.
 */
function boundTo({ signer }: OpenToken): readonly CertificateDigest[] | undefined {
  const all = signer.signedAttrs?.attributes ?? [];
  const types = all.map(({ type }) => type);
  if (new Set(types).size !== types.length || !types.includes(attributes.messageDigest)) return undefined;
  const onlyValue = (type: string): unknown => {
    const values: readonly unknown[] = all.find((attribute) => attribute.type === type)?.values ?? [];
    return values.length === 1 ? values[0] : undefined;
  };
  const contentType = onlyValue(attributes.contentType);
  if (!(contentType instanceof ObjectIdentifier) || contentType.getValue() !== tstInfoType) return undefined;
  const found = [
    firstIdentifier(onlyValue(attributes.signingCertificateV2), "sha256"),
    firstIdentifier(onlyValue(attributes.signingCertificate), "sha1"),
  ].filter((one) => one !== undefined);
  return found.length === 0 ? undefined : found.slice(0, 1);
}

/** The first ESSCertID or ESSCertIDv2 of an attribute: that of the signer (RFC 5035). */
function firstIdentifier(attribute: unknown, usual: "sha1" | "sha256"): CertificateDigest | undefined {
  const certificates = attribute instanceof Sequence ? attribute.valueBlock.value[0] : undefined;
  const first = certificates instanceof Sequence ? certificates.valueBlock.value[0] : undefined;
  if (!(first instanceof Sequence)) return undefined;
  const [one, other] = first.valueBlock.value;
  if (one instanceof OctetString) return { algorithm: usual, digest: one.valueBlock.valueHexView };
  if (!(one instanceof Sequence && other instanceof OctetString) || usual === "sha1") return undefined;
  const algorithm = imprintAlgorithmOf(new AlgorithmIdentifier({ schema: one }).algorithmId);
  return algorithm === undefined
    ? undefined
    : { algorithm: algorithm.replace("-", "").toLowerCase(), digest: other.valueBlock.valueHexView };
}
