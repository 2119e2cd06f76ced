import assert from "node:assert/strict";
import { before, test } from "node:test";
import { sql } from "kysely";
import {
  fold,
  keysOfMatters,
  minute,
  newCommand,
  newMatter,
  newPerson,
  nextRequest,
  office,
  scopeOf,
  system,
} from "../../../test/database/matters.ts";
import { noPostgres, startPostgres } from "../../../test/database/server.ts";
import { makeAuthority, onEachEngine } from "../../../test/database/trial.ts";
import { authorityIdSchema, type MatterId, type OfficeId, type PersonId, type Role, roles } from "../words/index.ts";
import { inTransaction, openPostgres, type Scope } from "./index.ts";

const north = office("north");
const south = office("south");
const anna = newPerson();
const boris = newPerson();

interface Case {
  readonly office: OfficeId;
  readonly assignee: PersonId | null;
  readonly restricted: boolean;
  readonly granted: readonly PersonId[];
  readonly barred: readonly PersonId[];
}

const cases: readonly Case[] = [north, south].flatMap((place) =>
  [null, anna, boris].flatMap((assignee) =>
    [false, true].flatMap((restricted) =>
      [[], [anna]].flatMap((granted) =>
        [[], [anna]].map((barred) => ({ office: place, assignee, restricted, granted, barred })),
      ),
    ),
  ),
);

/** The rule in prose, one sentence a line; written apart from the rule in the database. */
function maySee(scope: Scope | undefined, matter: Case): boolean {
  if (scope === undefined) return false;
  if (scope.kind === "system") return true;
  const reasons: boolean[] = [];
  reasons.push(matter.assignee === scope.person);
  reasons.push(matter.granted.includes(scope.person));
  if (!matter.restricted) reasons.push(scope.office === matter.office, scope.role === "auditor");
  if (matter.restricted && matter.assignee === null)
    reasons.push(scope.office === matter.office && scope.role === "head-of-office");
  return reasons.includes(true) && !matter.barred.includes(scope.person);
}

const scopes: readonly (Scope | undefined)[] = [
  undefined,
  system,
  ...[anna, boris].flatMap((person) =>
    [north, south].flatMap((place) => roles.map((role: Role) => scopeOf(person, place, role))),
  ),
];

const settings = (scope: Scope | undefined): string => {
  const acting = scope?.kind === "person" ? scope : { person: "", office: "", role: "" };
  return `SELECT set_config('justitia.scope', '${scope?.kind ?? ""}', true),
    set_config('justitia.person', '${acting.person}', true), set_config('justitia.office', '${acting.office}', true),
    set_config('justitia.role', '${acting.role}', true)`;
};

onEachEngine((trial, engine) => {
  const matters = new Map<MatterId, Case>();

  /** Runs plain SQL as the application, for a scope, and gives the rows of the last statement. */
  const raw = (scope: Scope | undefined, ...statements: string[]): Promise<readonly Record<string, unknown>[]> =>
    trial()
      .database.sql.transaction()
      .execute(async (transaction) => {
        let rows: readonly Record<string, unknown>[] = [];
        for (const statement of [settings(scope), ...statements])
          rows = (await sql<Record<string, unknown>>`${sql.raw(statement)}`.execute(transaction)).rows;
        return rows;
      });
  const refused = async (scope: Scope | undefined, statement: string, code: string): Promise<void> => {
    await assert.rejects(
      raw(scope, statement),
      (error) => {
        assert.ok(error instanceof Error && "code" in error, String(error));
        assert.equal(error.code, code, `${statement}: ${error.message}`);
        return true;
      },
      statement,
    );
  };

  before(async () => {
    for (const given of cases) {
      const matter = newMatter();
      const request = nextRequest(matter, [], "opened", {
        ...given,
        clocks: [
          {
            clock: "answer",
            state: "running",
            startedAt: "2026-01-05T00:01:00.000Z",
            dueAt: null,
            alarmAt: minute(30),
            data: {},
          },
        ],
        evidence: [
          { item: newCommand(), exhibit: "1", kind: "file", stage: "sealed", digest: null, bytes: null, data: {} },
        ],
      });
      assert.equal((await trial().store.append(system, request)).kind, "appended");
      matters.set(matter, given);
    }
  });

  test(`plain SQL shows each of ${scopes.length} readers exactly the rows of the matters they may see, of ${cases.length}`, async () => {
    let shown = 0;
    for (const scope of scopes) {
      const expected = [...matters].flatMap(([matter, given]) => (maySee(scope, given) ? [matter] : []));
      for (const table of ["matter", "event", "clock", "evidence_item"]) {
        const rows = await raw(scope, `SELECT matter FROM cooperation.${table} ORDER BY matter`);
        assert.deepEqual(
          rows.map(({ matter }) => matter),
          expected.sort(),
          `${table} for ${JSON.stringify(scope)}`,
        );
        shown += rows.length;
      }
    }
    assert.ok(shown > 1000);
  });

  test("a queue and the alarms of a reader are exactly the matters that the reader may see, each once", async () => {
    const { store, database } = trial();
    for (const scope of scopes) {
      if (scope === undefined) continue;
      const expected = [...matters].flatMap(([matter, given]) => (maySee(scope, given) ? [matter] : [])).sort();
      const listed: MatterId[] = [];
      for (let page = await store.queue(scope, {}, { size: 7 }); ; ) {
        listed.push(...page.matters.map(({ matter }) => matter));
        if (page.next === undefined) break;
        page = await store.queue(scope, {}, { size: 7, after: page.next });
      }
      assert.deepEqual(listed, expected, `queue of ${JSON.stringify(scope)}`);
      const alarms = await inTransaction(database, async (transaction) =>
        (await transaction.enter(scope)).dueClocks(minute(60), 500),
      );
      assert.deepEqual(
        alarms.map(({ matter }) => matter),
        expected,
        `alarms of ${JSON.stringify(scope)}`,
      );
    }
  });

  test("a scope that nobody knows sees nothing", async () => {
    for (const value of ["System", "persons", "system "]) {
      const rows = await raw(
        undefined,
        `SELECT set_config('justitia.scope', '${value}', true)`,
        "SELECT matter FROM cooperation.matter",
      );
      assert.equal(rows.length, 0);
    }
  });

  test("the application may change no row of the tables that events are kept in, by plain SQL", async () => {
    const [matter] = matters.keys();
    for (const scope of [system, scopeOf(anna, north, "administrator"), scopeOf(anna, north, "head-of-office")]) {
      for (const table of ["event", "matter", "clock", "evidence_item", "command"]) {
        await refused(scope, `DELETE FROM cooperation.${table}`, "42501");
        await refused(scope, `UPDATE cooperation.${table} SET matter = matter`, "42501");
        await refused(scope, `TRUNCATE cooperation.${table} CASCADE`, "42501");
        await refused(
          scope,
          `INSERT INTO cooperation.${table} (matter) SELECT matter FROM cooperation.${table}`,
          "42501",
        );
      }
      for (const table of ["read_log", "exchange_inbox", "exchange_outbox", "person", "office", "partner"])
        await refused(scope, `DELETE FROM cooperation.${table}`, "42501");
      await refused(scope, "UPDATE cooperation.read_log SET what = 'nothing'", "42501");
      await refused(scope, "UPDATE cooperation.exchange_evidence SET signed = 'no'", "42501");
      await refused(scope, "ALTER TABLE cooperation.event DISABLE TRIGGER append_only", "42501");
      await refused(scope, "DROP TABLE cooperation.event CASCADE", "42501");
      await refused(scope, "ALTER TABLE cooperation.matter DISABLE ROW LEVEL SECURITY", "42501");
      await refused(scope, "CREATE TABLE cooperation.mine (a integer)", "42501");
      await refused(scope, `SELECT cooperation.write_parts('${matter}', '[]', '[]', false)`, "42501");
      await refused(scope, "SELECT * FROM cooperation.migration", "42501");
    }
    await refused(
      scopeOf(anna, north, "administrator"),
      `SELECT cooperation.replace_projection('${matter}', 1, '{}')`,
      "42501",
    );
  });

  test("not even the owner changes events, messages of matters and reads, unless the trigger is taken away first", async () => {
    for (const table of ["event", "read_log", "matter_message"]) {
      for (const statement of [
        `DELETE FROM cooperation.${table} WHERE false`,
        `UPDATE cooperation.${table} SET matter = matter WHERE false`,
        `TRUNCATE cooperation.${table} CASCADE`,
      ])
        await assert.rejects(trial().asOwner(statement), /only ever added to/);
    }
  });

  test("who may not see a matter cannot write to it, and does not learn that it exists", async () => {
    for (const [matter, given] of matters) {
      const scope = scopeOf(boris, south, "case-officer");
      if (maySee(scope, given)) continue;
      const opened = (await trial().store.events(system, matter)).map((stored) => stored.event);
      const by = { kind: "person", person: boris, office: south, role: "case-officer" } as const;
      const outcome = await trial().store.append(scope, nextRequest(matter, opened, "closed", { open: false }, by));
      assert.deepEqual(outcome, { kind: "unknown-matter" });
      const nowhere = { ...nextRequest(newMatter(), opened, "closed", {}, by), expectedSequence: 1 };
      const renamed = {
        ...nowhere,
        events: nowhere.events.map((event) => ({ ...event, matter: nowhere.matter })),
        projection: fold(opened),
      };
      assert.deepEqual(await trial().store.append(scope, renamed), outcome);
      assert.deepEqual(await trial().store.events(scope, matter), []);
    }
  });

  test("nobody writes an event in another's name, office or role, nor opens a matter for another office", async () => {
    const { store } = trial();
    const scope = scopeOf(anna, north, "case-officer");
    const own = { kind: "person", person: anna, office: north, role: "case-officer" } as const;
    const opening = (by: Parameters<typeof nextRequest>[4], place = north) =>
      store.append(scope, nextRequest(newMatter(), [], "opened", { office: place }, by));
    for (const by of [
      { ...own, person: boris },
      { ...own, office: south },
      { ...own, role: "approver" as const },
      { kind: "authority", authority: authorityIdSchema.parse("ar-central") } as const,
    ])
      assert.deepEqual(await opening(by), { kind: "misattributed" });
    assert.deepEqual(await opening(own, south), { kind: "other-office" });
    assert.equal((await opening(own)).kind, "appended");
    assert.equal((await opening({ kind: "system" })).kind, "appended");
    // The system carries out what the other authority sent, and never a person's decision.
    const outcome = await store.append(system, nextRequest(newMatter(), [], "opened", { office: north }, own));
    assert.deepEqual(outcome, { kind: "misattributed" });
  });

  test("who hands a matter to another office still writes the event, and then sees it no more", async () => {
    const { store } = trial();
    const scope = scopeOf(anna, north);
    const by = { kind: "person", person: anna, office: north, role: "case-officer" } as const;
    const opened = nextRequest(newMatter(), [], "opened", { office: north }, by);
    await store.append(scope, opened);
    const handed = nextRequest(opened.matter, opened.events, "transferred", { office: south }, by);
    assert.equal((await store.append(scope, handed)).kind, "appended");
    assert.equal(await store.matter(scope, opened.matter), undefined);
    assert.deepEqual(await store.append(scope, handed), {
      kind: "appended",
      repeated: true,
      first: 2,
      last: 2,
      digests: [],
    });
    assert.equal((await store.matter(scopeOf(boris, south), opened.matter))?.office, south);
  });

  test("reads are logged in the reader's own name only, and read by auditors only", async () => {
    const { store } = trial();
    const [matter] = matters.keys();
    assert.ok(matter);
    const at = minute(540);
    const scope = scopeOf(anna, north);
    await store.logRead(scope, at, [
      { matter, what: "history" },
      { matter, what: "exhibit 1", reason: "hearing" },
    ]);
    const found = await store.read(scopeOf(boris, south, "auditor"), (view) => view.readLog({ matter, limit: 10 }));
    assert.deepEqual(
      found.map(({ entry: _, ...rest }) => rest),
      ["history", "exhibit 1"].map((what) => ({
        at,
        person: anna,
        office: north,
        role: "case-officer",
        matter,
        what,
        reason: what === "history" ? null : "hearing",
      })),
    );
    assert.deepEqual(await store.read(scope, (view) => view.readLog({ matter, limit: 10 })), []);
    await refused(
      scope,
      `INSERT INTO cooperation.read_log (at, person, office, role, matter, what)
       VALUES ('${at}', '${boris}', 'north', 'case-officer', '${matter}', 'history')`,
      "42501",
    );
    await refused(
      undefined,
      `INSERT INTO cooperation.read_log (at, matter, what) VALUES ('${at}', '${matter}', 'history')`,
      "42501",
    );
  });

  test("messages are the system's alone", async () => {
    for (const scope of scopes) {
      if (scope?.kind === "system") continue;
      for (const table of ["exchange_outbox", "exchange_inbox"])
        assert.deepEqual(await raw(scope, `SELECT 1 FROM cooperation.${table}`), []);
    }
  });

  if (engine === "PostgreSQL")
    test("the application's login cannot become the owner, nor work around the triggers", async () => {
      await refused(system, "SET ROLE bensalem_owner", "42501");
      await refused(system, "SET ROLE postgres", "42501");
      await refused(system, "SET session_replication_role = replica", "42501");
      await refused(system, "CREATE FUNCTION cooperation.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "42501");
    });
});

test("a login that owns the tables, or is a superuser, is refused at the door", { skip: noPostgres }, async () => {
  await using server = await startPostgres({ fsync: "off" });
  const { owner, application } = await makeAuthority(server, "bensalem");
  for (const connectionString of [owner, server.address("postgres", "bensalem")])
    await assert.rejects(openPostgres({ connectionString }, keysOfMatters), /could change what was recorded/);
  await (await openPostgres({ connectionString: application }, keysOfMatters)).close();
});
