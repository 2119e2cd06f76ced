import { createRandom } from "../../src/statistics/index.ts";

/** Chance that picks and changes, for forms that mean harm; the same for the same seed. */
export class Malice {
  readonly #random: ReturnType<typeof createRandom>;

  constructor(seed: number, stream: number) {
    this.#random = createRandom(seed, stream);
  }

  chance(): number {
    return this.#random.uniform();
  }

  /** A whole number from 0 up to but not including the limit. */
  below(limit: number): number {
    return Math.floor(this.chance() * limit);
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.below(values.length)] ?? values[0];
  }

  /** Text of any characters, among them halves of pairs, zero bytes and marks that turn the direction. */
  text(longest: number): string {
    return Array.from({ length: this.below(longest) }, () =>
      this.pick([
        () => String.fromCharCode(this.below(128)),
        () => String.fromCharCode(this.below(65_536)),
        () => this.pick(["\ud800", "\udfff", "\u0000", "\u202e", "\ufeff", "\u2028", "𝕊", "ﷺ", "\\", '"', "<", "."]),
      ])(),
    ).join("");
  }

  /** A text with a few characters changed, taken out, put in or exchanged. */
  changed(text: string): string {
    let result = text;
    for (let count = 1 + this.below(3); count > 0; count -= 1) {
      const at = this.below(result.length + 1);
      const until = at + this.below(Math.min(40, result.length - at + 1));
      const [before, after] = [result.slice(0, at), result.slice(at)];
      result = this.pick([
        before + after.slice(1),
        before + result.slice(until),
        before + this.text(6) + after,
        result.slice(0, until) + after,
        before,
        after + before,
        before + this.pick(["%", "=", "&", ";", "\r\n", "--", " "]) + after.slice(1),
      ]);
    }
    return result;
  }
}
