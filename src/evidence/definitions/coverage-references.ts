import { nearest } from "../../formats/index.ts";
import type { DefinitionFile } from "./definition-file.ts";
import type { Definitions } from "./load.ts";
import type { ReferenceReport } from "./reference-report.ts";
import type { FactSet } from "./stream.ts";

/** Holds every reporting coverage against the fact sets, areas, populations and streams that it names. */
export function checkCoverages(
  report: ReferenceReport,
  definitions: Definitions,
  sets: ReadonlyMap<string, FactSet>,
): void {
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
    if ("complete" in value.ledger) {
      value.ledger.complete.forEach(({ from, until }, index) => {
        if (until > from) return;
        const path = ["ledger", "complete", index, "until"];
        report.add(coverage, path, "The span ends before it begins.", until, `after ${from}`, "Mend a date.");
      });
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

function checkUnits(
  report: ReferenceReport,
  definitions: Definitions,
  coverage: DefinitionFile<unknown>,
  file: string,
): void {
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
