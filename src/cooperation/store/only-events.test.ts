import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { minute, newCommand, newMatter } from "../../../test/database/matters.ts";
import { onEachEngine } from "../../../test/database/trial.ts";
import { enterScope } from "./scope.ts";

const digest = "a".repeat(64);
const head = { id: newCommand(), name: "note", at: minute(1), by: { kind: "system" }, message: null };
const further = (changes: object = {}): string =>
  JSON.stringify([{ ...head, id: newCommand(), sealed: "AAAA", contents: digest, digest, ...changes }]);

/** What the function that appends is given for a new matter with two events, by the names of its parameters. */
const given = () => ({
  scope_kind: "system",
  acting: null,
  acting_office: null,
  acting_role: null,
  command_id: newCommand(),
  command_at: minute(1),
  target: newMatter(),
  expected: 0,
  event_id: newCommand(),
  event_name: "opened",
  event_at: minute(1),
  author: JSON.stringify(head.by),
  sealed: Buffer.from([1]),
  contents: digest,
  message: null,
  digest,
  further: further(),
  given_key: Buffer.from([1]),
  new_type: "preservation",
  new_type_version: "1",
  new_side: "requesting",
  new_state: "draft",
  new_open: false,
  new_office: "central",
  new_assignee: null,
  new_restricted: false,
  new_granted: "{}",
  new_barred: "{}",
  new_partner: null,
  new_reference: null,
  new_urgent: false,
  new_opened_at: minute(1),
  new_changed_at: minute(1),
  new_due_at: null,
  new_erasable_from: null,
  clocks: "[]",
  evidence: "[]",
});

/** The table has no such conditions of its own: they would be read anew for each event. */
onEachEngine((trial) => {
  const append = async (changes: object): Promise<unknown> => {
    const values = Object.entries({ ...given(), ...changes }).map(([name, value]) => sql`${sql.raw(name)} => ${value}`);
    const { rows } = await sql<{ outcome: unknown }>`
      SELECT cooperation.append(${sql.join(values)}) AS outcome`.execute(trial().database.sql);
    return rows[0]?.outcome;
  };
  const counts = async (): Promise<unknown> =>
    (
      await trial().asOwner(`SELECT (SELECT count(*) FROM cooperation.event)::integer AS events,
      (SELECT count(*) FROM cooperation.matter)::integer AS matters, (SELECT count(*) FROM cooperation.command)::integer AS commands`)
    )[0];

  test("the database appends nothing that is no event, whoever asks", async () => {
    assert.deepEqual(await append({}), { kind: "written" });
    const before = await counts();
    const unsound: Record<string, object> = {
      "first by nobody": { author: "{}" },
      "first by something else": { author: '{"kind": "stranger"}' },
      "first without contents": { sealed: null },
      "first with no byte of contents": { sealed: Buffer.alloc(0) },
      "first without their digest": { contents: null },
      "first with a digest of contents in capitals": { contents: "A".repeat(64) },
      "first without digest": { digest: null },
      "first with half a digest": { digest: "a".repeat(32) },
      "second by nobody": { further: further({ by: {} }) },
      "second by something else": { further: further({ by: { kind: "stranger" } }) },
      "second without contents": { further: further({ sealed: undefined }) },
      "second with no byte of contents": { further: further({ sealed: "" }) },
      "second with a digest of contents that is none": { further: further({ contents: "a" }) },
      "second without digest": { further: further({ digest: undefined }) },
      "second without a name": { further: further({ name: undefined }) },
      "no list of others": { further: "{}" },
      "before the first": { expected: -1 },
      "a matter without a key": { given_key: null },
    };
    for (const [what, changes] of Object.entries(unsound)) await assert.rejects(append(changes), Error, what);
    assert.deepEqual(await counts(), before);
    assert.deepEqual(await append({}), { kind: "written" });
  });

  test("the database erases with nothing that is no event", async () => {
    const target = newMatter();
    await append({ target });
    const erase = (changes: object): Promise<{ kind: string } | undefined> =>
      trial()
        .database.sql.transaction()
        .execute(async (transaction) => {
          await enterScope(transaction, { kind: "system" });
          const event = { ...head, id: newCommand(), name: "erased", data: {}, digest, ...changes };
          const { rows } = await sql<{ outcome: { kind: string } }>`SELECT cooperation.erase(NULL, ${newCommand()},
          ${minute(2)}, ${target}, 2, ${JSON.stringify(event)}, NULL, NULL) AS outcome`.execute(transaction);
          return rows[0]?.outcome;
        });
    for (const changes of [{ data: [] }, { data: undefined }, { digest: "a" }, { digest: undefined }, { by: {} }])
      await assert.rejects(erase(changes), /is no event/);
    assert.deepEqual(await erase({}), { kind: "erased" });
  });
});
