/** Sentences of one part of the pages, with the same keys in every language. */
export interface Sentences<Key extends string> {
  readonly en: Readonly<Record<Key, string>>;
  readonly zh: Readonly<Record<Key, string>>;
  readonly ar: Readonly<Record<Key, string>>;
}
