import type { MatterType, Side } from "../definitions/index.ts";
import type { Json, JsonObject, MatterEvent } from "../words/index.ts";
import { commonRules, isCommonEvent } from "./common-events.ts";
import type { Matter } from "./matter.ts";

/**
 * The message by which the other side has to learn of an event.
 *
 * @param before - The matter as it was before the event.
 * @returns Name of the message, such as `decision`; undefined when the event stays inside or came from the other side.
 */
export function messageOf(type: MatterType, before: Matter, event: MatterEvent): string | undefined {
  if (event.by.kind === "authority") return undefined;
  if (!before.known && event.name !== type.opening) return undefined;
  if (!isCommonEvent(event.name)) return type.transitions.find(({ name }) => name === event.name)?.message;
  if (event.name === "attachment-added" && event.data.shared !== true) return undefined;
  if (event.name === "field-corrected" && !isShared(type, event.data.field)) return undefined;
  return commonRules[event.name].message;
}

function isShared(type: MatterType, field: Json | undefined): boolean {
  return type.fields.find(({ id }) => id === field)?.shared ?? false;
}

/** The values of a matter that are sent to the other side: all but the fields that stay inside. */
export function sharedValues(type: MatterType, matter: Matter): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(matter.fields).flatMap(([id, { value }]) => (isShared(type, id) ? [[id, value]] : [])),
  );
}

/** The data of an event as the other side gets it: without who proposed it here and what caused it here. */
export function sharedData(event: MatterEvent): Record<string, Json> {
  const { proposal: _proposal, causedBy: _causedBy, ...data } = event.data;
  return data;
}

/** Whether a content may come from the other side: it is shared, and that side gives it. */
export function comesFrom(type: MatterType, field: string, partner: Side): boolean {
  const definition = type.fields.find(({ id }) => id === field);
  return definition?.shared === true && (definition.setBy === "either" || definition.setBy === partner);
}

/** Of the contents that the partner sent, those that are the partner's to give. */
export function partnersOf(type: MatterType, values: JsonObject, partner: Side): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([id]) => comesFrom(type, id, partner)));
}

export function isContents(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
