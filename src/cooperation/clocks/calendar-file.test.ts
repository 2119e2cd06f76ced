import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { readCalendar, readCalendars, stateOf } from "./index.ts";

const folder = new URL("../../../calendars/", import.meta.url);
const shipped = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);

test("the calendars that come along are sound and named by their State", () => {
  const { calendars, problems } = readCalendars(shipped);
  assert.deepEqual(problems, []);
  assert.deepEqual([...calendars.keys()], ["XA", "XB"]);
  for (const name of shipped.keys()) assert.ok(calendars.has(name.replace(".yaml", "")), name);
});

test("the example of the description is a sound calendar", () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync(new URL("README.md", folder), "utf8"))?.[1] ?? "";
  const { calendar, problems } = readCalendar("README.md", example);
  assert.deepEqual(problems, []);
  assert.equal(calendar && stateOf(calendar), "XA");
});

test("every fault of a calendar is told with its line, what was found and what is expected", () => {
  const text = `calendar: xa
name: { en: Arcadia }
timezone: Mars/Olympus
timeZone: Mars/Olympus
restDays: [sun]
officeHours:
  - { days: [monday], from: "17:00", until: "09:00" }
holidays:
  - { id: a, name: { en: A }, on: "02-30" }
  - { id: b, name: { en: B }, on: { which: fifth, weekday: monday, of: may } }
  - { id: c, name: { en: C }, dates: { 2026: ["2027-01-01"] } }
  - { id: d, name: { en: D } }
sources: []
`;
  const { calendar, problems } = readCalendar("XA.yaml", text);
  assert.equal(calendar, undefined);
  assert.deepEqual(
    problems.map(({ line, field, code }) => `${line} ${field} ${code.replace("calendar.", "")}`).sort(),
    [
      "1 calendar invalid-value",
      "10 holidays.1.on.which invalid-value",
      "11 holidays.2.dates.2026.0 invalid-value",
      "12 holidays.3.on missing-field",
      "13 sources invalid-value",
      "3 timezone unknown-field",
      "4 timeZone invalid-value",
      "5 restDays.0 invalid-value",
      "7 officeHours.0.until invalid-value",
      "9 holidays.0.on invalid-value",
    ].sort(),
  );
  const of = (field: string) => problems.find((problem) => problem.field === field);
  assert.match(of("restDays.0")?.hint ?? "", /"sunday"/);
  assert.match(of("timezone")?.hint ?? "", /"timeZone"/);
  assert.equal(of("holidays.0.on")?.found, '"02-30"');
  assert.match(of("timeZone")?.expected ?? "", /IANA/);
});

test("a file that is no YAML, an empty one and a second one for the same State are problems", () => {
  assert.deepEqual(
    readCalendar("a.yaml", "calendar: [XA")
      .problems.map(({ code }) => code)
      .slice(0, 1),
    ["calendar.yaml"],
  );
  assert.deepEqual(
    readCalendar("a.yaml", "# nothing\n").problems.map(({ code }) => code),
    ["calendar.empty"],
  );
  const text = shipped.get("XA.yaml") ?? "";
  const { calendars, problems } = readCalendars(
    new Map([
      ["b.yaml", text],
      ["a.yaml", text],
    ]),
  );
  assert.equal(calendars.size, 1);
  assert.deepEqual(
    problems.map(({ code, file }) => [code, file]),
    [["calendar.twice", "b.yaml"]],
  );
});

test("two holidays with one id are refused, and office hours on days of rest alone", () => {
  const text = (shipped.get("XB.yaml") ?? "").replace("id: founding-day", "id: new-year");
  assert.deepEqual(
    readCalendar("XB.yaml", text).problems.map(({ field }) => field),
    ["holidays.1.id"],
  );
  const closed = (shipped.get("XB.yaml") ?? "").replace(
    "days: [sunday, monday, tuesday, wednesday, thursday]",
    "days: [friday]",
  );
  assert.deepEqual(
    readCalendar("XB.yaml", closed).problems.map(({ field }) => field),
    ["officeHours"],
  );
});
