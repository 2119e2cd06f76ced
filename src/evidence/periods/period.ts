/** SDMX frequencies: annual, quarterly, monthly, weekly (ISO weeks, from Monday), daily. */
export const frequencies = ["A", "Q", "M", "W", "D"] as const;
export type Frequency = (typeof frequencies)[number];

const lengths = { A: "1 YEAR", Q: "3 MONTH", M: "1 MONTH", W: "7 DAY", D: "1 DAY" } as const;
const truncations = { A: "year", Q: "quarter", M: "month", W: "week", D: "day" } as const;
const shortestFirst: readonly Frequency[] = ["D", "M", "Q", "A"];

/** Length of a period as an SQL interval. */
export function periodLength(frequency: Frequency): string {
  return `INTERVAL ${lengths[frequency]}`;
}

/** First day of the period of a date, as SQL. Weeks are ISO weeks and begin on Monday. */
export function periodStart(date: string, frequency: Frequency): string {
  // Counting back days costs less than taking a moment apart and putting it together again.
  if (frequency === "W") return `(CAST(${date} AS DATE) - CAST(isodow(CAST(${date} AS DATE)) - 1 AS INTEGER))`;
  if (frequency === "D") return `CAST(${date} AS DATE)`;
  return `CAST(date_trunc('${truncations[frequency]}', ${date}) AS DATE)`;
}

/** Whether periods of one frequency add up to periods of another. Weeks fit into nothing but themselves. */
export function nests(part: Frequency, whole: Frequency): boolean {
  if (part === whole) return true;
  if (part === "W" || whole === "W") return part === "D";
  return shortestFirst.indexOf(part) < shortestFirst.indexOf(whole);
}

/** A period in SDMX writing: 2020, 2020-Q2, 2020-03, 2020-W12, 2020-03-16. The date is its first day, ISO 8601. */
export function periodText(date: string, frequency: Frequency): string {
  const year = date.slice(0, 4);
  switch (frequency) {
    case "A":
      return year;
    case "Q":
      return `${year}-Q${Math.floor((Number(date.slice(5, 7)) - 1) / 3) + 1}`;
    case "M":
      return date.slice(0, 7);
    case "W":
      return isoWeek(date);
    case "D":
      return date.slice(0, 10);
    default:
      return frequency satisfies never;
  }
}

/** ISO 8601 week of a Monday: the week belongs to the year of its Thursday. */
function isoWeek(monday: string): string {
  const day = Date.parse(`${monday.slice(0, 10)}T00:00:00Z`);
  const thursday = new Date(day + 3 * 86_400_000);
  const firstDay = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - firstDay) / (7 * 86_400_000)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}
