import { sectionTitles } from "./section-titles.ts";
import { iccsTable } from "./table.ts";

declare const iccsBrand: unique symbol;
/** A code of the ICCS: 2, 4, 5 or 6 digits, for a section, a division, a group or a class. Only `parseIccsCode` makes one. */
export type IccsCode = string & { readonly [iccsBrand]: "IccsCode" };

export type IccsLevel = 1 | 2 | 3 | 4;
export type IccsLanguage = "en" | "es" | "fr" | "ru" | "zh" | "ar";

/** What a text is as an ICCS code. */
export type ParsedIccsCode =
  | { readonly kind: "code"; readonly code: IccsCode }
  /** A code that the publication's definition pages print for another one; to be accepted with a warning. */
  | { readonly kind: "alias"; readonly code: IccsCode; readonly written: string; readonly message: string }
  | {
      readonly kind: "problem";
      readonly message: string;
      readonly found: string;
      readonly expected: string;
      readonly hint: string;
    };

interface Entry {
  readonly code: IccsCode;
  readonly level: IccsLevel;
  readonly parent: IccsCode | undefined;
  readonly titles: Readonly<Partial<Record<IccsLanguage, string>>>;
  readonly children: IccsCode[];
}

/** Digits of a code at each level. */
const digits = [2, 4, 5, 6] as const;

/** Codes that the publication's own definition pages, and national tables after them, print for others of its table. */
const aliases: Readonly<Record<string, string>> = {
  "0908": "0909",
  "1008": "1009",
  "01042": "01049",
  "02044": "02049",
};

const entries = buildEntries();

function buildEntries(): ReadonlyMap<string, Entry> {
  const made = new Map<string, Entry>();
  for (const [text, en, es] of iccsTable) {
    const level = levelOfDigits(text.length);
    if (level === undefined) throw new TypeError(`${text} in the ICCS table has no level`);
    const length = digits[level - 2];
    const parent = length === undefined ? undefined : made.get(text.slice(0, length));
    const code = text as string as IccsCode;
    const others = isSection(text) ? sectionTitles[text] : {};
    made.set(text, { code, level, parent: parent?.code, titles: { en, es, ...others }, children: [] });
    parent?.children.push(code);
  }
  return made;
}

function isSection(text: string): text is keyof typeof sectionTitles {
  return Object.hasOwn(sectionTitles, text);
}

function levelOfDigits(length: number): IccsLevel | undefined {
  return ([1, 2, 3, 4] as const).find((one) => digits[one - 1] === length);
}

/** Reads a text as an ICCS code; known aliases are resolved and said. */
export function parseIccsCode(text: string): ParsedIccsCode {
  const entry = entries.get(text);
  if (entry !== undefined) return { kind: "code", code: entry.code };
  const resolved = entries.get(aliases[text] ?? "");
  if (resolved !== undefined) {
    const message = `${text} is printed for ${resolved.code} on a definition page of the ICCS; ${resolved.code} is used.`;
    return { kind: "alias", code: resolved.code, written: text, message };
  }
  const near = nearestCodes(text);
  return {
    kind: "problem",
    message: `"${text}" is no code of the ICCS.`,
    found: text,
    expected: "an ICCS 1.0 code of 2, 4, 5 or 6 digits, leading zero included",
    hint:
      near.length === 0
        ? "Look the code up in the ICCS."
        : `Near it: ${near.map((code) => `${code} ${iccsTitle(code, "en")}`).join("; ")}.`,
  };
}

/** Codes that may have been meant: without signs, with the leading zero that spreadsheets drop, else the nearest above. */
function nearestCodes(written: string): IccsCode[] {
  const text = written.replaceAll(/[^0-9]/g, "");
  const bare = entries.get(text);
  if (bare !== undefined) return [bare.code];
  const withZero = entries.get(`0${text}`);
  if (withZero !== undefined) return [withZero.code];
  for (let length = text.length - 1; length >= 2; length -= 1) {
    const above = entries.get(text.slice(0, length));
    if (above !== undefined) return [above.code, ...above.children].slice(0, 5);
  }
  return [];
}

function entryOf(code: IccsCode): Entry {
  const entry = entries.get(code);
  if (entry === undefined) throw new RangeError(`${code} did not come from parseIccsCode`);
  return entry;
}

/** All 320 codes, each section followed by what is in it. */
export function iccsCodes(): readonly IccsCode[] {
  return [...entries.values()].map(({ code }) => code);
}

/** 1 section, 2 division, 3 group, 4 class. */
export function iccsLevel(code: IccsCode): IccsLevel {
  return entryOf(code).level;
}

/** The code directly above; undefined for a section. */
export function iccsParent(code: IccsCode): IccsCode | undefined {
  return entryOf(code).parent;
}

/** The codes directly below, in order; empty for the deepest. */
export function iccsChildren(code: IccsCode): readonly IccsCode[] {
  return entryOf(code).children;
}

/** The codes above, nearest first. */
export function iccsAncestors(code: IccsCode): readonly IccsCode[] {
  const above: IccsCode[] = [];
  for (let parent = iccsParent(code); parent !== undefined; parent = iccsParent(parent)) above.push(parent);
  return above;
}

/** All codes below, in the order of the classification. */
export function iccsDescendants(code: IccsCode): readonly IccsCode[] {
  return iccsChildren(code).flatMap((child) => [child, ...iccsDescendants(child)]);
}

/** The section that a code belongs to; a section itself. */
export function iccsSection(code: IccsCode): IccsCode {
  return iccsAncestors(code).at(-1) ?? code;
}

/** Whether nothing is below the code. */
export function isIccsLeaf(code: IccsCode): boolean {
  return iccsChildren(code).length === 0;
}

/** The title in a language; in English where the ICCS has no title in that language here. */
export function iccsTitle(code: IccsCode, language: IccsLanguage): string {
  const { titles } = entryOf(code);
  return titles[language] ?? titles.en ?? code;
}

/** Definition, inclusions and exclusions of a code, from the official table when a user has it. */
export interface IccsDefinition {
  readonly description: string;
  readonly inclusions: string;
  readonly exclusions: string;
  readonly note: string;
}

/** Reads definitions from rows of the official table (columns `code`, `description_<language>` …); unknown codes are skipped. */
export function iccsDefinitionsFromRows(
  rows: readonly Readonly<Record<string, string>>[],
  language: "en" | "es",
): ReadonlyMap<IccsCode, IccsDefinition> {
  const found = new Map<IccsCode, IccsDefinition>();
  for (const row of rows) {
    const parsed = parseIccsCode(row.code ?? "");
    if (parsed.kind === "problem") continue;
    found.set(parsed.code, {
      description: row[`description_${language}`] ?? "",
      inclusions: row[`inclusion_${language}`] ?? "",
      exclusions: row[`exclusion_${language}`] ?? "",
      note: row[`note_${language}`] ?? "",
    });
  }
  return found;
}
