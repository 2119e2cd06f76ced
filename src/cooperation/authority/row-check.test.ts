import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { sealedRecords } from "../seals/index.ts";
import type { MatterId } from "../words/index.ts";
import { acceptRequest, arrivedAt, draftRequest, sendRequest } from "./simulation/requests.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

/**
 * What the check finds after the owner of the database, whom neither row-level security nor a trigger stops, has worked
 * on it; afterwards everything is as it was.
 */
async function foundAfter({ database, authority }: SimulatedAuthority, statements: readonly string[]) {
  const owned = async (all: readonly string[]): Promise<void> => {
    await database.sql.connection().execute(async (connection) => {
      await sql`RESET ROLE`.execute(connection);
      await sql`SET session_replication_role = 'replica'`.execute(connection);
      try {
        for (const statement of all) await sql.raw(statement).execute(connection);
      } finally {
        await sql`SET session_replication_role = 'origin'`.execute(connection);
        await sql`SET ROLE justitia_application`.execute(connection);
      }
    });
  };
  const tables = ["event", "exchange_evidence", "log_entry", "record_seal", ...sealedRecords];
  await owned(
    tables.map((table) => `CREATE TABLE IF NOT EXISTS cooperation.kept_${table} AS TABLE cooperation.${table}`),
  );
  await owned(statements);
  const found = (await authority.checkRecords())?.problems.map(({ code, path }) => `${code} ${path}`);
  await owned(
    tables.flatMap((table) => [
      `DELETE FROM cooperation.${table}`,
      `INSERT INTO cooperation.${table} OVERRIDING SYSTEM VALUE TABLE cooperation.kept_${table}`,
      `DROP TABLE cooperation.kept_${table}`,
    ]),
  );
  return found;
}

describe("the owner of the database changes rows", () => {
  let world: World;
  let own: SimulatedAuthority;
  let matter: MatterId;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), ...programDefinitions(), records: true });
    own = world.bensalem;
    await sendRequest(world, world.arcadia, await draftRequest(world, world.arcadia, own));
    matter = await arrivedAt(own);
    await acceptRequest(own, matter);
    for (let read = 0; read < 5; read += 1) await own.authority.view(own.worker("case-officer"), matter, undefined);
    await own.database.sql.transaction().execute(async (transaction) => {
      await sql`SELECT set_config('justitia.scope', 'system', true)`.execute(transaction);
      for (const act of ["person-added", "person-changed", "partner-added"])
        await transaction
          .insertInto("cooperation.administrative_act")
          .values({
            at: world.clock.now(),
            person: null,
            office: null,
            role: null,
            operator: "root",
            act,
            subject: "somebody",
            data: JSON.stringify({ name: act, roles: ["auditor"] }),
          })
          .execute();
    });
    world.clock.milliseconds += 60_000;
    await world.settle();
  });
  after(() => world[Symbol.asyncDispose]());

  test("an untouched database is found to be what the log says, and every row is vouched for", async () => {
    const found = await own.authority.checkRecords();
    assert.deepEqual(found?.problems, []);
    assert.ok((found?.events ?? 0) >= 5);
    assert.ok((found?.sealed ?? 0) >= 8);
    assert.equal(found?.unsealed, 0);
  });

  const acts = "cooperation.administrative_act";
  test("an act that was altered is named, whichever of its columns it was", async () => {
    for (const change of [
      `operator = 'nobody'`,
      `act = 'person-left'`,
      `subject = 'another'`,
      `at = at + interval '1 hour'`,
      `data = '{"name":"person-changed","roles":["administrator"]}'`,
      `person = '01900000-0000-7000-8000-000000000001', operator = NULL`,
      `office = 'x'`,
      `role = 'auditor'`,
    ])
      assert.deepEqual(
        await foundAfter(own, [`UPDATE ${acts} SET ${change} WHERE entry = 2`]),
        ["record.altered administrative_act/2"],
        change,
      );
  });

  test("an act that was deleted, inserted or swapped with another is named", async () => {
    assert.deepEqual(await foundAfter(own, [`DELETE FROM ${acts} WHERE entry = 2`]), [
      "record.deleted administrative_act/2",
    ]);
    assert.deepEqual(
      await foundAfter(own, [
        `UPDATE ${acts} AS a SET (act, data) = (SELECT b.act, b.data FROM ${acts} AS b WHERE b.entry = 4 - a.entry)
           WHERE entry IN (1, 3)`,
      ]),
      ["record.moved administrative_act/1", "record.moved administrative_act/3"],
    );
  });

  test("a read that was altered or deleted is named", async () => {
    const reads = "cooperation.read_log";
    assert.deepEqual(await foundAfter(own, [`UPDATE ${reads} SET what = 'nothing' WHERE entry = 1`]), [
      "record.altered read_log/1",
    ]);
    assert.deepEqual(await foundAfter(own, [`DELETE FROM ${reads} WHERE entry IN (1, 2)`]), [
      "record.deleted read_log/1",
      "record.deleted read_log/2",
    ]);
  });

  test("who alters rows with their seal is found by the log, and who alters the log's numbering too", async () => {
    const seals = "cooperation.record_seal";
    const [codes] = [
      await foundAfter(own, [`DELETE FROM ${acts}`, `DELETE FROM ${seals} WHERE record = 'administrative_act'`]),
    ];
    assert.ok(
      codes?.some((found) => found.startsWith("log.entry-unexplained log_entry/")),
      String(codes),
    );
    const remade = await foundAfter(own, [
      `DELETE FROM ${acts} WHERE entry = 3`,
      `UPDATE ${seals} SET digests = overlay(digests placing decode(repeat('00', 32), 'hex') from length(digests) - 31)
         WHERE record = 'administrative_act'`,
    ]);
    assert.ok(remade?.includes("seal.altered record_seal/administrative_act/1"), String(remade));
    const numbered = await foundAfter(own, [
      `UPDATE cooperation.log_entry SET digest = repeat('0', 64) WHERE index = 3`,
    ]);
    assert.ok(numbered?.includes("log.differs-from-database checkpoint"), String(numbered));
  });

  test("an event that was altered, with its digest or without, deleted or inserted is named with its matter", async () => {
    const of = `WHERE matter = '${matter}' AND sequence = 2`;
    const path = `event/${matter}/2`;
    const named = async (statement: string): Promise<readonly string[]> => (await foundAfter(own, [statement])) ?? [];
    assert.ok(
      (await named(`UPDATE cooperation.event SET at = at + interval '1 day' ${of}`)).includes(`event.altered ${path}`),
    );
    assert.ok((await named(`UPDATE cooperation.event SET name = 'No Event' ${of}`)).includes(`event.altered ${path}`));
    const other = await named(`UPDATE cooperation.event SET digest = repeat('a', 64), name = 'other' ${of}`);
    assert.ok(other.includes(`event.inserted ${path}`), String(other));
    assert.ok(other.includes(`event.link-broken event/${matter}/3`), String(other));
    const deleted = await named(`DELETE FROM cooperation.event ${of}`);
    assert.ok(deleted.includes(`event.deleted ${path}`), String(deleted));
    assert.ok(
      deleted.some((found) => found.startsWith("log.entry-unexplained")),
      String(deleted),
    );
    const last = await named(
      `DELETE FROM cooperation.event WHERE matter = '${matter}' AND sequence = (SELECT max(sequence) FROM cooperation.event WHERE matter = '${matter}')`,
    );
    assert.ok(
      last.some((found) => found.startsWith(`event.deleted event/${matter}/`)),
      String(last),
    );
  });

  test("an evidence of our own that was altered or deleted is found", async () => {
    const evidence = "cooperation.exchange_evidence";
    const own_ = `evidence::jsonb ->> 'issuer' = 'bensalem-central'`;
    const altered = await foundAfter(own, [
      `UPDATE ${evidence} SET evidence = replace(evidence, '"at":"2026', '"at":"2025') WHERE ${own_}`,
    ]);
    assert.ok(
      altered?.some((found) => found.startsWith("evidence.altered exchange_evidence/arcadia-central/")),
      String(altered),
    );
    const deleted = await foundAfter(own, [`DELETE FROM ${evidence} WHERE ${own_}`]);
    assert.ok(
      deleted?.every((found) => found.startsWith("log.entry-unexplained log_entry/")),
      String(deleted),
    );
    assert.ok((deleted?.length ?? 0) > 0);
  });

  test("reads wait for their seal no longer than is said, and are counted until then", async () => {
    const officer = own.worker("case-officer");
    await own.authority.view(officer, matter, undefined);
    await own.authority.tick();
    await own.authority.view(officer, matter, undefined);
    await own.authority.tick();
    assert.equal((await own.authority.checkRecords())?.unsealed, 1);
    world.clock.milliseconds += 60_000;
    await own.authority.tick();
    const found = await own.authority.checkRecords();
    assert.deepEqual([found?.unsealed, found?.problems], [0, []]);
  });
});
