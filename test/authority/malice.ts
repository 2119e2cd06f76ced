/** Chance that picks and changes, for inputs that mean harm. */
export class Malice {
  readonly chance: () => number;

  constructor(chance: () => number) {
    this.chance = chance;
  }

  /** A whole number from 0 up to but not including the limit. */
  below(limit: number): number {
    return Math.floor(this.chance() * limit);
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.below(values.length)] ?? values[0];
  }

  /** Text of any characters, among them halves of pairs, zero bytes, marks that turn the direction, and very wide ones. */
  text(longest: number): string {
    return Array.from({ length: this.below(longest) }, () =>
      this.pick([
        () => String.fromCharCode(this.below(128)),
        () => String.fromCharCode(this.below(65_536)),
        () =>
          this.pick([
            "\ud800",
            "\udfff",
            "\u0000",
            "\u202e",
            "\ufeff",
            "\u2028",
            "𝕊",
            "é",
            "é",
            "ﷺ",
            "\\",
            '"',
            "<",
            ".",
          ]),
      ])(),
    ).join("");
  }

  /** A text with a few characters changed, taken out, put in, doubled or exchanged. */
  changed(text: string): string {
    let result = text;
    for (let count = 1 + this.below(3); count > 0; count -= 1) {
      const at = this.below(result.length + 1);
      const until = at + this.below(Math.min(40, result.length - at + 1));
      result = this.pick([
        () =>
          result.slice(0, at) +
          String.fromCharCode((result.charCodeAt(at) || 0) ^ (1 << this.below(7))) +
          result.slice(at + 1),
        () => result.slice(0, at) + result.slice(until),
        () => result.slice(0, at) + this.text(6) + result.slice(at),
        () => result.slice(0, until) + result.slice(at),
        () => result.slice(0, at),
        () => result.slice(at) + result.slice(0, at),
        () => result.split(".").reverse().join("."),
        () =>
          result.slice(0, at) +
          this.pick(["A", "_", "-", "=", ".", "..", "\n", "\r\n", "%", "&", ";", " "]) +
          result.slice(at + 1),
      ])();
    }
    return result;
  }

  /** JSON text that is meant to exhaust, to confuse or to be read in two ways. */
  json(): string {
    return this.pick<() => string>([
      () => "[".repeat(this.below(100_000)),
      () => `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
      () => `{"n":${"9".repeat(1 + this.below(5_000))}}`,
      () =>
        this.pick(['{"n":1e400}', '{"n":-0}', '{"n":1E5}', '{"n":1.0}', '{"n":0.1e-999999}', '{"n":NaN}', '{"n":01}']),
      () => '{"id":1,"id":2}',
      () =>
        this.pick([
          '{"__proto__":{"kind":"request"}}',
          '{"constructor":{"prototype":{}}}',
          '{"toJSON":1}',
          '{"then":1}',
        ]),
      () => `{"t":"${this.text(50)}"}`,
      () => JSON.stringify({ t: this.text(200) }),
      () => this.pick(["", "null", "true", "[]", "{}", '""', "0", "﻿{}", "{}{}", "{'a':1}", '{"a":1,}', "/*c*/{}"]),
      () =>
        JSON.stringify(
          Object.fromEntries(Array.from({ length: this.below(2_000) }, (_, index) => [`k${index}`, index])),
        ),
    ])();
  }

  /** A value of JSON where another was expected. */
  value(): string | number | boolean | null | number[] | { readonly a: number } {
    return this.pick<() => string | number | boolean | null | number[] | { readonly a: number }>([
      () => null,
      () => true,
      () => [],
      () => [1, 2],
      () => ({ a: 1 }),
      () => "",
      () => this.text(40).toWellFormed(),
      () => this.pick([0, -1, 1.5, 1e308, 5e-324, 2 ** 53, -(2 ** 53), 4_294_967_296, 9_007_199_254_740_991]),
      () =>
        this.pick([
          "019cad90-96b2-7d28-b767-000000000001",
          "arcadia-central",
          "bensalem-central",
          "request",
          "payload-chunk",
        ]),
      () =>
        this.pick([
          "2026-02-30T00:00:00.000Z",
          "+275760-09-13T00:00:00.000Z",
          "0000-01-01T00:00:00.000Z",
          "2026-03-02T08:00:00.000Z",
        ]),
      () => "a".repeat(64),
      () => "../../../etc/passwd",
    ])();
  }
}
