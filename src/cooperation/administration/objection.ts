/** Why something was not administered; each is a message at its field. */
export type ObjectionCode =
  | "needed"
  | "not-a-name"
  | "not-a-sign-in-name"
  | "not-an-identifier"
  | "not-a-state"
  | "not-an-address"
  | "taken"
  | "unknown-person"
  | "unknown-office"
  | "unknown-partner"
  | "unknown-key"
  | "role-alone"
  | "own-roles"
  | "own-account"
  | "last-administrator"
  | "introduction-unreadable"
  | "introduction-own"
  | "keys-unusable"
  | "fingerprint-differs"
  | "reason-needed";

export interface Objection {
  /** The field that it concerns; undefined for the whole. */
  readonly field: string | undefined;
  readonly code: ObjectionCode;
}

/** What became of an act: all objections at once, and then nothing was changed. */
export type AdministrativeOutcome<Value = undefined> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "refused"; readonly objections: readonly Objection[] }
  | { readonly kind: "not-allowed" };

/** Ends the transaction of an act without a trace. */
export class Objected extends Error {
  readonly objections: readonly Objection[];
  constructor(objections: readonly Objection[]) {
    super(objections.map(({ field, code }) => `${field ?? "-"}: ${code}`).join(", "));
    this.objections = objections;
  }
}

/** @throws Objected where there is an objection */
export function demand(objections: readonly (Objection | undefined)[]): void {
  const found = objections.filter((one) => one !== undefined);
  if (found.length > 0) throw new Objected(found);
}
