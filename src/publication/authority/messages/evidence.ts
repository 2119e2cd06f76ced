import { evidenceInArabic } from "./evidence-ar.ts";
import { evidenceInEnglish } from "./evidence-en.ts";
import { evidenceInChinese } from "./evidence-zh.ts";

/** The sentences of the pages about evidence, export and the log, in MessageFormat 2. */
export const evidence = { en: evidenceInEnglish, zh: evidenceInChinese, ar: evidenceInArabic };
