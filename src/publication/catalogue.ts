import type { Language } from "../evidence/index.ts";
import { type MessageTexts, messageTexts } from "./message-texts.ts";
import { en, type MessageKey } from "./messages/en.ts";
import { zh } from "./messages/zh.ts";

export type { MessageKey } from "./messages/en.ts";

/** Languages that have a catalogue; a page in another language falls back to English. */
export const catalogueLanguages = ["en", "zh"] as const satisfies readonly Language[];
export type CatalogueLanguage = (typeof catalogueLanguages)[number];

const catalogues: Readonly<Record<CatalogueLanguage, Readonly<Record<MessageKey, string>>>> = { en, zh };
const htmlLanguage: Readonly<Record<CatalogueLanguage, string>> = { en: "en", zh: "zh-Hans" };

/** Gives the text of a message with its values put in. Values are plain text; the page escapes the result. */
export interface Messages extends MessageTexts<MessageKey> {
  readonly language: CatalogueLanguage;
  /** Tag for the `lang` attribute. */
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
  /** A number with the given decimals; without them, whole numbers whole and others with one. */
  number(value: number, digits?: number): string;
  /** A number with three digits that count. */
  significant(value: number): string;
  /** A share from 0 to 1 in percent, without the sign: what is not all is never rounded to all, nor a little to nothing. */
  percent(share: number): string;
}

function isKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** The keys of all messages. */
export const messageKeys: readonly MessageKey[] = Object.keys(en).filter(isKey);

/** The text of a message as it stands in the catalogue, in MessageFormat 2. */
export function messageSource(language: CatalogueLanguage, key: MessageKey): string {
  return catalogues[language][key];
}

/** The messages of a language. A missing value is a mistake of the program and throws. */
export function messagesOf(language: CatalogueLanguage): Messages {
  const tag = htmlLanguage[language];
  return {
    language,
    tag,
    direction: "ltr",
    ...messageTexts(catalogues[language], tag),
    number: (value, digits) => formatNumber(value, tag, digits),
    significant: (value) => formatSignificant(value, tag),
    percent: (share) => formatPercent(share, tag),
  };
}

/** Whole numbers whole, others with one decimal, unless a number of decimals is given. */
function formatNumber(value: number, tag: string, digits = Number.isInteger(value) ? 0 : 1): string {
  return new Intl.NumberFormat(tag, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

/** Sums of shares may miss 0 or 1 by this much. */
const tolerance = 1e-9;

function formatPercent(share: number, tag: string): string {
  if (share > tolerance && share < 0.0005) return `<${formatNumber(0.1, tag, 1)}`;
  if (share < 1 - tolerance && share >= 0.9995) return `>${formatNumber(99.9, tag, 1)}`;
  return formatNumber(share * 100, tag, 1);
}

/** Three digits that count, as many as a reader can use; numbers from 1,000 whole, and a true zero as 0. */
function formatSignificant(value: number, tag: string): string {
  if (value === 0 || Math.abs(value) >= 1000) return formatNumber(value, tag, 0);
  return new Intl.NumberFormat(tag, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 }).format(value);
}
