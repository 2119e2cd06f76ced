import type { AuthorityId, StateCode } from "../words/index.ts";
import { type CountedCase, cellKey, cubeOf, type TableShape } from "./cells.ts";
import { type DisclosureRule, type ProtectedCube, protect, usualRule } from "./disclosure.ts";
import type { CooperationFact } from "./fact.ts";

/** The dimensions of a release; every observation names each of them, with `_T` for all together. */
export const releaseDimensions = [
  "direction",
  "type",
  "partner",
  "legalBasis",
  "section",
  "outcome",
  "ground",
  "sex",
  "age",
] as const;
export type ReleaseDimension = (typeof releaseDimensions)[number];

/** One published number, or that it is not published. */
export interface Observation {
  readonly countUnit: "requests" | "persons";
  readonly values: Readonly<Record<ReleaseDimension, string>>;
  /** Null where it is suppressed; zero is a count. */
  readonly count: number | null;
  /** SDMX CL_OBS_STATUS: A normal, Q suppressed. */
  readonly status: "A" | "Q";
}

/** How long a stage took, where enough requests went through it. */
export interface StageDuration {
  readonly direction: string;
  readonly type: string;
  readonly stage: string;
  /** In days; null where too few requests went through it. */
  readonly median: number | null;
  readonly ninetieth: number | null;
}

/** What an authority publishes about the matters that it closed in a year. */
export interface StatisticsRelease {
  readonly authority: AuthorityId;
  readonly state: StateCode;
  readonly year: number;
  readonly rule: DisclosureRule;
  /** Requests below which no duration is published. */
  readonly fewest: number;
  readonly observations: readonly Observation[];
  readonly stages: readonly StageDuration[];
  /** How many cells are not published, of how many. */
  readonly suppressed: number;
  readonly cells: number;
}

/**
 * The tables of requests. Each is by direction and one more dimension, so that they meet in the direction alone: then no
 * two of them together tell more about a cell than the sums that are audited.
 */
const requestTables: readonly TableShape[] = ["type", "partner", "legalBasis", "section", "outcome", "ground"].map(
  (dimension) => ({ id: `by-${dimension}`, dimensions: ["direction", dimension] }),
);
/** The table of the persons in the requests. */
const personTables: readonly TableShape[] = [{ id: "persons", dimensions: ["direction", "sex", "age"] }];

const unknown = "_U";
const sexes = { female: "F", male: "M", other: "O", "not-known": unknown } as const;

/** A closed matter as the tables count it. */
export function requestCase(fact: CooperationFact): CountedCase {
  const values = {
    direction: fact.direction,
    type: fact.type,
    partner: fact.partnerState ?? unknown,
    legalBasis: fact.legalBasis ?? unknown,
    section: fact.offence?.slice(0, 2) ?? unknown,
    outcome: fact.outcome,
    ground: fact.ground ?? "_Z",
  };
  return { values, count: 1 };
}

/** The persons of a closed matter as the table counts them. */
export function personCases({ direction, persons }: CooperationFact): CountedCase[] {
  return persons.map(({ sex, ageBand, persons: count }) => ({
    values: { direction, sex: sexes[sex], age: ageBand },
    count,
  }));
}

/** The years in which matters were closed, the newest first. */
export function yearsOf(facts: readonly CooperationFact[]): number[] {
  return [...new Set(facts.map(({ year }) => year))].sort((one, other) => other - one);
}

/**
 * What may be published of the matters that were closed in a year, under disclosure control. Requests and persons are
 * protected apart: they are different units and no sum of the one is a sum of the other. Pure.
 *
 * @param facts - Of all closed matters; those of other years are left out.
 */
export function releaseOf(
  facts: readonly CooperationFact[],
  of: { readonly authority: AuthorityId; readonly state: StateCode; readonly year: number },
  rule: DisclosureRule = usualRule,
): StatisticsRelease {
  const closed = facts.filter(({ year }) => year === of.year);
  const requests = protect(cubeOf(closed.map(requestCase), requestTables), rule);
  const persons = protect(cubeOf(closed.flatMap(personCases), personTables), rule);
  const fewest = 2 * rule.threshold;
  return {
    ...of,
    rule,
    fewest,
    observations: [
      ...observationsOf(requests, "requests", ["sex", "age"]),
      ...observationsOf(persons, "persons", ["ground"]),
    ],
    stages: stagesOf(closed, requests, fewest),
    suppressed: requests.suppressed.size + persons.suppressed.size,
    cells: requests.cube.cells.size + persons.cube.cells.size,
  };
}

function observationsOf(
  { cube, suppressed }: ProtectedCube,
  countUnit: Observation["countUnit"],
  without: readonly ReleaseDimension[],
): Observation[] {
  return [...cube.cells.values()]
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ key, values, count }) => {
      const hidden = suppressed.has(key);
      return {
        countUnit,
        values: everyDimension((dimension) => (without.includes(dimension) ? "_Z" : (values[dimension] ?? "_T"))),
        count: hidden ? null : count,
        status: hidden ? "Q" : "A",
      };
    });
}

function everyDimension(value: (dimension: ReleaseDimension) => string): Readonly<Record<ReleaseDimension, string>> {
  return {
    direction: value("direction"),
    type: value("type"),
    partner: value("partner"),
    legalBasis: value("legalBasis"),
    section: value("section"),
    outcome: value("outcome"),
    ground: value("ground"),
    sex: value("sex"),
    age: value("age"),
  };
}

/** Durations by direction, type and stage. One of a suppressed count is not published: it would tell that there are many. */
function stagesOf(facts: readonly CooperationFact[], { suppressed }: ProtectedCube, fewest: number): StageDuration[] {
  const days = new Map<
    string,
    { readonly direction: string; readonly type: string; readonly stage: string; readonly of: number[] }
  >();
  for (const { direction, type, stages } of facts)
    for (const [stage, length] of Object.entries(stages)) {
      const key = `${direction} ${type} ${stage}`;
      const found = days.get(key) ?? { direction, type, stage, of: [] };
      days.set(key, found);
      if (length !== null) found.of.push(length);
    }
  return [...days.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { direction, type, stage, of }]) => {
      const open = of.length >= fewest && !suppressed.has(cellKey({ direction, type }));
      return {
        direction,
        type,
        stage,
        median: open ? quantile(of, 0.5) : null,
        ninetieth: open ? quantile(of, 0.9) : null,
      };
    });
}

/** The smallest of the values that at least this share of them does not exceed (nearest rank); null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** How the numbers of a release were made and protected, in the words that are published with them. */
export function methodText({ year, rule, fewest }: Pick<StatisticsRelease, "year" | "rule" | "fewest">): string {
  return [
    `Requests for cooperation that were closed in ${year}, each counted once, when it was closed; persons named in them, each counted once in a request.`,
    `Counts from 1 to ${rule.threshold - 1} are suppressed, and so are further counts from which one of them could be computed. A suppressed count is marked Q; it is neither zero nor missing. Which of the suppressed counts are small is not said.`,
    `All published counts and totals were audited together by linear programming: each suppressed count can be told no more closely than to within a range of ${rule.protection}.`,
    `Medians and 90th percentiles (nearest rank) of the days of a stage are published where at least ${fewest} requests went through it and their count is not suppressed.`,
    "The ICCS section is that of the first offence of the request; a request without one is under _U. The age is that on the day of the closing.",
  ].join("\n");
}

/** Columns of the release file, after SDMX: what is counted, its dimensions, the value and its status. */
const releaseColumns = [
  "REF_AREA",
  "FREQ",
  "TIME_PERIOD",
  "COUNT_UNIT",
  "DIRECTION",
  "MATTER_TYPE",
  "PARTNER_STATE",
  "LEGAL_BASIS",
  "ICCS_SECTION",
  "OUTCOME",
  "GROUND",
  "SEX",
  "AGE",
  "OBS_VALUE",
  "OBS_STATUS",
  "CONF_STATUS",
] as const;

/**
 * The release as CSV (RFC 4180, UTF-8) with SDMX-style columns and codes: `_T` all together, `_U` unknown, `_Z` does not
 * apply. The value of a suppressed count is `c`, its OBS_STATUS Q, its CONF_STATUS C; which of them are suppressed because
 * of another one is not told.
 */
export function releaseCsv(releases: readonly StatisticsRelease[]): string {
  const rows = releases.flatMap(({ state, year, observations }) =>
    observations.map(({ countUnit, values, count, status }) => [
      state,
      "A",
      String(year),
      countUnit,
      ...releaseDimensions.map((dimension) => values[dimension]),
      count === null ? "c" : String(count),
      status,
      count === null ? "C" : "F",
    ]),
  );
  return `${[[...releaseColumns], ...rows].map((row) => row.join(",")).join("\r\n")}\r\n`;
}
