import { parseIccsCode } from "./classification.ts";
import type { Crosswalk, CrosswalkProblem, CrosswalkRule, SplitSet } from "./crosswalk.ts";
import { splitSets } from "./crosswalk.ts";

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

/** Unconditional sets of a code must follow each other without gap or overlap; a set that none can reach is a mistake. */
function checkValidity(sets: readonly SplitSet[], report: ReportFault): void {
  const open = sets.filter(({ condition }) => condition === undefined);
  const ordered = [...open].sort((a, b) => ((a.from ?? beginning) < (b.from ?? beginning) ? -1 : 1));
  ordered.forEach((set, index) => {
    const next = ordered[index + 1];
    if (next === undefined) return;
    const until = set.until ?? end;
    const from = next.from ?? beginning;
    const rule = next.targets[0]?.rule ?? 0;
    if (from < until)
      report(
        "error",
        "overlap",
        rule,
        "from",
        `Two rules for ${set.code} hold on the same days.`,
        from,
        `from ${until} on`,
        "Let one end where the other begins, or give them conditions.",
      );
    if (from > until)
      report(
        "error",
        "gap",
        rule,
        "from",
        `No rule for ${set.code} holds from ${until} to ${from}.`,
        from,
        until,
        "Let one begin where the other ends.",
      );
  });
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

function contains(outer: SplitSet, inner: SplitSet): boolean {
  return (outer.from ?? beginning) <= (inner.from ?? beginning) && (outer.until ?? end) >= (inner.until ?? end);
}
