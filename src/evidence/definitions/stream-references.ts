import { type Condition, columnsOfCondition, conditionColumns } from "../../iccs/index.ts";
import type { Frequency } from "../periods/index.ts";
import { checkColumns, checkComparison } from "./column-references.ts";
import type { DefinitionFile } from "./definition-file.ts";
import type { Definitions } from "./load.ts";
import { checkIccs, type Path, type ReferenceReport } from "./reference-report.ts";
import type { Stream } from "./stream.ts";

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

/** Holds a stream against itself, its lookup tables, the areas and the crosswalks. */
export function checkStream(report: ReferenceReport, definitions: Definitions, stream: DefinitionFile<Stream>): void {
  const { value } = stream;
  const columns = new Map(Object.entries(value.columns));
  const column = (path: Path, name: string): ReturnType<typeof columns.get> =>
    report.known(stream, path, name, columns, "column");
  const condition = (path: Path, where: Condition | undefined): void => {
    for (const name of columnsOfCondition(where ?? {})) column([...path, name], name);
  };
  checkColumns(report, definitions, stream);
  value.setAside.forEach(({ where }, index) => condition(["setAside", index, "where"], where));
  value.rules.forEach((rule, index) => {
    if ("unique" in rule) condition(["rules", index, "when"], rule.when);
    if ("unique" in rule)
      for (const [part, name] of rule.unique.entries()) column(["rules", index, "unique", part], name);
    if ("compare" in rule) {
      for (const part of [0, 2] as const) column(["rules", index, "compare", part], rule.compare[part]);
      checkComparison(report, stream, ["rules", index, "compare"], rule);
    }
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
  report: ReferenceReport,
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
