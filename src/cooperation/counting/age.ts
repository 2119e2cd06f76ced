import type { ConcernedPerson } from "../matter/index.ts";
import type { Instant } from "../words/index.ts";

/** Age bands, named as SDMX names them; `_U`: not known. */
export const ageBands = ["Y0T17", "Y18T29", "Y30T44", "Y45T64", "Y_GE65", "_U"] as const;
export type AgeBand = (typeof ageBands)[number];

/** Age in whole years on a day; of a birth of which only the year or month is known, the least age it can be. */
export function ageIn(person: Pick<ConcernedPerson, "born" | "age">, at: Instant): number | undefined {
  const { born, age } = person;
  if (born === undefined) return age;
  const [year = 0, month = 12, day = 31] = born.split("-").map(Number);
  const [atYear = 0, atMonth = 0, atDay = 0] = at.slice(0, 10).split("-").map(Number);
  const before = atMonth < month || (atMonth === month && atDay < day);
  const years = atYear - year - (before ? 1 : 0);
  return years >= 0 && years <= 130 ? years : undefined;
}

export function ageBandOf(age: number | undefined): AgeBand {
  if (age === undefined) return "_U";
  if (age < 18) return "Y0T17";
  if (age < 30) return "Y18T29";
  if (age < 45) return "Y30T44";
  return age < 65 ? "Y45T64" : "Y_GE65";
}
