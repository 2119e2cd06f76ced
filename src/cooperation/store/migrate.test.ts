import assert from "node:assert/strict";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import { noPostgres, startPostgres } from "../../../test/database/server.ts";
import { began } from "../../../test/database/trial.ts";
import { migratePostgres } from "./index.ts";
import { migrate } from "./migrate.ts";
import { type Migration, migrations } from "./migrations/index.ts";
import type { Tables } from "./tables.ts";

const names = migrations.map(({ name }) => name);
const further: Migration = {
  number: migrations.length + 1,
  name: "further",
  statements: ["CREATE TABLE cooperation.further (a integer)", "INSERT INTO cooperation.further VALUES (1)"],
};

test("migrations are numbered without a gap, and each name stands once", () => {
  assert.deepEqual(
    migrations.map(({ number }) => number),
    migrations.map((_, index) => index + 1),
  );
  assert.equal(new Set(names).size, names.length);
});

test("an empty database gets every migration once, and a changed, failing or missing one stops everything", async () => {
  const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
  const recorded = async () =>
    (await sql<{ name: string }>`SELECT name FROM cooperation.migration ORDER BY number`.execute(database)).rows.map(
      ({ name }) => name,
    );
  try {
    assert.deepEqual(await migrate(database, began), names);
    assert.deepEqual(await migrate(database, began), []);

    const failing = { ...further, statements: [...further.statements, "SELECT * FROM nowhere"] };
    await assert.rejects(migrate(database, began, [...migrations, failing]), /nowhere/);
    assert.deepEqual(await recorded(), names);
    await assert.rejects(sql`SELECT * FROM cooperation.further`.execute(database), /does not exist/);

    assert.deepEqual(await migrate(database, began, [...migrations, further]), ["further"]);
    const changed = { ...further, statements: [...further.statements, "SELECT 1"] };
    await assert.rejects(
      migrate(database, began, [...migrations, changed]),
      /Migration \d+ \(further\) is not the one/,
    );
    await assert.rejects(migrate(database, began), /use the newer program/);
    assert.deepEqual(await recorded(), [...names, "further"]);
  } finally {
    await database.destroy();
  }
});

test("two programs that start at once on PostgreSQL migrate it once", { skip: noPostgres }, async () => {
  await using server = await startPostgres({ fsync: "off" });
  await server.asSuperuser("postgres", "CREATE ROLE owner LOGIN CREATEROLE", "CREATE DATABASE bensalem OWNER owner");
  const owner = { connectionString: server.address("owner", "bensalem") };
  const applied = await Promise.all([migratePostgres(owner, began), migratePostgres(owner, began)]);
  assert.deepEqual(applied.map(({ length }) => length).sort(), [0, names.length]);

  // Another authority in the same cluster shares the role, and nothing else.
  await server.asSuperuser("postgres", "CREATE DATABASE arcadia OWNER owner");
  assert.deepEqual(await migratePostgres({ connectionString: server.address("owner", "arcadia") }, began), names);
});
