import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { event, fold, identifiers, minute, office, scopeOf, system } from "../../../test/database/matters.ts";
import { noPostgres } from "../../../test/database/server.ts";
import { openPGliteTrial, openPostgresTrial } from "../../../test/database/trial.ts";
import { type MatterEvent, matterIdSchema, personIdSchema } from "../words/index.ts";
import { type AppendOutcome, type AppendRequest, type Scope, type Store, storedDigest } from "./index.ts";

const runs = process.env.JUSTITIA_SLOW === "1" ? 2000 : 40;
const offices = [office("north"), office("south")] as const;
const people = identifiers(9);
const persons = [personIdSchema.parse(people()), personIdSchema.parse(people())] as const;

/** One step of a random life: somebody writes to one of three matters, knowing all or less than all, or repeats. */
const stepArbitrary = fc.record({
  matter: fc.nat(2),
  by: fc.constantFrom("system" as const, 0 as const, 1 as const),
  events: fc.integer({ min: 1, max: 3 }),
  behind: fc.constantFrom(0, 0, 0, 0, 1, 2),
  repeat: fc.boolean(),
  change: fc.record(
    {
      office: fc.constantFrom(...offices),
      assignee: fc.constantFrom(null, ...persons),
      restricted: fc.boolean(),
      barred: fc.constantFrom([], [persons[1]]),
      reference: fc.option(fc.string({ unit: "grapheme", maxLength: 8 })),
      note: fc.jsonValue({ maxDepth: 2, noUnicodeString: false }),
    },
    { requiredKeys: [] },
  ),
});
type Step = typeof stepArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** What is to be written, in a plain list: the same rules as the database, without one. */
interface Model {
  readonly matters: Map<string, MatterEvent[]>;
  readonly commands: Map<string, { matter: string; person: string | undefined; first: number; last: number }>;
}

function sees(scope: Scope, events: readonly MatterEvent[]): boolean {
  if (scope.kind === "system") return true;
  const { office: place, assignee, restricted, barred } = fold(events);
  if (barred.includes(scope.person)) return false;
  return assignee === scope.person || (place === scope.office && !restricted);
}

function expected(model: Model, scope: Scope, request: AppendRequest): AppendOutcome["kind"] | "repeated" {
  const known = model.matters.get(request.matter);
  const person = scope.kind === "person" ? scope.person : undefined;
  const before = model.commands.get(request.command);
  if (before !== undefined)
    return before.matter === request.matter && before.person === person ? "repeated" : "command-reused";
  if (known === undefined) {
    if (request.expectedSequence > 0) return "unknown-matter";
    if (scope.kind === "person" && request.projection.office !== scope.office) return "other-office";
  } else {
    if (!sees(scope, known)) return "unknown-matter";
    if (known.length !== request.expectedSequence) return "conflict";
  }
  if (request.events.some(({ by }) => by.kind === "person" && by.person !== person)) return "misattributed";
  model.matters.set(request.matter, [...(known ?? []), ...request.events]);
  const last = request.expectedSequence + request.events.length;
  model.commands.set(request.command, { matter: request.matter, person, first: request.expectedSequence + 1, last });
  return "appended";
}

let family = 16;

async function live(stores: readonly Store[], steps: readonly Step[]): Promise<void> {
  family += 1;
  const next = identifiers(family);
  const matters = [0, 1, 2].map(() => matterIdSchema.parse(next()));
  const model: Model = { matters: new Map(), commands: new Map() };
  let last: AppendRequest | undefined;
  for (const step of steps) {
    const matter = matters[step.matter];
    assert.ok(matter);
    const all = model.matters.get(matter) ?? [];
    const known = all.slice(0, Math.max(0, all.length - step.behind));
    const scope = step.by === "system" ? system : scopeOf(persons[step.by], offices[step.by]);
    const by =
      scope.kind === "person"
        ? ({ kind: "person", person: scope.person, office: scope.office, role: scope.role } as const)
        : ({ kind: "system" } as const);
    const { note, ...change } = step.change;
    const changed = { ...change, note: JSON.stringify(note ?? null) };
    const first = known.length === 0 ? { office: offices[0] } : {};
    const events = Array.from({ length: step.events }, (_, index) =>
      event(matter, known.length + index + 1, "changed", index === 0 ? { ...first, ...changed } : {}, by, next()),
    );
    const made: AppendRequest = {
      command: next(),
      at: minute(known.length),
      matter,
      expectedSequence: known.length,
      events,
      projection: fold([...known, ...events]),
    };
    const request: AppendRequest = step.repeat && last !== undefined ? last : made;
    last = request;
    const wanted = expected(model, scope, request);
    for (const store of stores) {
      const outcome = await store.append(scope, request);
      assert.equal(outcome.kind === "appended" && outcome.repeated ? "repeated" : outcome.kind, wanted);
    }
  }
  for (const store of stores) {
    for (const matter of matters) {
      const events = model.matters.get(matter) ?? [];
      const stored = await store.events(system, matter);
      assert.deepEqual(
        stored.map(({ event: given, digest, previous }) => ({ given, digest, previous })),
        events.map((given, index) => ({
          given,
          digest: storedDigest(given, stored[index]?.salt),
          previous: stored[index - 1]?.digest ?? null,
        })),
      );
      const kept = await store.matter(system, matter);
      if (events.length === 0) assert.equal(kept, undefined);
      else {
        const { clocks: _, evidence: __, ...projection } = fold(events);
        assert.deepEqual(kept, { ...projection, matter, sequence: events.length });
      }
      for (const [index, person] of persons.entries()) {
        const scope = scopeOf(person, offices[index === 0 ? 0 : 1]);
        assert.equal(
          (await store.events(scope, matter)).length,
          events.length > 0 && sees(scope, events) ? events.length : 0,
        );
      }
    }
  }
}

test(`${runs} random lives of matters come to the same outcomes, events and projections on PostgreSQL, on PGlite and on paper`, {
  skip: noPostgres,
}, async () => {
  await using postgres = await openPostgresTrial({ fsync: "off" });
  await using pglite = await openPGliteTrial();
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { minLength: 1, maxLength: 12 }), (steps) =>
      live([postgres.store, pglite.store], steps),
    ),
    { numRuns: runs, seed: 20_260_101 },
  );
  for (const { store } of [postgres, pglite]) assert.deepEqual((await store.rebuildProjection(fold)).differing, []);
});
