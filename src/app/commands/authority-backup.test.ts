import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { noPostgres, startPostgres } from "../../../test/database/server.ts";
import { temporaryFolder } from "../../../test/database/trial.ts";
import { exitCodes } from "../exit-codes.ts";
import { run } from "./simulation/program.ts";

const madeSchema = z.object({ digest: z.string(), events: z.number(), files: z.number(), rows: z.number() });
const manifestSchema = z.object({
  tables: z.array(z.object({ table: z.string(), digest: z.string(), rows: z.number() })),
});

async function done(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await run("authority", ...argv);
  assert.equal(code, exitCodes.done, err);
  return out;
}

const tablesOf = async (backup: string) =>
  manifestSchema.parse(JSON.parse(await readFile(join(backup, "manifest.json"), "utf8"))).tables;

test("an authority comes back from its backup with its keys and people, on PGlite and on PostgreSQL", {
  skip: noPostgres,
}, async () => {
  await using place = await temporaryFolder();
  await using server = await startPostgres({ fsync: "off" });
  await server.asSuperuser("postgres", "CREATE DATABASE arcadia");
  const at = (name: string): string => join(place.path, name);
  await done(
    "init",
    at("authority"),
    "--unprotected",
    "--country",
    "XA",
    "--name",
    "Arcadia",
    "--id",
    "arcadia-central",
    "--json",
  );
  await done(
    "person",
    "add",
    at("authority"),
    "--name",
    "Mira Oland",
    "--sign-in-name",
    "mira.oland",
    "--role",
    "case-officer",
  );
  const made = madeSchema.parse(JSON.parse(await done("backup", at("authority"), "--to", at("backup"), "--json")));
  assert.ok(made.rows >= 5 && made.files >= 2);

  await done("restore", at("backup"), "--to", at("again"), "--digest", made.digest, "--json");
  assert.equal(await done("introduction", at("again")), await done("introduction", at("authority")));
  await done("backup", at("again"), "--to", at("second"), "--json");
  assert.deepEqual(await tablesOf(at("second")), await tablesOf(at("backup")));

  const owner = at("owner");
  await writeFile(owner, server.address("postgres", "arcadia"), { mode: 0o600 });
  await done("restore", at("backup"), "--to", at("larger"), "--database-owner-file", owner, "--json");
  assert.match(await readFile(at("larger/authority.json"), "utf8"), /"storage": "postgresql"/);
  assert.ok(!(await readdir(at("larger"))).includes("pglite"));
  await done("backup", at("larger"), "--to", at("third"), "--database-owner-file", owner, "--json");
  assert.deepEqual(await tablesOf(at("third")), await tablesOf(at("backup")));
});

test("a backup or a restoring that is refused says why and leaves nothing behind", async () => {
  await using place = await temporaryFolder();
  const at = (name: string): string => join(place.path, name);
  await done(
    "init",
    at("authority"),
    "--unprotected",
    "--country",
    "XA",
    "--name",
    "Arcadia",
    "--id",
    "arcadia-central",
    "--json",
  );
  await done("backup", at("authority"), "--to", at("backup"));
  const before = (await readdir(place.path)).sort();
  const refused = async (code: number, said: RegExp, ...argv: readonly string[]): Promise<void> => {
    const ran = await run("authority", ...argv);
    assert.deepEqual([ran.code, said.test(ran.err)], [code, true], ran.err);
    assert.deepEqual((await readdir(place.path)).sort(), before);
  };
  await refused(exitCodes.usage, /is there already/, "backup", at("authority"), "--to", at("backup"));
  await refused(exitCodes.usage, /is there already/, "restore", at("backup"), "--to", at("authority"));
  await refused(exitCodes.usage, /own folder/, "backup", at("authority"), "--to", at("authority/copy"));
  await refused(exitCodes.usage, /holds no authority/, "backup", at("backup"), "--to", at("other"));
  await refused(exitCodes.invalid, /no backup/, "restore", at("authority"), "--to", at("other"));
  await refused(
    exitCodes.invalid,
    /not the one that was made/,
    "restore",
    at("backup"),
    "--to",
    at("other"),
    "--digest",
    "0".repeat(64),
  );
  const people = at("backup/tables/person.jsonl");
  await writeFile(people, (await readFile(people, "utf8")).replace("administrator", "administratos"));
  await refused(exitCodes.invalid, /tables\/person\.jsonl: was changed/, "restore", at("backup"), "--to", at("other"));
});
