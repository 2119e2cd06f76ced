import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import type pg from "pg";

/** Statements that each connection keeps; what comes after them is sent as it is. */
const mostStatements = 500;

/** The name under which every connection knows a statement; undefined when there are enough of them. */
type NameOf = (text: string) => string | undefined;

class PreparingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #nameOf: NameOf;
  constructor(client: pg.PoolClient, nameOf: NameOf) {
    this.#client = client;
    this.#nameOf = nameOf;
  }
  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== "string") throw new TypeError("the store reads without cursors");
    const name = parameters.length === 0 ? undefined : this.#nameOf(sql);
    const values = [...parameters];
    return this.#client.query(name === undefined ? { text: sql, values } : { name, text: sql, values });
  }
  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}

/** A pool whose statements with parameters are read and planned by PostgreSQL once in each connection, not each time. */
export function preparing(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf: NameOf = (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= mostStatements) return known;
    const name = `statement_${names.size + 1}`;
    names.set(text, name);
    return name;
  };
  // The same object for the same connection, because Kysely tells them apart by it.
  const clients = new WeakMap<pg.PoolClient, PreparingClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect();
      const known = clients.get(client) ?? new PreparingClient(client, nameOf);
      clients.set(client, known);
      return known;
    },
  };
}
