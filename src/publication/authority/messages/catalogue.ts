import { ar } from "./ar.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

/** Sentences of one part of the pages, with the same keys in every language. */
export interface Sentences<Key extends string> {
  readonly en: Readonly<Record<Key, string>>;
  readonly zh: Readonly<Record<Key, string>>;
  readonly ar: Readonly<Record<Key, string>>;
}

/** The key of a sentence of an authority's pages. */
export type AuthorityMessageKey = keyof typeof en;

/** Every sentence of an authority's pages; a part of the pages with sentences of its own is spread in here. */
export const catalogues: Sentences<AuthorityMessageKey> = {
  en: { ...en },
  zh: { ...zh },
  ar: { ...ar },
};
