import { conditionHolds, type FieldDefinition, type MatterType } from "../definitions/index.ts";
import { digestOf, type Instant, type Json } from "../words/index.ts";
import { missingOf } from "./missing.ts";
import { dayAfter } from "./value-rules.ts";
import { choicesOf } from "./values.ts";

/** Whether a date fixes the end of a clock: then it must not come before another such date. */
const endsClock = ({ clocks }: MatterType, { id }: FieldDefinition): boolean =>
  clocks.some(({ until }) => until.includes(id));

/** An invented value that fits a field. */
export function exampleValue(type: MatterType, field: FieldDefinition, now: Instant): Json {
  const first = choicesOf(type, field)?.[0];
  switch (field.type) {
    case "text":
    case "long-text":
      return `${field.label.en}: an invented example`;
    case "choice":
      return first ?? "";
    case "choices":
    case "grounds":
      return first === undefined ? [] : [first];
    case "date":
      return dayAfter(now, field.atLeastDaysAhead ?? (endsClock(type, field) ? 90 : 30));
    case "instant":
      return now;
    case "country":
      return "XA";
    case "language":
      return "en";
    case "person-list":
      return [{ name: "Ada Example", sex: "female", born: "1980-05-17", nationality: ["XA"], role: "suspect" }];
    case "offence-list":
      return [{ national: "Art. 120 Criminal Code: theft", iccs: "0502" }];
    case "money":
      return { amount: "1250.50", currency: "EUR" };
    case "attachment-list":
      return [digestOf(field.id)];
    case "boolean":
      return true;
    case "number":
      return 1;
    default:
      return field.type satisfies never;
  }
}

/** Invented values for all mandatory contents of a matter type, those that depend on others among them. */
export function exampleValues(
  type: MatterType,
  now: Instant,
  given: Readonly<Record<string, Json>> = {},
): Record<string, Json> {
  const values: Record<string, Json> = { ...given };
  for (let lacking = missingOf(type, values); lacking.length > 0; lacking = missingOf(type, values)) {
    for (const { field: id } of lacking) {
      const field = type.fields.find((one) => one.id === id);
      if (field !== undefined) values[id] = exampleValue(type, field, now);
    }
  }
  return values;
}

/**
 * Values under which a condition on fields holds, as far as the condition says what they must be: what a test needs to
 * make a content mandatory or a clock start.
 */
export function valuesThatMeet(
  type: MatterType,
  condition: NonNullable<FieldDefinition["requiredWhen"]>,
  now: Instant,
): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const [id, test] of Object.entries(condition)) {
    const field = type.fields.find((one) => one.id === id);
    if (field === undefined || conditionHolds({ [id]: test }, values)) {
      // A test such as `not` is met by nothing; a mandatory field still needs a value that meets it.
      const choices = field === undefined ? undefined : choicesOf(type, field);
      const fit = choices?.find((choice) => conditionHolds({ [id]: test }, { [id]: choice }));
      if (fit !== undefined) values[id] = field?.type === "choices" ? [fit] : fit;
      continue;
    }
    const candidates: Json[] = [...(choicesOf(type, field) ?? []), exampleValue(type, field, now), false];
    const fit = candidates.find((candidate) => conditionHolds({ [id]: test }, { [id]: candidate }));
    if (fit !== undefined) values[id] = field.type === "choices" && !Array.isArray(fit) ? [fit] : fit;
  }
  return values;
}
