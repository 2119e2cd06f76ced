import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { createLog, logReader, noteSigner, openLog, parseNote } from "../log/index.ts";
import { obtainTimeStamp } from "../time-stamps/index.ts";
import {
  type Holder,
  makeAnswer,
  makeHolder,
  makeToken,
  readRequest,
  timeStamping,
} from "../time-stamps/simulation/service.ts";
import { digestOf, type Instant, instantSchema } from "../words/index.ts";
import { type Stamps, stampsOf } from "./stamping.ts";

const signer = noteSigner("aldoria-central/log", "log", new Uint8Array(32).fill(1));
const service: Holder = await makeHolder({ name: "Time stamps", purposes: [timeStamping] });
const anchors = [service.certificate];

type Log = Awaited<ReturnType<typeof openLog>>;
let log: Log;
let stamps: Stamps;
let now: Instant;
let asked: number;
let away: boolean;
let folder: ReturnType<typeof simulatedDisk>;
let logDisk: ReturnType<typeof simulatedDisk>;

const stampsNow = (): Stamps =>
  stampsOf(
    { log: { writer: log, reader: logReader(logDisk), signer } },
    {
      disk: folder,
      now: () => now,
      obtain: (digest) =>
        obtainTimeStamp(
          { address: "https://time.example", trust: { anchors } },
          { algorithm: "SHA-256", digest },
          {
            nonce: new Uint8Array(16).fill(9),
            now,
            timeout: 1000,
            fetch: async (_, { body }) => {
              asked += 1;
              if (away) throw new Error("no line");
              assert.ok(body instanceof Uint8Array);
              const { nonce, ...imprint } = readRequest(body);
              assert.ok(nonce !== undefined);
              const answer = makeAnswer(
                await makeToken({ signer: service, imprint, nonce, at: "2026-06-01T12:00:00Z" }),
              );
              return new Response(new Uint8Array(answer), {
                headers: { "content-type": "application/timestamp-reply" },
              });
            },
          },
        ),
    },
  );

beforeEach(async () => {
  [logDisk, folder, asked, away] = [simulatedDisk(), simulatedDisk(), 0, false];
  now = instantSchema.parse("2026-06-01T12:00:02.000Z");
  await createLog(logDisk, signer);
  log = await openLog(logDisk, signer);
  stamps = stampsNow();
});
const add = (count: number) => log.append(Array.from({ length: count }, (_, at) => digestOf(`${log.size}-${at}`)));
const sizeOf = (checkpoint: string): number => Number(checkpoint.split("\n")[1]);

test("the head of the log is stamped once a day, and only where the log has grown", async () => {
  assert.deepEqual(await stamps.stampToday(), { kind: "nothing-to-do" }, "an empty log");
  await add(3);
  assert.deepEqual(await stamps.stampToday(), { kind: "stamped", size: 3, clock: undefined });
  await add(2);
  assert.deepEqual(await stampsNow().stampToday(), { kind: "nothing-to-do" }, "today is done, also after a restart");
  now = instantSchema.parse("2026-06-02T00:00:00.000Z");
  assert.deepEqual(await stamps.stampToday(), { kind: "stamped", size: 5, clock: -43_200_000 });
  now = instantSchema.parse("2026-06-03T12:00:00.000Z");
  assert.deepEqual(await stamps.stampToday(), { kind: "nothing-to-do" }, "nothing new");
  assert.equal(asked, 2);
});

test("a service that is away is asked again, and nothing is kept of it", async () => {
  await add(1);
  away = true;
  const failed = await stamps.stampToday();
  assert.match(failed.kind === "failed" ? failed.because : "", /could not be reached/);
  assert.deepEqual(await folder.list(""), []);
  away = false;
  assert.equal((await stamps.stampToday()).kind, "stamped");
});

test("a bundle gets the earliest stamp of each of its events, and damaged stamps are passed over", async () => {
  for (const [day, count] of [
    ["2026-06-01", 3],
    ["2026-06-02", 3],
    ["2026-06-03", 3],
  ] as const) {
    now = instantSchema.parse(`${day}T12:00:00.000Z`);
    await add(count);
    assert.equal((await stamps.stampToday()).kind, "stamped");
  }
  const sizes = async (places: readonly number[]) =>
    (await stamps.covering(places)).map(({ checkpoint }) => sizeOf(checkpoint));
  assert.deepEqual(await sizes([0, 1]), [3]);
  assert.deepEqual(await sizes([1, 8]), [3, 9]);
  assert.deepEqual(await sizes([4]), [6]);
  assert.deepEqual(await sizes([9]), []);
  assert.deepEqual(await sizes([]), []);
  const [head] = await stamps.covering([0]);
  assert.equal(parseNote(head?.checkpoint ?? "")?.text.split("\n")[1], "3");
  const file = await folder.create("2026-06-02.json");
  await file.write(Buffer.from("{"));
  await file.sync();
  await file.close();
  assert.deepEqual(await sizes([4]), [9]);
});
