import { type SqlBool, sql } from "kysely";
import { evidenceSchema, statementDigest } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  type RecordSeal,
  type RowFault,
  rowFaults,
  type SealedRecord,
  sealDigest,
  sealedRecords,
} from "../seals/index.ts";
import { digestAnew, keptKeys } from "../store/index.ts";
import { type Digest, digestSchema } from "../words/index.ts";
import { recordRows, recordSeals } from "./sealing.ts";
import type { Workshop } from "./workshop.ts";

/** How a row of the database is not what the log says, or what of the log has no row. */
export interface RowProblem {
  readonly code:
    | "event.altered"
    | "event.inserted"
    | "event.deleted"
    | "event.link-broken"
    | "key.missing"
    | "evidence.altered"
    | "record.altered"
    | "record.deleted"
    | "record.inserted"
    | "record.moved"
    | "seal.altered"
    | "seal.missing"
    | "log.entry-unexplained";
  readonly path: string;
  readonly message: string;
}

/** What holding the rows of the database against the entries of the log found. */
export interface RowCheck {
  readonly events: number;
  readonly sealed: number;
  readonly unsealed: number;
  readonly problems: readonly RowProblem[];
}

const rowsAtOnce = 1000;
const sealsAtOnce = 20;
/** Problems that are named; more help nobody. */
const mostProblems = 1000;

/** The entries of the log as the database numbers them, and which of them were found to have a row. */
class Accounts {
  readonly #explained: Uint8Array;
  constructor(size: number) {
    this.#explained = new Uint8Array(size);
  }

  /** Which of the digests stand in the log; their entries are explained from then on. */
  async find({ sql: tables }: AuthorityTransaction, digests: readonly Digest[]): Promise<ReadonlySet<string>> {
    const rows = await tables
      .selectFrom("cooperation.log_entry")
      .select(["index", "digest"])
      .where("digest", "=", sql<string>`any(${[...digests]}::text[])`)
      .execute();
    for (const { index } of rows) if (Number(index) < this.#explained.length) this.#explained[Number(index)] = 1;
    return new Set(rows.map(({ digest }) => digest));
  }

  unexplained(): number[] {
    return [...this.#explained.keys()].filter((index) => this.#explained[index] === 0);
  }
}

/**
 * Holds every row that the log vouches for against the log: events, own evidences, and what is sealed. What was committed
 * while it goes on is not missed: an entry of the log and its row come in one transaction.
 */
export async function checkRows({ node, parts }: Workshop): Promise<RowCheck> {
  const within = node.store.transaction;
  const problems: RowProblem[] = [];
  const size = await within(async (transaction) => {
    await transaction.enter({ kind: "system" });
    const [row] = await transaction.sql
      .selectFrom("cooperation.log_entry")
      .select("index")
      .orderBy("index", "desc")
      .limit(1)
      .execute();
    return row === undefined ? 0 : Number(row.index) + 1;
  });
  const accounts = new Accounts(size);
  let events = 0;
  for (let after = 0; ; ) {
    const from = after;
    const page = await within((transaction) => checkEvents(transaction, parts.database.keys, accounts, from));
    problems.push(...page.problems);
    events += page.rows;
    if (page.last === undefined) break;
    after = page.last;
  }
  problems.push(...(await within(brokenHistories)), ...(await within(missingKeys)));
  for (let after: EvidenceKey | undefined; ; ) {
    const from = after;
    const page = await within((transaction) => checkEvidence(transaction, accounts, node.authority, from));
    problems.push(...page.problems);
    if (page.last === undefined) break;
    after = page.last;
  }
  let [sealed, unsealed] = [0, 0];
  for (const record of sealedRecords) {
    let next = 1;
    for (;;) {
      const from = next;
      const page = await within((transaction) => checkSeals(transaction, accounts, record, from));
      problems.push(...page.problems);
      sealed += page.rows;
      if (page.last === undefined) break;
      next = page.last + 1;
    }
    unsealed += await within((transaction) => rowsFrom(transaction, record, next));
  }
  for (const index of accounts.unexplained())
    problems.push({
      code: "log.entry-unexplained",
      path: `log_entry/${index}`,
      message:
        "No event, evidence or seal of the database has the digest of this entry: what it stood for was altered or deleted.",
    });
  return { events, sealed, unsealed, problems: problems.slice(0, mostProblems) };
}

interface Checked<Key> {
  readonly problems: readonly RowProblem[];
  readonly rows: number;
  /** Where the next page begins; undefined at the end. */
  readonly last: Key | undefined;
}

async function checkEvents(
  transaction: AuthorityTransaction,
  keys: Workshop["parts"]["database"]["keys"],
  accounts: Accounts,
  after: number,
): Promise<Checked<number>> {
  await transaction.enter({ kind: "system" });
  const rows = await transaction.sql
    .selectFrom("cooperation.event")
    .selectAll()
    .where(sql<SqlBool>`position > ${after}`)
    .orderBy("position")
    .limit(rowsAtOnce)
    .execute();
  const opened = await keptKeys(
    transaction.sql,
    keys,
    rows.map(({ matter }) => matter),
  );
  const computed = rows.map((row): Digest | undefined => {
    try {
      const anew = digestAnew(row, opened.get(row.matter));
      if (anew.kind === "damaged") return undefined;
      // Of what was kept in the open once, and is erased, nothing but the digest is left.
      return anew.digest ?? digestSchema.parse(row.digest);
    } catch {
      // What somebody made of it is no event any more.
      return undefined;
    }
  });
  const logged = await accounts.find(
    transaction,
    computed.flatMap((digest) => digest ?? []),
  );
  const problems: RowProblem[] = [];
  for (const [index, { matter, sequence, digest }] of rows.entries()) {
    const path = `event/${matter}/${sequence}`;
    const made = computed[index];
    if (made !== undefined && logged.has(made)) {
      if (digest !== made)
        problems.push({
          code: "event.altered",
          path,
          message: "The digest beside the event is not that of the event.",
        });
      continue;
    }
    const known = await isLogged(transaction, digest);
    problems.push(
      known
        ? { code: "event.altered", path, message: "The event is not what the log says." }
        : {
            code: "event.inserted",
            path,
            message: "The log knows nothing of this event: it was inserted, or altered with its digest.",
          },
    );
  }
  return { problems, rows: rows.length, last: rows.length < rowsAtOnce ? undefined : Number(rows.at(-1)?.position) };
}

async function isLogged({ sql: tables }: AuthorityTransaction, digest: string): Promise<boolean> {
  const found = await tables
    .selectFrom("cooperation.log_entry")
    .select("index")
    .where("digest", "=", digest)
    .executeTakeFirst();
  return found !== undefined;
}

/** Gaps in the sequences of matters, and links that lead elsewhere than to the event before. */
async function brokenHistories({ sql: tables, enter }: AuthorityTransaction): Promise<RowProblem[]> {
  await enter({ kind: "system" });
  const broken = await sql<{ matter: string; sequence: number; gap: boolean }>`
    SELECT e.matter, e.sequence, e.sequence > 1 AND p.sequence IS NULL AS gap
    FROM cooperation.event AS e
    LEFT JOIN cooperation.event AS p ON p.matter = e.matter AND p.sequence = e.sequence - 1
    WHERE e.previous IS DISTINCT FROM p.digest ORDER BY e.matter, e.sequence LIMIT ${mostProblems}`.execute(tables);
  const ends = await sql<{ matter: string; sequence: number }>`
    SELECT m.matter, m.sequence FROM cooperation.matter AS m
    WHERE NOT EXISTS (SELECT FROM cooperation.event AS e WHERE e.matter = m.matter AND e.sequence = m.sequence)
    ORDER BY m.matter LIMIT ${mostProblems}`.execute(tables);
  const deleted = (matter: string, sequence: number): RowProblem => ({
    code: "event.deleted",
    path: `event/${matter}/${sequence}`,
    message: "The event is gone.",
  });
  return [
    ...broken.rows.map(
      ({ matter, sequence, gap }): RowProblem =>
        gap
          ? deleted(matter, sequence - 1)
          : {
              code: "event.link-broken",
              path: `event/${matter}/${sequence}`,
              message: "The event does not name the one before it.",
            },
    ),
    ...ends.rows.map(({ matter, sequence }) => deleted(matter, sequence)),
  ];
}

/** Matters whose contents nobody can read any more, and that were not erased. */
async function missingKeys({ sql: tables, enter }: AuthorityTransaction): Promise<RowProblem[]> {
  await enter({ kind: "system" });
  const { rows } = await sql<{ matter: string }>`SELECT m.matter FROM cooperation.matter AS m
    WHERE m.erased_at IS NULL AND NOT EXISTS (SELECT FROM cooperation.matter_key AS k WHERE k.matter = m.matter)
    ORDER BY m.matter LIMIT ${mostProblems}`.execute(tables);
  return rows.map(({ matter }) => ({
    code: "key.missing",
    path: `matter_key/${matter}`,
    message: "The key of the matter is gone, and nobody erased it: what was written into it cannot be read.",
  }));
}

interface EvidenceKey {
  readonly from: string;
  readonly message: string;
  readonly name: string;
}

/** The evidences that this authority issued; those of others are in the logs of others. */
async function checkEvidence(
  transaction: AuthorityTransaction,
  accounts: Accounts,
  own: string,
  after: EvidenceKey | undefined,
): Promise<Checked<EvidenceKey>> {
  await transaction.enter({ kind: "system" });
  let query = transaction.sql
    .selectFrom("cooperation.exchange_evidence")
    .select(["from", "message", "name", "evidence"])
    .orderBy("from")
    .orderBy("message")
    .orderBy("name")
    .limit(rowsAtOnce);
  if (after !== undefined)
    query = query.where(sql<SqlBool>`("from", message, name) > (${after.from}, ${after.message}::uuid, ${after.name})`);
  const rows = await query.execute();
  const issued = rows.flatMap((row): { readonly row: EvidenceKey; readonly digest: Digest | undefined }[] => {
    const evidence = evidenceSchema.safeParse(jsonOf(row.evidence)).data;
    if (evidence === undefined) return [{ row, digest: undefined }];
    return evidence.issuer === own && evidence.log !== null ? [{ row, digest: statementDigest(evidence) }] : [];
  });
  const logged = await accounts.find(
    transaction,
    issued.flatMap(({ digest }) => digest ?? []),
  );
  const problems = issued
    .filter(({ digest }) => digest === undefined || !logged.has(digest))
    .map(
      ({ row: { from, message, name } }): RowProblem => ({
        code: "evidence.altered",
        path: `exchange_evidence/${from}/${message}/${name}`,
        message: "The evidence is not what the log says.",
      }),
    );
  return { problems, rows: rows.length, last: rows.length < rowsAtOnce ? undefined : rows.at(-1) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function checkSeals(
  transaction: AuthorityTransaction,
  accounts: Accounts,
  record: SealedRecord,
  from: number,
): Promise<Checked<number>> {
  const seals = await recordSeals(transaction, record, from, sealsAtOnce);
  const digests = seals.map(sealDigest);
  const logged = await accounts.find(transaction, digests);
  const problems: RowProblem[] = [];
  let [rows, next] = [0, from];
  for (const [index, seal] of seals.entries()) {
    const { first, last } = seal;
    if (first > next)
      problems.push({
        code: "seal.missing",
        path: `record_seal/${record}/${next}`,
        message: `The seal over the rows ${next} to ${first - 1} of ${record} is gone: nothing vouches for them.`,
      });
    const digest = digests[index];
    if (digest === undefined || !logged.has(digest) || first < next)
      problems.push({
        code: "seal.altered",
        path: `record_seal/${record}/${first}`,
        message: `The seal over the rows ${first} to ${last} of ${record} is not in the log: nothing vouches for them.`,
      });
    const found = await recordRows(transaction, record, first, last);
    rows += found.length;
    problems.push(...rowFaults(seal, found).map((fault) => rowProblem(seal, fault)));
    next = last + 1;
  }
  return { problems, rows, last: seals.length === 0 ? undefined : next - 1 };
}

function rowProblem({ record }: RecordSeal, found: RowFault): RowProblem {
  const { entry, fault } = found;
  const message =
    fault === "moved"
      ? `The row is not the one that was sealed: it stood as ${found.from}.`
      : {
          altered: "The row is not what was sealed.",
          deleted: "The row is gone.",
          inserted: "The row was inserted after its number was sealed as one without a row.",
        }[fault];
  return { code: `record.${fault}`, path: `${record}/${entry}`, message };
}

async function rowsFrom(
  { sql: tables, enter }: AuthorityTransaction,
  record: SealedRecord,
  from: number,
): Promise<number> {
  await enter({ kind: "system" });
  const { count } = await tables
    .selectFrom(`cooperation.${record}`)
    .select(sql<string | number>`count(*)`.as("count"))
    .where(sql<SqlBool>`entry >= ${from}`)
    .executeTakeFirstOrThrow();
  return Number(count);
}
