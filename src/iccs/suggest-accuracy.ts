import { type IccsCode, type IccsLevel, iccsAncestors, iccsLevel, parseIccsCode } from "./classification.ts";
import { type AgreedExample, type SuggestionOptions, type SuggestionSettings, suggestIccs } from "./suggest.ts";

/** How often proposals agree with what had been agreed, at one level of the ICCS. */
export interface LevelAccuracy {
  readonly level: IccsLevel;
  /** Examples whose agreed code reaches the level. */
  readonly examples: number;
  /** Of these, how many have a first proposal that reaches the level, right or wrong. */
  readonly answered: number;
  /** Of these, how many have a first proposal that is right at the level. */
  readonly first: number;
  /** Of these, how many have a right one among the proposals. */
  readonly anyProposed: number;
}

/** Proposes codes, best first, for held-out examples from the others. */
export type Proposer = (
  heldOut: readonly AgreedExample[],
  others: readonly AgreedExample[],
) => readonly (readonly IccsCode[])[];

/** A proposer by `suggestIccs`. */
export function proposerOf(options: SuggestionOptions, settings: SuggestionSettings): Proposer {
  return (heldOut, others) =>
    suggestIccs(
      heldOut.map(({ iccs: _, ...national }) => national),
      others,
      options,
      settings,
    ).national.map(({ suggestions }) => suggestions.map(({ iccs }) => iccs));
}

/**
 * Accuracy by cross-validation: each example is proposed for once, from the examples of the other folds.
 *
 * @param random - Numbers from 0 up to, not including, 1 that shuffle the examples into folds.
 * @throws RangeError when an example's code is none, or there are fewer examples than folds.
 */
export function crossValidated(
  examples: readonly AgreedExample[],
  folds: number,
  random: () => number,
  propose: Proposer,
): LevelAccuracy[] {
  if (examples.length < folds || folds < 2)
    throw new RangeError(`${examples.length} examples cannot make ${folds} folds`);
  const drawn = shuffled(examples, random);
  const judged = Array.from({ length: folds }, (_, fold) => {
    const heldOut = drawn.filter((_example, index) => index % folds === fold);
    const others = drawn.filter((_example, index) => index % folds !== fold);
    const proposed = propose(heldOut, others);
    return heldOut.map((example, index) => ({ agreed: codeOf(example), proposed: proposed[index] ?? [] }));
  }).flat();
  return ([1, 2, 3, 4] as const).map((level) => {
    const reaching = judged
      .map(({ agreed, proposed }) => ({
        agreed: atLevel(agreed, level),
        proposed: proposed.map((code) => atLevel(code, level)),
      }))
      .filter(({ agreed }) => agreed !== undefined);
    return {
      level,
      examples: reaching.length,
      answered: reaching.filter(({ proposed }) => proposed[0] !== undefined).length,
      first: reaching.filter(({ agreed, proposed }) => proposed[0] === agreed).length,
      anyProposed: reaching.filter(({ agreed, proposed }) => proposed.includes(agreed)).length,
    };
  });
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

function codeOf(example: AgreedExample): IccsCode {
  const parsed = parseIccsCode(example.iccs);
  if (parsed.kind === "problem") throw new RangeError(parsed.message);
  return parsed.code;
}

function atLevel(code: IccsCode, level: IccsLevel): IccsCode | undefined {
  return [code, ...iccsAncestors(code)].find((one) => iccsLevel(one) === level);
}
