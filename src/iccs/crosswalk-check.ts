import { parseIccsCode } from "./classification.ts";
import type { Crosswalk, CrosswalkProblem, CrosswalkRule, SplitSet } from "./crosswalk.ts";
import { conditionKey, splitSets } from "./crosswalk.ts";

/** How far the weights of a split may be from 1: no more than the writing of decimals can make. */
const weightTolerance = 1e-9;

/** Every fault of a crosswalk: unknown targets, weights, dates that overlap or leave gaps, repeated and dead rules. */
export function checkCrosswalk(crosswalk: Crosswalk): CrosswalkProblem[] {
  const problems: CrosswalkProblem[] = [];
  const report = (
    severity: "error" | "warning",
    code: string,
    rule: number,
    field: string,
    message: string,
    found: string,
    expected: string,
    hint: string,
  ): void => {
    problems.push({
      code: `crosswalk.${code}`,
      severity,
      rule,
      line: crosswalk.rules[rule]?.line,
      field,
      message,
      found,
      expected,
      hint,
    });
  };
  if (crosswalk.rules.length === 0) {
    problems.push({
      code: "crosswalk.empty",
      severity: "error",
      message: "The crosswalk has no rule.",
      found: "",
      expected: "at least one rule",
      hint: "Add rules.",
    });
  }
  const seen = new Map<string, number>();
  crosswalk.rules.forEach((rule, index) => {
    checkTarget(rule, index, report);
    if (rule.from !== undefined && rule.until !== undefined && rule.until <= rule.from) {
      report(
        "error",
        "dates",
        index,
        "until",
        `The rule for ${rule.code} ends before it begins.`,
        rule.until,
        `after ${rule.from}`,
        "Mend a date.",
      );
    }
    const key = JSON.stringify([rule.code, rule.when ?? null, rule.from ?? null, rule.until ?? null, rule.iccs]);
    const twin = seen.get(key);
    if (twin !== undefined) {
      report(
        "error",
        "repeated",
        index,
        "iccs",
        `The rule ${rule.code} → ${rule.iccs} stands twice.`,
        rule.iccs,
        "each rule once",
        `See rule ${twin + 1}.`,
      );
    }
    seen.set(key, index);
  });
  const byCode = new Map<string, SplitSet[]>();
  for (const set of splitSets(crosswalk)) {
    checkWeights(set, report);
    const sets = byCode.get(set.code);
    if (sets === undefined) byCode.set(set.code, [set]);
    else sets.push(set);
  }
  for (const sets of byCode.values()) checkValidity(sets, report);
  return problems;
}

type ReportFault = (
  severity: "error" | "warning",
  code: string,
  rule: number,
  field: string,
  message: string,
  found: string,
  expected: string,
  hint: string,
) => void;

function checkTarget(rule: CrosswalkRule, index: number, report: ReportFault): void {
  if (rule.iccs === "none") return;
  const parsed = parseIccsCode(rule.iccs);
  if (parsed.kind === "problem")
    report("error", "unknown-target", index, "iccs", parsed.message, parsed.found, parsed.expected, parsed.hint);
  if (parsed.kind === "alias")
    report("warning", "alias", index, "iccs", parsed.message, rule.iccs, parsed.code, `Write ${parsed.code}.`);
}

function checkWeights(set: SplitSet, report: ReportFault): void {
  const sum = set.targets.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) <= weightTolerance) return;
  const rule = set.targets[0]?.rule ?? 0;
  report(
    "error",
    "weights",
    rule,
    "weight",
    `The weights of ${set.code} do not add up to 1.`,
    String(sum),
    "1",
    "A crosswalk neither makes nor loses a record: mend the weights.",
  );
}

const beginning = "0001-01-01";
const end = "9999-12-31";

/** Sets of a code under the same condition must not overlap, unconditional ones leave no gap, and each must be reachable. */
function checkValidity(sets: readonly SplitSet[], report: ReportFault): void {
  const byCondition = Map.groupBy(sets, ({ condition }) => conditionKey(condition));
  for (const same of byCondition.values()) checkSuccession(same, report);
  sets.forEach((set, index) => {
    const earlier = sets.slice(0, index).find((other) => other.condition === undefined && contains(other, set));
    if (earlier !== undefined && set.condition !== undefined) {
      const rule = set.targets[0]?.rule ?? 0;
      report(
        "error",
        "unreachable",
        rule,
        "when",
        `The conditional rule for ${set.code} is never reached.`,
        set.code,
        "conditional rules before the unconditional one",
        "Move it up.",
      );
    }
  });
}

/** The sets of one code and one condition, by the day on which they begin: each must begin where those before it end. */
function checkSuccession(sets: readonly SplitSet[], report: ReportFault): void {
  const ordered = [...sets].sort((a, b) => (a.from ?? beginning).localeCompare(b.from ?? beginning));
  let until: string | undefined;
  for (const set of ordered) {
    const from = set.from ?? beginning;
    const rule = set.targets[0]?.rule ?? 0;
    if (until !== undefined && from < until) {
      const message = `Two rules for ${set.code} hold on the same days.`;
      const hint = "Let one end where the other begins, or give them different conditions.";
      report("error", "overlap", rule, "from", message, from, `from ${until} on`, hint);
    }
    if (until !== undefined && from > until && set.condition === undefined) {
      const message = `No rule for ${set.code} holds from ${until} to ${from}.`;
      report("error", "gap", rule, "from", message, from, until, "Let one begin where the other ends.");
    }
    const ends = set.until ?? end;
    if (until === undefined || ends > until) until = ends;
  }
}

function contains(outer: SplitSet, inner: SplitSet): boolean {
  return (outer.from ?? beginning) <= (inner.from ?? beginning) && (outer.until ?? end) >= (inner.until ?? end);
}
