import { type Frequency, periodText } from "../evidence/index.ts";
import type { Messages } from "./catalogue.ts";

/** A period as it stands in tables, in SDMX writing: 2020, 2020-Q2, 2020-03, 2020-W12, 2020-03-16. */
export function periodLabel(date: string, frequency: Frequency): string {
  return periodText(date, frequency);
}

/** A period as it is said in a sentence: 2020, the second quarter of 2020, March 2020, 16 March 2020. */
export function periodWords(messages: Messages, date: string, frequency: Frequency): string {
  const day = new Date(`${date}T00:00:00Z`);
  const year = date.slice(0, 4);
  const written = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(messages.language === "en" ? "en-GB" : messages.tag, {
      ...options,
      timeZone: "UTC",
    }).format(day);
  switch (frequency) {
    case "A":
      return messages.text("period.year", { year });
    case "Q":
      return messages.text("period.quarter", { year, quarter: String(Math.floor(day.getUTCMonth() / 3) + 1) });
    case "M":
      return written({ month: "long", year: "numeric" });
    case "W": {
      const [weekYear = year, week = ""] = periodText(date, "W").split("-W");
      return messages.text("period.week", { year: weekYear, week: String(Number(week)) });
    }
    case "D":
      return written({ day: "numeric", month: "long", year: "numeric" });
    default:
      return frequency satisfies never;
  }
}

/** First day after a period, `YYYY-MM-DD`. */
export function periodEnd(date: string, frequency: Frequency): string {
  const day = new Date(`${date}T00:00:00Z`);
  switch (frequency) {
    case "A":
      day.setUTCFullYear(day.getUTCFullYear() + 1);
      break;
    case "Q":
      day.setUTCMonth(day.getUTCMonth() + 3);
      break;
    case "M":
      day.setUTCMonth(day.getUTCMonth() + 1);
      break;
    case "W":
      day.setUTCDate(day.getUTCDate() + 7);
      break;
    case "D":
      day.setUTCDate(day.getUTCDate() + 1);
      break;
    default:
      return frequency satisfies never;
  }
  return day.toISOString().slice(0, 10);
}
