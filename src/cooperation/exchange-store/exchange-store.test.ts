import assert from "node:assert/strict";
import { test } from "node:test";
import { newMatter, newPerson, nextRequest, office, system } from "../../../test/database/matters.ts";
import { onEachEngine } from "../../../test/database/trial.ts";
import { messageIdSchema } from "../exchange/index.ts";
import { authorityIdSchema, digestOf } from "../words/index.ts";
import { createExchangeStore } from "./index.ts";

const central = office("central");
const partner = authorityIdSchema.parse("arcadia-central");
const uuid = (number: number) => messageIdSchema.parse(`01900000-0000-7000-8000-${String(number).padStart(12, "0")}`);

onEachEngine((trial) => {
  test("events and the correspondence they begin are kept together or not at all", async () => {
    const { database, store } = trial();
    const exchange = createExchangeStore(database, "bensalem.example/log");
    const [lost, kept] = [newMatter(), newMatter()];
    const write = (matter: typeof lost, request: number, fails: boolean) =>
      exchange.transaction(async (transaction) => {
        await transaction.append(system, nextRequest(matter, [], "opened", { office: central }));
        await transaction.correspondence.begin({ partner, request: uuid(request), matter, sent: 1, received: 0 });
        await transaction.appendToLog(digestOf(`${request}`));
        if (fails) throw new Error("the line broke");
      });
    await assert.rejects(write(lost, 1, true), /the line broke/);
    await write(kept, 2, false);
    assert.equal((await store.events(system, lost)).length, 0);
    assert.equal((await store.events(system, kept)).length, 1);
    const found = await exchange.transaction(async ({ correspondence }) => [
      await correspondence.with(partner, uuid(1)),
      await correspondence.with(partner, uuid(2)),
    ]);
    assert.deepEqual(found, [undefined, { partner, request: uuid(2), matter: kept, sent: 1, received: 0 }]);
  });

  test("places in the log have no gap, whoever writes at once and whatever is taken back", async () => {
    const { database, second } = trial();
    const stores = [createExchangeStore(database, "log"), createExchangeStore(second, "log")];
    const from =
      (await stores[0]?.transaction(({ correspondence }) => correspondence.logEntries(0, 1000)))?.length ?? 0;
    const written = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        stores[index % 2]?.transaction(async (transaction) => {
          const place = await transaction.appendToLog(digestOf(`entry ${index}`));
          if (index % 5 === 0) throw new Error("taken back");
          return place?.index;
        }),
      ),
    );
    const places = written.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    assert.deepEqual(
      places.sort((one, other) => Number(one) - Number(other)),
      Array.from({ length: 16 }, (_, index) => from + index),
    );
  });

  test("a person sees nothing of the messages, and nobody can change what was logged", async () => {
    const { database } = trial();
    const exchange = createExchangeStore(database, "log");
    const changed = exchange.transaction(async ({ sql, enter }) => {
      await enter({ kind: "system" });
      await sql
        .updateTable("cooperation.log_entry")
        .set({ digest: digestOf("other") })
        .execute();
    });
    await assert.rejects(changed, /permission denied|only ever added to/);
    const seen = await exchange.transaction(async ({ sql, enter }) => {
      await enter({ kind: "person", person: newPerson(), office: central, role: "head-of-office" });
      return sql.selectFrom("cooperation.correspondence").selectAll().execute();
    });
    assert.deepEqual(seen, []);
  });
});
