import { z } from "zod";
import { type IccsCode, parseIccsCode } from "./classification.ts";
import { type Condition, columnsOfCondition, conditionMatches, conditionSchema } from "./condition.ts";

const localText = z.union([z.string().min(1), z.record(z.string(), z.string().min(1))]);

/** One rule: records with a national code, under a condition and between dates, belong to an ICCS code with a weight. */
export const crosswalkRuleSchema = z
  .strictObject({
    code: z.string().min(1).describe("The national code, exactly as the records have it."),
    title: z.string().optional().describe("The national title."),
    iccs: z.string().describe("The deepest ICCS code that surely holds, or `none` for what is no crime."),
    weight: z.number().gt(0).max(1).default(1).describe("Part of the records; the parts of one split add up to 1."),
    from: z.iso.date().optional().describe("First day on which the rule holds; open when absent."),
    until: z.iso.date().optional().describe("First day on which it no longer holds; open when absent."),
    when: conditionSchema.optional().describe("Condition on further columns of the record."),
    basis: z
      .enum(["exact", "broader", "narrower", "assumption"])
      .default("exact")
      .describe("How the two codes relate: the same, the ICCS code broader or narrower, or an assumption."),
    authority: z.string().optional().describe("Who says so."),
    note: z.string().optional(),
    line: z.int().optional().describe("Line in the table that the rule was read from."),
  })
  .describe("A rule of a crosswalk.");
export type CrosswalkRule = z.infer<typeof crosswalkRuleSchema>;

const headFields = {
  crosswalk: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  version: z.string().min(1).describe("Version of the correspondence; every fact can be traced to it."),
  title: localText,
  description: localText.optional(),
  authority: z.string().optional().describe("Who answers for the whole correspondence."),
  source: z.string().optional(),
  scheme: z.string().describe("The national classification, such as IUCR."),
};

/** `crosswalks/*.yaml`: a versioned correspondence national code → ICCS code, many to many. */
export const crosswalkSchema = z
  .strictObject({
    ...headFields,
    rules: z.union([
      z.array(crosswalkRuleSchema).nonempty(),
      z.strictObject({
        file: z
          .string()
          .describe(
            "CSV beside this file: code,title,iccs,weight,from,until,basis,authority,note and any when.<column>.",
          ),
      }),
    ]),
  })
  .describe("A crosswalk from a national code list to the ICCS.");
export type CrosswalkDefinition = z.infer<typeof crosswalkSchema>;

/** A crosswalk with its rules at hand, in their order. */
export interface Crosswalk extends Omit<CrosswalkDefinition, "rules"> {
  readonly rules: readonly CrosswalkRule[];
}

/** A fault of a crosswalk. `rule` is the index of the rule, `line` its line when it came from a table. */
export interface CrosswalkProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly rule?: number | undefined;
  readonly line?: number | undefined;
  readonly field?: string | undefined;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

const ruleColumns = new Set(["code", "title", "iccs", "weight", "from", "until", "basis", "authority", "note"]);

/** Reads the rules of a crosswalk from the rows of its table. `when.<column>` cells hold values with `|` between. */
export function crosswalkFromRows(
  definition: CrosswalkDefinition,
  rows: readonly { readonly line: number; readonly cells: Readonly<Record<string, string>> }[],
): { readonly crosswalk: Crosswalk; readonly problems: readonly CrosswalkProblem[] } {
  const rules: CrosswalkRule[] = [];
  const problems: CrosswalkProblem[] = [];
  const first = rows[0];
  for (const name of Object.keys(first?.cells ?? {})) {
    if (ruleColumns.has(name) || name.startsWith("when.")) continue;
    problems.push({
      code: "crosswalk.unknown-column",
      severity: "error",
      line: 1,
      field: name,
      message: `The table has a column "${name}" that no rule knows.`,
      found: name,
      expected: `${[...ruleColumns].join(", ")} or when.<column>`,
      hint: "Rename or remove the column.",
    });
  }
  for (const { line, cells } of rows) {
    const parsed = crosswalkRuleSchema.safeParse({ ...ruleFromCells(cells), line });
    if (parsed.success) {
      rules.push(parsed.data);
      continue;
    }
    for (const issue of parsed.error.issues) {
      const field = issue.path.map(String).join(".");
      problems.push({
        code: "crosswalk.invalid-rule",
        severity: "error",
        line,
        field,
        message: `The rule for ${cells.code ?? ""} is not valid.`,
        found: cells[field] ?? "",
        expected: issue.message,
        hint: "Mend the cell.",
      });
    }
  }
  return { crosswalk: { ...definition, rules }, problems };
}

function ruleFromCells(cells: Readonly<Record<string, string>>): Record<string, unknown> {
  const rule: Record<string, unknown> = {};
  const when: Record<string, string[]> = {};
  for (const [name, cell] of Object.entries(cells)) {
    const text = cell.trim();
    if (text === "") continue;
    if (name.startsWith("when.")) when[name.slice(5)] = text.split("|").map((value) => value.trim());
    else if (ruleColumns.has(name)) rule[name] = name === "weight" ? Number(text) : name === "code" ? cell : text;
  }
  if (Object.keys(when).length > 0) rule.when = when;
  return rule;
}

/** Rules of one code with the same condition and validity: a record that meets them goes to all of them by weight. */
export interface SplitSet {
  /** Stable name within the crosswalk: the national code and the set's number among those of the code. */
  readonly id: string;
  readonly code: string;
  readonly condition: Condition | undefined;
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly targets: readonly { readonly iccs: IccsCode | undefined; readonly weight: number; readonly rule: number }[];
}

/** The split sets of a crosswalk, in the order in which they are tried. Rules with unknown targets are left out. */
export function splitSets(crosswalk: Crosswalk): SplitSet[] {
  const sets = new Map<
    string,
    { set: SplitSet; targets: { iccs: IccsCode | undefined; weight: number; rule: number }[] }
  >();
  const perCode = new Map<string, number>();
  crosswalk.rules.forEach((rule, index) => {
    const parsed = rule.iccs === "none" ? undefined : parseIccsCode(rule.iccs);
    if (parsed?.kind === "problem") return;
    const key = JSON.stringify([rule.code, conditionKey(rule.when), rule.from ?? null, rule.until ?? null]);
    const target = { iccs: parsed?.code, weight: rule.weight, rule: index };
    const known = sets.get(key);
    if (known !== undefined) {
      // Two aliases of one code are one target: as two they could be taken for one and the same, and a part be lost.
      const twin = known.targets.find(({ iccs }) => iccs === target.iccs);
      if (twin === undefined) known.targets.push(target);
      else twin.weight += target.weight;
      return;
    }
    const number = (perCode.get(rule.code) ?? 0) + 1;
    perCode.set(rule.code, number);
    const targets = [target];
    sets.set(key, {
      targets,
      set: {
        id: `${rule.code}#${number}`,
        code: rule.code,
        condition: rule.when,
        from: rule.from,
        until: rule.until,
        targets,
      },
    });
  });
  return [...sets.values()].map(({ set }) => set);
}

/** The same text for conditions that say the same in another order of columns. */
export function conditionKey(condition: Condition | undefined): string {
  if (condition === undefined) return "";
  return JSON.stringify(Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Columns, besides code and date, that the conditions of a crosswalk look at. */
export function conditionColumns(crosswalk: Crosswalk): string[] {
  return [...new Set(crosswalk.rules.flatMap(({ when }) => columnsOfCondition(when ?? {})))].sort();
}

/** Days on which some rule begins or ends, in order: between two of them the crosswalk is the same for every record. */
export function validityCuts(crosswalk: Crosswalk): string[] {
  const days = crosswalk.rules.flatMap(({ from, until }) => [from, until]).filter((day) => day !== undefined);
  return [...new Set(days)].sort();
}

/** What a crosswalk says of one record. */
export interface Mapping {
  readonly iccs: IccsCode | undefined;
  readonly weight: number;
  readonly rule: string | undefined;
  readonly status: "mapped" | "split" | "not-a-crime" | "unmapped";
}

/**
 * Classifies one record: the first set of its code whose validity holds its date and whose condition it meets. Without
 * one the record stays, unmapped. The weights of what is given back always add up to 1 when the crosswalk is sound.
 *
 * @param record - The columns that conditions look at; `date` as `YYYY-MM-DD`. Without a date only undated rules hold.
 */
export function applyCrosswalk(
  crosswalk: Crosswalk,
  record: {
    readonly code: string | null;
    readonly date: string | null;
    readonly columns: Readonly<Record<string, string | number | boolean | null>>;
  },
): Mapping[] {
  const set = splitSets(crosswalk).find(
    ({ code, condition, from, until }) =>
      code === record.code &&
      (from === undefined || (record.date !== null && record.date >= from)) &&
      (until === undefined || (record.date !== null && record.date < until)) &&
      (condition === undefined || conditionMatches(condition, record.columns)),
  );
  if (set === undefined) return [{ iccs: undefined, weight: 1, rule: undefined, status: "unmapped" }];
  return set.targets.map(({ iccs, weight }) => ({ iccs, weight, rule: set.id, status: statusOf(set, iccs) }));
}

export function statusOf(set: SplitSet, iccs: IccsCode | undefined): "mapped" | "split" | "not-a-crime" {
  if (set.targets.length > 1) return "split";
  return iccs === undefined ? "not-a-crime" : "mapped";
}
