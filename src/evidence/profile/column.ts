import type { RecordColumn } from "../definitions/index.ts";
import { decide, type Finding, fault, percent, quoted, seen } from "./finding.ts";
import { type MomentForm, momentForm } from "./moment-form.ts";
import { looksLikeCode, type NumberForm, numberForm, numberOf } from "./number-form.ts";
import { ageCodes, nameAsWords, type Role, roleOfName, sexCodes } from "./role.ts";

type AbsenceMeaning = RecordColumn["masked"][string]["meaning"];

/** What a masked text may mean. */
export interface Mask {
  readonly meaning: AbsenceMeaning;
  readonly between?: readonly [number, number];
}

/** What was seen in one column, and what is proposed for it. */
export interface ColumnProfile {
  /** Name in the source, as the reader of the format gives it. */
  readonly from: string;
  readonly type: RecordColumn["type"];
  readonly format?: string | undefined;
  readonly decimal?: "." | "," | undefined;
  readonly thousands?: NumberForm["thousands"] | undefined;
  readonly timezone?: string | undefined;
  readonly true?: readonly string[] | undefined;
  readonly false?: readonly string[] | undefined;
  /** Texts other than the empty one that mean: no value. */
  readonly emptyTexts: readonly string[];
  readonly masked: Readonly<Record<string, Mask>>;
  readonly values?: Readonly<Record<string, string>> | undefined;
  readonly codes?: readonly string[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly role?: Role | undefined;
  readonly cells: number;
  readonly empty: number;
  readonly distinct: number;
  /** Smallest and largest number, or first and last day, as text. */
  readonly range?: readonly [string, string] | undefined;
  /** Cells that the proposed type refuses. */
  readonly refused: number;
  readonly findings: readonly Finding[];
}

export interface ColumnInput {
  readonly from: string;
  readonly cells: readonly (string | null)[];
  /** Type that the file itself declares, as Parquet does. */
  readonly declared?: RecordColumn["type"] | undefined;
  /** Whether the whole file was looked at: only then is a list of codes complete. */
  readonly whole: boolean;
}

/** Share of the cells that must fit a type before it is proposed: the others are kept apart by the build. */
const enough = 0.97;
/** Share of counts below zero that is taken for slips. */
const rare = 0.02;
/** Below it a type is not even mentioned. */
const noteworthy = 0.5;
const mostCodes = 20;
/** Cells that a code must have on average, so that a short column of names is not taken for a code list. */
const cellsPerCode = 5;

const nullWords = new Set(["NULL", "null", "NaN", "nan", "\\N", "(null)", "#N/A", "None", "NIL"]);
const maskMeanings: Readonly<Record<string, AbsenceMeaning>> = {
  "..": "not-reported",
  "...": "not-reported",
  "…": "not-reported",
  ":": "not-reported",
  c: "suppressed",
  C: "suppressed",
  x: "suppressed",
  X: "suppressed",
  s: "suppressed",
  S: "suppressed",
  "*": "suppressed",
  "**": "suppressed",
  "#": "suppressed",
  "-": "missing",
  "–": "missing",
  "—": "missing",
  ".": "missing",
  "n/a": "not-applicable",
  "N/A": "not-applicable",
  NA: "missing",
  "n.a.": "not-applicable",
  "n.d.": "missing",
  "s/d": "missing",
  ND: "missing",
};

type Texts = ReadonlyMap<string, number>;

/** Looks at one column and proposes how it is to be read. Never settles in silence what the cells leave open. */
export function profileColumn(input: ColumnInput): ColumnProfile {
  const texts = new Map<string, number>();
  let empty = 0;
  for (const cell of input.cells) {
    const text = cell === null ? "" : trimmed(cell);
    if (text === "") empty += 1;
    else texts.set(text, (texts.get(text) ?? 0) + 1);
  }
  const filled = input.cells.length - empty;
  const common = { from: input.from, cells: input.cells.length, empty, distinct: texts.size };
  const role = roleOfName(input.from);
  if (filled === 0) {
    const finding = decide("empty-column", "Every cell that was looked at is empty.", input.from);
    return { ...common, type: "text", emptyTexts: [], masked: {}, role, refused: 0, findings: [finding] };
  }
  const reading =
    input.declared === undefined
      ? (asBoolean(input, texts) ?? asMoment(input, texts, filled) ?? asNumber(input, texts, filled, role))
      : asDeclared(input.declared, texts);
  if (reading !== undefined) return { ...common, role, ...reading };
  return { ...common, role, ...asText(input, texts, filled, role) };
}

type Reading = Omit<ColumnProfile, "from" | "cells" | "empty" | "distinct" | "role"> & { readonly role?: Role };

const truths: readonly (readonly [string, string])[] = [
  ["true", "false"],
  ["t", "f"],
  ["yes", "no"],
  ["y", "n"],
  ["1", "0"],
  ["si", "no"],
  ["sí", "no"],
  ["ja", "nein"],
  ["oui", "non"],
  ["wahr", "falsch"],
  ["verdadero", "falso"],
  ["vrai", "faux"],
  ["да", "нет"],
  ["是", "否"],
  ["نعم", "لا"],
];

function asBoolean(input: ColumnInput, texts: Texts): Reading | undefined {
  if (texts.size > 6) return undefined;
  const kept = [...texts.keys()].filter((text) => !nullWords.has(text));
  for (const [yes, no] of truths) {
    const trues = kept.filter((text) => text.toLowerCase() === yes);
    const falses = kept.filter((text) => text.toLowerCase() === no);
    if (trues.length + falses.length !== kept.length || trues.length === 0 || falses.length === 0) continue;
    const findings =
      yes === "1"
        ? [decide("boolean", "Only 0 and 1 were seen: read as no and yes, though it could be a count.", input.from)]
        : [];
    const emptyTexts = [...texts.keys()].filter((text) => nullWords.has(text));
    return { type: "boolean", true: trues, false: falses, emptyTexts, masked: {}, refused: 0, findings };
  }
  return undefined;
}

function asMoment(input: ColumnInput, texts: Texts, filled: number): Reading | undefined {
  const { usable, emptyTexts } = withoutNulls(texts, (text) => maskOf(text) !== undefined);
  if (usable.size === 0) return undefined;
  const words = nameAsWords(input.from);
  const compact = [...usable.keys()].every((text) => /^\d+$/.test(text));
  if (compact) {
    const year = asYear(input, usable, words, emptyTexts);
    if (year !== undefined) return year;
    const hinted = /date|fecha|datum|month|mes|monat|period|time|日期/.test(words);
    if (!hinted && usable.size < 12) return undefined;
  }
  const form = momentForm(usable);
  if (form === undefined) return undefined;
  const days: string[] = [];
  const unread = new Map<string, number>();
  for (const [text, count] of usable) {
    const day = form.fits(text);
    if (day === undefined) unread.set(text, count);
    else days.push(day);
    if (compact && (day === undefined || Number(day.slice(0, 4)) < 1900 || Number(day.slice(0, 4)) > 2100)) {
      return undefined;
    }
  }
  const refused = sum(unread);
  const total = sum(usable);
  if (total - refused < total * enough) return nearly(input, "dates", total - refused, filled, unread);
  days.sort();
  const findings = [
    ...form.questions.map((question) => decide("date-form", `Dates: ${question}.`, input.from)),
    ...(compact
      ? [decide("date-form", "The digits are read as dates, since all of them exist in the calendar.", input.from)]
      : []),
    ...zoneQuestions(form, input.from),
    ...refusals(unread, refused, total, input.from),
    ...nullFindings(emptyTexts, input.from),
  ];
  return {
    type: form.type,
    format: isDefaultFormat(form) ? undefined : form.format,
    timezone: form.universal ? "UTC" : undefined,
    emptyTexts,
    masked: {},
    range: rangeOf(days),
    role: "date",
    refused,
    findings,
  };
}

function zoneQuestions(form: MomentForm, column: string): Finding[] {
  if (form.type !== "datetime" || form.offset || form.universal) return [];
  return [decide("time-zone", "Times of day are local, and the file does not say of which time zone.", column)];
}

/** What the declaration assumes when it says nothing. */
function isDefaultFormat(form: MomentForm): boolean {
  const known = {
    date: ["%Y-%m-%d"],
    datetime: ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
    "year-month": ["%Y-%m"],
  }[form.type];
  return form.format.split("|").every((format) => known.includes(format));
}

function asYear(input: ColumnInput, texts: Texts, words: string, emptyTexts: readonly string[]): Reading | undefined {
  const years = [...texts.keys()];
  const odd = new Map([...texts].filter(([text]) => !/^(1[89]\d{2}|20\d{2}|2100)$/.test(text)));
  const total = sum(texts);
  const named = /year|ano\b|anno|jahr|annee|period|time|date|fecha|datum|年|год/.test(words);
  if (!named && (odd.size > 0 || years.length > 150 || texts.size < 2)) return undefined;
  if (sum(odd) > total * (1 - enough) || years.some((text) => text.length !== 4)) return undefined;
  const findings = named
    ? []
    : [decide("year", "Four digits are read as years, though the column's name does not say so.", input.from)];
  if (odd.size > 0) {
    const shown = [...odd].map(([text, count]) => `${text} in ${count} cells`).slice(0, 3);
    findings.push(
      fault(
        "year",
        `Years outside 1800 to 2100 will be kept apart: ${shown.join(", ")}. They may be slips.`,
        input.from,
      ),
    );
  }
  const believed = years.filter((text) => !odd.has(text)).sort();
  return {
    type: "year",
    emptyTexts,
    masked: {},
    minimum: [...odd.keys()].some((text) => text < "1800") ? 1800 : undefined,
    maximum: [...odd.keys()].some((text) => text > "2100") ? 2100 : undefined,
    range: rangeOf(believed),
    role: "date",
    refused: sum(odd),
    findings: [...findings, ...nullFindings(emptyTexts, input.from)],
  };
}

function asNumber(input: ColumnInput, texts: Texts, filled: number, role: Role | undefined): Reading | undefined {
  const { usable, emptyTexts } = withoutNulls(texts, () => false);
  const form = numberForm(usable);
  if (form === undefined) return undefined;
  const masks = new Map<string, number>();
  const unread = new Map<string, number>();
  const codes = [...usable.keys()].filter(looksLikeCode).length;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const [text, count] of usable) {
    const value = numberOf(text, form);
    if (value !== undefined) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    } else if (maskOf(text) !== undefined) masks.set(text, count);
    else unread.set(text, count);
  }
  const refused = sum(unread);
  const masked = sum(masks);
  const total = sum(usable);
  const numbers = total - refused - masked;
  if (numbers === 0 || numbers < (total - masked) * enough) return nearly(input, "numbers", numbers, filled, unread);
  if (codes > 0 || (form.integer && masked === 0 && refused === 0 && areCodes(role, usable))) return undefined;
  const findings: Finding[] = [];
  if (form.open !== undefined) findings.push(decide("number-form", `Numbers: ${form.open}.`, input.from));
  if ([...usable.keys()].some((text) => /\d[\u00a0\u202f\u2019]\d/.test(text))) {
    findings.push(fault("number-form", "Thousands are separated by a special space or apostrophe.", input.from));
  }
  if (masked > 0) {
    const shown = [...masks].map(([text, count]) => `${quoted(text)} in ${count} cells`).join(", ");
    findings.push(decide("masked", `Cells that stand for a number or for none: ${shown}.`, input.from));
  }
  findings.push(...refusals(unread, refused, total, input.from), ...nullFindings(emptyTexts, input.from));
  const negative = sumOf(usable, (text) => (numberOf(text, form) ?? 0) < 0);
  const slips = role === "count" || role === "offence" || masked > 0 ? negative > 0 && negative < total * rare : false;
  if (slips) {
    const shown = `${negative} of the counts are below zero: \`minimum: 0\` keeps their rows apart.`;
    findings.push(decide("negative", shown, input.from));
  }
  const isCount = form.integer && low >= 0;
  const { integer } = form;
  return {
    type: integer ? "integer" : "number",
    decimal: !integer && form.decimal !== "." ? form.decimal : undefined,
    thousands: form.thousands === "" ? undefined : form.thousands,
    emptyTexts,
    masked: Object.fromEntries(
      [...masks.keys()].map((text) => [text, maskOf(text) ?? { meaning: "missing" as const }]),
    ),
    minimum: slips || (low >= 0 && (isCount || role === "count")) ? 0 : undefined,
    range: [String(low), String(high)],
    refused,
    findings,
    ...((role === undefined && masked > 0) || role === "offence" ? { role: "count" as const } : {}),
  };
}

/**
 * Numbers that name something are codes: nobody adds them up, and a list of offences or areas is joined by its text. Under a
 * name such as `actual_crimes` there can be codes or counts; codes have the same number of digits.
 */
function areCodes(role: Role | undefined, texts: Texts): boolean {
  if (role === "identifier" || role === "area" || role === "person") return true;
  if (role !== "offence") return false;
  const [first = "", ...others] = texts.keys();
  return first.length >= 2 && others.every((text) => text.length === first.length);
}

function maskOf(text: string): Mask | undefined {
  const below = /^(<|≤|<=)\s*(\d{1,3})$/.exec(text);
  if (below !== null) {
    const top = Number(below[2]) - (below[1] === "<" ? 1 : 0);
    return { meaning: "suppressed", between: [0, Math.max(top, 0)] };
  }
  const meaning = Object.hasOwn(maskMeanings, text) ? maskMeanings[text] : undefined;
  return meaning === undefined ? undefined : { meaning };
}

function asText(input: ColumnInput, texts: Texts, filled: number, role: Role | undefined): Reading {
  const nulls = [...texts.keys()].filter((text) => nullWords.has(text) && text !== "None");
  const kept = [...texts.keys()].filter((text) => !nulls.includes(text));
  const findings: Finding[] = [...nullFindings(nulls, input.from)];
  const base = { type: "text" as const, emptyTexts: nulls, masked: {}, refused: 0 };
  if (kept.length > 0 && kept.every((text) => /^\d+$/.test(text)))
    findings.push(seen("code", "The numbers are read as codes: as text, which keeps zeros in front.", input.from));
  const sexes = texts.size <= 8 ? sexCodes(kept) : undefined;
  if (sexes !== undefined) {
    const unknown = kept.filter((text) => !Object.hasOwn(sexes, text));
    const values = { ...sexes, ...Object.fromEntries(unknown.map((text) => [text, text])) };
    findings.push(decide("sex", "The texts are turned into F, M, _T (total) and _U (unknown).", input.from));
    if (unknown.length > 0) {
      const named = unknown.map((text) => JSON.stringify(text)).join(", ");
      const advice = "say what each stands for: F, M, _U (not known), or a code of your own.";
      findings.push(decide("sex-texts", `No sex is known for ${named}, kept as written: ${advice}`, input.from));
    }
    if (Object.values(values).includes("_T"))
      findings.push(decide("totals", "Some rows are totals over the sexes: never add them to the parts.", input.from));
    return { ...base, role: "sex", values, findings };
  }
  const ages = texts.size <= 60 ? ageCodes(kept) : undefined;
  if (ages !== undefined) {
    findings.push(decide("age", "The age groups are turned into codes such as Y0T17 and Y_GE65.", input.from));
    return { ...base, role: "age", values: ages, findings };
  }
  if (role === undefined && kept.length >= 20 && kept.every((text) => /^[A-Z]{2,3}$/.test(text)))
    return { ...base, role: "area", findings };
  if (texts.size <= 60 && kept.some(isRate) && !kept.every(isRate)) {
    const rates = kept.filter(isRate).slice(0, 3).map(quoted).join(", ");
    findings.push(
      decide(
        "units",
        `Rows of different units stand in one table (${rates}): \`setAside\` what is no count.`,
        input.from,
      ),
    );
  }
  const few = kept.length <= mostCodes && filled >= kept.length * cellsPerCode;
  if (few && input.whole && role !== "area" && role !== "offence" && role !== "identifier" && role !== "person") {
    findings.push(
      decide(
        "code-list",
        `${kept.length === 1 ? "One text was" : `${kept.length} different texts were`} seen; any other will be refused.`,
        input.from,
      ),
    );
    return { ...base, codes: [...kept].sort(), findings };
  }
  if (few)
    findings.push(
      seen("code-list", `${kept.length} different texts: ${kept.slice(0, 8).map(quoted).join(", ")}.`, input.from),
    );
  return { ...base, findings };
}

/** Whether a text names a unit that is no count. */
function isRate(text: string): boolean {
  return /\b(rates?|per 100|percent|percentage|share|tasa|taux|quote)\b|%/i.test(text);
}

function asDeclared(type: RecordColumn["type"], texts: Texts): Reading {
  const days = [...texts.keys()];
  const range =
    type === "date" || type === "datetime"
      ? rangeOf(days.map((text) => text.slice(0, 10)).sort())
      : type === "integer" || type === "number"
        ? rangeOf(days.filter((text) => Number.isFinite(Number(text))).sort((a, b) => Number(a) - Number(b)))
        : undefined;
  const role = type === "date" || type === "datetime" ? { role: "date" as const } : {};
  return { type, emptyTexts: [], masked: {}, range, refused: 0, findings: [], ...role };
}

/** A column that is mostly, but not surely, of a kind: read as text, and said so. */
function nearly(input: ColumnInput, kind: string, fitting: number, filled: number, unread: Texts): Reading | undefined {
  if (fitting < filled * noteworthy) return undefined;
  return {
    type: "text",
    emptyTexts: [],
    masked: {},
    refused: 0,
    findings: [
      decide(
        "mixed",
        `${percent(fitting, filled)} of the cells are ${kind}, the others are not (${examples(unread)}): read as text.`,
        input.from,
      ),
    ],
  };
}

function withoutNulls(
  texts: Texts,
  alsoNull: (text: string) => boolean,
): { readonly usable: Texts; readonly emptyTexts: readonly string[] } {
  const emptyTexts = [...texts.keys()].filter((text) => nullWords.has(text) || alsoNull(text));
  if (emptyTexts.length === 0) return { usable: texts, emptyTexts };
  const without = new Set(emptyTexts);
  return { usable: new Map([...texts].filter(([text]) => !without.has(text))), emptyTexts };
}

function nullFindings(emptyTexts: readonly string[], column: string): Finding[] {
  if (emptyTexts.length === 0) return [];
  return [decide("empty-text", `${emptyTexts.map(quoted).join(", ")} is read as: no value.`, column)];
}

function refusals(unread: Texts, refused: number, total: number, column: string): Finding[] {
  if (refused === 0) return [];
  const share = percent(refused, total);
  return [
    fault("refused", `${refused} cells (${share}) do not fit and will be kept apart: ${examples(unread)}.`, column),
  ];
}

/** Texts that do not fit: as they are when they recur, else only their shape, for a single one can be a person's. */
function examples(unread: Texts): string {
  const ordered = [...unread].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 3);
  return ordered.map(([text, count]) => (count >= 3 ? quoted(text) : `like ${quoted(shapeOf(text))}`)).join(", ");
}

function shapeOf(text: string): string {
  return text.replace(/\p{L}/gu, "a").replace(/\p{N}/gu, "9");
}

function trimmed(cell: string): string {
  return cell.replace(/^[ \t\r\n\u00a0]+|[ \t\r\n\u00a0]+$/g, "");
}

function rangeOf(sorted: readonly string[]): readonly [string, string] | undefined {
  const [first] = sorted;
  const last = sorted.at(-1);
  return first === undefined || last === undefined ? undefined : [first, last];
}

function sum(texts: Texts): number {
  return sumOf(texts, () => true);
}

function sumOf(texts: Texts, which: (text: string) => boolean): number {
  let total = 0;
  for (const [text, count] of texts) if (which(text)) total += count;
  return total;
}
