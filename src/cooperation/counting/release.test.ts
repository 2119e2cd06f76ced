import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readMatterTypes, type Side } from "../definitions/index.ts";
import { decide, exampleValue, exampleValues, fold, isFoldProblem, isRefused } from "../matter/index.ts";
import {
  type Actor,
  authorityIdSchema,
  eventIdSchema,
  type Instant,
  instantSchema,
  type Json,
  type JsonObject,
  type MatterEvent,
  matterIdSchema,
  officeIdSchema,
  personIdSchema,
  type Role,
  stateCodeSchema,
} from "../words/index.ts";
import {
  type CooperationFact,
  casesOfEvents,
  cellKey,
  factOf,
  methodText,
  personCases,
  quantile,
  releaseCsv,
  releaseDimensions,
  releaseOf,
  requestCase,
  yearsOf,
} from "./index.ts";

const folder = new URL("../../../matter-types/", import.meta.url);
const { types } = readMatterTypes(
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
  ),
);
const all = [...types.values()];
const slow = process.env.JUSTITIA_SLOW === "1";
const uuid = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
const authority = authorityIdSchema.parse("arcadia-central");
const state = stateCodeSchema.parse("XA");
const states: Readonly<Record<string, string>> = { "bensalem-central": "XB", "casamona-central": "XC" };
const office = officeIdSchema.parse("office");

/** One matter that is played to its end, as its events. */
function played(
  number: number,
  choice: {
    readonly type: number;
    readonly requesting: boolean;
    readonly partner: number;
    readonly picks: readonly number[];
  },
): MatterEvent[] {
  const type = all[choice.type % all.length] ?? assert.fail();
  const side: Side = choice.requesting ? "requesting" : "requested";
  const partner = authorityIdSchema.parse(Object.keys(states)[choice.partner % 2]);
  const other: Actor = { kind: "authority", authority: partner };
  const person = (which: number, role: Role): Actor => ({
    kind: "person",
    person: personIdSchema.parse(uuid(which)),
    office,
    role,
  });
  let count = number * 1000;
  let hours = 0;
  let events: readonly MatterEvent[] = [];
  const now = (): Instant => instantSchema.parse(new Date(Date.UTC(2025, 10, 1) + hours * 3_600_000).toISOString());
  const newId = () => {
    count += 1;
    return eventIdSchema.parse(uuid(count));
  };
  const attempt = (name: string, data: JsonObject, actor: Actor): boolean => {
    const folded = events.length === 0 ? undefined : fold(type, events);
    const held = folded === undefined || isFoldProblem(folded) ? undefined : folded;
    const command = {
      id: newId(),
      matter: matterIdSchema.parse(uuid(number)),
      expectedSequence: events.length,
      name,
      data,
    };
    const decision = decide(type, held, command, {
      actor,
      side,
      now: now(),
      newEventId: newId,
    });
    if (isRefused(decision)) return false;
    events = [...events, ...decision.events];
    return true;
  };
  const persons: Json[] = choice.picks.slice(0, 3).map((pick) => ({
    name: `Person ${pick}`,
    sex: ["female", "male", "other", "not-known"][pick % 4] ?? "female",
    role: "suspect",
    ...(pick % 3 === 0 ? { age: pick } : { born: ["1990", "2008-03", "1960-12-31", "2007-11-20"][pick % 4] ?? "1990" }),
  }));
  const offences = [{ national: "Art. 1", iccs: ["0101", "0502", "0701"][choice.partner % 3] ?? "0101" }];
  const given = Object.fromEntries(
    type.fields.flatMap(({ id, type: kind }): [string, Json][] =>
      kind === "person-list" && persons.length > 0 ? [[id, persons]] : kind === "offence-list" ? [[id, offences]] : [],
    ),
  );
  const values = Object.fromEntries(
    Object.entries(exampleValues(type, now(), given)).filter(([id]) => {
      const field = type.fields.find((one) => one.id === id);
      return (
        field?.type !== "attachment-list" &&
        (side === "requesting" || (field?.shared === true && field.setBy !== "requested"))
      );
    }),
  );
  const opening = { type: type.id, typeVersion: type.version, side, partner, values };
  attempt("opened", opening, side === "requesting" ? person(1, "case-officer") : other);
  for (const pick of choice.picks) {
    hours += (pick % 40) * 6;
    const folded = fold(type, events);
    if (isFoldProblem(folded) || !folded.open) break;
    attempt("consultation-held", { held: now().slice(0, 10), summary: "Spoken" }, person(1, "case-officer"));
    if (pick % 7 === 0)
      attempt(
        "fields-set",
        { values: { "legal-bases": [type.instruments[pick % type.instruments.length]?.id ?? ""] } },
        person(1, "case-officer"),
      );
    const steps = type.transitions.filter(({ from }) => from === "any-open" || from.includes(folded.state));
    const step = steps[pick % steps.length];
    if (step === undefined) continue;
    const data: JsonObject = Object.fromEntries(
      step.needs.flatMap((need) => {
        const field = type.particulars.find(({ id }) => id === need);
        return field === undefined || field.type === "attachment-list"
          ? []
          : [[need, exampleValue(type, field, now())]];
      }),
    );
    const theirs = step.side !== "either" && step.side !== side;
    const role = step.roles.find((one) => one !== "system");
    const actor: Actor = theirs ? other : role === undefined ? { kind: "system" } : person(2, role);
    if (step.fourEyes === "proposal" && !theirs) {
      if (attempt("proposed", { name: step.name, data }, person(1, "case-officer")))
        attempt(step.name, { proposal: events.at(-1)?.id ?? "" }, actor);
    } else attempt(step.name, data, actor);
  }
  return [...events];
}

test("every closed matter is counted as a second reading of its events counts it, by every dimension", () => {
  let closed = 0;
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          type: fc.nat(20),
          requesting: fc.boolean(),
          partner: fc.nat(5),
          picks: fc.array(fc.nat(99), { minLength: 3, maxLength: 25 }),
        }),
        { minLength: 5, maxLength: 12 },
      ),
      (choices) => {
        const histories = choices.map((choice, index) => played(index + 1, choice));
        const typeOf = (id: string, version: number) => {
          const type = types.get(id);
          return type?.version === version ? type : undefined;
        };
        const second = casesOfEvents(typeOf, (partner) => states[partner], histories.flat());
        for (const events of histories) {
          const [opened] = events;
          assert.ok(opened !== undefined);
          const type = types.get(String(opened.data.type)) ?? assert.fail();
          const matter = fold(type, events);
          assert.ok(!isFoldProblem(matter));
          const fact = factOf(type, matter, authority, stateCodeSchema.parse(states[matter.partner ?? ""]));
          const other = second.get(opened.matter);
          assert.equal(fact === undefined, other === undefined);
          if (fact === undefined || other === undefined) continue;
          closed += 1;
          assert.deepEqual(requestCase(fact).values, other.request);
          assert.equal(fact.year, other.year);
          const persons = personCases(fact).flatMap(({ values, count }) =>
            Array.from({ length: count }, () => cellKey(values)),
          );
          assert.deepEqual(persons.sort(), other.persons.map(cellKey).sort());
          for (const value of Object.values(other.request)) seen.add(value);
          for (const one of other.persons) seen.add(`${one.sex} ${one.age}`);
        }
      },
    ),
    { numRuns: slow ? 400 : 25, seed: 28 },
  );
  assert.ok(closed > 60, `${closed} closed`);
  assert.ok(seen.size > 25, `${[...seen]}`);
});

const fact = (changes: Partial<CooperationFact> = {}): CooperationFact => ({
  authority,
  year: 2026,
  month: 3,
  direction: "incoming",
  type: "mutual-legal-assistance",
  legalBasis: "untoc",
  partnerState: stateCodeSchema.parse("XB"),
  offence: "0502",
  outcome: "executed",
  ground: null,
  stages: { "to-result": 10 },
  electronic: true,
  persons: [{ sex: "female", ageBand: "Y18T29", persons: 1 }],
  countUnit: "requests",
  ...changes,
});
const of = { authority, state, year: 2026 } as const;

test("a release names every dimension, and keeps a suppressed count apart from zero", () => {
  const many = Array.from({ length: 20 }, (_, index) => fact({ month: (index % 12) + 1 }));
  const outgoing = Array.from({ length: 12 }, () => fact({ direction: "outgoing", type: "preservation", persons: [] }));
  const release = releaseOf(
    [...many, ...outgoing, fact({ outcome: "refused", ground: "de-minimis" }), fact({ year: 2025 })],
    of,
  );
  for (const { values } of release.observations) assert.deepEqual(Object.keys(values), [...releaseDimensions]);
  const at = (wanted: Readonly<Record<string, string>>) =>
    release.observations.find(
      ({ countUnit, values }) =>
        countUnit === "requests" &&
        releaseDimensions.every((dimension) =>
          dimension === "sex" || dimension === "age" ? true : values[dimension] === (wanted[dimension] ?? "_T"),
        ),
    );
  assert.deepEqual([at({})?.count, at({ direction: "incoming", type: "preservation" })?.count], [33, 0]);
  const refused = at({ direction: "incoming", outcome: "refused" });
  assert.deepEqual([refused?.count, refused?.status], [null, "Q"]);
  assert.deepEqual(yearsOf([...many, fact({ year: 2025 })]), [2026, 2025]);
  const csv = releaseCsv([release]);
  const lines = csv.trimEnd().split("\r\n");
  assert.equal(lines.length, release.observations.length + 1);
  assert.ok(lines.includes("XA,A,2026,requests,incoming,_T,_T,_T,_T,refused,_T,_Z,_Z,c,Q,C"));
  assert.ok(lines.includes("XA,A,2026,requests,incoming,preservation,_T,_T,_T,_T,_T,_Z,_Z,0,A,F"));
  assert.match(methodText(release), /neither zero nor missing/);
});

test("a duration is published where enough requests went through the stage and their count is published", () => {
  const days = Array.from({ length: 11 }, (_, index) =>
    fact({ stages: { "to-result": index + 1, "to-acknowledgement": index < 4 ? 1 : null } }),
  );
  const { stages } = releaseOf(days, of);
  assert.deepEqual(
    stages.map(({ stage, median, ninetieth }) => [stage, median, ninetieth]),
    [
      ["to-acknowledgement", null, null],
      ["to-result", 6, 10],
    ],
  );
  assert.deepEqual(
    releaseOf(days.slice(0, 4), of).stages.map(({ median }) => median),
    [null, null],
  );
  assert.deepEqual([quantile([], 0.5), quantile([7], 0.9), quantile([4, 1, 3, 2], 0.5)], [null, 7, 2]);
});
