import type { MatterType } from "../definitions/index.ts";
import type { Json, MatterEvent } from "../words/index.ts";
import type { CooperationFact } from "./fact.ts";

/** Closed requests by what they are counted by most: the key is `direction type offence outcome`. */
export type RequestCounts = ReadonlyMap<string, number>;

const keyOf = (direction: string, type: string, offence: string | null, outcome: string): string =>
  `${direction} ${type} ${offence ?? "-"} ${outcome}`;

function tally(keys: Iterable<string>): RequestCounts {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The counts that facts come to. */
export function countsOfFacts(facts: readonly CooperationFact[]): RequestCounts {
  return tally(facts.map(({ direction, type, offence, outcome }) => keyOf(direction, type, offence, outcome)));
}

/**
 * The same counts straight from the events of all matters, in any order of matters but each matter's own in order. It
 * knows neither the fold nor the facts, so that an error in them does not hide itself.
 *
 * @throws Error for a matter whose type is not at hand.
 */
export function countsOfEvents(
  typeOf: (id: string, version: number) => MatterType | undefined,
  events: Iterable<MatterEvent>,
): RequestCounts {
  const byMatter = new Map<string, MatterEvent[]>();
  for (const event of events) {
    const others = byMatter.get(event.matter);
    if (others === undefined) byMatter.set(event.matter, [event]);
    else others.push(event);
  }
  return tally([...byMatter.values()].flatMap((of) => countedAs(typeOf, of)));
}

function countedAs(
  typeOf: (id: string, version: number) => MatterType | undefined,
  events: readonly MatterEvent[],
): string[] {
  const { type: id, typeVersion, side } = events[0]?.data ?? {};
  const type = typeOf(String(id), Number(typeVersion));
  if (type === undefined) throw new Error(`matter type ${String(id)} version ${String(typeVersion)} is not at hand`);
  const states = events.flatMap(({ name }) =>
    type.transitions.filter((one) => one.name === name && one.to !== "same").map(({ to }) => to),
  );
  const last = states.at(-1);
  if (last === undefined || type.states.find((state) => state.id === last)?.open !== false) return [];
  const { outcomes, offences } = type.statistics;
  const outcome = states.map((state) => outcomes[state]).findLast((one) => one !== undefined) ?? last;
  const direction = side === "requesting" ? "outgoing" : "incoming";
  return [keyOf(direction, type.id, offences === undefined ? null : lastOffence(events, offences), outcome)];
}

/** ICCS code of the first offence as the last event that gave the field has it. */
function lastOffence(events: readonly MatterEvent[], field: string): string | null {
  let offence: string | null = null;
  for (const { name, data } of events) {
    const given =
      name === "field-corrected" ? (data.field === field ? data.value : undefined) : inValues(data.values, field);
    if (given === undefined) continue;
    const first = Array.isArray(given) ? given[0] : undefined;
    const code = typeof first === "object" && first !== null && "iccs" in first ? first.iccs : null;
    offence = typeof code === "string" ? code : null;
  }
  return offence;
}

function inValues(values: Json | undefined, field: string): Json | undefined {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return undefined;
  return Object.entries(values).find(([id]) => id === field)?.[1];
}
