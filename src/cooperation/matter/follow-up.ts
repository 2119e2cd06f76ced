import type { FieldDefinition, MatterType } from "../definitions/index.ts";
import type { Json } from "../words/index.ts";
import { fieldValues, type Matter } from "./matter.ts";
import { valueRefusals } from "./value-rules.ts";
import { choicesOf } from "./values.ts";

/** What belongs to the earlier request alone: its references, documents, dates and what the other side wrote. */
const never: readonly string[] = [
  "own-reference",
  "other-reference",
  "linked-matters",
  "answer-wanted-by",
  "answer-wanted-reason",
  "retention-until",
];

/** What a type says of how it follows another. */
const planOf = (to: MatterType, from: string) => to.follows?.find(({ type }) => type === from);

/** Whether a matter has come so far that a request of another type can follow it. */
export function mayFollow(matter: Pick<Matter, "type" | "side" | "state" | "partner">, to: MatterType): boolean {
  const plan = planOf(to, matter.type);
  return matter.side === "requesting" && matter.partner !== undefined && plan?.states.includes(matter.state) === true;
}

/**
 * The contents of a request that follows an earlier one, as far as the earlier one says them: what has the same name and
 * kind, what stands there under another name, and the reference to it. What would not fit is left out; all can be changed.
 */
export function followUpValues(
  from: { readonly type: MatterType; readonly matter: Matter },
  to: MatterType,
): Readonly<Record<string, Json>> {
  const plan = planOf(to, from.type.id);
  if (plan === undefined) return {};
  const known = fieldValues(from.matter);
  const taken: Record<string, Json> = {};
  for (const field of to.fields) {
    if (field.setBy !== "requesting" || field.type === "attachment-list" || never.includes(field.id)) continue;
    const source = plan.renamed[field.id] ?? field.id;
    const before = from.type.fields.find(({ id }) => id === source);
    const value = before === undefined ? undefined : fitted(to, field, known[source]);
    if (value !== undefined) taken[field.id] = value;
  }
  const name = nameOf(from, known);
  const done = from.matter.steps.findLast((step) => step.name === plan.done.step);
  if (to.fields.some(({ id }) => id === plan.done.field)) taken[plan.done.field] = done !== undefined;
  if (done !== undefined) taken[plan.reference] = `${name}, ${done.at.slice(0, 10)}`;
  if (to.fields.some(({ id }) => id === "linked-matters")) {
    const earlier = typeof known["linked-matters"] === "string" ? `\n${known["linked-matters"]}` : "";
    taken["linked-matters"] = `${titleOf(from.type, known)}: ${name}${earlier}`;
  }
  return Object.fromEntries(
    Object.entries(taken).filter(([id, value]) => {
      const field = to.fields.find((one) => one.id === id);
      return field !== undefined && valueRefusals(to, field, value).length === 0;
    }),
  );
}

/** A value as the later request can hold it: of choices only those that it has, too. */
function fitted(to: MatterType, field: FieldDefinition, value: Json | undefined): Json | undefined {
  const choices = choicesOf(to, field);
  if (choices === undefined || !Array.isArray(value)) return value;
  const kept = value.filter((one: Json) => typeof one === "string" && choices.includes(one));
  return kept.length === 0 ? undefined : kept;
}

/** The references by which both sides know the earlier one; its identifier where it has none. */
function nameOf({ matter }: { readonly matter: Matter }, known: Readonly<Record<string, Json>>): string {
  const references = ["own-reference", "other-reference"].flatMap((id) => {
    const value = known[id];
    return typeof value === "string" && value !== "" ? [value] : [];
  });
  return references.length === 0 ? matter.id : references.join(" / ");
}

/** The name of the type in the language of the request, where the type has one. */
function titleOf({ title }: MatterType, known: Readonly<Record<string, Json>>): string {
  const language = known["request-language"];
  return language === "zh" || language === "ar" ? title[language] : title.en;
}
