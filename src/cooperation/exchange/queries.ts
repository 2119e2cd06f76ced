/** A statement and the values that are bound to it. */
export interface SqlQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The tables that entries are written to whole. */
export type ExchangeTable = "inbox" | "outbox" | "evidence" | "outgoing_payload" | "incoming_payload" | "refusal";

/** The column of a property: `nextAttemptAt` is kept in `next_attempt_at`. Names come from our own types only. */
function columnOf(property: string): string {
  return `"${property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;
}

const tableOf = (table: ExchangeTable): string => `cooperation.exchange_${table}`;

function selectionOf(properties: readonly string[]): string {
  return properties.map((property) => `${columnOf(property)} AS "${property}"`).join(", ");
}

/** Adds an entry; fails when there is one with its key. */
export function insertEntry(table: ExchangeTable, entry: object): SqlQuery {
  const properties = Object.keys(entry);
  const places = properties.map((_, index) => `$${index + 1}`);
  return {
    text: `INSERT INTO ${tableOf(table)} (${properties.map(columnOf).join(", ")}) VALUES (${places.join(", ")})`,
    values: Object.values(entry),
  };
}

/** Replaces everything of an entry but its key. */
export function updateEntry(table: ExchangeTable, key: readonly string[], entry: object): SqlQuery {
  const properties = Object.keys(entry);
  const place = (property: string): string => `${columnOf(property)} = $${properties.indexOf(property) + 1}`;
  const rest = properties.filter((property) => !key.includes(property));
  return {
    text: `UPDATE ${tableOf(table)} SET ${rest.map(place).join(", ")} WHERE ${key.map(place).join(" AND ")} RETURNING 1`,
    values: Object.values(entry),
  };
}

/** The entry with a key, locked until the transaction ends where it is going to be changed. */
export function selectEntry(
  table: ExchangeTable,
  properties: readonly string[],
  key: Readonly<Record<string, string>>,
): SqlQuery {
  const wanted = Object.keys(key).map((property, index) => `${columnOf(property)} = $${index + 1}`);
  const lock = table === "evidence" ? "" : " FOR UPDATE";
  return {
    text: `SELECT ${selectionOf(properties)} FROM ${tableOf(table)} WHERE ${wanted.join(" AND ")}${lock}`,
    values: Object.values(key),
  };
}

/** Locks a message that may not be there yet until the transaction ends. */
export function lockMessage(from: string, id: string): SqlQuery {
  return { text: "SELECT pg_advisory_xact_lock(hashtextextended($1, 4))", values: [`${from} ${id}`] };
}

/** What is due, the longest waiting first. */
export function selectDue(
  table: "inbox" | "outbox" | "outgoing_payload",
  properties: readonly string[],
  at: string,
  limit: number,
): SqlQuery {
  const { time, state } = {
    inbox: { time: "deliver_at", state: "state = 'accepted'" },
    outbox: { time: "next_attempt_at", state: "state = 'waiting'" },
    outgoing_payload: { time: "next_attempt_at", state: "announced AND state = 'waiting'" },
  }[table];
  return {
    text: `SELECT ${selectionOf(properties)} FROM ${tableOf(table)}
      WHERE ${state} AND ${time} <= $1::timestamptz ORDER BY ${time}, id LIMIT $2`,
    values: [at, limit],
  };
}

/** Every evidence about messages between us and another authority, oldest first. */
export function selectEvidencesWith(partner: string): SqlQuery {
  return {
    text: `SELECT evidence, signed FROM cooperation.exchange_evidence WHERE "from" = $1 OR "to" = $1
      ORDER BY message, name, "from"`,
    values: [partner],
  };
}

export function selectAuthority(authority: string): SqlQuery {
  return { text: "SELECT known FROM cooperation.exchange_authority WHERE authority = $1", values: [authority] };
}

export function selectAuthorityOfKey(kid: string): SqlQuery {
  return {
    text: `SELECT a.known FROM cooperation.exchange_key AS k JOIN cooperation.exchange_authority AS a USING (authority)
      WHERE k.kid = $1`,
    values: [kid],
  };
}

export function upsertAuthority(authority: string, known: string): SqlQuery {
  return {
    text: `INSERT INTO cooperation.exchange_authority (authority, known) VALUES ($1, $2)
      ON CONFLICT (authority) DO UPDATE SET known = excluded.known`,
    values: [authority, known],
  };
}

/** Adds the keys that are new; gives back those of them that belong to another authority. */
export function insertKeys(authority: string, kids: readonly string[]): SqlQuery {
  return {
    text: `WITH given AS (SELECT unnest($2::text[]) AS kid),
        added AS (INSERT INTO cooperation.exchange_key (kid, authority)
          SELECT kid, $1 FROM given ON CONFLICT (kid) DO NOTHING)
      SELECT k.kid FROM cooperation.exchange_key AS k JOIN given USING (kid) WHERE k.authority <> $1`,
    values: [authority, [...kids]],
  };
}

export function insertChunk(from: string, payload: string, number: number, bytes: Uint8Array): SqlQuery {
  return {
    text: `INSERT INTO cooperation.exchange_chunk ("from", payload, number, bytes) VALUES ($1, $2, $3, $4)`,
    values: [from, payload, number, bytes],
  };
}

/** Takes all chunks of a payload away. */
export function deleteChunks(from: string, payload: string): SqlQuery {
  return {
    text: `DELETE FROM cooperation.exchange_chunk WHERE "from" = $1 AND payload = $2`,
    values: [from, payload],
  };
}

export function selectChunk(from: string, payload: string, number: number): SqlQuery {
  return {
    text: `SELECT bytes FROM cooperation.exchange_chunk WHERE "from" = $1 AND payload = $2 AND number = $3`,
    values: [from, payload, number],
  };
}
