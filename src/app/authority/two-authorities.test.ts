/** Two authorities that were made with commands, one on PGlite and one on PostgreSQL, exchange a request over HTTP. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { noPostgres, type PostgresServer, startPostgres } from "../../../test/database/server.ts";
import {
  authorityIdSchema,
  type CommandOutcome,
  exampleValues,
  instantSchema,
  type JsonObject,
  type MatterId,
  newIdentity,
  officeIdSchema,
  personIdSchema,
  type Role,
  type Worker,
} from "../../cooperation/index.ts";
import type { RunningAuthority } from "./running.ts";
import { authorityCommand, initAuthority, officeFolder, serveAuthority } from "./simulation/office.ts";

const passphrase = "four grey herons wait for us";
const office = officeIdSchema.parse("central-office");
const addedSchema = z.object({ person: personIdSchema, signInName: z.string(), password: z.string() });

let server: PostgresServer;
let folder: Awaited<ReturnType<typeof officeFolder>>;
before(async () => {
  if (noPostgres !== false) return;
  [server, folder] = await Promise.all([startPostgres({ fsync: "off" }), officeFolder()]);
  await server.asSuperuser("postgres", "CREATE ROLE chief LOGIN CREATEROLE", "CREATE DATABASE bensalem OWNER chief");
});
after(async () => {
  await server?.stop();
  await folder?.[Symbol.asyncDispose]();
});

async function personAt(authority: string, role: Role, opening: readonly string[]): Promise<Worker> {
  const options = ["--name", `The ${role}`, "--sign-in-name", role, "--role", role, "--json"];
  const { code, out, err } = await authorityCommand(["person", "add", authority, ...options, ...opening]);
  assert.equal(code, 0, err);
  return { person: addedSchema.parse(JSON.parse(out)).person, office, role };
}

function matterOf(outcome: CommandOutcome): MatterId {
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  if (outcome.kind !== "done") throw new Error("not done");
  return outcome.matter;
}

async function act(
  { authority, newId }: RunningAuthority,
  who: Worker,
  matter: MatterId,
  name: string,
  data: JsonObject = {},
): Promise<void> {
  const view = await authority.view(who, matter);
  assert.ok(view !== undefined, name);
  matterOf(await authority.command(who, { id: newId(), matter, expectedSequence: view.matter.sequence, name, data }));
}

test("two authorities made by commands, on PGlite and on PostgreSQL, exchange a request over HTTP", {
  skip: noPostgres,
}, async () => {
  const [arcadia, bensalem] = [folder.path("arcadia"), folder.path("bensalem")];
  const [file, identity] = [folder.path("identity"), await newIdentity()];
  await writeFile(file, `# public key: …\n${identity}\n`, { mode: 0o600 });
  const made = await initAuthority(arcadia, ["--country", "XA", "--id", "arcadia-central", "--identity-file", file]);
  const owner = server.address("chief", "bensalem");
  const other = await initAuthority(bensalem, ["--country", "XB", "--id", "bensalem-central", "--unprotected"], {
    JUSTITIA_DATABASE_OWNER: owner,
  });
  assert.deepEqual([made.storage, other.storage], ["pglite", "postgresql"]);

  const opened = ["--identity-file", file];
  const [officer, approver] = [
    await personAt(arcadia, "case-officer", opened),
    await personAt(arcadia, "approver", opened),
  ];
  const head = await personAt(bensalem, "head-of-office", []);

  const reports: string[] = [];
  const report = (text: string) => void reports.push(text);
  let one = await serveAuthority(arcadia, { kind: "identity", identities: [identity] }, report);
  let two = await serveAuthority(bensalem, { kind: "unprotected" }, report);
  const addresses = [one.address, two.address];
  await one.stop();
  await two.stop();

  const letters = [folder.path("arcadia.json"), folder.path("bensalem.json")] as const;
  for (const [authority, letter, opening] of [
    [arcadia, letters[0], opened],
    [bensalem, letters[1], []],
  ] as const) {
    const said = await authorityCommand(["introduction", authority, "--output", letter, ...opening]);
    assert.equal(said.code, 0, said.err);
  }
  const wrong = await authorityCommand([
    "partner",
    "add",
    arcadia,
    letters[1],
    "--fingerprint",
    made.fingerprint,
    "--address",
    `${addresses[1]}/exchange`,
    ...opened,
  ]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--fingerprint: differs/);
  for (const [authority, letter, fingerprint, address, opening] of [
    [arcadia, letters[1], other.fingerprint, addresses[1], opened],
    [bensalem, letters[0], made.fingerprint, addresses[0], []],
  ] as const) {
    const options = ["--fingerprint", fingerprint, "--address", `${address}/exchange`];
    const said = await authorityCommand(["partner", "add", authority, letter, ...options, ...opening]);
    assert.equal(said.code, 0, said.err);
  }

  one = await serveAuthority(arcadia, { kind: "identity", identities: [identity] }, report);
  two = await serveAuthority(bensalem, { kind: "unprotected" }, report);
  try {
    assert.deepEqual((await one.authority.durability()).engine, "pglite");
    assert.deepEqual((await two.authority.durability()).engine, "postgresql");
    // The ports are new ones now, so the addresses of the partners are too.
    for (const [side, partner, address] of [
      [one, "bensalem-central", two.address],
      [two, "arcadia-central", one.address],
    ] as const)
      await side.store.read({ kind: "system" }, async (directory) => {
        const known = (await directory.partners()).find(({ authority }) => authority === partner);
        assert.ok(known !== undefined);
        await directory.putPartner({ ...known, data: { address: `${address}/exchange` } });
      });

    const type = one.authority.types.get("mutual-legal-assistance");
    assert.ok(type !== undefined);
    const partner = authorityIdSchema.parse("bensalem-central");
    const request = { command: one.newId(), type: type.id, side: "requesting", partner } as const;
    const matter = matterOf(await one.authority.open(officer, request));
    const states = { "requesting-state": "XA", "requested-state": "XB" };
    const now = instantSchema.parse(new Date().toISOString());
    await act(one, officer, matter, "fields-set", {
      values: exampleValues(type, now, states),
    });
    await act(one, officer, matter, "submitted");
    await act(one, approver, matter, "approved");
    await act(one, officer, matter, "sent");
    for (let turn = 0; turn < 20; turn += 1) {
      await one.turn();
      await two.turn();
    }
    const view = await one.authority.view(officer, matter);
    assert.equal(view?.matter.state, "delivered", reports.join("; "));
    const { matters } = await two.authority.queue(head, { open: true }, { size: 10 });
    assert.equal(matters.length, 1);
    const acts = (await two.people.accounts()).map(({ name }) => name);
    assert.deepEqual(acts, ["administrator", "head-of-office"]);
  } finally {
    await one.stop();
    await two.stop();
  }
  assert.deepEqual(reports, []);

  for (const secret of ["secrets.age", "key.age"]) {
    const bytes = await readFile(join(arcadia, secret));
    assert.match(bytes.toString("latin1"), /^age-encryption\.org\/v1\n/);
  }
  const inside = await readdir(bensalem);
  assert.ok(!inside.includes("pglite"));
  for (const name of inside.filter((one) => one !== "key.txt")) {
    const text = await readFile(join(bensalem, name)).then(String, () => "");
    assert.ok(!text.includes("postgres://"), name);
  }
});

test("the passphrase is changed by rewriting one file, and the old one opens nothing any more", async () => {
  await using place = await officeFolder();
  const authority = place.path("arcadia");
  await initAuthority(authority, ["--country", "XA", "--unprotected"]);
  const before = await readFile(join(authority, "secrets.age"));
  const weak = await authorityCommand(["passphrase", authority], { JUSTITIA_NEW_PASSPHRASE: "password1234" });
  assert.equal(weak.code, 2);
  assert.match(weak.err, /too weak/);
  const changed = await authorityCommand(["passphrase", authority], { JUSTITIA_NEW_PASSPHRASE: passphrase });
  assert.equal(changed.code, 0, changed.err);
  assert.deepEqual(await readFile(join(authority, "secrets.age")), before);
  assert.ok(!(await readdir(authority)).includes("key.txt"));
  const refused = await authorityCommand(["introduction", authority], { JUSTITIA_PASSPHRASE: "another one entirely" });
  assert.match(refused.err, /does not open/);
  assert.match((await authorityCommand(["introduction", authority])).err, /need a passphrase/);
  const shown = await authorityCommand(["introduction", authority], { JUSTITIA_PASSPHRASE: passphrase });
  assert.equal(shown.code, 0, shown.err);
  assert.ok(!shown.out.includes('"d"'), "no private key is handed over");
});

test("what cannot be made or opened is said with what to do instead", async () => {
  await using place = await officeFolder();
  const authority = place.path("arcadia");
  const refused = async (arguments_: readonly string[], sentence: RegExp, environment: NodeJS.ProcessEnv = {}) => {
    const said = await authorityCommand(arguments_, environment);
    assert.equal(said.code, 2, said.err);
    assert.match(said.err, sentence);
    assert.ok(!said.err.includes("secret-of-the-database"));
  };
  await refused(["init", authority, "--unprotected"], /--country/);
  await refused(["init", authority, "--country", "XA"], /need a passphrase: --passphrase-file/);
  await refused(["init", authority, "--country", "XA", "--id", "A B", "--unprotected"], /--id A B/);
  await refused(["init", authority, "--country", "XA"], /too weak/, { JUSTITIA_PASSPHRASE: "aaaaaaaaaaaaaaaa" });
  await refused(["init", authority, "--country", "XA", "--unprotected"], /The database cannot be used/, {
    JUSTITIA_DATABASE_OWNER: "postgres://chief:secret-of-the-database@127.0.0.1:9/none",
  });
  await refused(["init", authority, "--country", "XA", "--unprotected"], /begin with postgres:/, {
    JUSTITIA_DATABASE_OWNER: "mysql://chief:secret-of-the-database@127.0.0.1/none",
  });
  await refused(["serve", authority], /holds no authority/);
  await initAuthority(authority, ["--country", "XA", "--unprotected"]);
  await refused(["init", authority, "--country", "XA", "--unprotected"], /holds an authority already/);
  await refused(["serve", authority, "--host", "0.0.0.0"], /not sent over a network unencrypted/);
  await refused(["person", "add", authority, "--name", "A", "--sign-in-name", "a", "--role", "king"], /--role king/);
});
