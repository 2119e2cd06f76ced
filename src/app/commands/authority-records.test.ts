import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/database/trial.ts";
import { type MatterId, personIdSchema } from "../../cooperation/index.ts";
import { cooperationDefinitions } from "../authority/definitions.ts";
import { openAuthorityFolder } from "../authority/folder.ts";
import { newId, openAuthority } from "../authority/running.ts";
import { exitCodes } from "../exit-codes.ts";
import { run } from "./simulation/program.ts";

/** Makes an authority with one drafted matter. */
async function authorityWithMatter(folder: string): Promise<MatterId> {
  const made = await run("authority", "init", folder, "--unprotected", "--country", "XA", "--id", "arcadia-central");
  assert.equal(made.code, exitCodes.done, made.err);
  const kept = await openAuthorityFolder(folder, { kind: "unprotected" });
  const { authority, store, close } = await openAuthority(kept, await cooperationDefinitions(), () => {});
  const person = personIdSchema.parse(newId());
  const { office } = kept;
  await store.read({ kind: "system" }, (directory) =>
    directory.putPerson({ person, office, name: "Mira Oland", roles: ["case-officer"], active: true, data: {} }),
  );
  const who = { person, office, role: "case-officer" } as const;
  const partner = kept.authority;
  const opened = await authority.open(who, {
    command: newId(),
    type: "mutual-legal-assistance",
    side: "requesting",
    partner,
  });
  assert.ok(opened.kind === "done", JSON.stringify(opened));
  const note = { id: newId(), matter: opened.matter, expectedSequence: 1, name: "note", data: { text: "begun" } };
  assert.equal((await authority.command(who, note)).kind, "done");
  await close();
  return opened.matter;
}

test("a matter is exported from the command line, verifies elsewhere, and log and vault are checked", async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, "authority");
  const bundle = join(place.path, "matter.zip");
  const matter = await authorityWithMatter(folder);

  const exported = await run("authority", "export", folder, matter, "--reason", "The court asks", "--output", bundle);
  assert.equal(exported.code, exitCodes.done, exported.err);
  const verified = await run("verify", bundle);
  assert.equal(verified.code, exitCodes.done, verified.out);
  assert.match(verified.out, /All 2 events of the matter are in the log/);

  const other = await run("authority", "export", folder, newId(), "--reason", "x", "--output", bundle);
  assert.equal(other.code, exitCodes.usage);
  assert.match(other.err, /There is no matter/);
  const strange = await run(
    "authority",
    "export",
    folder,
    matter,
    "--reason",
    "x",
    "--output",
    bundle,
    "--recipient",
    "age1x",
  );
  assert.match(strange.err, /no age recipient/);

  const good = await run("authority", "check", folder);
  assert.equal(good.code, exitCodes.done, good.out);
  assert.match(good.out, /Nothing is wrong/);

  const tile = join(folder, "log", "tile", "entries", "000.p", "2");
  const bytes = await readFile(tile);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(tile, bytes);
  const bad = await run("authority", "check", folder);
  assert.equal(bad.code, exitCodes.invalid, `${bad.out}${bad.err}`);
  assert.match(bad.err, /the log is damaged: tile/);
});

test("what the register of erasures names is erased again after a restore, and a register that is none is refused", async () => {
  await using place = await temporaryFolder();
  const at = (name: string): string => join(place.path, name);
  const matter = await authorityWithMatter(at("authority"));
  assert.equal((await run("authority", "backup", at("authority"), "--to", at("backup"))).code, exitCodes.done);
  await writeFile(at("register"), `${JSON.stringify({ matter, at: "2027-01-31T10:00:00.000Z" })}\n`);
  await writeFile(at("none"), "a letter\n");
  const restore = (to: string, register: string) =>
    run("authority", "restore", at("backup"), "--to", at(to), "--erasures", at(register));
  const missing = await restore("a", "missing");
  assert.deepEqual([missing.code, /cannot be read/.test(missing.err)], [exitCodes.usage, true]);
  const strange = await restore("a", "none");
  assert.deepEqual([strange.code, /no register of erasures/.test(strange.err)], [exitCodes.invalid, true]);
  const restored = await restore("a", "register");
  assert.equal(restored.code, exitCodes.done, restored.err);
  assert.match(restored.out, /1 erasure came after the backup: repeated when the authority is opened/);

  const kept = await openAuthorityFolder(at("a"), { kind: "unprotected" });
  const said: string[] = [];
  const opened = await openAuthority(kept, await cooperationDefinitions(), (text) => said.push(text));
  const stored = await opened.store.matter({ kind: "system" }, matter);
  await assert.rejects(opened.store.events({ kind: "system" }, matter), /were erased/);
  await opened.close();
  assert.match(said.join("\n"), /1 erasures that came after the restored backup were repeated/);
  assert.ok(stored?.erasedAt !== undefined);
  assert.equal((await run("authority", "check", at("a"))).code, exitCodes.done);
});
