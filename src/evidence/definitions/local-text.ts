import type { Language, LocalText } from "./words.ts";

const fallbackOrder: readonly Language[] = ["en", "es", "fr", "ru", "zh", "ar"];

/** The text in a language, or in the first language there is: English before the others. */
export function textIn(text: LocalText, language: Language): string {
  const wanted = text[language];
  if (wanted !== undefined) return wanted;
  for (const other of fallbackOrder) {
    const found = text[other];
    if (found !== undefined) return found;
  }
  return "";
}
