import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOfMatters, newMatter, nextRequest, office, system } from "../../../test/database/matters.ts";
import { onEachEngine } from "../../../test/database/trial.ts";
import { matterKeys, SealBroken } from "../matter-keys/index.ts";
import { eventDigest } from "../words/index.ts";
import { historyFaults, remainsFaults } from "./index.ts";
import { keyRing } from "./key-ring.ts";
import { sealOpen } from "./seal-open.ts";

const chance = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(3);

onEachEngine((trial) => {
  test("what an older program kept in the open is closed once, readable as before, and keeps its digests", async () => {
    const { store, database, asOwner } = trial();
    const matter = newMatter();
    const opened = nextRequest(matter, [], "opened", { office: office("central") });
    await store.append(system, opened);
    const settled = { text: "Ravenscroft called", message: "01890a5d-ac96-774b-bcce-000000000001" };
    const bare = nextRequest(matter, opened.events, "failure-settled", {});
    const noted = { ...bare, events: bare.events.map((event) => ({ ...event, data: settled })) };
    await store.append(system, noted);
    const events = [...opened.events, ...noted.events];
    await store.logRead(system, events[0]?.at ?? noted.at, [{ matter, what: "matter", reason: "asked" }]);

    // As the tables were before contents were closed.
    const triggers = ["append_only", "only_sealed"];
    const each = async (doing: "DISABLE" | "ENABLE"): Promise<void> => {
      for (const table of ["event", "read_log"])
        for (const trigger of triggers) await asOwner(`ALTER TABLE cooperation.${table} ${doing} TRIGGER ${trigger}`);
    };
    await each("DISABLE");
    let previous: string | null = null;
    for (const event of events) {
      const digest = eventDigest(event);
      const link: string = previous === null ? "NULL" : `'${previous}'`;
      await asOwner(
        `UPDATE cooperation.event SET data = '${JSON.stringify(event.data)}', sealed = NULL, contents = NULL, message = NULL,
           digest = '${digest}', previous = ${link} WHERE matter = '${matter}' AND sequence = ${event.sequence}`,
      );
      previous = digest;
    }
    await asOwner(`UPDATE cooperation.read_log SET reason = 'asked', sealed_reason = NULL WHERE matter = '${matter}'`);
    await asOwner(`DELETE FROM cooperation.matter_key WHERE matter = '${matter}'`);
    await each("ENABLE");
    database.keys.forget(matter);
    assert.deepEqual(
      (await store.events(system, matter)).map(({ event }) => event),
      events,
    );

    await sealOpen(database.sql, database.keys);
    await sealOpen(database.sql, database.keys);
    const stored = await store.events(system, matter);
    assert.deepEqual(
      stored.map(({ event, digest, salt }) => ({ event, digest, salt })),
      events.map((event) => ({ event, digest: eventDigest(event), salt: undefined })),
    );
    assert.deepEqual(historyFaults(stored), []);
    await store.read(system, async (view) => {
      assert.deepEqual(remainsFaults(await view.remains(matter)), []);
      const reads = await view.readLog({ matter, limit: 10 });
      assert.deepEqual(
        reads.map(({ reason }) => reason),
        ["asked"],
      );
    });
    const left = await asOwner(
      `SELECT (SELECT count(*) FROM cooperation.event WHERE data IS NOT NULL AND matter = '${matter}')::integer AS events,
         (SELECT count(*) FROM cooperation.read_log WHERE reason IS NOT NULL)::integer AS reads,
         (SELECT message::text FROM cooperation.event WHERE matter = '${matter}' AND sequence = 2) AS message`,
    );
    assert.deepEqual(left, [{ events: 0, reads: 0, message: settled.message }]);
    // What follows is closed as everything else.
    const further = nextRequest(matter, [...opened.events, ...bare.events], "sent", { state: "sent" });
    assert.equal((await store.append(system, further)).kind, "appended");
    assert.deepEqual(historyFaults(await store.events(system, matter)), []);
  });

  test("a database whose matters were closed with another secret is not opened", async () => {
    const { database } = trial();
    const other = keyRing(matterKeys(new Uint8Array(32).fill(9), chance));
    await assert.rejects(sealOpen(database.sql, other), SealBroken);
    await sealOpen(database.sql, keyRing(keysOfMatters));
  });
});
