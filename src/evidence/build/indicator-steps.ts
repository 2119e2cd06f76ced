import { join } from "node:path";
import { ledgerFile, makeLedger, type ReportingUnit } from "../coverage/index.ts";
import type { Coverage, Definitions, Indicator, Population } from "../definitions/index.ts";
import { factFiles } from "../facts/index.ts";
import { type FactSource, type LedgerFile, makeIndicator, type PopulationSource } from "../indicators/index.ts";
import { plainOf, type Step, type StepResult } from "../steps/index.ts";
import { parquet } from "../store/index.ts";
import type { Manifest } from "./manifest.ts";
import type { StreamOutcome } from "./stream-steps.ts";
import type { Workshop } from "./workshop.ts";

type Outcomes = ReadonlyMap<string, StreamOutcome>;

/** Something that a definition needs could not be made. The sentence is for the user. */
class NotMade extends Error {}

interface MadeSet {
  readonly source: FactSource;
  readonly key: string;
}

/** The facts behind a reference `stream/facts`. Throws NotMade when they are not there. */
function madeSet(definitions: Definitions, outcomes: Outcomes, reference: string): MadeSet {
  const [streamId = "", setId = ""] = reference.split("/");
  const set = definitions.streams.get(streamId)?.value.facts.find(({ facts }) => facts === setId);
  const made = outcomes.get(streamId)?.facts.get(setId);
  if (set === undefined || made === undefined)
    throw new NotMade(`The facts ${reference} are not there: see the stream ${streamId}.`);
  return { source: { name: reference, set, files: [join(made.directory, factFiles.facts)] }, key: made.key };
}

function populationSource(
  definitions: Definitions,
  outcomes: Outcomes,
  id: string,
): { source: PopulationSource; key: string } {
  const population = definitions.populations.get(id)?.value;
  if (population === undefined) throw new NotMade(`There is no population ${id}.`);
  const { source, key } = madeSet(definitions, outcomes, population.facts);
  return { source: { population, set: source.set, files: source.files }, key };
}

/** Makes the ledgers of reporting. One whose source is not there is left out; what hangs on it says so. */
export async function makeCoverages(workshop: Workshop, outcomes: Outcomes): Promise<Map<string, StepResult>> {
  const made = new Map<string, StepResult>();
  for (const [id, { value: coverage }] of workshop.definitions.coverages) {
    const units = reportingUnits(workshop.definitions, coverage);
    const source = ledgerSource(workshop.definitions, outcomes, coverage);
    if (source === undefined) continue;
    const { title, description, ...counted } = coverage;
    const step: Step = {
      kind: "coverage",
      version: 2,
      inputs: { coverage: plainOf(counted), units: plainOf(units), source: source.key },
    };
    const result = await workshop.make(step, id, async (directory) => {
      workshop.listen({ type: "computing", what: id });
      await workshop.watched(id, (engine) =>
        engine.inOrder(() => makeLedger(engine, { coverage, units, relation: source.relation }, directory)),
      );
    });
    made.set(id, result);
  }
  return made;
}

function ledgerSource(
  definitions: Definitions,
  outcomes: Outcomes,
  coverage: Coverage,
): { readonly relation: string | undefined; readonly key: string } | undefined {
  if ("complete" in coverage.ledger) return { relation: undefined, key: "" };
  if ("stream" in coverage.ledger) {
    const outcome = outcomes.get(coverage.ledger.stream);
    return outcome === undefined ? undefined : { relation: outcome.relation, key: outcome.records.key };
  }
  try {
    const sets = coverage.appliesTo.map((reference) => madeSet(definitions, outcomes, reference));
    return { relation: parquet(sets.flatMap(({ source }) => source.files)), key: sets.map(({ key }) => key).join() };
  } catch (error) {
    if (error instanceof NotMade) return undefined;
    throw error;
  }
}

/** The units of a ledger: rows of its table, or the areas of a level. */
function reportingUnits(definitions: Definitions, coverage: Coverage): ReportingUnit[] {
  const { units } = coverage;
  if ("file" in units) {
    return (definitions.tables.get(units.file) ?? []).map(({ cells }) => ({
      unit: cells.unit ?? "",
      area: cells.area ?? "",
      share: Number(cells.share),
    }));
  }
  return [...definitions.areas.values()]
    .filter(({ level }) => level === units.areas)
    .map(({ code }) => ({ unit: code, area: code, share: 1 }));
}

/** Makes every indicator whose facts are there; the others get the reason why not. */
export async function makeIndicators(
  workshop: Workshop,
  outcomes: Outcomes,
  coverages: ReadonlyMap<string, StepResult>,
): Promise<Manifest["indicators"]> {
  const results: Manifest["indicators"] = {};
  for (const [id, { value: indicator }] of workshop.definitions.indicators) {
    try {
      const step = await makeOne(workshop, outcomes, coverages, indicator);
      results[id] = { key: step.key, problem: null };
    } catch (error) {
      if (!(error instanceof NotMade)) throw error;
      results[id] = { key: null, problem: error.message };
    }
  }
  return results;
}

async function makeOne(
  workshop: Workshop,
  outcomes: Outcomes,
  coverages: ReadonlyMap<string, StepResult>,
  indicator: Indicator,
): Promise<StepResult> {
  const { definitions } = workshop;
  const numerator = indicator.numerator.facts.map((name) => madeSet(definitions, outcomes, name));
  const whole =
    indicator.measure === "share" || indicator.measure === "share-of-areas" ? indicator.denominator.facts : [];
  const denominator = whole.map((name) => madeSet(definitions, outcomes, name));
  const population =
    indicator.measure === "rate"
      ? populationSource(definitions, outcomes, indicator.denominator.population)
      : undefined;
  const ledger = ledgerOf(definitions, outcomes, coverages, indicator.numerator.facts);
  const { title, description, limits, highlights, sdg, ...computed } = indicator;
  const step: Step = {
    kind: "indicator",
    version: 4,
    inputs: {
      indicator: plainOf(computed),
      areas: [...definitions.areas.values()].map(({ code, parent, level }) => [code, parent ?? null, level]),
      numerator: numerator.map(({ key, source }) => ({ key, totalsGiven: plainOf(source.set.totalsGiven) })),
      denominator: denominator.map(({ key, source }) => ({ key, totalsGiven: plainOf(source.set.totalsGiven) })),
      population:
        population === undefined
          ? null
          : { key: population.key, definition: plainOf(withoutTitle(population.source.population)) },
      ledger: ledger === undefined ? null : ledger.key,
    },
  };
  return workshop.make(step, indicator.indicator, async (directory) => {
    workshop.listen({ type: "computing", what: indicator.indicator });
    await workshop.watched(indicator.indicator, (engine) =>
      engine.inOrder(() =>
        makeIndicator(
          engine,
          {
            indicator,
            areas: definitions.areas,
            numerator: numerator.map(({ source }) => source),
            denominator: denominator.map(({ source }) => source),
            population: population?.source,
            ledger: ledger?.file,
          },
          directory,
        ),
      ),
    );
  });
}

function withoutTitle({ title, ...population }: Population): Omit<Population, "title"> {
  return population;
}

/** The ledger that tells how complete all of these fact sets are; undefined when none does. */
function ledgerOf(
  definitions: Definitions,
  outcomes: Outcomes,
  coverages: ReadonlyMap<string, StepResult>,
  facts: readonly string[],
): { readonly file: LedgerFile; readonly key: string } | undefined {
  for (const [id, { value: coverage }] of definitions.coverages) {
    const step = coverages.get(id);
    if (step === undefined || !facts.every((name) => coverage.appliesTo.includes(name))) continue;
    const weight =
      "areas" in coverage.units && coverage.units.weight !== undefined
        ? populationSource(definitions, outcomes, coverage.units.weight)
        : undefined;
    return {
      file: { frequency: coverage.frequency, files: [join(step.directory, ledgerFile)], weight: weight?.source },
      key: `${step.key} ${weight?.key ?? ""}`,
    };
  }
  return undefined;
}
