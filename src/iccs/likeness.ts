/** A text as weighted features, each kind scaled to length 1 once the weights of a collection are known. */
export interface TextFeatures {
  readonly words: ReadonlyMap<string, number>;
  readonly pieces: ReadonlyMap<string, number>;
}

const pieceLengths = [3, 4, 5] as const;

/** Small letters without accents and signs, so that `Homicídio` and `homicidio` agree; words with one blank between. */
function plainText(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/**
 * Words of a text. Scripts that put no blanks between words (Han, Kana, Thai) give every two neighbouring signs instead,
 * since no dictionary is at hand that would be the same everywhere.
 */
function wordsOf(text: string): string[] {
  return plainText(text)
    .split(" ")
    .flatMap((word) =>
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word) ? pairs(word) : [word],
    )
    .filter((word) => word.length > 1 || /\p{Script=Han}/u.test(word));
}

function pairs(word: string): string[] {
  const signs = [...word];
  if (signs.length === 1) return signs;
  return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}

/** Words and pieces of words (3 to 5 letters, word ends marked) of a text, with how often each occurs. */
export function featuresOf(text: string): TextFeatures {
  const words = new Map<string, number>();
  const pieces = new Map<string, number>();
  for (const word of wordsOf(text)) {
    words.set(word, (words.get(word) ?? 0) + 1);
    const marked = `^${word}$`;
    for (const length of pieceLengths) {
      for (let start = 0; start + length <= marked.length; start += 1) {
        const piece = marked.slice(start, start + length);
        pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
      }
    }
  }
  return { words, pieces };
}

/** How rare each feature is in a collection of texts. */
export interface FeatureRarity {
  readonly words: ReadonlyMap<string, number>;
  readonly pieces: ReadonlyMap<string, number>;
  readonly texts: number;
}

/** Counts in how many texts of a collection each feature occurs. */
export function rarityIn(collection: readonly TextFeatures[]): FeatureRarity {
  const count = (kind: "words" | "pieces"): Map<string, number> => {
    const found = new Map<string, number>();
    for (const text of collection)
      for (const feature of text[kind].keys()) found.set(feature, (found.get(feature) ?? 0) + 1);
    return found;
  };
  return { words: count("words"), pieces: count("pieces"), texts: collection.length };
}

/** Weights a text's features by rarity (logarithmic term frequency × smoothed inverse document frequency), length 1. */
export function weighted(text: TextFeatures, rarity: FeatureRarity): TextFeatures {
  const scale = (kind: "words" | "pieces"): Map<string, number> => {
    const made = new Map<string, number>();
    let square = 0;
    for (const [feature, count] of text[kind]) {
      const weight = (1 + Math.log(count)) * Math.log((1 + rarity.texts) / (1 + (rarity[kind].get(feature) ?? 0)));
      made.set(feature, weight);
      square += weight * weight;
    }
    const length = Math.sqrt(square);
    if (length > 0) for (const [feature, weight] of made) made.set(feature, weight / length);
    return made;
  };
  return { words: scale("words"), pieces: scale("pieces") };
}

/**
 * Prepares weighted texts for comparison. The function given back tells how like a weighted text each of them is, from 0
 * to 1: the mean of the cosines of their words and of their pieces of words.
 */
export function comparedWith(texts: readonly TextFeatures[]): (text: TextFeatures) => Float64Array {
  const postings = { words: postingsOf(texts, "words"), pieces: postingsOf(texts, "pieces") };
  return (text) => {
    const alike = new Float64Array(texts.length);
    for (const kind of ["words", "pieces"] as const) {
      for (const [feature, weight] of text[kind]) {
        for (const [index, other] of postings[kind].get(feature) ?? []) {
          alike[index] = (alike[index] ?? 0) + (weight * other) / 2;
        }
      }
    }
    return alike;
  };
}

/** For each feature, the texts that have it, with its weight there. */
function postingsOf(
  texts: readonly TextFeatures[],
  kind: "words" | "pieces",
): Map<string, (readonly [number, number])[]> {
  const postings = new Map<string, (readonly [number, number])[]>();
  texts.forEach((text, index) => {
    for (const [feature, weight] of text[kind]) {
      const known = postings.get(feature);
      if (known === undefined) postings.set(feature, [[index, weight]]);
      else known.push([index, weight]);
    }
  });
  return postings;
}

/**
 * Words of `a` that make two weighted texts alike, the weightiest first: those in both, or, where a language bends its
 * words, those of which most pieces are in the other.
 */
export function sharedWords(a: TextFeatures, b: TextFeatures, most: number): string[] {
  const shared = [...a.words]
    .map(([word, weight]) => ({ word, weight: weight * (b.words.has(word) ? 1 : partShared(word, b.pieces)) }))
    .filter(({ weight }) => weight > 0);
  return shared
    .sort((one, other) => other.weight - one.weight || (one.word < other.word ? -1 : 1))
    .slice(0, most)
    .map(({ word }) => word);
}

/** Share of the first pieces of a word that another text has; 0 unless it is at least a half. */
function partShared(word: string, pieces: ReadonlyMap<string, number>): number {
  const own = [...featuresOf(word).pieces.keys()];
  const common = own.filter((piece) => pieces.has(piece)).length;
  return own.length > 0 && common / own.length >= 0.5 ? common / own.length : 0;
}
