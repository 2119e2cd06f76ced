import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  authorityIdSchema,
  createLog,
  instantSchema,
  logReader,
  matterIdSchema,
  nodeDisk,
  noteSigner,
  openLog,
  verifierText,
  writeBundle,
} from "../../cooperation/index.ts";
import { run } from "./simulation/program.ts";

const signer = noteSigner("bensalem-central.example/log", "log", new Uint8Array(32).fill(4));
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
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-verify-"));
  const disk = await nodeDisk(join(folder, "log"));
  await createLog(disk, signer);
  const { checkpoint } = await openLog(disk, signer);
  const pieces: Uint8Array[] = [];
  for await (const piece of writeBundle({
    matter: matterIdSchema.parse("01890a5d-ac96-774b-bcce-b302099a8057"),
    authority: authorityIdSchema.parse("bensalem-central"),
    madeAt: instantSchema.parse("2026-04-01T00:00:00.000Z"),
    signer,
    events: [],
    evidence: [],
    log: { key: signer, witnesses: [], reader: logReader(disk), checkpoint },
  }))
    pieces.push(piece);
  await writeFile(join(folder, "matter.zip"), Buffer.concat(pieces));
});
after(() => rm(folder, { recursive: true }));

test("a sound bundle ends in 0, and what could not be shown is said", async () => {
  const { code, out } = await run("verify", join(folder, "matter.zip"));
  assert.equal(code, 0, out);
  assert.match(out, /^Matter 01890a5d-ac96-774b-bcce-b302099a8057 of bensalem-central/);
  assert.match(out, /not checked {2}That the key of bensalem-central\.example\/log is its own/);
  assert.match(out, /Nothing is wrong\.\n$/);
  const known = await run("verify", join(folder, "matter.zip"), "--key", verifierText(signer));
  assert.deepEqual([known.code, /is its own/.test(known.out)], [0, false]);
});

test("a changed bundle, or one by another key, ends in 3", async () => {
  const bytes = await readFile(join(folder, "matter.zip"));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(join(folder, "changed.zip"), bytes);
  const changed = await run("verify", join(folder, "changed.zip"));
  assert.equal(changed.code, 3);
  assert.match(changed.out, /WRONG .*\(bundle\./);
  const other = verifierText(noteSigner("bensalem-central.example/log", "log", new Uint8Array(32).fill(5)));
  const report = await run("verify", join(folder, "matter.zip"), "--json", "--key", other);
  assert.equal(report.code, 3);
  assert.match(report.out, /"bundle\.other-key"/);
});

test("a file that is not there, a malformed key and a missing identity are wrong calls", async () => {
  assert.equal((await run("verify", join(folder, "no.zip"))).code, 2);
  assert.equal((await run("verify", join(folder, "matter.zip"), "--key", "abc")).code, 2);
  assert.equal((await run("verify", join(folder, "matter.zip"), "--identity", join(folder, "none"))).code, 2);
  assert.equal((await run("verify", join(folder, "matter.zip"), "--identity", join(folder, "matter.zip"))).code, 2);
  const anchor = ["verify", join(folder, "matter.zip"), "--time-stamp-anchor"];
  assert.equal((await run(...anchor, join(folder, "none"))).code, 2);
  assert.equal((await run(...anchor, join(folder, "matter.zip"))).code, 2);
});

test("the certificate of a time-stamp service is taken from a file", async () => {
  const file = join(folder, "service.pem");
  await writeFile(file, certificate);
  assert.equal((await run("verify", join(folder, "matter.zip"), "--time-stamp-anchor", file)).code, 0);
});
