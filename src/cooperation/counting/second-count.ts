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
  return tally([...eventsByMatter(events).values()].flatMap((of) => countedAs(typeOf, of)));
}

function eventsByMatter(events: Iterable<MatterEvent>): Map<string, MatterEvent[]> {
  const byMatter = new Map<string, MatterEvent[]>();
  for (const event of events) {
    const others = byMatter.get(event.matter);
    if (others === undefined) byMatter.set(event.matter, [event]);
    else others.push(event);
  }
  return byMatter;
}

/** What a closed matter is counted under, read from its events alone. */
export interface CountedMatter {
  readonly year: number;
  /** By the dimensions of the tables of requests. */
  readonly request: Readonly<Record<string, string>>;
  /** By those of the table of persons, one for each person. */
  readonly persons: readonly Readonly<Record<string, string>>[];
}

/**
 * Every closed matter as it is counted, straight from the events and again without the fold and the facts; the key is the
 * matter.
 *
 * @param stateOf - State of a partner, as the directory has it.
 * @throws Error for a matter whose type is not at hand.
 */
export function casesOfEvents(
  typeOf: (id: string, version: number) => MatterType | undefined,
  stateOf: (partner: string) => string | undefined,
  events: Iterable<MatterEvent>,
): ReadonlyMap<string, CountedMatter> {
  const found = new Map<string, CountedMatter>();
  for (const [matter, of] of eventsByMatter(events)) {
    const counted = caseOf(typeOf, stateOf, of);
    if (counted !== undefined) found.set(matter, counted);
  }
  return found;
}

function caseOf(
  typeOf: (id: string, version: number) => MatterType | undefined,
  stateOf: (partner: string) => string | undefined,
  events: readonly MatterEvent[],
): CountedMatter | undefined {
  const [opened] = events;
  const { type: id, typeVersion, side, partner } = opened?.data ?? {};
  const type = typeOf(String(id), Number(typeVersion));
  if (type === undefined) throw new Error(`matter type ${String(id)} version ${String(typeVersion)} is not at hand`);
  const moves = events.flatMap(({ name, at }) =>
    type.transitions.filter((one) => one.name === name && one.to !== "same").map(({ to }) => ({ to, at })),
  );
  const last = moves.at(-1);
  if (last === undefined || type.states.find((state) => state.id === last.to)?.open !== false) return undefined;
  const { outcomes, offences, persons } = type.statistics;
  const direction = side === "requesting" ? "outgoing" : "incoming";
  const basis = lastGiven(events, "legal-bases");
  const first = Array.isArray(basis) ? basis[0] : basis;
  const offence = offences === undefined ? null : lastOffence(events, offences);
  const decided = events.findLast((one) => hasGrounds(one) && type.transitions.some(({ name }) => name === one.name));
  const grounds = decided?.data.grounds ?? decided?.data["postponement-grounds"];
  const reason: Json | undefined = Array.isArray(grounds) ? grounds[0] : undefined;
  return {
    year: Number(last.at.slice(0, 4)),
    request: {
      direction,
      type: type.id,
      partner: (typeof partner === "string" ? stateOf(partner) : undefined) ?? "_U",
      legalBasis: typeof first === "string" ? first : "_U",
      section: offence === null ? "_U" : offence.slice(0, 2),
      outcome: moves.map(({ to }) => outcomes[to]).findLast((one) => one !== undefined) ?? last.to,
      ground: typeof reason === "string" ? reason : "_Z",
    },
    persons: (persons === undefined ? [] : entriesOf(lastGiven(events, persons))).map((person) => ({
      direction,
      sex: { female: "F", male: "M", other: "O" }[String(person.sex)] ?? "_U",
      age: bandOn(person, last.at),
    })),
  };
}

const hasGrounds = ({ data }: MatterEvent): boolean =>
  data.grounds !== undefined || data["postponement-grounds"] !== undefined;

/** The age band of a person on a day, reckoned by the calendar days of birth and closing. */
function bandOn(person: Readonly<Record<string, Json>>, at: string): string {
  const { born, age } = person;
  let years = typeof age === "number" ? age : Number.NaN;
  if (typeof born === "string") {
    // Of a birth whose day is not known the last day that it can be gives the least age.
    const [year = "", month = "12", day = "31"] = born.split("-");
    const birthday = `${month}-${day}`;
    years = Number(at.slice(0, 4)) - Number(year) - (at.slice(5, 10) < birthday ? 1 : 0);
  }
  if (!(years >= 0 && years <= 130)) return "_U";
  return years < 18 ? "Y0T17" : years < 30 ? "Y18T29" : years < 45 ? "Y30T44" : years < 65 ? "Y45T64" : "Y_GE65";
}

const entriesOf = (value: Json | undefined): Readonly<Record<string, Json>>[] =>
  Array.isArray(value)
    ? value.filter((entry: Json) => typeof entry === "object" && entry !== null && !Array.isArray(entry))
    : [];

/** The value of a field that was given last, in whatever way. */
function lastGiven(events: readonly MatterEvent[], field: string): Json | undefined {
  let found: Json | undefined;
  for (const { name, data } of events) {
    const given =
      name === "field-corrected" ? (data.field === field ? data.value : undefined) : inValues(data.values, field);
    if (given !== undefined) found = given ?? undefined;
  }
  return found;
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
