import { type FieldDefinition, isDemanded, type MatterType } from "../definitions/index.ts";
import type { Json } from "../words/index.ts";
import { fieldValues, type Matter } from "./matter.ts";

/** A mandatory content that is not there, with the article that demands it. */
export interface MissingContent {
  readonly field: string;
  readonly section: string | undefined;
  readonly article: string | undefined;
  /** A reason why it cannot be given may stand in its place. */
  readonly orReason: boolean;
}

/** The mandatory contents that a matter does not have, in the order of the form. */
export function missing(type: MatterType, matter: Matter): MissingContent[] {
  return missingOf(type, fieldValues(matter));
}

/** The mandatory contents that are not among some values: for a form before anything is kept. */
export function missingOf(type: MatterType, values: Readonly<Record<string, Json | undefined>>): MissingContent[] {
  return type.fields
    .filter((field) => isMandatory(field, values) && isEmpty(values[field.id]))
    .map(({ id, section, article, orReason }) => ({ field: id, section, article, orReason }));
}

/** Whether a field is a mandatory content, given the other fields. */
export function isMandatory(field: FieldDefinition, values: Readonly<Record<string, Json | undefined>>): boolean {
  return field.required || (field.requiredWhen !== undefined && isDemanded(field.requiredWhen, values));
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
