/**
 * What a declaration says of a row, in plain TypeScript, from the words of the definitions and not from the SQL. Dates are
 * texts `YYYY-MM-DD`, times `YYYY-MM-DDTHH:MM:SS`.
 */
import { conditionMatches } from "../../iccs/index.ts";
import type { RecordColumn, Stream } from "../definitions/index.ts";
import { areaCodes, type Cell, type Lookups, type Row } from "./trial-delivery.test.ts";

type Value = string | number | boolean | null;

interface Judged {
  readonly value: Value;
  readonly absence: string | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly failures: readonly { readonly rule: string; readonly action: "quarantine" | "flag" }[];
}

function trimmed(text: string): string {
  let begin = 0;
  let end = text.length;
  const white = (at: number): boolean => [" ", "\t", "\r", "\n", "\u00a0"].includes(text.charAt(at));
  while (begin < end && white(begin)) begin += 1;
  while (end > begin && white(end - 1)) end -= 1;
  return text.slice(begin, end);
}

function digitsOnly(text: string): boolean {
  return text !== "" && [...text].every((sign) => sign >= "0" && sign <= "9");
}

function readWhole(text: string, thousands: string): string | undefined {
  if (digitsOnly(text)) return text;
  if (thousands === "") return undefined;
  const [first = "", ...groups] = text.split(thousands);
  const sound =
    digitsOnly(first) && first.length <= 3 && groups.every((group) => digitsOnly(group) && group.length === 3);
  return sound && groups.length > 0 ? [first, ...groups].join("") : undefined;
}

function readNumber(text: string, column: RecordColumn): number | null {
  const sign = text.startsWith("-") ? -1 : 1;
  const unsigned = text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text;
  if (column.type === "integer") {
    const whole = readWhole(unsigned, column.thousands);
    if (whole === undefined || BigInt(whole) > 9223372036854775807n) return null;
    return sign * Number(whole);
  }
  const at = unsigned.search(/[eE]/);
  const mantissa = at < 0 ? unsigned : unsigned.slice(0, at);
  const power = at < 0 ? "0" : unsigned.slice(at + 1);
  if (!digitsOnly(power.startsWith("-") || power.startsWith("+") ? power.slice(1) : power)) return null;
  const [before = "", fraction, ...more] =
    column.thousands !== column.decimal ? mantissa.split(column.decimal) : [mantissa, undefined];
  const whole = readWhole(before, column.thousands);
  if (whole === undefined || more.length > 0 || (fraction !== undefined && !digitsOnly(fraction))) return null;
  if (String(BigInt(whole)).length > 15) return null;
  const number = sign * Number(`${whole}.${fraction ?? "0"}e${power}`);
  return Number.isFinite(number) ? number : null;
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

function readForm(text: string, form: string): string | null {
  const numbers = new Map<string, number>();
  let rest = text;
  for (let at = 0; at < form.length; at += 1) {
    const sign = form.charAt(at);
    if (sign !== "%") {
      if (!rest.startsWith(sign)) return null;
      rest = rest.slice(1);
      continue;
    }
    at += 1;
    const field = form.charAt(at);
    const digits = rest.slice(0, field === "Y" ? 4 : 2);
    if (!digitsOnly(digits) || digits.length !== (field === "Y" ? 4 : 2)) return null;
    numbers.set(field, Number(digits));
    rest = rest.slice(digits.length);
  }
  const of = (field: string, otherwise: number): number => numbers.get(field) ?? otherwise;
  const [year, month, date] = [of("Y", 0), of("m", 1), of("d", 1)];
  if (rest !== "" || year < 1000 || month < 1 || month > 12 || date < 1 || date > daysIn(year, month)) return null;
  if (of("H", 0) > 23 || of("M", 0) > 59 || of("S", 0) > 59) return null;
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${year}-${two(month)}-${two(date)}T${two(of("H", 0))}:${two(of("M", 0))}:${two(of("S", 0))}`;
}

function readMoment(text: string, forms: string): string | null {
  for (const form of forms.split("|")) {
    const found = readForm(text, form);
    if (found !== null) return found;
  }
  return null;
}

/** Local time of a moment in a zone, by the zone tables of the runtime. */
function localTime(moment: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(moment);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year").padStart(4, "0")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}`;
}

/** The moment of a local time: by the offset that holds before it when the clocks have skipped it. */
function momentOf(local: string, zone: string): number {
  const asUtc = Date.parse(`${local}Z`);
  const offset = (at: number): number => Date.parse(`${localTime(at, zone)}Z`) - at;
  const before = asUtc - offset(asUtc - 86_400_000);
  const after = asUtc - offset(before);
  return localTime(after, zone) === local ? after : before;
}

function readCell(text: string, column: RecordColumn, timezone: string): string | number | boolean | null {
  switch (column.type) {
    case "text":
      return text;
    case "integer":
    case "number":
      return readNumber(text, column);
    case "boolean":
      return column.true.includes(text) ? true : column.false.includes(text) ? false : null;
    case "date":
      return readMoment(text, column.format ?? "%Y-%m-%d")?.slice(0, 10) ?? null;
    case "datetime": {
      const local = readMoment(text, column.format ?? "%Y-%m-%dT%H:%M:%S|%Y-%m-%d %H:%M:%S|%Y-%m-%d");
      if (local === null || column.timezone === undefined || column.timezone === timezone) return local;
      return localTime(momentOf(local, column.timezone), timezone);
    }
    case "year":
      return readForm(text, "%Y")?.slice(0, 10) ?? null;
    case "year-month": {
      const month = readMoment(text, column.format ?? "%Y-%m");
      return month === null ? null : `${month.slice(0, 7)}-01`;
    }
    default:
      return column.type satisfies never;
  }
}

function judge(name: string, column: RecordColumn, delivered: Cell, timezone: string, lookups: Lookups): Judged {
  const failures: { rule: string; action: "quarantine" | "flag" }[] = [];
  const fail = (kind: string): void => {
    failures.push({ rule: `${name}.${kind}`, action: column.onFail });
  };
  const written = delivered === null ? null : column.trim ? trimmed(delivered) : delivered;
  const text = written === null || column.empty.includes(written) ? null : written;
  const mask = text === null ? undefined : column.masked[text];
  const readable =
    text === null || (mask !== undefined && column.type !== "text") ? null : readCell(text, column, timezone);
  if (text === null && column.required && column.whenEmpty === undefined) fail("required");
  if (text !== null && mask === undefined && readable === null) fail("type");
  let value: Value = readable;
  let known = true;
  if (column.bands !== undefined) {
    const number = typeof readable === "number" ? readable : undefined;
    const band = Object.entries(column.bands).find(
      ([, [low, high]]) => number !== undefined && (low === null || number >= low) && (high === null || number <= high),
    );
    value = band?.[0] ?? column.otherwise ?? null;
    known = number === undefined || value !== null;
  } else {
    const pairs = column.values === undefined ? lookups.get(name) : new Map(Object.entries(column.values));
    if (pairs !== undefined) {
      value = text === null ? null : (pairs.get(text) ?? column.otherwise ?? null);
      known = text === null || value !== null;
    }
  }
  if (!known) fail("code");
  if (value === null && column.whenEmpty !== undefined) value = column.whenEmpty;
  const bound = (side: "minimum" | "maximum"): void => {
    const limit = column[side];
    if (limit === undefined || readable === null) return;
    const sign = side === "minimum" ? 1 : -1;
    const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
    if (typeof limit === "string" && typeof readable === "string") {
      if (order(readable.slice(0, 10), limit) * sign < 0) fail(side);
    } else if (typeof limit === "number") {
      const held = typeof readable === "string" ? Number(readable.slice(0, 4)) : readable;
      if (typeof held === "number" && order(held, limit) * sign < 0) fail(side);
    }
  };
  bound("minimum");
  bound("maximum");
  if (column.pattern !== undefined && text !== null && !new RegExp(`^(?:${column.pattern})$`).test(text))
    fail("pattern");
  if (column.codes !== undefined && value !== null && !column.codes.includes(String(value))) fail("code");
  if (column.areas && value !== null && !areaCodes.has(String(value))) fail("area");
  const number = typeof readable === "number" ? readable : null;
  return {
    value,
    absence: mask?.meaning ?? null,
    low: mask?.between?.[0] ?? number,
    high: mask?.between?.[1] ?? number,
    failures,
  };
}

export type End = "accepted" | "flagged" | "quarantined" | "set aside";

interface Reference {
  readonly ends: readonly End[];
  readonly rules: Readonly<Record<string, number>>;
  readonly rows: readonly (readonly [string, Judged][])[];
}

export function judged(stream: Stream, rows: readonly Row[], timezone: string, lookups: Lookups): Reference {
  const rules: Record<string, number> = {};
  const count = (rule: string): void => {
    rules[rule] = (rules[rule] ?? 0) + 1;
  };
  const cells = rows.map((row) =>
    Object.entries(stream.columns).map(([name, column]): [string, Judged] => [
      name,
      judge(name, column, row[column.from ?? name] ?? null, timezone, lookups),
    ]),
  );
  const values = cells.map((row) => Object.fromEntries(row.map(([name, { value }]) => [name, value])));
  const ends = values.map((row, index): End => {
    const aside = stream.setAside.find(({ where }) => conditionMatches(where, row));
    if (aside !== undefined) {
      count(aside.rule);
      return "set aside";
    }
    const failures = (cells[index] ?? []).flatMap(([, cell]) => cell.failures);
    const failing = new Map(failures.map(({ rule, action }) => [rule, action]));
    for (const rule of stream.rules) {
      if ("compare" in rule && comparisonFails(rule.compare, row)) failing.set(rule.rule, rule.onFail);
      if ("require" in rule && conditionMatches(rule.when ?? {}, row) && !conditionMatches(rule.require, row))
        failing.set(rule.rule, rule.onFail);
    }
    for (const { rule } of failures) count(rule);
    for (const rule of failing.keys()) if (!failures.some((failure) => failure.rule === rule)) count(rule);
    const actions = [...failing.values()];
    return actions.includes("quarantine") ? "quarantined" : actions.length > 0 ? "flagged" : "accepted";
  });
  const fallen = new Map<number, { rule: string; action: "quarantine" | "flag" }>();
  for (const rule of stream.rules) {
    if (!("unique" in rule)) continue;
    const byKey = new Map<string, number[]>();
    ends.forEach((end, index) => {
      const row = values[index] ?? {};
      if (end === "set aside" || end === "quarantined" || !conditionMatches(rule.when ?? {}, row)) return;
      const key = JSON.stringify(rule.unique.map((name) => row[name] ?? null));
      byKey.set(key, [...(byKey.get(key) ?? []), index]);
    });
    for (const same of byKey.values()) {
      if (same.length === 1) continue;
      const identical = new Set(same.map((index) => JSON.stringify(rows[index]))).size === 1;
      const keepsFirst = rule.keep === "first" || (rule.keep === "identical-first" && identical);
      for (const index of keepsFirst ? same.slice(1) : same) {
        const other = fallen.get(index);
        if (other === undefined || (other.action === "flag" && rule.onFail === "quarantine"))
          fallen.set(index, { rule: rule.rule, action: rule.onFail });
      }
    }
  }
  for (const { rule } of fallen.values()) count(rule);
  const final = ends.map((end, index): End => {
    const action = fallen.get(index)?.action;
    return action === undefined ? end : action === "quarantine" ? "quarantined" : "flagged";
  });
  return { ends: final, rules, rows: cells };
}

function comparisonFails(
  [left, operator, right]: readonly [string, string, string],
  row: Record<string, Value>,
): boolean {
  const [a, b] = [row[left] ?? null, row[right] ?? null];
  if (a === null || b === null) return false;
  const order = a < b ? -1 : a > b ? 1 : 0;
  const holds: Record<string, boolean> = {
    "<": order < 0,
    "<=": order <= 0,
    "=": order === 0,
    "!=": order !== 0,
    ">=": order >= 0,
    ">": order > 0,
  };
  return holds[operator] === false;
}
