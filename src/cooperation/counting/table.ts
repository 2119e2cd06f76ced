import type { CooperationFact } from "./fact.ts";

const separator = /[",\r\n]/;
const cell = (value: string | number | boolean | null): string => {
  const text = value === null ? "" : String(value);
  return separator.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
/** Rows in the order of their content: the order of closing would tell which row is which matter. */
function table(header: readonly string[], rows: readonly (readonly (string | number | boolean | null)[])[]): string {
  const lines = rows.map((row) => row.map(cell).join(",")).sort();
  return `${[header.join(","), ...lines].join("\n")}\n`;
}
const monthOf = ({ year, month }: CooperationFact): string => `${year}-${String(month).padStart(2, "0")}`;
const sexes = { female: "F", male: "M", other: "_O", "not-known": "_U" } as const;

/** Columns of `requestsCsv` that every row has; a column for each stage follows, such as `days_to_result`. */
const requestColumns = [
  "authority",
  "month",
  "direction",
  "type",
  "legal_basis",
  "partner_state",
  "offence",
  "outcome",
  "ground",
  "electronic",
] as const;

/**
 * The closed matters as CSV (RFC 4180, UTF-8), one row for each: what an observatory reads with a stream such as
 *
 * ```yaml
 * stream: cooperation-requests
 * title: { en: Closed requests for cooperation, zh: 已办结的合作请求 }
 * kind: matters
 * publisher: { en: Central authority of Bensalem, zh: 本萨勒姆中央机关 }
 * licence: internal
 * locations: [{ file: raw/requests.csv }]
 * obtain: Write the closed matters with `requestsCsv` to raw/requests.csv.
 * format: { kind: csv }
 * columns:
 *   authority: { required: true }
 *   month: { type: year-month, required: true }
 *   direction: { required: true, codes: [outgoing, incoming] }
 *   type: { required: true }
 *   legal_basis: { whenEmpty: _U }
 *   partner_state: { whenEmpty: _U }
 *   offence: { required: true, onFail: flag }
 *   outcome: { required: true }
 *   ground: { whenEmpty: _Z }
 *   electronic: { type: boolean, required: true, "true": ["true"], "false": ["false"] }
 * facts:
 *   - facts: monthly
 *     title: { en: Closed requests, zh: 已办结的请求 }
 *     countUnit: requests
 *     period: { column: month, frequency: M }
 *     area: { constant: XB }
 *     classification: { column: offence }
 *     dimensions: [direction, type, legal_basis, partner_state, outcome, ground, electronic]
 * ```
 *
 * The area is the State of the authority, as the observatory names it. Small counts are protected when the observatory
 * publishes, not here.
 */
export function requestsCsv(facts: readonly CooperationFact[]): string {
  const stages = [...new Set(facts.flatMap((fact) => Object.keys(fact.stages)))].sort();
  const header = [...requestColumns, ...stages.map((stage) => `days_${stage.replaceAll("-", "_")}`)];
  return table(
    header,
    facts.map((fact) => [
      fact.authority,
      monthOf(fact),
      fact.direction,
      fact.type,
      fact.legalBasis,
      fact.partnerState,
      fact.offence,
      fact.outcome,
      fact.ground,
      fact.electronic,
      ...stages.map((stage) => fact.stages[stage] ?? null),
    ]),
  );
}

/**
 * The persons of the closed matters as CSV, one row for each sex and age band of a matter, with their number in
 * `persons`; sex as `F`, `M`, `_O`, `_U`. A second table, because a request with two persons is one request.
 */
export function personsCsv(facts: readonly CooperationFact[]): string {
  return table(
    ["authority", "month", "direction", "type", "offence", "outcome", "sex", "age", "persons"],
    facts.flatMap((fact) =>
      fact.persons.map(({ sex, ageBand, persons }) => [
        fact.authority,
        monthOf(fact),
        fact.direction,
        fact.type,
        fact.offence,
        fact.outcome,
        sexes[sex],
        ageBand,
        persons,
      ]),
    ),
  );
}
