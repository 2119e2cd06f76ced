import { type IccsCode, iccsAncestors, iccsCodes, iccsLevel, iccsTitle, parseIccsCode } from "./classification.ts";
import { comparedWith, featuresOf, rarityIn, sharedWords, type TextFeatures, weighted } from "./likeness.ts";
import { offenceWords } from "./offence-words.ts";

/** A code of a national list that is to be classified; its description helps where there is one. */
export interface NationalTitle {
  readonly code: string;
  readonly title: string;
  readonly description?: string;
}

/** A national code whose ICCS code has been agreed. */
export interface AgreedExample extends NationalTitle {
  readonly iccs: string;
}

export interface SuggestionOptions {
  /** Most proposals for a national code; default 3. */
  readonly proposals?: number;
  /** Text of ICCS codes beside their titles, such as definitions and inclusions from the official table. */
  readonly definitions?: ReadonlyMap<IccsCode, string>;
  /** Least share of the evidence that a code needs within the one above it; below, the one above is proposed. Default 0.3. */
  readonly certainty?: number;
}

/** Why a code is proposed: what the national title is like, and the words that make it so. */
export type SuggestionReason =
  | {
      readonly kind: "example";
      readonly code: string;
      readonly title: string;
      /** How many places further in the list of all codes here; 1 for the next. */
      readonly placesApart: number;
      readonly iccs: IccsCode;
      readonly words: readonly string[];
      readonly likeness: number;
    }
  | {
      readonly kind: "title" | "definition" | "words";
      readonly iccs: IccsCode;
      readonly text: string;
      readonly words: readonly string[];
      readonly likeness: number;
    };

export interface IccsSuggestion {
  readonly iccs: IccsCode;
  /** 1 for the best. */
  readonly rank: number;
  /** Share of all the evidence that speaks for the code or one below it, from 0 to 1: no probability. */
  readonly score: number;
  /** Whether the evidence was divided below this code, so that nothing deeper is proposed first. */
  readonly backedOff: boolean;
  /** The weightiest first, at most three. */
  readonly reasons: readonly SuggestionReason[];
}

export interface NationalSuggestions {
  readonly national: NationalTitle;
  /** Empty when nothing is like the title. */
  readonly suggestions: readonly IccsSuggestion[];
}

/** An example that could not be used. */
export interface ExampleProblem {
  readonly example: number;
  readonly found: string;
  readonly message: string;
  readonly hint: string;
}

/** Settings of the method; the ones below were chosen on inner folds only (benchmarks/suggest-accuracy.ts). */
export interface SuggestionSettings {
  /** What a text of the ICCS weighs against an agreed example. */
  readonly title: number;
  readonly definition: number;
  readonly words: number;
  /** Power of the likeness: the higher, the more the nearest alone decide. */
  readonly power: number;
  /** Most pieces of evidence that are heard. */
  readonly heard: number;
  /** What a description weighs against its title. */
  readonly description: number;
  /** What the place in the national list weighs: codes beside an agreed one are often of its kind. */
  readonly neighbour: number;
  /** What the evidence for a whole section counts against that for the code and what is between. */
  readonly kin: number;
}

export const defaultSettings: SuggestionSettings = {
  title: 1,
  definition: 0.5,
  words: 1,
  power: 2,
  heard: 20,
  description: 0.5,
  neighbour: 0.2,
  kin: 1,
};

interface Source {
  readonly kind: SuggestionReason["kind"];
  readonly iccs: IccsCode;
  readonly text: string;
  readonly code: string;
  readonly features: TextFeatures;
}

/**
 * Proposes ICCS codes for a national list in any language, each with its reasons, for a person to accept: the titles are
 * compared with agreed examples, with the ICCS titles in English and Spanish and with common words for offences. Words
 * and pieces of words count by their rarity (TF-IDF), so that bent and misspelt forms agree as well. Where the evidence
 * for the best code is divided, the code above it comes first.
 *
 * The same input always gives the same output; nothing is learned from the network. What the proposals are worth on a
 * real list is measured in benchmarks/results/suggest-accuracy.json.
 *
 * @returns For each title, in order, its proposals; and the examples that were left out because their code is none.
 */
export function suggestIccs(
  titles: readonly NationalTitle[],
  examples: readonly AgreedExample[],
  options: SuggestionOptions = {},
  settings: SuggestionSettings = defaultSettings,
): { readonly national: readonly NationalSuggestions[]; readonly problems: readonly ExampleProblem[] } {
  const { proposals = 3, certainty = 0.3, definitions = new Map() } = options;
  if (!Number.isInteger(proposals) || proposals < 1) throw new RangeError(`${proposals} proposals cannot be made`);
  const { sources, problems } = sourcesOf(examples, definitions, settings);
  const drafts = titles.map((national) => ({ national, features: featuresWithDescription(national, settings) }));
  const rarity = rarityIn([...sources, ...drafts].map(({ features }) => features));
  const weighed = sources.map((source) => ({ ...source, features: weighted(source.features, rarity) }));
  const compare = comparedWith(weighed.map(({ features }) => features));
  const places = placesInList([...titles, ...examples].map(({ code }) => code));
  const national = drafts.map(({ national: one, features }) => {
    const own = weighted(features, rarity);
    const evidence = evidenceFor(one, compare(own), weighed, places, settings);
    return { national: one, suggestions: ranked(evidence, own, proposals, certainty, settings) };
  });
  return { national, problems };
}

function sourcesOf(
  examples: readonly AgreedExample[],
  definitions: ReadonlyMap<IccsCode, string>,
  settings: SuggestionSettings,
): { sources: Source[]; problems: ExampleProblem[] } {
  const sources: Source[] = [];
  const problems: ExampleProblem[] = [];
  examples.forEach((example, index) => {
    const parsed = parseIccsCode(example.iccs);
    if (parsed.kind === "problem") {
      problems.push({ example: index, found: example.iccs, message: parsed.message, hint: parsed.hint });
      return;
    }
    const features = featuresWithDescription(example, settings);
    sources.push({ kind: "example", iccs: parsed.code, text: example.title, code: example.code, features });
  });
  for (const iccs of iccsCodes()) {
    for (const language of ["en", "es"] as const) {
      const text = iccsTitle(iccs, language);
      sources.push({ kind: "title", iccs, text, code: "", features: featuresOf(text) });
    }
    const definition = definitions.get(iccs);
    if (definition !== undefined && definition !== "") {
      sources.push({ kind: "definition", iccs, text: definition, code: "", features: featuresOf(definition) });
    }
  }
  for (const [code, list] of offenceWords) {
    const parsed = parseIccsCode(code);
    if (parsed.kind === "problem") throw new TypeError(`${code} among the words for offences is no ICCS code`);
    for (const text of list.split(", ")) {
      sources.push({ kind: "words", iccs: parsed.code, text, code: "", features: featuresOf(text) });
    }
  }
  return { sources, problems };
}

/** Features of the title, and of the description at a lower weight. */
function featuresWithDescription({ title, description }: NationalTitle, settings: SuggestionSettings): TextFeatures {
  const own = featuresOf(title);
  if (description === undefined || settings.description === 0) return own;
  const more = featuresOf(description);
  const both = (kind: "words" | "pieces"): Map<string, number> => {
    const sum = new Map(own[kind]);
    for (const [feature, count] of more[kind]) {
      if (!sum.has(feature)) sum.set(feature, Math.min(1, count * settings.description));
    }
    return sum;
  };
  return { words: both("words"), pieces: both("pieces") };
}

/** Place of each code in the national list, numbers in their own order. */
function placesInList(codes: readonly string[]): ReadonlyMap<string, number> {
  const ordered = [...new Set(codes)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return new Map(ordered.map((code, index) => [code, index]));
}

interface Evidence {
  readonly source: Source;
  readonly likeness: number;
  readonly placesApart: number;
  readonly weight: number;
}

function evidenceFor(
  national: NationalTitle,
  likenesses: Float64Array,
  sources: readonly Source[],
  places: ReadonlyMap<string, number>,
  settings: SuggestionSettings,
): Evidence[] {
  const best = new Map<string, Evidence>();
  sources.forEach((source, index) => {
    const alike = likenesses[index] ?? 0;
    // A place in the list alone is no reason.
    if (alike <= 0) return;
    const apart = Math.abs((places.get(national.code) ?? 0) - (places.get(source.code) ?? 0));
    const near = source.kind === "example" ? 1 / Math.max(1, apart) : 0;
    const strength = alike + settings.neighbour * near;
    const weight = (source.kind === "example" ? 1 : settings[source.kind]) * strength ** settings.power;
    // A code has titles in two languages and several words: the likest speaks for all of its kind.
    const key = source.kind === "example" ? String(index) : `${source.kind} ${source.iccs}`;
    const known = best.get(key);
    if (known === undefined || weight > known.weight)
      best.set(key, { source, likeness: alike, placesApart: apart, weight });
  });
  return [...best.values()]
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || (a.source.iccs < b.source.iccs ? -1 : a.source.iccs > b.source.iccs ? 1 : 0))
    .slice(0, settings.heard);
}

function ranked(
  evidence: readonly Evidence[],
  features: TextFeatures,
  proposals: number,
  certainty: number,
  settings: SuggestionSettings,
): IccsSuggestion[] {
  const own = massOf(evidence, (code) => [code]);
  const within = massOf(evidence, (code) => [code, ...iccsAncestors(code)]);
  const standing = (code: IccsCode): number => {
    const above = iccsAncestors(code);
    const section = above.at(-1);
    const path = [own.get(code) ?? 0, ...above.slice(0, -1).map((one) => within.get(one) ?? 0)];
    // The mean, since deeper codes would otherwise gain by the length of their path alone.
    const mean = path.reduce((sum, mass) => sum + mass, 0) / path.length;
    return settings.kin * (within.get(section ?? code) ?? 0) + mean;
  };
  const candidates = [...own.keys()].sort((a, b) => standing(b) - standing(a) || (a < b ? -1 : 1));
  const best = candidates[0];
  if (best === undefined) return [];
  const all = [...within].filter(([code]) => iccsLevel(code) === 1).reduce((sum, [, mass]) => sum + mass, 0);
  const first = backOff(best, within, certainty);
  const chosen = [first, ...candidates.filter((code) => code !== first)].slice(0, proposals);
  return chosen.map((iccs, index) => ({
    iccs,
    rank: index + 1,
    score: (within.get(iccs) ?? 0) / all,
    backedOff: index === 0 && first !== best,
    reasons: reasonsFor(iccs, evidence, features),
  }));
}

/**
 * Evidence for each code, counted for the codes that `countedFor` names. Agreed examples add up; of the texts of the ICCS
 * only the likest counts, since how many codes share a word says nothing about the national list.
 */
function massOf(
  evidence: readonly Evidence[],
  countedFor: (code: IccsCode) => readonly IccsCode[],
): Map<IccsCode, number> {
  const mass = new Map<IccsCode, number>();
  const heard = new Set<string>();
  for (const { source, weight } of evidence) {
    for (const code of countedFor(source.iccs)) {
      const key = `${source.kind} ${code}`;
      if (source.kind !== "example" && heard.has(key)) continue;
      heard.add(key);
      mass.set(code, (mass.get(code) ?? 0) + weight);
    }
  }
  return mass;
}

/** The code, or the nearest one above it within which its own evidence is not too divided. */
function backOff(code: IccsCode, within: ReadonlyMap<IccsCode, number>, certainty: number): IccsCode {
  const path = [code, ...iccsAncestors(code)];
  for (const [index, one] of path.entries()) {
    const above = path[index + 1];
    if (above === undefined || (within.get(one) ?? 0) >= certainty * (within.get(above) ?? 0)) return one;
  }
  return code;
}

function reasonsFor(iccs: IccsCode, evidence: readonly Evidence[], features: TextFeatures): SuggestionReason[] {
  const level = iccsLevel(iccs);
  return evidence
    .filter(({ source }) => source.iccs === iccs || (iccsLevel(source.iccs) > level && source.iccs.startsWith(iccs)))
    .slice(0, 3)
    .map(({ source, likeness: alike, placesApart }) => {
      const common = { iccs: source.iccs, words: sharedWords(features, source.features, 5), likeness: alike };
      if (source.kind === "example")
        return { kind: "example", code: source.code, title: source.text, placesApart, ...common };
      return { kind: source.kind, text: source.text, ...common };
    });
}
