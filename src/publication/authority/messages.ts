import type { Instant, Label } from "../../cooperation/index.ts";
import { type MessageTexts, messageTexts } from "../message-texts.ts";
import { type AuthorityMessageKey, catalogues } from "./messages/catalogue.ts";

export type { AuthorityMessageKey } from "./messages/catalogue.ts";

/** Languages of an authority's pages; the matter types have labels in the same ones. */
export const deskLanguages = ["en", "zh", "ar"] as const;
export type DeskLanguage = (typeof deskLanguages)[number];

export const deskLanguageNames: Readonly<Record<DeskLanguage, string>> = { en: "English", zh: "中文", ar: "العربية" };

const tags: Readonly<Record<DeskLanguage, string>> = { en: "en", zh: "zh-Hans", ar: "ar-u-nu-latn" };

export const authorityMessageKeys: Readonly<Record<DeskLanguage, readonly string[]>> = {
  en: Object.keys(catalogues.en),
  zh: Object.keys(catalogues.zh),
  ar: Object.keys(catalogues.ar),
};

/** The words of an authority's pages in one language. */
export interface DeskWords extends MessageTexts<AuthorityMessageKey> {
  readonly language: DeskLanguage;
  /** For the `lang` attribute. */
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
  label(label: Label): string;
  /** One or another of several, such as `approver or head of office`. */
  list(items: readonly string[]): string;
  /** A moment by the clock of a time zone. */
  clock(at: Instant, timeZone: string): string;
  /** How far a moment lies from now, in whole minutes, hours or days, such as `in 3 days`. */
  distance(at: Instant, now: Instant): string;
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** The words of a language. */
export function deskWords(language: DeskLanguage): DeskWords {
  const tag = tags[language];
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: "always" });
  const alternatives = new Intl.ListFormat(tag, { type: "disjunction" });
  return {
    language,
    tag: language === "ar" ? "ar" : tag,
    direction: language === "ar" ? "rtl" : "ltr",
    ...messageTexts(catalogues[language], tag),
    label: (label) => label[language],
    clock: clockTime,
    list: (items) => alternatives.format(items),
    distance: (at, now) => {
      const away = Date.parse(at) - Date.parse(now);
      const [unit, length] = units.find(([, size]) => Math.abs(away) >= size) ?? units[2];
      return relative.format(Math.trunc(away / length), unit);
    },
  };
}

/** A moment by the clock of a time zone, such as `2027-03-31 14:30`: the same in every language, never mirrored. */
export function clockTime(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(at));
}

/** The same with its seconds and its distance from UTC, such as `2027-03-31 14:30:05 +03:00`: for what has to stand alone. */
export function exactTime(at: string, timeZone: string): string {
  const moment = new Date(at);
  const second = String(moment.getUTCSeconds()).padStart(2, "0");
  const zone = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(moment)
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${clockTime(at, timeZone)}:${second} ${zone === undefined || zone === "GMT" ? "UTC" : zone.replace("GMT", "")}`;
}
