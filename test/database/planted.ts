import { z } from "zod";

type Run = (statement: string) => Promise<readonly Record<string, unknown>[]>;

const textOf = z.looseObject({ text: z.string() });
const tableOf = z.looseObject({ table: z.string() });

/** How a word may stand in a column: as it is, in hexadecimal of its bytes, or in base64 at any of its three places. */
function disguises(word: string): readonly string[] {
  const bytes = Buffer.from(word);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [word, word.toLowerCase(), bytes.toString("hex"), ...base64.filter((text) => text.length > 7)];
}

/**
 * Where words stand in the whole database, as its owner sees it: every column of every table of every schema but those of
 * the engine, with bytes in hexadecimal.
 *
 * @returns `table: word` for each, sorted.
 */
export async function whereStands(run: Run, words: readonly string[]): Promise<readonly string[]> {
  const tables = await run(
    `SELECT format('%I.%I', schemaname, tablename) AS "table" FROM pg_catalog.pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found = new Set<string>();
  for (const row of tables) {
    const { table } = tableOf.parse(row);
    for (const line of await run(`SELECT row_to_json(t)::text AS text FROM ${table} AS t`)) {
      const { text } = textOf.parse(line);
      for (const word of words) if (disguises(word).some((one) => text.includes(one))) found.add(`${table}: ${word}`);
    }
  }
  return [...found].sort();
}
