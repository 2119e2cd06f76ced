import { CompiledQuery, sql } from "kysely";
import { type SqlExchangeTransaction, sqlExchangeTransaction } from "../exchange/index.ts";
import type { StoreTransaction } from "../store/index.ts";

/**
 * What the exchange needs of a database, within a transaction of the store. It works as the system whatever scope was
 * entered before, so the caller enters the scope of a person again after it.
 *
 * @param logOrigin - Name of the authority's log; null when it keeps none.
 */
export function exchangeTransaction(
  { sql: tables, enter }: Pick<StoreTransaction, "sql" | "enter">,
  logOrigin: string | null,
): SqlExchangeTransaction {
  const exchange = sqlExchangeTransaction(
    async ({ text, values }) => {
      await enter({ kind: "system" });
      return (await tables.executeQuery(CompiledQuery.raw(text, [...values]))).rows;
    },
    async (digest) => {
      if (logOrigin === null) return null;
      await enter({ kind: "system" });
      // Writers take turns until they commit, so that the places have no gap and no two entries one place.
      await sql`SELECT pg_advisory_xact_lock(1247106644, 3)`.execute(tables);
      const { rows } = await sql<{ index: string | number }>`
        INSERT INTO cooperation.log_entry (index, digest)
        SELECT coalesce(max(index) + 1, 0), ${digest} FROM cooperation.log_entry RETURNING index`.execute(tables);
      return { origin: logOrigin, index: Number(rows[0]?.index) };
    },
  );
  return {
    ...exchange,
    addEvidence: async (signed) => {
      await exchange.addEvidence(signed);
      const { message, evidence } = signed.evidence;
      await tables
        .insertInto("cooperation.evidence_to_note")
        .values({ sender: message.from, message: message.id, evidence })
        .execute();
    },
  };
}
