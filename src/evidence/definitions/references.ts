import type { DefinitionProblem } from "../../formats/index.ts";
import { checkCrosswalk } from "../../iccs/index.ts";
import { checkCoverages } from "./coverage-references.ts";
import { checkIndicator } from "./indicator-references.ts";
import type { Definitions } from "./load.ts";
import { checkIccs, ReferenceReport } from "./reference-report.ts";
import type { FactSet } from "./stream.ts";
import { checkStream } from "./stream-references.ts";

/**
 * Holds the definitions against each other: whatever one names must be there and must fit. Pure; returns every fault.
 */
export function checkReferences(definitions: Definitions): DefinitionProblem[] {
  const report = new ReferenceReport();
  const sets = factSets(definitions);
  for (const stream of definitions.streams.values()) checkStream(report, definitions, stream);
  for (const { definition, crosswalk, table } of definitions.crosswalks.values()) {
    for (const problem of checkCrosswalk(crosswalk)) report.take(definition, problem, table);
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
    event.value.iccs.forEach((code, index) => checkIccs(report, event, ["iccs", index], code));
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

function factSets(definitions: Definitions): Map<string, FactSet> {
  const sets = new Map<string, FactSet>();
  for (const [id, stream] of definitions.streams) {
    for (const set of stream.value.facts) sets.set(`${id}/${set.facts}`, set);
  }
  return sets;
}
