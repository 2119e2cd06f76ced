import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { createLog, logReader, openLog, parseVerifier } from "../log/index.ts";
import { digestOf } from "../words/index.ts";
import { acceptRequest, arrivedAt, draftRequest, sendRequest } from "./simulation/requests.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();

/** Digests as the database numbered them. */
async function numbered({ database }: SimulatedAuthority): Promise<string[]> {
  const rows = await database.sql.transaction().execute(async (transaction) => {
    await sql`SELECT set_config('justitia.scope', 'system', true)`.execute(transaction);
    return transaction.selectFrom("cooperation.log_entry").select("digest").orderBy("index").execute();
  });
  return rows.map(({ digest }) => digest);
}

async function loggedIn({ records }: Pick<SimulatedAuthority, "records">): Promise<string[]> {
  const { writer, reader } = records.log;
  return reader.entries(0, writer.size, writer.size);
}

describe("the log of an authority and its witness", () => {
  let world: World;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars, records: true });
    await sendRequest(world, world.arcadia, await draftRequest(world, world.arcadia, world.bensalem));
    await acceptRequest(world.bensalem, await arrivedAt(world.bensalem));
    await world.settle();
  });
  after(() => world[Symbol.asyncDispose]());

  test("the log holds what the database numbered, in its order, on both sides", async () => {
    for (const side of [world.arcadia, world.bensalem]) {
      const entries = await numbered(side);
      assert.ok(entries.length > 20);
      assert.deepEqual(await loggedIn(side), entries);
      assert.equal(await side.authority.disagreement(), undefined);
      assert.deepEqual((await side.authority.checkRecords())?.problems, []);
    }
  });

  test("each side cosigns the head of the other and keeps the other's cosignature; then it is quiet", async () => {
    for (const [side, other] of [
      [world.arcadia, world.bensalem],
      [world.bensalem, world.arcadia],
    ] as const) {
      const reading = await side.authority.records(side.worker("auditor"));
      assert.ok(reading);
      assert.deepEqual(
        reading.cosigned.map(({ by }) => by),
        [other.authority.authority],
      );
      assert.ok((reading.cosigned[0]?.size ?? 0) > 10);
      assert.deepEqual(
        reading.watched.map(({ by }) => by),
        [other.authority.authority],
      );
      assert.deepEqual(reading.alarms, []);
      assert.ok(side.disks.log.contents().has("checkpoint-cosigned"));
    }
    const before = world.brought.length;
    await world.settle();
    assert.equal(world.brought.length, before, "no checkpoint is sent because of a checkpoint");
  });

  test("only an auditor reads of log and vault", async () => {
    const { arcadia } = world;
    for (const role of ["case-officer", "head-of-office", "approver", "evidence-custodian"] as const)
      assert.equal(await arcadia.authority.records(arcadia.worker(role)), undefined);
    assert.equal(
      await arcadia.authority.records({ ...arcadia.worker("case-officer"), role: "auditor" }),
      undefined,
      "a role that the person does not have",
    );
  });

  test("what was committed and not yet logged when the process ended is logged after it begins again", async () => {
    const { arcadia } = world;
    const matter = await draftRequest(world, arcadia, world.bensalem);
    const logged = await loggedIn(arcadia);
    const entries = await numbered(arcadia);
    assert.ok(entries.length > logged.length, `${matter}: the log waits for the next turn`);
    const anew = await arcadia.again();
    assert.equal(await anew.disagreement(), undefined, "a shorter log is no fault");
    await anew.tick();
    assert.deepEqual((await anew.checkRecords())?.problems, []);
    const reading = await anew.records(arcadia.worker("auditor"));
    assert.ok((reading?.size ?? 0) >= entries.length);
  });
});

describe("a log that does not continue what was seen", () => {
  let world: World;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars, records: true });
    await sendRequest(world, world.arcadia, await draftRequest(world, world.arcadia, world.bensalem));
  });
  after(() => world[Symbol.asyncDispose]());

  test("a database that was taken back below the log is refused when the authority is opened", async () => {
    const { arcadia } = world;
    const { writer } = arcadia.records.log;
    await writer.append([digestOf("an entry that the database has lost")]);
    const found = await arcadia.authority.disagreement();
    assert.equal(found?.code, "log.longer-than-database");
    const codes = (await arcadia.authority.checkRecords())?.problems.map(({ code }) => code);
    assert.deepEqual(codes, ["log.longer-than-database"]);
  });

  test("the partner does not cosign a forked log, and the auditors of both sides are told", async () => {
    const { arcadia, bensalem } = world;
    // Somebody with the log's key writes another history of the same length.
    const { size } = arcadia.records.log.writer;
    const disk = simulatedDisk();
    const { signer } = arcadia.records.log;
    await createLog(disk, signer);
    const writer = await openLog(disk, signer);
    await writer.append(Array.from({ length: size + 50 }, (_, index) => digestOf(`invented ${index}`)));
    const records = { ...arcadia.records, log: { writer, reader: logReader(disk), signer } };
    const before = await bensalem.authority.records(bensalem.worker("auditor"));
    const liar = await arcadia.again(records);
    await draftRequest(world, arcadia, bensalem);
    for (let turn = 0; turn < 6; turn += 1) {
      await liar.tick();
      await bensalem.authority.tick();
      world.clock.milliseconds += 10_000;
    }
    const after = await bensalem.authority.records(bensalem.worker("auditor"));
    assert.deepEqual(
      after?.alarms.map(({ code, log, saidBy }) => [code, log, saidBy]),
      [["witness.bad-proof", "arcadia-central/log", "bensalem-central"]],
    );
    assert.deepEqual(after?.watched, before?.watched, "the head that was seen stays");
    const told = await liar.records(arcadia.worker("auditor"));
    assert.deepEqual(
      told?.alarms.map(({ code, saidBy }) => [code, saidBy]),
      [["witness.bad-proof", "bensalem-central"]],
    );
  });

  test("a verifier key of the log can be read by whoever checks a bundle", async () => {
    const reading = await world.bensalem.authority.records(world.bensalem.worker("auditor"));
    assert.equal(parseVerifier(reading?.key ?? "")?.name, "bensalem-central/log");
  });
});
