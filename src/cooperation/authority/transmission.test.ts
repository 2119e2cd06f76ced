import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { temporaryFolder } from "../../../test/database/trial.ts";
import { exhibitNumberSchema } from "../custody/index.ts";
import { nodeDisk } from "../disk/index.ts";
import { mostPartBytes, uploadIdSchema } from "../vault/index.ts";
import { digestOf, digestSchema } from "../words/index.ts";
import { acceptRequest, arrivedAt, draftRequest, sendRequest } from "./simulation/requests.ts";
import { twoAuthorities } from "./simulation/two-authorities.ts";

/** The goal is 50 MB; the usual run sends fewer over the same cuts. */
const megabytes = process.env.JUSTITIA_SLOW === "1" ? 50 : 6;

/** Bytes that are nowhere the same, and the same in every run. */
function* content(): Generator<Uint8Array> {
  for (let part = 0; part < Math.ceil((megabytes << 20) / mostPartBytes); part += 1) {
    const size = Math.min(mostPartBytes, (megabytes << 20) - part * mostPartBytes);
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at += 4096) bytes.writeUInt32BE((part * mostPartBytes + at) >>> 0, at);
    yield bytes;
  }
}

test(`${megabytes} MB of evidence arrive whole although the line is cut in the middle and the receiver begins again`, async () => {
  await using place = await temporaryFolder();
  const disks = async (authority: string) => {
    const of = (name: string) => nodeDisk(join(place.path, authority, name));
    return {
      log: await of("log"),
      witness: await of("witness"),
      vault: await of("vault"),
      erasures: await of("erasures"),
    };
  };
  await using world = await twoAuthorities({ blank: await blankDatabase(), ...programDefinitions(), records: disks });
  const { arcadia, bensalem } = world;
  const here = await draftRequest(world, arcadia, bensalem);
  await sendRequest(world, arcadia, here);
  const there = await arrivedAt(bensalem);
  await acceptRequest(bensalem, there);
  await world.settle();

  const officer = bensalem.worker("case-officer");
  const { evidence } = bensalem.authority;
  assert.ok(evidence);
  const command = bensalem.newId();
  const upload = uploadIdSchema.parse(command);
  await evidence.beginUpload(officer, there, upload);
  const hash = createHash("sha256");
  let offset = 0;
  for (const bytes of content()) {
    hash.update(bytes);
    const received = await evidence.addPart(officer, there, upload, { offset, bytes, digest: digestOf(bytes) });
    offset += bytes.length;
    assert.equal(received, offset);
  }
  const expected = digestSchema.parse(hash.digest("hex"));
  const sequence = async (): Promise<number> =>
    (await bensalem.authority.view(officer, there))?.matter.sequence ?? Number.NaN;
  const taken = await evidence.takeInItem(officer, {
    command,
    matter: there,
    expectedSequence: await sequence(),
    item: { exhibitNumber: exhibitNumberSchema.parse("B-50"), kind: "digital", description: "A disk image" },
    origin: { kind: "received", from: "Police" },
    reason: "Execution",
    place: undefined,
    upload,
    expected,
  });
  assert.equal(taken.kind, "done", JSON.stringify(taken));
  const sent = await evidence.record(officer, {
    command: bensalem.newId(),
    matter: there,
    expectedSequence: await sequence(),
    exhibit: "B-50",
    stage: "transmitted",
    reason: "Result of the request",
    authorisation: { kind: "decision", reference: "XB 1/2026" },
    to: { holder: "arcadia-central" },
  });
  assert.equal(sent.kind, "done", JSON.stringify(sent));

  const before = world.brought.length;
  while (world.brought.length - before < megabytes / 2) await bensalem.authority.tick();
  world.line = "cut";
  for (let turn = 0; turn < 3; turn += 1) await bensalem.authority.tick();
  const anew = await arcadia.again();
  world.line = "unheard";
  world.clock.milliseconds += 600_000;
  await bensalem.authority.tick();
  world.line = "good";
  for (let turn = 0; turn < 12; turn += 1) {
    world.clock.milliseconds += 600_000;
    await bensalem.authority.tick();
    await anew.tick();
  }

  const opened = await anew.evidence?.open(arcadia.worker("case-officer"), here, "B-50", "to use it");
  assert.ok(typeof opened === "object");
  const arrived = createHash("sha256");
  let size = 0;
  for await (const piece of opened.content) {
    arrived.update(piece);
    size += piece.length;
  }
  assert.deepEqual([size, arrived.digest("hex")], [megabytes << 20, expected]);
  const chunks = await arcadia.database.sql.transaction().execute(async (transaction) => {
    await sql`SELECT set_config('justitia.scope', 'system', true)`.execute(transaction);
    return (
      await sql<{ count: number }>`SELECT count(*)::integer AS count FROM cooperation.exchange_chunk`.execute(
        transaction,
      )
    ).rows;
  });
  assert.deepEqual(chunks, [{ count: 0 }], "nothing of it stays in the database");
});
