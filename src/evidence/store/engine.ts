import { DuckDBInstance, type JS } from "@duckdb/node-api";
import { z } from "zod";
import type { SqlQuery } from "./sql.ts";

/** The one small SQL surface through which facts are made and read. */
export interface Engine {
  /** Runs one statement that gives no rows. */
  run(text: string, values?: SqlQuery["values"]): Promise<void>;
  /** Runs one query and parses each row; a row that does not fit the schema is a mistake of the program. */
  rows<T>(query: SqlQuery, row: z.ZodType<T>): Promise<T[]>;
  /** The rows in chunks, for what does not fit into memory. */
  stream<T>(query: SqlQuery, row: z.ZodType<T>): AsyncIterable<T[]>;
  /**
   * Does work on one thread: sums of fractions are then added in the same order each time, and the same input gives the
   * same bytes whatever the number of processors.
   */
  inOrder<T>(work: () => Promise<T>): Promise<T>;
  /** About how many of how many rows the running statement has read, or undefined when the engine cannot tell. */
  progress(): { readonly share: number; readonly rows: number; readonly total: number } | undefined;
  /** Stops the running statement; it then fails. */
  interrupt(): void;
  close(): void;
}

export interface EngineSettings {
  /** Most memory for buffers, such as `1GB`; joins and groups beyond it go to the temporary directory. */
  readonly memoryLimit: string;
  readonly threads: number;
  readonly temporaryDirectory: string;
}

/** An error of the engine together with the statement that caused it. */
export class QueryError extends Error {
  readonly sql: string;
  constructor(message: string, sql: string, cause: unknown) {
    super(message, { cause });
    this.name = "QueryError";
    this.sql = sql;
  }
}

/**
 * Opens an in-memory DuckDB. What lasts are Parquet files that the build writes; the engine itself keeps nothing.
 * Extensions are neither loaded nor fetched: everything works without a network.
 */
export async function openEngine(settings: EngineSettings): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: settings.memoryLimit,
    threads: String(settings.threads),
    temp_directory: settings.temporaryDirectory,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "true",
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  // The engine then knows how far it is; it prints nothing itself.
  for (const setting of ["enable_progress_bar = true", "enable_progress_bar_print = false", "progress_bar_time = 0"]) {
    await connection.run(`SET ${setting}`);
  }
  const failed = (error: unknown, sql: string): QueryError =>
    new QueryError(error instanceof Error ? error.message : String(error), sql, error);
  return {
    async run(text, values = []) {
      try {
        await connection.run(text, [...values]);
      } catch (error) {
        throw failed(error, text);
      }
    },
    async rows(query, row) {
      try {
        const reader = await connection.runAndReadAll(query.text, [...query.values]);
        return z.array(row).parse(reader.getRowObjectsJS().map(plainRow));
      } catch (error) {
        if (error instanceof z.ZodError) throw error;
        throw failed(error, query.text);
      }
    },
    async *stream(query, row) {
      const rowsSchema = z.array(row);
      try {
        const result = await connection.stream(query.text, [...query.values]);
        for await (const chunk of result.yieldRowObjectJs()) yield rowsSchema.parse(chunk.map(plainRow));
      } catch (error) {
        if (error instanceof z.ZodError) throw error;
        throw failed(error, query.text);
      }
    },
    async inOrder(work) {
      await connection.run("SET threads = 1");
      try {
        return await work();
      } finally {
        await connection.run(`SET threads = ${settings.threads}`);
      }
    },
    progress() {
      const { percentage, rows_processed, total_rows_to_process } = connection.progress;
      const total = Number(total_rows_to_process);
      if (percentage < 0 || total === 0) return undefined;
      return { share: Math.min(percentage / 100, 1), rows: Math.min(Number(rows_processed), total), total };
    },
    interrupt() {
      connection.interrupt();
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Whole numbers that a JavaScript number holds exactly become numbers; dates become ISO texts. */
function plain(value: JS): JS {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

function plainRow(row: Record<string, JS>): Record<string, JS> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}
