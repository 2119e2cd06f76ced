import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  createLog,
  type Digest,
  digestSchema,
  instantSchema,
  logReader,
  nodeDisk,
  noteSigner,
  openLog,
} from "../../cooperation/index.ts";
import { random } from "./simulation/desk.ts";
import { readTimeStamps, stampHourly, stampingSentence } from "./time-stamps.ts";

/** A certificate that was made for this test; its private key is nowhere. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUG61epUV7+myt1J1FiFzzvXaMow4wCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLVGltZSBzdGFtcHMwHhcNMjYxMTIxMTA1MzQwWhcNMzYxMTE4
MTA1MzQwWjAWMRQwEgYDVQQDDAtUaW1lIHN0YW1wczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABOF1DR3wMqDC6saIRjl+bDUgCcyDZwb9K2FTfIDSWJLf/MDNhZth
CpqJU1Bi7dwNyI/P3n2RxTtIb2uWAaOIJZijUzBRMB0GA1UdDgQWBBTC2+ccAYlT
pQYBePt0FWkRQRIwWTAfBgNVHSMEGDAWgBTC2+ccAYlTpQYBePt0FWkRQRIwWTAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHQP5OVIVu647haAhJuK
z3NV1zMYN9Lmc8Op6ECoXPmUAiEA5BFEIt7U9cG96BXz9wu8eX7sFO+LQWAmedh/
TwEWUOE=
-----END CERTIFICATE-----
`;
const signer = noteSigner("aldoria-central/log", "log", new Uint8Array(32).fill(1));
const now = () => instantSchema.parse("2026-06-01T12:00:00.000Z");
const digest: Digest = digestSchema.parse("ab".repeat(32));

test("a folder names its time-stamp service and anchor; what cannot be used is named, and a failing service told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "justitia-time-stamps-"));
  const server = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const at = server.address();
  const address = at === null || typeof at === "string" ? "" : `http://127.0.0.1:${at.port}/`;
  try {
    const disk = await nodeDisk(join(folder, "log"));
    await createLog(disk, signer);
    const writer = await openLog(disk, signer);
    await writer.append([digest]);
    const read = () => readTimeStamps(folder, { log: { writer, reader: logReader(disk), signer } }, { now, random });
    const settings = (value: unknown) => writeFile(join(folder, "time-stamps.json"), JSON.stringify(value));
    assert.equal(await read(), undefined);
    await settings({ address: "ftp://time.example", anchors: "tsa.pem" });
    await assert.rejects(read(), /address/);
    await settings({ address, anchors: "tsa.pem" });
    await assert.rejects(read(), /tsa\.pem .*cannot be read/);
    await writeFile(join(folder, "tsa.pem"), "no certificate");
    await assert.rejects(read(), /holds no certificate/);
    await writeFile(join(folder, "tsa.pem"), certificate);
    const stamps = await read();
    assert.ok(stamps !== undefined);
    const stamping = await stamps.stampToday();
    assert.match(stampingSentence(stamping) ?? "", /was not time-stamped today.*status 503/);
    assert.deepEqual(await stamps.covering([0]), []);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});

test("a clock that is wrong is told with its direction, and nothing is said when all is well", () => {
  assert.equal(stampingSentence({ kind: "nothing-to-do" }), undefined);
  assert.equal(stampingSentence({ kind: "stamped", size: 3, clock: undefined }), undefined);
  assert.match(stampingSentence({ kind: "stamped", size: 3, clock: 90_000 }) ?? "", /90 seconds behind/);
  assert.match(stampingSentence({ kind: "stamped", size: 3, clock: -90_000 }) ?? "", /90 seconds ahead of/);
});

test("stamping begins by itself, tells what failed, and ends when it is told to", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [told, broken]: [string[], unknown[]] = [[], []];
  let calls = 0;
  const stamping = stampHourly(
    {
      stampToday: async () => {
        calls += 1;
        if (calls === 2) throw new Error("the disk is full");
        return { kind: "failed", because: "no line" };
      },
    },
    (text) => told.push(text),
    (error) => broken.push(error),
  );
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(10_000);
  await settled();
  t.mock.timers.tick(3_600_000);
  await settled();
  assert.deepEqual([calls, told.length, broken.length], [2, 1, 1]);
  await stamping.end();
  t.mock.timers.tick(3_600_000);
  await settled();
  assert.equal(calls, 2);
});
