import { MessageFormat } from "messageformat";
import type { Language } from "../evidence/index.ts";
import { en, type MessageKey } from "./messages/en.ts";
import { zh } from "./messages/zh.ts";

export type { MessageKey } from "./messages/en.ts";

/** Languages that have a catalogue; a page in another language falls back to English. */
export const catalogueLanguages = ["en", "zh"] as const satisfies readonly Language[];
export type CatalogueLanguage = (typeof catalogueLanguages)[number];

const catalogues: Readonly<Record<CatalogueLanguage, Readonly<Record<MessageKey, string>>>> = { en, zh };
const htmlLanguage: Readonly<Record<CatalogueLanguage, string>> = { en: "en", zh: "zh-Hans" };

/** Gives the text of a message with its values put in. Values are plain text; the page escapes the result. */
export interface Messages {
  readonly language: CatalogueLanguage;
  /** Tag for the `lang` attribute. */
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
  text(key: MessageKey, values?: Readonly<Record<string, string | number>>): string;
  /** The text of a key that is made from data, or the fallback when the catalogue has none. */
  dynamic(key: string, fallback: string, values?: Readonly<Record<string, string | number>>): string;
  number(value: number, digits?: number): string;
  percent(share: number): string;
}

function isKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** The messages of a language. A missing value is a mistake of the program and throws. */
export function messagesOf(language: CatalogueLanguage): Messages {
  const compiled = new Map<MessageKey, MessageFormat>();
  const tag = htmlLanguage[language];
  const text: Messages["text"] = (key, values = {}) => {
    let message = compiled.get(key);
    if (message === undefined) {
      message = new MessageFormat([tag], catalogues[language][key], { bidiIsolation: "none" });
      compiled.set(key, message);
    }
    return message.format(values, (error) => {
      throw new Error(`message ${key} in ${language}: ${String(error)}`);
    });
  };
  return {
    language,
    tag,
    direction: "ltr",
    text,
    dynamic: (key, fallback, values) => (isKey(key) ? text(key, values) : fallback),
    number: (value, digits) => formatNumber(value, tag, digits),
    percent: (share) => formatNumber(share * 100, tag, 1),
  };
}

/** Whole numbers whole, others with as many digits as a reader can use: three that count, or the number given. */
function formatNumber(value: number, tag: string, digits?: number): string {
  const options: Intl.NumberFormatOptions =
    digits !== undefined
      ? { maximumFractionDigits: digits, minimumFractionDigits: digits }
      : Number.isInteger(value) || Math.abs(value) >= 1000
        ? { maximumFractionDigits: 0 }
        : Math.abs(value) >= 100
          ? { maximumFractionDigits: 1, minimumFractionDigits: 1 }
          : { maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(tag, options).format(value);
}
