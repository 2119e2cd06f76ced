import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import pg from "pg";
import { keysOfMatters } from "../../../test/database/matters.ts";
import { noPostgres, startPostgres } from "../../../test/database/server.ts";
import { began } from "../../../test/database/trial.ts";
import { createStore, openPostgres, setUpPostgres, upgradePostgres } from "./index.ts";

const chance = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));

test("an empty database is made ready: the program's login changes no history and makes no table", {
  skip: noPostgres,
}, async () => {
  await using server = await startPostgres({ fsync: "off" });
  await server.asSuperuser(
    "postgres",
    "CREATE ROLE chief LOGIN CREATEROLE",
    "CREATE ROLE stranger LOGIN",
    'CREATE DATABASE "Utopia central" OWNER chief',
    "CREATE DATABASE arcadia OWNER chief",
  );
  const chief = server.address("chief", encodeURIComponent("Utopia central"));
  const weak = await setUpPostgres(server.address("stranger", "arcadia"), chance, began);
  assert.deepEqual(weak, { problem: "may-not-create-roles", found: "arcadia" });

  const made = await setUpPostgres(chief, chance, began);
  assert.ok("application" in made);
  assert.match(made.application, /^postgres:\/\/Utopia%20central_justitia:[\w-]{32}@/);
  assert.deepEqual(await setUpPostgres(chief, chance, began), {
    problem: "holds-an-authority",
    found: "Utopia central",
  });
  assert.deepEqual(await upgradePostgres(chief, began), []);

  await using database = await openPostgres({ connectionString: made.application }, keysOfMatters);
  assert.deepEqual(await createStore(database).read({ kind: "system" }, (view) => view.offices()), []);

  const client = new pg.Client({ connectionString: made.application });
  await client.connect();
  for (const [statement, answer] of [
    ["CREATE TABLE cooperation.own (a int)", /permission denied/],
    ["CREATE SCHEMA own", /permission denied/],
    ["ALTER TABLE cooperation.event DISABLE TRIGGER ALL", /must be owner/],
    ["DELETE FROM cooperation.event", /permission denied/],
    ['SET ROLE "Utopia central_justitia_owner"', /permission denied/],
    ["CREATE ROLE friend", /permission denied/],
  ] as const)
    await assert.rejects(client.query(statement), answer, statement);
  await client.end();

  const [{ rows: logins }] = (await server.asSuperuser(
    "postgres",
    `SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles
     WHERE rolname LIKE 'Utopia%' ORDER BY rolname`,
  )) as [pg.QueryResult];
  const plain = { rolsuper: false, rolcreaterole: false, rolbypassrls: false };
  assert.deepEqual(logins, [
    { rolname: "Utopia central_justitia", rolcanlogin: true, ...plain },
    { rolname: "Utopia central_justitia_owner", rolcanlogin: false, ...plain },
  ]);
  const arcadia = await setUpPostgres(server.address("chief", "arcadia"), chance, began);
  assert.ok("application" in arcadia);
  const into = made.application.replace("Utopia%20central?", "arcadia?");
  assert.notEqual(into, made.application);
  await assert.rejects(openPostgres({ connectionString: into }, keysOfMatters), /permission denied for database/);
});

test("the password of the program's login opens the database, and another does not", { skip: noPostgres }, async () => {
  await using server = await startPostgres({ fsync: "off" });
  await server.asSuperuser("postgres", "CREATE DATABASE utopia");
  const made = await setUpPostgres(server.address("postgres", "utopia"), chance, began);
  assert.ok("application" in made);
  const [shown] = await server.asSuperuser("postgres", "SHOW hba_file");
  await writeFile(String(shown?.rows[0]?.hba_file), "local all postgres trust\nlocal all all scram-sha-256\n");
  await server.asSuperuser("postgres", "SELECT pg_reload_conf()");
  const wrong = made.application.replace(/:[\w-]{32}@/, ":something-else@");
  // The server reads its settings again a little later.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const refused = await openPostgres({ connectionString: wrong }, keysOfMatters).then(
      (database) => database.close().then(() => false),
      () => true,
    );
    if (refused) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await assert.rejects(openPostgres({ connectionString: wrong }, keysOfMatters), /password authentication failed/);
  await using database = await openPostgres({ connectionString: made.application }, keysOfMatters);
  assert.equal((await database.durability()).engine, "postgresql");
});
