import assert from "node:assert/strict";
import { before, test } from "node:test";
import { custodyDataSchema, stampedDigest } from "../custody/index.ts";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { createLog, logReader, noteSigner, openLog, parseNote } from "../log/index.ts";
import { type Holder, makeHolder, makeToken, timeStamping } from "../time-stamps/simulation/service.ts";
import {
  authorityIdSchema,
  type Digest,
  digestOf,
  eventDigest,
  instantSchema,
  matterEventSchema,
  matterIdSchema,
} from "../words/index.ts";
import { bundleInMemory } from "./bundle-file.ts";
import { verifyBundle } from "./verify.ts";
import { type StampedHead, writeBundle } from "./write.ts";

const matter = matterIdSchema.parse("01890a5d-ac96-774b-bcce-b302099a8057");
const signer = noteSigner("bensalem-central.example/log", "log", new Uint8Array(32).fill(1));
const impostor = noteSigner("bensalem-central.example/log", "log", new Uint8Array(32).fill(2));
const sha256 = "2.16.840.1.101.3.4.2.1";
const by = { kind: "person", person: matter, office: "cyber", role: "evidence-custodian" };

let service: Holder;
before(async () => {
  service = await makeHolder({ name: "Time stamps", purposes: [timeStamping] });
});
const stampOver = (digest: Digest): Promise<Uint8Array> =>
  makeToken({ signer: service, imprint: { oid: sha256, digest: Buffer.from(digest, "hex") } });
const headText = (checkpoint: string): string => parseNote(checkpoint)?.text ?? "";

/** A bundle with one custody event, and the heads of its log before and after as somebody stamped them. */
async function bundled(
  stamps: (heads: { readonly early: string; readonly late: string }) => Promise<readonly StampedHead[]>,
  timestampOf: (digest: Digest) => Promise<Uint8Array> = stampOver,
): Promise<Buffer> {
  const at = "2026-03-01T10:00:00.000Z";
  const data = custodyDataSchema.parse({
    item: { exhibitNumber: "X-1", kind: "physical", description: "a telephone" },
    custody: {
      id: "01890a5d-ac96-774b-bcce-000000000001",
      at,
      by,
      exhibitNumber: "X-1",
      sequence: 1,
      stage: "identified",
      authority: "bensalem-central",
      reason: "request 7",
    },
  });
  const timestamp = Buffer.from(await timestampOf(stampedDigest(data.custody))).toString("base64");
  const event = matterEventSchema.parse({
    id: data.custody.id,
    matter,
    sequence: 1,
    at,
    by,
    name: "custody-recorded",
    data: { ...data, custody: { ...data.custody, timestamp } },
  });
  const disk = simulatedDisk();
  await createLog(disk, signer);
  const log = await openLog(disk, signer);
  await log.append([eventDigest(event), digestOf("an event of another matter")]);
  const early = log.checkpoint;
  await log.append([digestOf("a later event")]);
  const pieces: Uint8Array[] = [];
  for await (const piece of writeBundle({
    matter,
    authority: authorityIdSchema.parse("bensalem-central"),
    madeAt: instantSchema.parse("2026-07-01T00:00:00.000Z"),
    signer,
    events: [{ event, index: 0 }],
    evidence: [],
    log: {
      key: signer,
      witnesses: [],
      reader: logReader(disk),
      checkpoint: log.checkpoint,
      stamped: await stamps({ early, late: log.checkpoint }),
    },
  }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}
const honest = async ({ early, late }: { readonly early: string; readonly late: string }) => [
  { checkpoint: early, token: await stampOver(digestOf(headText(early))) },
  { checkpoint: late, token: await stampOver(digestOf(headText(late))) },
];

test("a verification says since when head and custody event are known to exist, and by whom", async () => {
  const bundle = await bundled(honest);
  const report = await verifyBundle(bundleInMemory(bundle), { timeStampAnchors: [service.certificate] });
  assert.deepEqual(report.problems, []);
  const said = report.checked.filter((sentence) =>
    sentence.includes("existed at 2026-06-01T12:00:00.000Z (within 1.5 s)"),
  );
  assert.deepEqual(
    said.map((sentence) => sentence.split(" existed")[0]),
    ["The head of the log with 2 entries", "The head of the log with 3 entries", "The custody event 1 of exhibit X-1"],
  );
  assert.ok(said.every((sentence) => sentence.endsWith("known by CN=Time stamps.")));
  assert.ok(report.notChecked.some((sentence) => sentence.includes("was not revoked before it ended at 2030-01-01")));
});

test("without the certificate of the service the time is told, but not as shown", async () => {
  const report = await verifyBundle(bundleInMemory(await bundled(honest)));
  assert.deepEqual(report.problems, []);
  assert.equal(report.checked.filter((sentence) => sentence.includes("existed at")).length, 0);
  assert.equal(report.notChecked.filter((sentence) => sentence.includes("--time-stamp-anchor")).length, 3);
});

test("a time stamp over something else, a broken one, and one over another log's head are named", async () => {
  const other = digestOf("something else");
  const forged = async ({ early }: { readonly early: string }) => [
    { checkpoint: early, token: await stampOver(other) },
    { checkpoint: early, token: Buffer.from("no token") },
  ];
  const problems = async (bundle: Buffer) =>
    (await verifyBundle(bundleInMemory(bundle), { timeStampAnchors: [service.certificate] })).problems;
  const found = await problems(await bundled(forged, () => stampOver(other)));
  assert.deepEqual(
    found.map(({ code, where, message }) => [code, where, /: (.*)$/.exec(message)?.[1]]),
    [
      ["bundle.time-stamp", "log/stamped/1/token.tst", "It stands over something else."],
      ["bundle.time-stamp", "log/stamped/2/token.tst", "This is no time-stamp token."],
      ["bundle.time-stamp", "event 01890a5d-ac96-774b-bcce-000000000001", "It stands over something else."],
    ],
  );
  await assert.rejects(
    bundled(async () => {
      const disk = simulatedDisk();
      await createLog(disk, impostor);
      const { checkpoint } = await openLog(disk, impostor);
      return [{ checkpoint, token: await stampOver(digestOf(headText(checkpoint))) }];
    }),
    RangeError,
  );
});
