import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instantSchema, officeIdSchema, personIdSchema } from "../words/index.ts";
import { dutyAt, readRoster, rosterSchema } from "./index.ts";
import { groupsToTell, nextToTell, type Reachable } from "./recipients.ts";

const office = officeIdSchema.parse("central-office");
const at = (text: string) => instantSchema.parse(new Date(text).toISOString());
const rosterOf = (shifts: readonly object[], more: object = {}) =>
  rosterSchema.parse({
    people: ["ilya", "helena", "mira"].map((name) => ({ name, reachedBy: [{ mail: `${name}@central.example` }] })),
    offices: [{ office, timeZone: "Europe/Vienna", shifts, ...more }],
  });
const onDuty = (shifts: readonly object[], text: string) => {
  const { people, until } = dutyAt(rosterOf(shifts).offices[0], at(text), "UTC");
  return [people?.join(" "), until?.slice(0, 16)];
};

test("a shift over midnight goes by the clock of the office, also when that clock changes", () => {
  const night = [{ from: "18:00", until: "08:00", people: ["ilya"] }];
  // Vienna is an hour ahead of UTC in winter, two in summer; the clocks go forward on 29 March 2026.
  assert.deepEqual(onDuty(night, "2026-03-28T16:59Z"), [undefined, undefined]);
  assert.deepEqual(onDuty(night, "2026-03-28T17:00Z"), ["ilya", "2026-03-29T06:00"]);
  assert.deepEqual(onDuty(night, "2026-03-29T05:59Z"), ["ilya", "2026-03-29T06:00"]);
  assert.deepEqual(onDuty(night, "2026-03-29T06:00Z"), [undefined, undefined]);
  assert.deepEqual(onDuty(night, "2026-03-29T16:00Z"), ["ilya", "2026-03-30T06:00"]);
});

test("the first shift that covers a moment counts; dates and days say when it begins", () => {
  const shifts = [
    { first: "2026-12-24", last: "2026-12-26", people: ["helena"] },
    { days: ["saturday", "sunday"], people: ["mira", "ilya"] },
    { from: "18:00", until: "08:00", days: ["friday"], people: ["ilya"] },
  ];
  assert.deepEqual(onDuty(shifts, "2026-12-26T12:00Z"), ["helena", "2026-12-26T23:00"]);
  assert.deepEqual(onDuty(shifts, "2026-12-27T12:00Z"), ["mira ilya", "2026-12-27T23:00"]);
  assert.deepEqual(onDuty(shifts, "2026-12-18T22:59Z"), ["ilya", "2026-12-19T07:00"]);
  assert.deepEqual(onDuty(shifts, "2026-12-18T23:00Z"), ["mira ilya", "2026-12-19T23:00"]);
  assert.deepEqual(onDuty([{ from: "08:00", until: "08:00", people: ["ilya"] }], "2026-12-18T06:00Z"), [
    "ilya",
    "2026-12-18T07:00",
  ]);
});

test("it is night between two times of the day, also over midnight", () => {
  const night = (text: string, more: object = {}): boolean =>
    dutyAt(rosterOf([], more).offices[0], at(text), "UTC").night;
  assert.deepEqual([night("2026-01-10T18:59Z"), night("2026-01-10T19:00Z")], [false, true]);
  assert.deepEqual([night("2026-01-10T05:59Z"), night("2026-01-10T06:00Z")], [true, false]);
  const noon = { night: { from: "12:00", until: "13:00" } };
  assert.deepEqual([night("2026-01-10T11:30Z", noon), night("2026-01-10T12:00Z", noon)], [true, false]);
  assert.equal(dutyAt(undefined, at("2026-01-10T02:00Z"), "UTC").night, false);
});

test("whatever the roster, each person who can be reached is told once before anybody is told again", () => {
  const roles = ["case-officer", "head-of-office", "contact-point", "auditor"] as const;
  const names = ["ilya", "helena", "mira", "stranger"];
  fc.assert(
    fc.property(
      fc.array(fc.record({ role: fc.constantFrom(...roles), name: fc.constantFrom(...names), here: fc.boolean() }), {
        maxLength: 6,
      }),
      fc.option(fc.uniqueArray(fc.constantFrom("ilya", "helena", "mira"), { minLength: 1 }), { nil: undefined }),
      fc.boolean(),
      fc.boolean(),
      fc.nat({ max: 6 }),
      (drawn, duty, sealed, night, whose) => {
        const people: Reachable[] = drawn.map(({ role, name, here }, index) => ({
          person: personIdSchema.parse(`01900000-0000-7000-8000-00000000000${index}`),
          name: drawn.findIndex((one) => one.name === name) === index ? name : `${name}${index}`,
          office: here ? office : officeIdSchema.parse("elsewhere"),
          roles: [role],
        }));
        const concern = { office, urgent: true, sealed, assignee: people[whose]?.person };
        const groups = groupsToTell(concern, { people: duty, until: undefined, night }, rosterOf([]), people);
        const all = groups.flat();
        assert.equal(new Set(all).size, all.length);
        for (const group of groups) assert.ok(group.length > 0);
        const told = new Set<(typeof all)[number]>();
        for (let next = nextToTell(groups, told); next !== undefined; next = nextToTell(groups, told)) {
          assert.ok(next.every((one) => !told.has(one)));
          for (const one of next) told.add(one);
        }
        assert.deepEqual(told, new Set(all));
        for (const { person, name, roles: held, office: at } of people) {
          const known = names.slice(0, 3).includes(name);
          const works = known && at === office && held[0] !== "auditor";
          if (!sealed && works)
            assert.ok(told.has(person), "everybody of the office who can be reached is told at last");
          if (sealed && person !== concern.assignee && held[0] !== "head-of-office") assert.ok(!told.has(person));
          if (!known) assert.ok(!told.has(person));
        }
      },
    ),
  );
});

test("a roster whose people do not exist, or that names somebody twice, says where", () => {
  const text = `people:
  - { name: ilya, reachedBy: [{ mail: ilya@central.example }] }
  - { name: Ilya, reachedBy: [{ mail: other@central.example }] }
offices:
  - office: central-office
    shifts: [{ people: [ilya, nobody] }]
  - { office: central-office }
`;
  const { roster, problems } = readRoster("duty-roster.yaml", text);
  assert.equal(roster, undefined);
  assert.deepEqual(
    problems.map(({ line, field }) => [line, field]),
    [
      [3, "people.1.name"],
      [6, "offices.0.shifts.0.people.1"],
      [7, "offices.1.office"],
    ],
  );
});
