import { sql } from "kysely";
import { z } from "zod";
import type { Worker } from "../authority/index.ts";
import type { StoreTransaction } from "../store/index.ts";
import {
  type Instant,
  instantSchema,
  type JsonObject,
  jsonObjectSchema,
  officeIdSchema,
  personIdSchema,
  roleSchema,
} from "../words/index.ts";

/** Who administers: a person at work, or whoever may start the program on the machine of the authority. */
export type Administrator =
  | { readonly kind: "person"; readonly worker: Worker }
  | { readonly kind: "command-line"; readonly operator: string };

const actSchema = z.object({
  entry: z.coerce.number(),
  at: z.date().transform((at) => instantSchema.parse(at.toISOString())),
  person: personIdSchema.nullable(),
  office: officeIdSchema.nullable(),
  role: roleSchema.nullable(),
  /** The account of the operating system, for acts at the command line. */
  operator: z.string().nullable(),
  act: z.string(),
  /** What it was done to: the identifier of a person, an office or a partner. */
  subject: z.string(),
  data: jsonObjectSchema,
});

/** Something that was administered, or a sign-in: never changed, read by auditors and administrators. */
export type AdministrativeAct = z.infer<typeof actSchema>;

/** The scope in which an administrator's writes are checked by the database. */
export const scopeOf = (by: Administrator) =>
  by.kind === "command-line"
    ? ({ kind: "system" } as const)
    : ({ kind: "person", person: by.worker.person, office: by.worker.office, role: by.worker.role } as const);

/** Notes an act, in the transaction that does it. */
export async function noteAct(
  transaction: Pick<StoreTransaction, "enter" | "sql">,
  by: Administrator,
  at: Instant,
  { act, subject, data }: { readonly act: string; readonly subject: string; readonly data: JsonObject },
): Promise<void> {
  await transaction.enter(scopeOf(by));
  const who =
    by.kind === "person"
      ? { person: by.worker.person, office: by.worker.office, role: by.worker.role, operator: null }
      : { person: null, office: null, role: null, operator: by.operator };
  await transaction.sql
    .insertInto("cooperation.administrative_act")
    .values({ at, ...who, act, subject, data: JSON.stringify(data) })
    .execute();
}

/** New one-time passwords that were made since a moment, the newest first. */
export async function resetsSince(
  { sql: tables }: Pick<StoreTransaction, "sql">,
  since: Instant,
): Promise<AdministrativeAct[]> {
  const rows = await tables
    .selectFrom("cooperation.administrative_act")
    .selectAll()
    .where("act", "=", "password-reset")
    .where(sql<boolean>`at > ${since}::timestamptz`)
    .orderBy("entry", "desc")
    .limit(50)
    .execute();
  return rows.map((row) => actSchema.parse(row));
}

/** The newest acts first, those before an entry. The database shows them to auditors and administrators only. */
export async function actsBefore(
  { sql: tables }: Pick<StoreTransaction, "sql">,
  { before, limit }: { readonly before?: number; readonly limit: number },
): Promise<AdministrativeAct[]> {
  let query = tables
    .selectFrom("cooperation.administrative_act")
    .selectAll()
    .orderBy("entry", "desc")
    .limit(Math.min(limit, 500));
  if (before !== undefined) query = query.where(sql<boolean>`entry < ${before}`);
  return (await query.execute()).map((row) => actSchema.parse(row));
}
