import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { buildObservatory, main, openObservatory } from "../../src/app/index.ts";
import {
  authorityIdSchema,
  type CooperationFact,
  createAuthority,
  createStore,
  decryptBytes,
  eventIdSchema,
  instantSchema,
  matterKeys,
  newMessageId,
  officeIdSchema,
  openPGlite,
  personIdSchema,
  readCalendars,
  readMatterTypes,
  releaseCsv,
  releaseOf,
  stateCodeSchema,
} from "../../src/cooperation/index.ts";
import { openEngine } from "../../src/evidence/index.ts";
import { fencedBlocks, textOf } from "./markdown.ts";

const page = "docs/how-to/publish-closed-requests.md";
const limits = { memoryLimit: "512MB", threads: 1 };
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-closed-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs the program within this process, as on a terminal that nobody watches. */
async function run(
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const said = { out: "", err: "" };
  const terminal = {
    out: (text: string): void => {
      said.out += text;
    },
    err: (text: string): void => {
      said.err += text;
    },
    interactive: false,
  };
  const code = await main(argv, { terminal, environment: {}, signal: new AbortController().signal });
  return { code, ...said };
}

/** Writes the files that the page shows. */
async function observatoryOfPage(): Promise<string> {
  const place = join(folder, "observatory");
  for (const { words, text } of fencedBlocks(textOf(page))) {
    const file = words.find((word) => word.startsWith("file="))?.slice("file=".length);
    if (file === undefined) continue;
    await mkdir(dirname(join(place, file)), { recursive: true });
    await writeFile(join(place, file), text);
  }
  await mkdir(join(place, "raw"), { recursive: true });
  return place;
}

const authority = authorityIdSchema.parse("arcadia-central");
const state = stateCodeSchema.parse("XA");
const fact = (direction: CooperationFact["direction"], outcome: string, offence: string): CooperationFact => ({
  authority,
  year: 2026,
  month: 5,
  direction,
  type: "mutual-legal-assistance",
  legalBasis: "untoc",
  partnerState: stateCodeSchema.parse("XB"),
  offence,
  outcome,
  ground: null,
  stages: {},
  electronic: true,
  persons: [{ sex: "female", ageBand: "Y30T44", persons: 1 }],
  countUnit: "requests",
});

test("an observatory made as the page says publishes what the authority published, and suppresses what it suppressed", async () => {
  const facts = [
    ...Array.from({ length: 22 }, () => fact("incoming", "executed", "0502")),
    ...Array.from({ length: 9 }, () => fact("incoming", "withdrawn", "0701")),
    ...Array.from({ length: 3 }, () => fact("incoming", "refused", "0101")),
    ...Array.from({ length: 14 }, () => fact("outgoing", "executed", "0502")),
  ];
  const release = releaseOf(facts, { authority, state, year: 2026 });
  const place = await observatoryOfPage();
  await writeFile(join(place, "raw", "requests.csv"), releaseCsv([release]));
  const observatory = await openObservatory(place, { limits, environment: {} });
  const result = await buildObservatory(observatory, { wait: true, listen: () => undefined });
  const summary = result.manifest.streams.requests?.summary;
  assert.deepEqual([summary?.quarantined, summary?.flagged], [0, 0]);
  const key = result.manifest.indicators["closed-requests"]?.key ?? "";
  const file = join(observatory.state, "steps", "indicator", key, "observations.parquet");
  const engine = await openEngine({ ...limits, temporaryDirectory: join(folder, "temporary") });
  try {
    const columns = await engine.rows(
      { text: `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet('${file}'))`, values: [] },
      z.object({ column_name: z.string() }),
    );
    const rows = await engine.rows(
      { text: `SELECT * FROM read_parquet('${file}')`, values: [] },
      z.record(z.string(), z.unknown()),
    );
    assert.ok(columns.length > 5);
    const published = rows.map((row) =>
      JSON.stringify(row, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
    );
    const total = rows.find(({ breakdown }) => breakdown === "" || breakdown === "total");
    assert.ok(
      published.some((row) => row.includes('"suppressed"')),
      published.slice(0, 3).join("\n"),
    );
    assert.ok(
      rows.some(({ value }) => Number(value) === facts.length),
      JSON.stringify(total ?? published.slice(0, 2)),
    );
    assert.ok(!rows.some(({ value }) => Number(value) === 3), "a small count is nowhere");
  } finally {
    engine.close();
  }
});

test("the command counts the closed matters of an authority's folder, and its release file is the one of the page", async () => {
  const place = join(folder, "authority");
  const made = await run(
    "authority",
    "init",
    place,
    "--country",
    "XA",
    "--name",
    "Arcadia",
    "--id",
    "arcadia-central",
    "--unprotected",
  );
  assert.equal(made.code, 0, made.err);
  const empty = await run("authority", "statistics", place, "--csv");
  assert.deepEqual([empty.code, empty.out.trimEnd().split("\r\n").length], [0, 1]);
  assert.match(empty.err, /No matter is closed/);
  await closeSome(place, 7);
  const csv = await run("authority", "statistics", place, "--csv", "--output", join(folder, "requests.csv"));
  assert.equal(csv.code, 0, csv.err);
  const text = await readFile(join(folder, "requests.csv"), "utf8");
  assert.match(text, /^REF_AREA,FREQ,TIME_PERIOD,/);
  assert.match(text, /requests,outgoing,mutual-legal-assistance,_T,_T,_T,_T,_T,_Z,_Z,7,A,F/);
  const shown = await run("authority", "statistics", place);
  assert.match(shown.out, /mutual-legal-assistance\s+7\s+7/);
  const strict = await run("authority", "statistics", place, "--threshold", "10", "--json");
  assert.ok(!/"count":7/.test(strict.out));
  assert.equal((await run("authority", "statistics", place, "--threshold", "1")).code, 2);
  assert.equal((await run("authority", "statistics", place, "--csv", "--json")).code, 2);
});

/** Opens drafts in the folder of an authority and withdraws them. */
async function closeSome(place: string, number: number): Promise<void> {
  const files = async (name: string, names: readonly string[]) =>
    new Map(await Promise.all(names.map(async (one) => [one, textOf(`${name}/${one}`)] as const)));
  const types = ["common", "mutual-legal-assistance"].map((name) => `${name}.yaml`);
  const now = () => instantSchema.parse(new Date().toISOString());
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
  const newId = () => eventIdSchema.parse(newMessageId(now(), random));
  const identity = (await readFile(join(place, "key.txt"), "utf8")).trim();
  const kept = await decryptBytes(await readFile(join(place, "matter-secret.age")), [identity]);
  const secret = new Uint8Array(Buffer.from(Buffer.from(kept).toString("utf8"), "base64url"));
  const database = await openPGlite(place, now(), matterKeys(secret, random));
  if ("heldBy" in database) throw new Error("the folder is in use");
  const office = officeIdSchema.parse("central-office");
  const person = personIdSchema.parse(newId());
  const partner = authorityIdSchema.parse("bensalem-central");
  try {
    await createStore(database).read({ kind: "system" }, async (directory) => {
      await directory.putPerson({
        person,
        office,
        name: "Ada",
        roles: ["case-officer", "head-of-office"],
        active: true,
        data: {},
      });
      await directory.putPartner({
        authority: partner,
        state: stateCodeSchema.parse("XB"),
        name: "Bensalem",
        active: true,
        data: {},
      });
    });
    const service = createAuthority({
      types: [...readMatterTypes(await files("matter-types", types)).types.values()],
      calendars: readCalendars(new Map()).calendars,
      authority,
      state,
      name: "Arcadia",
      database,
      intake: office,
      keys: () => ({ signing: [], encryption: [] }),
      now,
      random,
      post: async () => ({ problem: "nothing is sent" }),
      report: () => undefined,
    });
    for (let count = 0; count < number; count += 1) {
      const opened = await service.open(
        { person, office, role: "case-officer" },
        { command: newId(), type: "mutual-legal-assistance", side: "requesting", partner, values: {} },
      );
      assert.ok(opened.kind === "done", JSON.stringify(opened));
      const closed = await service.command(
        { person, office, role: "head-of-office" },
        { id: newId(), matter: opened.matter, expectedSequence: 1, name: "withdrawn", data: { reasons: "Not needed" } },
      );
      assert.equal(closed.kind, "done", JSON.stringify(closed));
    }
  } finally {
    await database.close();
  }
}
