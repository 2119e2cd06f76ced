/** Why something that arrived was refused. For our own record only: the other side never learns which one it was. */
export const refusalReasons = [
  "too-large",
  "not-a-message",
  "algorithm",
  "unknown-encryption-key",
  "not-decrypted",
  "unsigned",
  "unknown-sender",
  "bad-signature",
  "not-canonical",
  "bad-envelope",
  "not-for-us",
  "expired",
  "not-yet-valid",
  "other-content",
  "bad-evidence",
  "unexpected-chunk",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** A refusal as a value: nothing that arrives from outside makes this folder throw. */
export interface Refused {
  readonly refused: RefusalReason;
}

export function refuse(reason: RefusalReason): Refused {
  return { refused: reason };
}

export function isRefused<Value extends object>(value: Value | Refused): value is Refused {
  return "refused" in value;
}
