import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { noPostgres, startPostgres } from "../../../test/database/server.ts";
import { authorityIdSchema, digestOf } from "../words/index.ts";
import {
  announcementOf,
  attestRetrieval,
  deliverDue,
  type ExchangeNode,
  type ExchangeStore,
  type ExchangeTransaction,
  evidenceSummary,
  exchangeTables,
  fingerprint,
  introduce,
  isDirectoryProblem,
  isRefused,
  type Post,
  receive,
  reconcile,
  type SqlExchangeTransaction,
  sendDue,
  sendPayloadsDue,
  sqlExchangeTransaction,
  submit,
  submitPayload,
  withoutKey,
} from "./index.ts";
import { SetClock, type SimulatedAuthority, seededChance, twoAuthorities } from "./simulation/node.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];
type Run = (text: string, values?: readonly unknown[]) => Promise<Rows>;

/** A database engine, reduced to statements and transactions. */
interface Engine {
  readonly run: Run;
  readonly transaction: <Result>(work: (run: Run) => Promise<Result>) => Promise<Result>;
  readonly stop: () => Promise<void>;
}

async function pglite(): Promise<Engine> {
  const database = await PGlite.create();
  return {
    run: async (text, values = []) => (await database.query<Rows[number]>(text, [...values])).rows,
    transaction: (work) =>
      database.transaction((open) =>
        work(async (text, values = []) => (await open.query<Rows[number]>(text, [...values])).rows),
      ),
    stop: () => database.close(),
  };
}

async function postgres(): Promise<Engine> {
  const server = await startPostgres({ fsync: "off" });
  const pool = new pg.Pool({ connectionString: server.address("postgres", "postgres"), max: 4 });
  // The server may end before it has seen that the last connection was closed.
  pool.on("error", () => undefined);
  return {
    run: async (text, values = []) => (await pool.query<Rows[number]>(text, [...values])).rows,
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const result = await work(
          async (text, values = []) => (await client.query<Rows[number]>(text, [...values])).rows,
        );
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    stop: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

/** The store of an authority in tables of its own, which every test gets anew. */
async function sqlStore(engine: Engine): Promise<ExchangeStore<SqlExchangeTransaction>> {
  await engine.run("DROP SCHEMA IF EXISTS cooperation CASCADE");
  await engine.run("CREATE SCHEMA cooperation");
  for (const statement of exchangeTables) await engine.run(statement);
  await engine.run("CREATE TABLE cooperation.leaf (number integer PRIMARY KEY, digest text NOT NULL)");
  return {
    transaction: (work) =>
      engine.transaction((run) =>
        work(
          sqlExchangeTransaction(
            ({ text, values }) => run(text, values),
            async (digest) => {
              await run("LOCK TABLE cooperation.leaf IN EXCLUSIVE MODE");
              const [row] = await run(
                "INSERT INTO cooperation.leaf SELECT count(*), $1 FROM cooperation.leaf RETURNING number",
                [digest],
              );
              return { origin: "bensalem-central", index: Number(row?.number) };
            },
          ),
        ),
      ),
  };
}

/** Arcadia in memory, Bensalem in the database. */
async function setting(engine: Engine) {
  const clock = new SetClock();
  const { arcadia, bensalem } = await twoAuthorities(clock, seededChance(21));
  const store = await sqlStore(engine);
  const known = await introduce(arcadia.own.introduction, fingerprint(arcadia.own.introduction), clock.now());
  assert.ok(!isDirectoryProblem(known));
  await store.transaction((transaction) => transaction.saveAuthority(known));
  const delivered: string[] = [];
  const node: ExchangeNode<SqlExchangeTransaction> = {
    ...bensalem.node,
    store,
    deliver: async ({ envelope }) => {
      delivered.push(JSON.stringify(envelope.body));
      return "delivered";
    },
  };
  return { clock, arcadia, node, store, delivered };
}

function line<T extends ExchangeTransaction>(to: ExchangeNode<T>, seen: string[] = []): Post {
  return async (_, sealed) => {
    const outcome = await receive(to, sealed);
    if (isRefused(outcome)) return { problem: "refused" };
    seen.push(sealed, outcome.sealedAnswer);
    return outcome;
  };
}
const rowsOf = async (engine: Engine, table: string): Promise<number> =>
  Number((await engine.run(`SELECT count(*)::integer AS count FROM cooperation.${table}`))[0]?.count);
const write = async (from: SimulatedAuthority, to: string) =>
  await from.node.store.transaction((transaction) =>
    submit(from.node, transaction, {
      to: authorityIdSchema.parse(to),
      kind: "request",
      body: { text: "zero \u0000, 请求, ‮right" },
    }),
  );

for (const [name, start, skip] of [
  ["PGlite", pglite, false],
  ["PostgreSQL", postgres, noPostgres],
] as const)
  describe(name, { skip }, () => {
    let engine: Engine;
    before(async () => {
      engine = await start();
    });
    after(() => engine.stop());

    test(`messages go to and from a database, with the same evidence on both sides`, async () => {
      const { arcadia, node, store, delivered } = await setting(engine);
      await write(arcadia, "bensalem-central");
      await store.transaction((transaction) =>
        submit(node, transaction, { to: arcadia.own.authority, kind: "event", body: { accepted: true } }),
      );
      const seen: string[] = [];
      assert.equal(await sendDue(arcadia.node, line(node, seen), 10), 1);
      assert.equal(await sendDue(node, line(arcadia.node), 10), 1);
      const [sealed = "", first = ""] = seen;
      const again = await receive(node, sealed);
      assert.ok(!isRefused(again));
      assert.equal(again.sealedAnswer, first, "byte for byte");
      assert.equal(await deliverDue(node, 10), 1);
      assert.equal(await deliverDue(arcadia.node, 10), 1);
      assert.deepEqual(delivered, [JSON.stringify({ text: "zero \u0000, 请求, ‮right" })]);
      const message = [...arcadia.store.tables.outbox.values()][0];
      assert.ok(message);
      await store.transaction((transaction) =>
        attestRetrieval(node, transaction, "Retrieval", arcadia.own.authority, message.id),
      );
      while ((await sendDue(node, line(arcadia.node), 10)) + (await sendDue(arcadia.node, line(node), 10)) > 0);
      const theirs = await store.transaction((transaction) => transaction.evidencesWith(arcadia.own.authority));
      const ours = arcadia.store.evidenceSummaries();
      assert.equal(ours.length, 3 + 3 + 1 + 3);
      assert.deepEqual(reconcile(ours, theirs.map(evidenceSummary)), {
        missingHere: [],
        missingThere: [],
        differing: [],
      });
      assert.equal(await rowsOf(engine, "exchange_inbox"), 2);
      assert.equal(await rowsOf(engine, "exchange_refusal"), 0);
    });

    test(`a payload is put together in a database, chunk by chunk`, async () => {
      const { arcadia, node, delivered } = await setting(engine);
      const bytes = Uint8Array.from({ length: 2_500 }, (_, index) => (index * 7) % 256);
      const readChunk = async (_: string, offset: number, length: number) => bytes.subarray(offset, offset + length);
      const { to } = { to: authorityIdSchema.parse("bensalem-central") };
      const announcement = announcementOf(bytes.length, digestOf(bytes), 1_000);
      await arcadia.node.store.transaction((transaction) =>
        submitPayload(arcadia.node, transaction, to, announcement, "image", {}),
      );
      await sendDue(arcadia.node, line(node), 10);
      assert.equal(await sendPayloadsDue(arcadia.node, line(node), readChunk, 2), 2);
      assert.equal(await deliverDue(node, 10), 0);
      assert.equal(await sendPayloadsDue(arcadia.node, line(node), readChunk, 2), 1);
      assert.equal(await deliverDue(node, 10), 1);
      assert.equal(delivered.length, 1);
      assert.equal(await rowsOf(engine, "exchange_chunk"), 3);
    });

    test(`a payload goes out of a database, and goes on after a failure`, async () => {
      const { clock, arcadia, node, store } = await setting(engine);
      const bytes = new Uint8Array(3_000).fill(9);
      const readChunk = async (_: string, offset: number, length: number) => bytes.subarray(offset, offset + length);
      const announcement = announcementOf(bytes.length, digestOf(bytes), 1_000);
      const { message } = await store.transaction((transaction) =>
        submitPayload(node, transaction, arcadia.own.authority, announcement, "image", {}),
      );
      await sendDue(node, line(arcadia.node), 10);
      assert.equal(await sendPayloadsDue(node, line(arcadia.node), readChunk, 1), 1);
      assert.equal(await sendPayloadsDue(node, async () => ({ problem: "cut off" }), readChunk, 1), 0);
      clock.milliseconds += 60_000;
      assert.equal(await sendPayloadsDue(node, line(arcadia.node), readChunk, 10), 2);
      const payload = await store.transaction((transaction) => transaction.outgoingPayload(message.id));
      assert.deepEqual([payload?.state, payload?.acknowledged], ["acknowledged", 3]);
      assert.equal(arcadia.store.payloadDigest(node.authority, message.id), digestOf(bytes));
    });

    test(`what fails within a transaction leaves nothing in the database`, async () => {
      const { arcadia, node, store } = await setting(engine);
      await write(arcadia, "bensalem-central");
      const failing: ExchangeNode<SqlExchangeTransaction> = {
        ...node,
        store: {
          transaction: (work) =>
            store.transaction(async (transaction) => {
              await work(transaction);
              throw new Error("the disk is full");
            }),
        },
      };
      const post: Post = async (_, sealed) => {
        await assert.rejects(receive(failing, sealed), /disk is full/);
        return { problem: "no answer" };
      };
      await sendDue(arcadia.node, post, 10);
      for (const table of ["exchange_inbox", "exchange_evidence", "leaf"]) assert.equal(await rowsOf(engine, table), 0);
    });

    test(`a message that arrives several times at once is taken once, and answered the same each time`, async () => {
      const { arcadia, node } = await setting(engine);
      await write(arcadia, "bensalem-central");
      const answers: string[] = [];
      const post: Post = async (_, sealed) => {
        const all = await Promise.all([1, 2, 3, 4].map(() => receive(node, sealed)));
        for (const outcome of [...all, await receive(node, sealed)])
          if (!isRefused(outcome)) answers.push(outcome.sealedAnswer);
        return { problem: "lost" };
      };
      await sendDue(arcadia.node, post, 10);
      assert.equal(answers.length, 5);
      assert.equal(new Set(answers).size, 1);
      assert.equal(await rowsOf(engine, "exchange_inbox"), 1);
      assert.equal(await rowsOf(engine, "leaf"), 1);
    });

    test(`what is known of an authority comes back as it was, and a key belongs to one authority`, async () => {
      const { arcadia, store } = await setting(engine);
      const { authority, introduction } = arcadia.own;
      const kid = introduction.keys[0]?.kid ?? "";
      const known = await store.transaction((transaction) => transaction.authorityOfKey(kid));
      assert.ok(known);
      const revoked = withoutKey(known, kid, "lost", arcadia.node.now());
      assert.ok(!isDirectoryProblem(revoked));
      await store.transaction((transaction) => transaction.saveAuthority(revoked));
      assert.deepEqual(await store.transaction((transaction) => transaction.authority(authority)), revoked);
      const thief = { ...known, authority: authorityIdSchema.parse("ruritania-police") };
      await assert.rejects(
        store.transaction((transaction) => transaction.saveAuthority(thief)),
        /belongs to another authority/,
      );
      assert.equal(await store.transaction((transaction) => transaction.authority(thief.authority)), undefined);
    });
  });
