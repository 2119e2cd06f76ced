import { columnsOfCondition } from "../../iccs/index.ts";
import { nests } from "../periods/index.ts";
import type { DefinitionFile } from "./definition-file.ts";
import type { FactSelection, Indicator } from "./indicator.ts";
import type { Definitions } from "./load.ts";
import { checkIccs, type Path, type ReferenceReport } from "./reference-report.ts";
import type { FactSet } from "./stream.ts";

/** Holds an indicator against the fact sets, populations and areas that it names. */
export function checkIndicator(
  report: ReferenceReport,
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
  checkLedger(report, definitions, indicator, numerator);
  const levels = new Map([...definitions.areas.values()].map((area) => [area.level, true]));
  value.areas.levels?.forEach((level, index) =>
    report.known(indicator, ["areas", "levels", index], level, levels, "level of areas"),
  );
  if (value.measure === "share-of-areas") report.known(indicator, ["of"], value.of, levels, "level of areas");
  if (value.highlights?.area !== undefined) {
    report.known(indicator, ["highlights", "area"], value.highlights.area, definitions.areas, "area");
  }
}

/** The ledger that applies must be kept by the indicator's period or by a shorter one, else nobody would have reported. */
function checkLedger(
  report: ReferenceReport,
  definitions: Definitions,
  indicator: DefinitionFile<Indicator>,
  facts: readonly FactSet[],
): void {
  const { numerator, frequency } = indicator.value;
  const ledger = [...definitions.coverages.values()].find(({ value }) =>
    numerator.facts.every((name) => value.appliesTo.includes(name)),
  );
  const added = facts.find(
    ({ period, stock }) => !stock && period.frequency !== frequency && nests(period.frequency, frequency),
  );
  if (ledger === undefined && added !== undefined) {
    report.problems.push({
      code: "coverage.unknown",
      severity: "warning",
      ...indicator.place(["frequency"]),
      message:
        "Nothing says whether all parts of a period were reported: a year of which only some months came looks whole.",
      found: `facts of ${added.period.frequency}, added up to ${frequency}`,
      expected: "a coverage that applies to these facts",
      hint: "Describe in coverage/ who reported when; `observed` is the least.",
    });
  }
  if (ledger === undefined || nests(ledger.value.frequency, frequency)) return;
  report.add(
    indicator,
    ["frequency"],
    `The coverage ${ledger.value.coverage} is kept by ${ledger.value.frequency} and cannot say who reported a period of ${frequency}.`,
    frequency,
    ledger.value.frequency,
    "Keep the coverage by this period or a shorter one, or choose its frequency.",
  );
}

function checkSelection(
  report: ReferenceReport,
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
