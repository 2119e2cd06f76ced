import { type Condition, conditionMatches } from "../../iccs/index.ts";
import type { Json } from "../words/index.ts";

type Scalar = string | number | boolean;

/**
 * Whether a condition holds of the fields of a matter. A field with several values meets a test when one of them does,
 * `not` when all do; a list of objects (persons, offences) is only missing or not.
 */
export function conditionHolds(condition: Condition, values: Readonly<Record<string, Json | undefined>>): boolean {
  return holds(condition, values, "every");
}

/**
 * Whether a content is demanded by a condition. As `conditionHolds`, but a field with several values meets `not` when one
 * of them is another: what is not needed for one thing is needed for the other that is asked with it.
 */
export function isDemanded(condition: Condition, values: Readonly<Record<string, Json | undefined>>): boolean {
  return holds(condition, values, "some");
}

function holds(
  condition: Condition,
  values: Readonly<Record<string, Json | undefined>>,
  others: "every" | "some",
): boolean {
  return Object.entries(condition).every(([field, test]) => {
    const members = membersOf(Object.hasOwn(values, field) ? values[field] : undefined);
    const meets = (member: Scalar | null): boolean => conditionMatches({ [field]: test }, { [field]: member });
    if (members.length === 0) return meets(null);
    return typeof test === "object" && "not" in test ? members[others](meets) : members.some(meets);
  });
}

function membersOf(value: Json | undefined): Scalar[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object") return [value];
  if (Array.isArray(value)) return value.flatMap((member: Json) => membersOf(member));
  return ["given"];
}
