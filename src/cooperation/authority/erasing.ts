import { sql } from "kysely";
import { factOf } from "../counting/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { type ErasedData, erasedEventName, type Matter, type Refusal, refusal } from "../matter/index.ts";
import { type EraseOutcome, type Erasure, finishErasure, unfinishedErasures } from "../store/index.ts";
import { uploadIdSchema } from "../vault/index.ts";
import {
  digestSchema,
  type EventId,
  jsonObjectSchema,
  type MatterEvent,
  type MatterId,
  matterIdSchema,
} from "../words/index.ts";
import { addToRegister, registerOn } from "./erasure-register.ts";
import { newEventId } from "./identifier.ts";
import { forgetUpload } from "./kept-files.ts";
import type { AuthorityRecords } from "./records.ts";
import { matterFrom, type TypedMatter, type Workshop } from "./workshop.ts";

/** Erasures that are finished in one turn. */
const atOnce = 100;

/** Who has something erased, and what is to be said of it. */
export interface ErasingOrder {
  readonly id: EventId;
  readonly by: MatterEvent["by"];
  readonly data: ErasedData;
}

/** Erases the contents of a matter in the database, with what is counted of it and its entry in the log; as the system. */
export async function eraseMatter(
  { parts }: Workshop,
  transaction: AuthorityTransaction,
  { type, matter }: TypedMatter,
  { id, by, data }: ErasingOrder,
): Promise<EraseOutcome> {
  const at = parts.now();
  const view = await transaction.enter({ kind: "system" });
  const partner = (await view.partners()).find(({ authority }) => authority === matter.partner);
  const fact = factOf(type, matter, parts.authority, partner?.state);
  const outcome = await transaction.erase({
    command: id,
    at,
    event: {
      id,
      matter: matter.id,
      sequence: matter.sequence + 1,
      name: erasedEventName,
      at,
      by,
      data: jsonObjectSchema.parse(JSON.parse(JSON.stringify(data))),
    },
    // Drawn by chance, so that the order of the facts says nothing of the matters.
    counted:
      fact === undefined
        ? undefined
        : { fact: randomUuid(parts.random), data: jsonObjectSchema.parse(JSON.parse(JSON.stringify(fact))) },
  });
  if (outcome.kind === "erased") await transaction.appendToLog(outcome.digest);
  return outcome;
}

function randomUuid(random: Workshop["parts"]["random"]): string {
  const hex = Buffer.from(random(16)).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What speaks against erasing a matter outside the matter itself: its messages, and other matters that need it. */
export async function outerHindrances(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  matter: Matter,
): Promise<readonly Refusal[]> {
  await transaction.enter({ kind: "system" });
  const { rows } = await sql<{ waiting: boolean }>`SELECT EXISTS (
      SELECT FROM cooperation.matter_message AS t
      LEFT JOIN cooperation.exchange_outbox AS o ON o.id = t.message AND t.direction = 'outgoing'
      LEFT JOIN cooperation.exchange_outgoing_payload AS p ON p.id = t.message AND t.direction = 'outgoing'
      WHERE t.matter = ${matter.id} AND (o.state = 'waiting' OR p.state = 'waiting')
    ) OR EXISTS (
      SELECT FROM cooperation.correspondence AS c
      JOIN cooperation.exchange_inbox AS i ON i."from" = c.partner AND i.state = 'accepted'
      WHERE c.matter = ${matter.id} AND strpos(coalesce(i.envelope, ''), c.request::text) > 0
    ) AS waiting`.execute(transaction.sql);
  const linked = await openLinkedMatter(workshop, transaction, matter);
  return [
    ...(rows[0]?.waiting === true ? [refusal("messages-under-way")] : []),
    ...(linked === undefined ? [] : [refusal("linked-matter-open", { found: linked })]),
  ];
}

/** The field in which previous and linked matters are named, in words. */
const linkedField = "linked-matters";

const said = (matter: Matter): string => {
  const value = matter.fields[linkedField]?.value;
  return typeof value === "string" ? value : "";
};

/** An open matter with the same partner that names this one, or that this one names: by reference or identifier. */
async function openLinkedMatter(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  matter: Matter,
): Promise<MatterId | undefined> {
  const namesOf = (one: Matter): string[] =>
    [one.id, one.fields["own-reference"]?.value, one.fields["other-reference"]?.value].flatMap((name) =>
      typeof name === "string" && name.trim().length > 2 ? [name.trim()] : [],
    );
  const names = namesOf(matter);
  const named = said(matter);
  for await (const { matter: other } of openMattersWith(workshop, transaction, matter)) {
    const text = said(other);
    if (names.some((name) => text.includes(name)) || namesOf(other).some((name) => named.includes(name)))
      return other.id;
  }
  return undefined;
}

async function* openMattersWith(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  { id, partner }: Matter,
): AsyncGenerator<TypedMatter> {
  const view = await transaction.enter({ kind: "system" });
  let query = transaction.sql
    .selectFrom("cooperation.matter")
    .select("matter")
    .where("open", "=", true)
    .where("matter", "<>", id);
  query = partner === undefined ? query.where("partner", "is", null) : query.where("partner", "=", partner);
  for (const { matter } of await query.execute()) {
    const history = await view.events(matterIdSchema.parse(matter));
    yield matterFrom(
      workshop,
      history.map(({ event }) => event),
    );
  }
}

/**
 * Ends erasures: the keys of the files are destroyed, uploads go, late messages lose their contents, and the matter gets
 * into the register. Repeating it changes nothing, so that an end of the process in between does no harm.
 *
 * @returns How many were ended now.
 */
export async function finishErasures(workshop: Workshop, records: AuthorityRecords | undefined): Promise<number> {
  const { node, parts } = workshop;
  const within = node.store.transaction;
  const waiting = await within(async (transaction) => {
    await transaction.enter({ kind: "system" });
    return await unfinishedErasures(transaction.sql, atOnce);
  });
  if (waiting.length === 0) return 0;
  if (records !== undefined) {
    await addToRegister(records.disks.erasures, waiting);
    for (const { matter } of waiting) await eraseFiles(workshop, records, matter);
  }
  await within(async (transaction) => {
    await transaction.enter({ kind: "system" });
    for (const { matter } of waiting) {
      await sql`UPDATE cooperation.kept_file SET digest = NULL, name = '', bytes = 0
        WHERE matter = ${matter} AND digest IS NOT NULL`.execute(transaction.sql);
      await sql`UPDATE cooperation.exchange_inbox AS i SET envelope = NULL, signed = NULL
        FROM cooperation.matter_message AS t WHERE t.matter = ${matter} AND t.message = i.id AND t.sender = i."from"
          AND i.envelope IS NOT NULL`.execute(transaction.sql);
      await finishErasure(transaction.sql, matter, parts.now());
    }
  });
  return waiting.length;
}

async function eraseFiles({ node }: Workshop, records: AuthorityRecords, matter: MatterId): Promise<void> {
  const { files, uploads } = await node.store.transaction(async (transaction) => {
    await transaction.enter({ kind: "system" });
    const { rows } = await sql<{ file: string }>`SELECT k.file FROM cooperation.kept_file AS k
      WHERE k.matter = ${matter} AND NOT EXISTS (
        SELECT FROM cooperation.kept_file AS o JOIN cooperation.matter AS m ON m.matter = o.matter
        WHERE o.file = k.file AND m.erased_at IS NULL)`.execute(transaction.sql);
    const begun = await transaction.sql
      .selectFrom("cooperation.upload")
      .select("upload")
      .where("matter", "=", matter)
      .execute();
    return { files: rows.map(({ file }) => digestSchema.parse(file)), uploads: begun };
  });
  for (const file of files)
    if ((await records.vault.describe(file)) !== undefined && !(await records.vault.isErased(file)))
      await records.vault.erase(file);
  for (const { upload } of uploads) {
    const id = uploadIdSchema.parse(upload);
    await records.uploads.abandon(id);
    await node.store.transaction((transaction) => forgetUpload(transaction, id));
  }
}

/**
 * Repeats the erasures that stand in the register and not in the database, because an older backup was restored.
 *
 * @returns Those that were repeated now.
 */
export async function repeatErasures(workshop: Workshop, records: AuthorityRecords): Promise<readonly Erasure[]> {
  const { node, parts } = workshop;
  const repeated: Erasure[] = [];
  for (const erasure of await registerOn(records.disks.erasures)) {
    const done = await node.store.transaction(async (transaction) => {
      const view = await transaction.enter({ kind: "system" });
      const stored = await view.matter(erasure.matter);
      if (stored === undefined || stored.erasedAt !== undefined) return false;
      const history = await view.events(erasure.matter);
      const typed = matterFrom(
        workshop,
        history.map(({ event }) => event),
      );
      const outcome = await eraseMatter(workshop, transaction, typed, {
        id: newEventId(parts.now(), parts.random),
        by: { kind: "system" },
        data: { ground: "repeated", first: erasure.at.slice(0, 10) },
      });
      return outcome.kind === "erased";
    });
    if (done) repeated.push(erasure);
  }
  await finishErasures(workshop, records);
  return repeated;
}
