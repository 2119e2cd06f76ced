import assert from "node:assert/strict";
import { test } from "node:test";
import { Temporal } from "temporal-polyfill";
import { calendarSchema } from "./index.ts";
import { natureOf, unknownIn } from "./working-days.ts";

/** A calendar of its own for every test: what a year holds is worked out once for each. */
const calendar = (more: Record<string, unknown>, timeZone = "Europe/Vienna") =>
  calendarSchema.parse({
    calendar: "XA",
    name: { en: "Arcadia" },
    timeZone,
    restDays: ["saturday", "sunday"],
    sources: ["invented"],
    ...more,
  });
const holiday = (id: string, more: Record<string, unknown>) => ({ id, name: { en: id }, ...more });
const days = (of: ReturnType<typeof calendar>, ...wanted: readonly string[]): string[] =>
  wanted.map((day) => {
    const nature = natureOf(Temporal.PlainDate.from(day), of);
    return nature.kind === "holiday" ? nature.holiday : nature.kind;
  });

test("a day is working, one of the weekly rest, a holiday, or one that the zone skipped", () => {
  const of = calendar({ holidays: [holiday("labour", { on: "05-01" })] });
  const shown = days(of, "2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04");
  assert.deepEqual(shown, ["working", "labour", "rest-day", "rest-day", "working"]);
  assert.deepEqual(days(calendar({}, "Pacific/Apia"), "2011-12-29", "2011-12-30"), ["working", "never-was"]);
});

test("a leap day is a holiday in leap years and nothing in others", () => {
  const of = calendar({ restDays: [], holidays: [holiday("leap", { on: "02-29" }), holiday("last", { on: "12-31" })] });
  assert.deepEqual(days(of, "2028-02-28", "2028-02-29", "2028-03-01"), ["working", "leap", "working"]);
  assert.deepEqual(days(of, "2026-02-28", "2026-03-01", "2026-12-31"), ["working", "working", "last"]);
});

test("a weekday of a month is found from its beginning and from its end", () => {
  const on = (which: string, weekday: string, of: string) =>
    holiday(`${which} ${weekday}`.replace(" ", "-"), { on: { which, weekday, of } });
  const of = calendar({
    restDays: [],
    holidays: [
      on("first", "monday", "june"),
      on("second", "tuesday", "june"),
      on("third", "sunday", "june"),
      on("fourth", "thursday", "june"),
      on("last", "monday", "june"),
      on("last", "tuesday", "june"),
      on("last", "sunday", "february"),
    ],
  });
  // The first of June 2026 is a Monday, the last a Tuesday.
  const june = Array.from({ length: 30 }, (_, index) => `2026-06-${String(index + 1).padStart(2, "0")}`);
  const found = days(of, ...june).flatMap((nature, index) => (nature === "working" ? [] : [`${index + 1} ${nature}`]));
  assert.deepEqual(found, [
    "1 first-monday",
    "9 second-tuesday",
    "21 third-sunday",
    "25 fourth-thursday",
    "29 last-monday",
    "30 last-tuesday",
  ]);
  assert.deepEqual(days(of, "2026-02-22", "2027-02-28", "2028-02-27"), ["last-sunday", "last-sunday", "last-sunday"]);
  assert.deepEqual(days(of, "2026-02-15", "2027-02-21", "2028-02-20"), ["working", "working", "working"]);
});

test("a holiday counts from its first year to its last, and the first of two on a day gives its name", () => {
  const of = calendar({
    restDays: [],
    holidays: [
      holiday("young", { on: "03-03", from: 2021 }),
      holiday("old", { on: "04-04", until: 2004 }),
      holiday("between", { on: "05-05", from: 2010, until: 2012 }),
      holiday("also", { on: "03-03" }),
    ],
  });
  assert.deepEqual(days(of, "2020-03-03", "2021-03-03", "2022-03-03"), ["also", "young", "young"]);
  assert.deepEqual(days(of, "2003-04-04", "2004-04-04", "2005-04-04"), ["old", "old", "working"]);
  assert.deepEqual(days(of, "2009-05-05", "2010-05-05", "2012-05-05", "2013-05-05"), [
    "working",
    "between",
    "between",
    "working",
  ]);
});

test("lists say for which years they know nothing, and days of rest that are worked are working days", () => {
  const of = calendar({
    holidays: [holiday("feast", { dates: { 2026: ["2026-03-17", "2026-03-18"] } }), holiday("may", { on: "05-01" })],
    workedRestDays: { 2026: ["2026-03-21"], 2027: [] },
  });
  const shown = days(of, "2026-03-16", "2026-03-17", "2026-03-18", "2026-03-21", "2026-03-22");
  assert.deepEqual(shown, ["working", "feast", "feast", "working", "rest-day"]);
  assert.deepEqual(unknownIn(2026, of), []);
  assert.deepEqual(unknownIn(2027, of), [{ year: 2027, list: "feast" }]);
  assert.deepEqual(unknownIn(2028, of), [
    { year: 2028, list: "feast" },
    { year: 2028, list: "worked-rest-days" },
  ]);
  assert.deepEqual(unknownIn(2028, calendar({})), []);
});
