import { Integer, ObjectIdentifier, OctetString } from "asn1js";
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from "pkijs";
import { bytesOf } from "./der.ts";

/** The digests that a time stamp may stand over; SHA-1 and MD5 are none of them. */
export const imprintAlgorithms = {
  "SHA-256": { oid: "2.16.840.1.101.3.4.2.1", bytes: 32 },
  "SHA-384": { oid: "2.16.840.1.101.3.4.2.2", bytes: 48 },
  "SHA-512": { oid: "2.16.840.1.101.3.4.2.3", bytes: 64 },
} as const;
export type ImprintAlgorithm = keyof typeof imprintAlgorithms;

/** The algorithm of an object identifier; undefined for one that is not accepted. */
export function imprintAlgorithmOf(oid: string): ImprintAlgorithm | undefined {
  const algorithms: readonly ImprintAlgorithm[] = ["SHA-256", "SHA-384", "SHA-512"];
  return algorithms.find((name) => imprintAlgorithms[name].oid === oid);
}

/** What a time stamp is asked for. */
export interface TimeStampQuestion {
  readonly algorithm: ImprintAlgorithm;
  readonly digest: Uint8Array;
  /** 8 to 32 unpredictable bytes, so that an old answer cannot be given again. */
  readonly nonce: Uint8Array;
  /** The policy that the service should follow; without one it takes its own. */
  readonly policy?: string;
}

/** A number as DER writes it, from bytes of any kind: positive, without leading zeros. */
export function positiveInteger(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.slice(first);
  return Uint8Array.from((digits[0] ?? 0) > 127 ? [0, ...digits] : digits);
}

/**
 * A request for a time stamp (RFC 3161, 2.4.1) in DER, which also asks for the certificate of the service.
 *
 * @throws RangeError when the digest is not as long as its algorithm makes it, or the nonce not of 8 to 32 bytes
 */
export function timeStampRequest({ algorithm, digest, nonce, policy }: TimeStampQuestion): Uint8Array {
  const { oid, bytes } = imprintAlgorithms[algorithm];
  if (digest.length !== bytes) throw new RangeError(`a ${algorithm} digest has ${bytes} bytes`);
  if (nonce.length < 8 || nonce.length > 32) throw new RangeError("a nonce has 8 to 32 bytes");
  if (policy !== undefined && new ObjectIdentifier({ value: policy }).getValue() !== policy)
    throw new RangeError("a policy is an object identifier");
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: oid }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(digest) }),
    }),
    nonce: new Integer({ valueHex: positiveInteger(nonce) }),
    certReq: true,
    ...(policy === undefined ? {} : { reqPolicy: policy }),
  });
  return bytesOf(request.toSchema().toBER());
}
