declare const sha256Brand: unique symbol;

/** SHA-256 of bytes as 64 lower-case hexadecimal digits; the name of a snapshot. */
export type Sha256 = string & { readonly [sha256Brand]: true };

const digits = /^[0-9a-f]{64}$/;

/** Whether a text has the form of a SHA-256 in lower-case hexadecimal. */
export function isSha256(text: string): text is Sha256 {
  return digits.test(text);
}

/**
 * The text as a SHA-256.
 *
 * @throws RangeError when it does not have 64 lower-case hexadecimal digits.
 */
export function sha256Of(text: string): Sha256 {
  if (!isSha256(text)) throw new RangeError(`${JSON.stringify(text.slice(0, 80))} is no SHA-256 in hexadecimal`);
  return text;
}
