import { fromBER } from "asn1js";

/** Bytes, whatever way a library hands them over. */
export const bytesOf = (source: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> =>
  source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** Whether bytes are one ASN.1 value and not a byte more. */
export function isOneValue(bytes: Uint8Array): boolean {
  const { offset } = fromBER(new Uint8Array(bytes));
  return offset === bytes.length;
}
