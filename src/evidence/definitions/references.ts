import {
  type Condition,
  checkCrosswalk,
  columnsOfCondition,
  conditionColumns,
  parseIccsCode,
} from "../../iccs/index.ts";
import { nests } from "../periods.ts";
import type { FactSelection, Indicator } from "./indicator.ts";
import type { Definitions } from "./load.ts";
import { type DefinitionProblem, nearest } from "./problem.ts";
import type { FactSet, Stream } from "./stream.ts";
import type { Frequency } from "./words.ts";
import type { DefinitionFile } from "./yaml-file.ts";

type Path = readonly (string | number)[];

/** Names that facts carry themselves; a further dimension may not take one of them. */
const reservedDimensions = new Set([
  "facts",
  "count_unit",
  "area",
  "frequency",
  "period",
  "iccs",
  "mapping",
  "value",
  "low",
  "high",
  "status",
  "assumed",
  "flagged",
  "records",
  "vintage",
  "sex",
  "age",
  "national_code",
  "cut",
  "grouping",
]);

/**
 * Holds the definitions against each other: whatever one names must be there and must fit. Pure; returns every fault.
 */
export function checkReferences(definitions: Definitions): DefinitionProblem[] {
  const report = new Report();
  const sets = factSets(definitions);
  for (const stream of definitions.streams.values()) checkStream(report, definitions, stream);
  for (const { definition, crosswalk } of definitions.crosswalks.values()) {
    for (const problem of checkCrosswalk(crosswalk)) report.take(definition, problem);
  }
  checkCoverages(report, definitions, sets);
  for (const population of definitions.populations.values()) {
    const set = report.known(population, ["facts"], population.value.facts, sets, "fact set");
    if (set === undefined) continue;
    if (set.countUnit !== "persons") {
      report.add(
        population,
        ["facts"],
        "A population counts persons.",
        set.countUnit,
        "persons",
        "Name a fact set with countUnit: persons.",
      );
    }
    if (set.period.frequency !== "A") {
      report.add(
        population,
        ["facts"],
        "A population is given by year.",
        set.period.frequency,
        "A",
        "Set the fact set's frequency to A.",
      );
    }
  }
  for (const event of definitions.events.values()) {
    event.value.areas.forEach((code, index) => {
      report.known(event, ["areas", index], code, definitions.areas, "area");
    });
    if (event.value.until !== undefined && event.value.until <= event.value.from) {
      report.add(
        event,
        ["until"],
        "The event ends before it begins.",
        event.value.until,
        `after ${event.value.from}`,
        "Mend a date.",
      );
    }
  }
  for (const indicator of definitions.indicators.values()) checkIndicator(report, definitions, sets, indicator);
  return report.problems;
}

class Report {
  readonly problems: DefinitionProblem[] = [];

  add(from: DefinitionFile<unknown>, path: Path, message: string, found: string, expected: string, hint: string): void {
    this.problems.push({
      code: "definition.reference",
      severity: "error",
      ...from.place(path),
      message,
      found,
      expected,
      hint,
    });
  }

  /** The named thing, or undefined after reporting that it is not there, with the nearest that is. */
  known<T>(
    from: DefinitionFile<unknown>,
    path: Path,
    name: string,
    things: ReadonlyMap<string, T>,
    noun: string,
  ): T | undefined {
    const thing = things.get(name);
    if (thing !== undefined || things.has(name)) return thing;
    const near = nearest(name, things.keys());
    const some = [...things.keys()].slice(0, 8).join(", ");
    this.add(
      from,
      path,
      `There is no ${noun} "${name}".`,
      name,
      things.size === 0 ? `a ${noun}; none is defined` : `one of ${some}${things.size > 8 ? " …" : ""}`,
      near === undefined ? `Define it, or name another ${noun}.` : `Did you mean "${near}"?`,
    );
    return undefined;
  }

  take(
    from: DefinitionFile<unknown>,
    problem: {
      readonly code: string;
      readonly severity: "error" | "warning";
      readonly rule?: number | undefined;
      readonly line?: number | undefined;
      readonly field?: string | undefined;
      readonly message: string;
      readonly found: string;
      readonly expected: string;
      readonly hint: string;
    },
  ): void {
    const path: (string | number)[] = ["rules"];
    if (problem.rule !== undefined && problem.line === undefined) path.push(problem.rule);
    if (problem.field !== undefined && problem.line === undefined) path.push(problem.field);
    const place = from.place(path);
    const { code, severity, message, found, expected, hint } = problem;
    this.problems.push({
      code,
      severity,
      ...place,
      ...(problem.line === undefined ? {} : { line: problem.line, column: 1 }),
      field: problem.field ?? place.field,
      message,
      found,
      expected,
      hint,
    });
  }
}

function factSets(definitions: Definitions): Map<string, FactSet> {
  const sets = new Map<string, FactSet>();
  for (const [id, stream] of definitions.streams) {
    for (const set of stream.value.facts) sets.set(`${id}/${set.facts}`, set);
  }
  return sets;
}

function checkStream(report: Report, definitions: Definitions, stream: DefinitionFile<Stream>): void {
  const { value } = stream;
  const columns = new Map(Object.entries(value.columns));
  const column = (path: Path, name: string): ReturnType<typeof columns.get> =>
    report.known(stream, path, name, columns, "column");
  const condition = (path: Path, where: Condition | undefined): void => {
    for (const name of columnsOfCondition(where ?? {})) column([...path, name], name);
  };
  for (const [name, declared] of columns) {
    if (declared.lookup !== undefined) {
      const rows = definitions.tables.get(declared.lookup.file) ?? [];
      const cells = new Map(Object.keys(rows[0]?.cells ?? {}).map((key) => [key, true]));
      if (rows.length > 0) {
        report.known(
          stream,
          ["columns", name, "lookup", "key"],
          declared.lookup.key,
          cells,
          "column of the lookup table",
        );
        report.known(
          stream,
          ["columns", name, "lookup", "value"],
          declared.lookup.value,
          cells,
          "column of the lookup table",
        );
      }
    }
    if (declared.timezone !== undefined)
      checkTimezone(report, stream, ["columns", name, "timezone"], declared.timezone);
    if (declared.pattern !== undefined && !isRegularExpression(declared.pattern)) {
      report.add(
        stream,
        ["columns", name, "pattern"],
        "This is no regular expression.",
        declared.pattern,
        "RE2 syntax",
        "Mend it.",
      );
    }
  }
  value.setAside.forEach(({ where }, index) => condition(["setAside", index, "where"], where));
  value.rules.forEach((rule, index) => {
    if ("unique" in rule) condition(["rules", index, "when"], rule.when);
    if ("unique" in rule)
      for (const [part, name] of rule.unique.entries()) column(["rules", index, "unique", part], name);
    if ("compare" in rule)
      for (const part of [0, 2] as const) column(["rules", index, "compare", part], rule.compare[part]);
    if ("require" in rule) {
      condition(["rules", index, "require"], rule.require);
      condition(["rules", index, "when"], rule.when);
    }
  });
  value.totals.forEach((total, index) => {
    condition(["totals", index, "where"], total.where);
    if (total.measure !== "rows") {
      column(["totals", index, "measure"], "sum" in total.measure ? total.measure.sum : total.measure.distinct);
    }
  });
  value.confidential.forEach((name, index) => column(["confidential", index], name));
  const seen = new Set<string>();
  value.facts.forEach((set, index) => {
    const at = (...path: Path): Path => ["facts", index, ...path];
    if (seen.has(set.facts))
      report.add(stream, at("facts"), "Two fact sets have one name.", set.facts, "each name once", "Rename one.");
    seen.add(set.facts);
    const period = column(at("period", "column"), set.period.column);
    if (period !== undefined && !["date", "datetime", "year", "year-month"].includes(period.type)) {
      report.add(
        stream,
        at("period", "column"),
        "A period is made from a date.",
        period.type,
        "date, datetime, year or year-month",
        "Set the column's type.",
      );
    }
    if (period !== undefined)
      checkGranularity(report, stream, at("period", "frequency"), period.type, set.period.frequency);
    if (set.count !== "rows") {
      const counted = column(at("count", "column"), set.count.column);
      if (counted !== undefined && counted.type !== "integer" && counted.type !== "number") {
        report.add(
          stream,
          at("count", "column"),
          "A count is a number.",
          counted.type,
          "integer or number",
          "Set the column's type.",
        );
      }
    }
    for (const part of ["area", "sex", "age"] as const) {
      const from = set[part];
      if ("column" in from) column(at(part, "column"), from.column);
    }
    if ("constant" in set.area)
      report.known(stream, at("area", "constant"), set.area.constant, definitions.areas, "area");
    set.dimensions.forEach((name, part) => {
      column(at("dimensions", part), name);
      if (reservedDimensions.has(name)) {
        report.add(
          stream,
          at("dimensions", part),
          "Facts have a column of this name already.",
          name,
          "another name",
          "Rename the record column.",
        );
      }
    });
    const own = new Map([...set.dimensions, "sex", "age"].map((name) => [name, true]));
    set.totalsGiven.forEach((name, part) => report.known(stream, at("totalsGiven", part), name, own, "dimension"));
    condition(at("where"), set.where);
    if (set.classification === "none") return;
    if ("iccs" in set.classification) checkIccs(report, stream, at("classification", "iccs"), set.classification.iccs);
    if ("column" in set.classification) column(at("classification", "column"), set.classification.column);
    if ("crosswalk" in set.classification) {
      const crosswalk = report.known(
        stream,
        at("classification", "crosswalk"),
        set.classification.crosswalk,
        definitions.crosswalks,
        "crosswalk",
      );
      if (crosswalk !== undefined) {
        for (const name of conditionColumns(crosswalk.crosswalk)) column(at("classification", "crosswalk"), name);
      }
    }
  });
}

/** A year cannot be told apart into months: a column must be at least as fine as the period that is made from it. */
function checkGranularity(
  report: Report,
  from: DefinitionFile<unknown>,
  path: Path,
  type: string,
  frequency: Frequency,
): void {
  const allowed: Readonly<Record<string, readonly Frequency[]>> = { year: ["A"], "year-month": ["A", "Q", "M"] };
  const fits = allowed[type];
  if (fits !== undefined && !fits.includes(frequency)) {
    report.add(
      from,
      path,
      `A ${type} column cannot be cut into periods of frequency ${frequency}.`,
      frequency,
      fits.join(", "),
      "Choose a longer period.",
    );
  }
}

function checkTimezone(report: Report, from: DefinitionFile<unknown>, path: Path, zone: string): void {
  const zones = Intl.supportedValuesOf("timeZone");
  if (zone === "UTC" || zones.includes(zone)) return;
  const near = nearest(zone, zones);
  report.add(
    from,
    path,
    "This time zone is not known.",
    zone,
    "an IANA time zone such as America/Mexico_City",
    near === undefined ? "Mend it." : `Did you mean "${near}"?`,
  );
}

function isRegularExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function checkIccs(report: Report, from: DefinitionFile<unknown>, path: Path, code: string): void {
  const parsed = parseIccsCode(code);
  if (parsed.kind === "problem") {
    report.add(from, path, "This is no code of the ICCS.", code, "an ICCS code of 2, 4, 5 or 6 digits", parsed.hint);
  }
}

function checkCoverages(report: Report, definitions: Definitions, sets: ReadonlyMap<string, FactSet>): void {
  const levels = new Map([...definitions.areas.values()].map((area) => [area.level, true]));
  for (const coverage of definitions.coverages.values()) {
    const { value } = coverage;
    value.appliesTo.forEach((name, index) => report.known(coverage, ["appliesTo", index], name, sets, "fact set"));
    if ("file" in value.units) checkUnits(report, definitions, coverage, value.units.file);
    else {
      report.known(coverage, ["units", "areas"], value.units.areas, levels, "level of areas");
      if (value.units.weight !== undefined) {
        report.known(coverage, ["units", "weight"], value.units.weight, definitions.populations, "population");
      }
    }
    if ("stream" in value.ledger) {
      const stream = report.known(coverage, ["ledger", "stream"], value.ledger.stream, definitions.streams, "stream");
      if (stream !== undefined) {
        const columns = new Map(Object.entries(stream.value.columns));
        for (const field of ["unit", "period", "status"] as const) {
          const name = value.ledger[field];
          if (name !== undefined)
            report.known(coverage, ["ledger", field], name, columns, `column of the stream ${value.ledger.stream}`);
        }
      }
    }
  }
}

function checkUnits(report: Report, definitions: Definitions, coverage: DefinitionFile<unknown>, file: string): void {
  const sums = new Map<string, number>();
  for (const { line, cells } of definitions.tables.get(file) ?? []) {
    const share = Number(cells.share);
    const area = cells.area ?? "";
    const wrong = (message: string, found: string, expected: string, hint: string): void => {
      report.problems.push({
        code: "coverage.units",
        severity: "error",
        file,
        line,
        column: 1,
        field: "",
        message,
        found,
        expected,
        hint,
      });
    };
    if (!definitions.areas.has(area)) {
      const near = nearest(area, definitions.areas.keys());
      wrong(
        `There is no area "${area}".`,
        area,
        "the code of an area",
        near === undefined ? "Mend it." : `Did you mean "${near}"?`,
      );
    }
    if (!Number.isFinite(share) || share < 0 || share > 1 || (cells.share ?? "").trim() === "") {
      wrong("A share of population is a number from 0 to 1.", cells.share ?? "", "0 to 1", "Mend it.");
    } else sums.set(area, (sums.get(area) ?? 0) + share);
  }
  for (const [area, sum] of sums) {
    if (Math.abs(sum - 1) > 1e-6) {
      report.add(
        coverage,
        ["units", "file"],
        `The shares of the units of ${area} do not add up to 1.`,
        String(sum),
        "1",
        `Mend ${file}.`,
      );
    }
  }
}

function checkIndicator(
  report: Report,
  definitions: Definitions,
  sets: ReadonlyMap<string, FactSet>,
  indicator: DefinitionFile<Indicator>,
): void {
  const { value } = indicator;
  const numerator = checkSelection(report, sets, indicator, ["numerator"], value.numerator, value);
  if (value.measure === "rate") {
    report.known(
      indicator,
      ["denominator", "population"],
      value.denominator.population,
      definitions.populations,
      "population",
    );
  } else if (value.measure !== "count") {
    const denominator = checkSelection(report, sets, indicator, ["denominator"], value.denominator, value);
    const unit = numerator[0]?.countUnit;
    const other = denominator.find(({ countUnit }) => countUnit !== unit);
    if (value.measure === "share" && unit !== undefined && other !== undefined) {
      report.add(
        indicator,
        ["denominator"],
        "A share is a part of the same thing: the count units differ.",
        other.countUnit,
        unit,
        "Choose facts of one count unit.",
      );
    }
  }
  const levels = new Map([...definitions.areas.values()].map((area) => [area.level, true]));
  value.areas.levels?.forEach((level, index) =>
    report.known(indicator, ["areas", "levels", index], level, levels, "level of areas"),
  );
  if (value.measure === "share-of-areas") report.known(indicator, ["of"], value.of, levels, "level of areas");
  if (value.highlights?.area !== undefined) {
    report.known(indicator, ["highlights", "area"], value.highlights.area, definitions.areas, "area");
  }
}

function checkSelection(
  report: Report,
  sets: ReadonlyMap<string, FactSet>,
  indicator: DefinitionFile<Indicator>,
  path: Path,
  selection: FactSelection,
  definition: Indicator,
): FactSet[] {
  const chosen = selection.facts.flatMap((name, index) => {
    const set = report.known(indicator, [...path, "facts", index], name, sets, "fact set");
    return set === undefined ? [] : [set];
  });
  const [first] = chosen;
  chosen.forEach((set, index) => {
    const at = [...path, "facts", index];
    if (first !== undefined && set.countUnit !== first.countUnit) {
      report.add(
        indicator,
        at,
        "Counts of different units are never added.",
        set.countUnit,
        first.countUnit,
        "Make two indicators.",
      );
    }
    if (!nests(set.period.frequency, definition.frequency)) {
      report.add(
        indicator,
        ["frequency"],
        `Periods of frequency ${set.period.frequency} do not add up to ${definition.frequency}.`,
        definition.frequency,
        set.period.frequency,
        "Choose the frequency of the facts, or a longer one that they fit into.",
      );
    } else if (set.stock && set.period.frequency !== definition.frequency) {
      report.add(
        indicator,
        ["frequency"],
        "What is counted on a day is never added over time.",
        definition.frequency,
        set.period.frequency,
        "Choose the frequency of the facts.",
      );
    }
    const dimensions = new Map([...set.dimensions, "sex", "age", "iccs", "area"].map((name) => [name, true]));
    definition.breakdowns.forEach((names, row) =>
      names.forEach((name, part) => {
        report.known(indicator, ["breakdowns", row, part], name, dimensions, "dimension of the facts");
      }),
    );
    for (const name of columnsOfCondition(selection.where ?? {})) {
      report.known(indicator, [...path, "where", name], name, dimensions, "dimension of the facts");
    }
  });
  selection.iccs?.forEach((code, index) => checkIccs(report, indicator, [...path, "iccs", index], code));
  return chosen;
}
