import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import {
  event,
  fold,
  minute,
  newCommand,
  newMatter,
  newPerson,
  nextRequest,
  office,
  scopeOf,
  system,
} from "../../../test/database/matters.ts";
import { whereStands } from "../../../test/database/planted.ts";
import { onEachEngine } from "../../../test/database/trial.ts";
import type { MatterId, PersonId } from "../words/index.ts";
import { inTransaction, MatterErased, remainsFaults } from "./index.ts";

const central = office("central");
const words = ["Ravenscroft", "Thistlewood", "Quillfeather", "Marrowbone", "Hollowell", "Pennyfarthing"];
const [reference, clocked, filed, lettered, noted, reasoned] = words;

onEachEngine((trial) => {
  /** A matter that has ended, with contents in every table that can hold some, and a proposal to erase it. */
  const endedMatter = async (proposer: PersonId, ended = true) => {
    const { store, asOwner } = trial();
    const matter = newMatter();
    const by = { kind: "person", person: proposer, office: central, role: "head-of-office" } as const;
    const data = {
      office: central,
      reference: `${reference} 7`,
      partner: "arcadia-central",
      clocks: [
        {
          clock: "answer",
          state: "running",
          startedAt: minute(1),
          dueAt: minute(90),
          alarmAt: minute(80),
          data: { about: clocked ?? "" },
        },
      ],
      evidence: [
        {
          item: newCommand(),
          exhibit: `${filed} 1`,
          kind: "digital",
          stage: "received",
          digest: null,
          bytes: 3,
          data: { text: filed ?? "" },
        },
      ],
      open: !ended,
    };
    const opened = nextRequest(matter, [], "opened", data, by);
    await store.append(scopeOf(proposer, central, "head-of-office"), opened);
    const proposal = event(matter, 2, "erasure-proposed", { reason: `${noted} asked` }, by);
    const known = [...opened.events, proposal];
    await store.append(scopeOf(proposer, central, "head-of-office"), {
      command: newCommand(),
      at: proposal.at,
      matter,
      expectedSequence: 1,
      events: [proposal],
      projection: fold(opened.events),
    });
    await store.logRead(system, minute(3), [{ matter, what: "matter", reason: `${reasoned} called` }]);
    const [request, tracked, waiting] = [newCommand(), newCommand(), newCommand()];
    const digest = "0".repeat(64);
    for (const statement of [
      `INSERT INTO cooperation.correspondence VALUES ('arcadia-central', '${request}', '${matter}', 1, 1)`,
      `INSERT INTO cooperation.matter_message (sender, message, matter, direction, event, at)
         VALUES ('own', '${tracked}', '${matter}', 'outgoing', 'sent', now())`,
      `INSERT INTO cooperation.exchange_outbox VALUES ('${tracked}', 'arcadia-central', 'event', '${digest}',
         '{"body":"${lettered}"}', NULL, now(), 'acknowledged', 0, now(), now(), NULL)`,
      `INSERT INTO cooperation.exchange_inbox VALUES ('arcadia-central', '${waiting}', 'payload', '${digest}', now(),
         '{"about":"${request}","name":"${lettered}"}', '${lettered}.signed', 'a', 'b', 'c', 'awaiting-payload', 0, now())`,
      `INSERT INTO cooperation.exchange_incoming_payload VALUES ('arcadia-central', '${waiting}', now(), 9, 9, 1, '${digest}', 1)`,
      `INSERT INTO cooperation.exchange_chunk VALUES ('arcadia-central', '${waiting}', 0, '${lettered}'::bytea)`,
      `INSERT INTO cooperation.kept_file VALUES ('${digest}', '${matter}', '${digest}', 3, '${filed}.txt', now())`,
    ])
      await asOwner(statement);
    return { matter, known, proposal: proposal.id };
  };

  const erase = (
    person: PersonId,
    { matter, known, proposal }: { matter: MatterId; known: readonly unknown[]; proposal: string },
    scope = system,
  ) =>
    inTransaction(trial().database, async (transaction) => {
      await transaction.enter(scope);
      const by = { kind: "person", person, office: central, role: "approver" } as const;
      const data = { ground: "ordered", proposal };
      return await transaction.erase({
        command: newCommand(),
        at: minute(9),
        event: { ...event(matter, known.length + 1, "erased", data, by), at: minute(9) },
        counted: { fact: newCommand(), data: { outcome: "executed" } },
      });
    });

  test("every table gives up what it held of a matter, and what is left adds up", async () => {
    const { store, asOwner } = trial();
    const [head, approver] = [newPerson(), newPerson()];
    const ended = await endedMatter(head);
    const before = await whereStands(asOwner, words);
    for (const place of [
      `matter: ${reference}`,
      `clock: ${clocked}`,
      `evidence_item: ${filed}`,
      `kept_file: ${filed}`,
      `exchange_outbox: ${lettered}`,
      `exchange_inbox: ${lettered}`,
      `exchange_chunk: ${lettered}`,
    ])
      assert.ok(before.includes(`cooperation.${place}`), `${place} of ${before.join(", ")}`);
    // What is closed with the key of the matter is not to be found, and can be read.
    assert.ok(!before.some((place) => place.endsWith(noted ?? "") || place.endsWith(reasoned ?? "")));
    assert.match(JSON.stringify(await store.events(system, ended.matter)), /Marrowbone|Hollowell/);
    const other = await endedMatter(head);

    assert.equal((await erase(approver, ended)).kind, "erased");
    assert.equal((await erase(approver, ended)).kind, "erased-before");
    await assert.rejects(store.events(system, ended.matter), MatterErased);
    const remains = await store.read(system, (view) => view.remains(ended.matter));
    assert.deepEqual(
      remains.map(({ head: { name } }) => name),
      ["opened", "erasure-proposed", "erased"],
    );
    assert.deepEqual(remainsFaults(remains), []);
    const stored = await store.matter(system, ended.matter);
    assert.deepEqual([stored?.erasedAt, stored?.reference, stored?.sequence], [minute(9), null, 3]);
    const reads = await store.read(system, (view) => view.readLog({ matter: ended.matter, limit: 9 }));
    assert.deepEqual(
      reads.map(({ what, reason }) => [what, reason]),
      [["matter", null]],
    );
    assert.equal((await store.events(system, other.matter)).length, 2);
    assert.equal((await erase(approver, other)).kind, "erased");
    assert.deepEqual(await whereStands(asOwner, words), []);
    const known = remains.map(({ head: { name } }, place) => event(ended.matter, place + 1, name, { office: central }));
    const outcome = await store.append(system, nextRequest(ended.matter, known, "note", {}));
    assert.equal(outcome.kind, "erased");
  });

  test("nobody erases alone, what is open, what was not proposed, or but as the system", async () => {
    const { store, asOwner, database } = trial();
    const [head, approver] = [newPerson(), newPerson()];
    const ended = await endedMatter(head);
    const open = await endedMatter(head, false);
    assert.equal((await erase(head, ended)).kind, "not-proposed");
    assert.equal((await erase(approver, open)).kind, "not-proposed");
    assert.equal((await erase(approver, { ...ended, proposal: open.proposal })).kind, "not-proposed");
    assert.equal((await erase(approver, { ...ended, known: [] })).kind, "conflict");
    for (const statement of [
      `SELECT cooperation.erase('${approver}', '${newCommand()}', now(), '${ended.matter}', 2, '{}', NULL, NULL)`,
      `SELECT cooperation.seal_matter('${ended.matter}', '\\x00', '[]', '[]')`,
      `UPDATE cooperation.erasure SET at = now()`,
      `INSERT INTO cooperation.matter_key VALUES ('${newCommand()}', '\\x00')`,
    ])
      await assert.rejects(
        database.sql.transaction().execute(async (transaction) => {
          await sql`SELECT set_config('justitia.scope', 'person', true),
            set_config('justitia.person', ${approver}, true)`.execute(transaction);
          await sql.raw(statement).execute(transaction);
        }),
        /only the system|permission denied/,
        statement,
      );
    assert.equal((await store.events(system, ended.matter)).length, 2);
    const keys = await asOwner(`SELECT FROM cooperation.matter_key WHERE matter = '${ended.matter}'`);
    assert.equal(keys.length, 1);
    assert.equal((await erase(approver, ended)).kind, "erased");
    assert.equal((await erase(approver, { ...open, known: open.known })).kind, "not-proposed");
  });
});
