import type { FieldDefinition, MatterType, Side } from "../definitions/index.ts";
import type { Instant, Json } from "../words/index.ts";
import type { Matter } from "./matter.ts";
import { comesFrom } from "./message.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { choicesOf, valueSchemaFor } from "./values.ts";

/** What speaks against a value of a field or a particular, each at the field. */
export function valueRefusals(type: MatterType, field: FieldDefinition, value: Json): Refusal[] {
  const { id, article } = field;
  if (field.type === "grounds") return groundRefusals(type, field, value);
  const read = valueSchemaFor(type, field, value).safeParse(value);
  if (read.success) return [];
  const choices = choicesOf(type, field);
  if (choices !== undefined)
    return [
      refusal("field-invalid", { field: id, article, found: shown(value), expected: `one of ${choices.join(", ")}` }),
    ];
  const cells = new Map<string, string[]>();
  const long: Refusal[] = [];
  for (const { path, message, ...issue } of read.error.issues) {
    const [entry, cell] = path;
    const at = entry === undefined ? "" : cell === undefined ? String(entry) : `${String(entry)}.${String(cell)}`;
    if (issue.code === "too_big" && issue.origin === "string")
      long.push(
        refusal("field-too-long", {
          field: id,
          ...(at === "" ? {} : { at }),
          article,
          found: shown(value),
          expected: String(issue.maximum),
        }),
      );
    else cells.set(at, [...(cells.get(at) ?? []), message]);
  }
  const others = [...cells].map(([at, said]) =>
    refusal("field-invalid", {
      field: id,
      ...(at === "" ? {} : { at }),
      article,
      found: shown(value),
      expected: said.join("; "),
    }),
  );
  return [...long, ...others];
}

function groundRefusals(type: MatterType, field: FieldDefinition, value: Json): Refusal[] {
  const { id } = field;
  const known = choicesOf(type, field) ?? [];
  if (!Array.isArray(value) || value.length === 0)
    return [
      refusal("field-invalid", { field: id, found: shown(value), expected: `one or more of ${known.join(", ")}` }),
    ];
  return value.flatMap((ground: Json) => {
    const never = type.notAllowed.find((one) => one.id === ground);
    if (never !== undefined)
      return [
        refusal("ground-not-allowed", {
          field: id,
          article: never.article,
          found: never.id,
          expected: known.join(", "),
        }),
      ];
    if (typeof ground === "string" && known.includes(ground)) return [];
    return [refusal("ground-unknown", { field: id, found: shown(ground), expected: known.join(", ") })];
  });
}

/** A date that must lie ahead, and does not lie far enough. */
export function earlyRefusals(field: FieldDefinition, value: Json | undefined, now: Instant): Refusal[] {
  if (field.atLeastDaysAhead === undefined || typeof value !== "string") return [];
  const earliest = dayAfter(now, field.atLeastDaysAhead);
  if (value >= earliest) return [];
  return [refusal("date-too-early", { field: field.id, article: field.article, found: value, expected: earliest })];
}

/** The day, in UTC, that lies so many days after a moment. */
export function dayAfter(now: Instant, days: number): string {
  return new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Values that are given for the fields of a matter: known, of the right kind, by the side that gives them, with their attachments. */
export function givenRefusals(
  type: MatterType,
  matter: Matter | undefined,
  values: Readonly<Record<string, Json>>,
  by: Side | undefined,
): Refusal[] {
  return Object.entries(values).flatMap(([id, value]) => {
    const field = type.fields.find((one) => one.id === id);
    if (field === undefined) {
      return [refusal("field-unknown", { field: id, found: id, expected: "a field of the matter type" })];
    }
    if (by !== undefined && field.setBy !== "either" && field.setBy !== by) {
      return [refusal("not-your-side", { field: id, found: by, expected: field.setBy })];
    }
    if (value === null) return [];
    const faults = valueRefusals(type, field, value);
    return faults.length > 0 || matter === undefined ? faults : attachmentRefusals(matter, field, value);
  });
}

/** Documents that a value names and the matter does not hold. */
export function attachmentRefusals(
  matter: Pick<Matter, "attachments">,
  field: FieldDefinition,
  value: Json,
): Refusal[] {
  if (field.type !== "attachment-list" || !Array.isArray(value)) return [];
  return value
    .filter((digest: Json) => !matter.attachments.some((one) => one.digest === digest))
    .map((digest: Json) => refusal("unknown-attachment", { field: field.id, found: shown(digest) }));
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Contents that the partner gives and may not give: those of this side, and those that stay inside. */
export function partnerRefusals(type: MatterType, values: Readonly<Record<string, Json>>, partner: Side): Refusal[] {
  return Object.keys(values)
    .filter((id) => type.fields.some((field) => field.id === id) && !comesFrom(type, id, partner))
    .map((id) => refusal("not-for-the-partner", { field: id, found: id }));
}
