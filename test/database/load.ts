import pg from "pg";
import { z } from "zod";
import { cooperationDefinitions } from "../../src/app/index.ts";
import {
  type Authority,
  authorityIdSchema,
  type CommandOutcome,
  type CooperationDatabase,
  contentsDigest,
  createAuthority,
  createStore,
  type EventId,
  eventIdSchema,
  exampleValues,
  generatePrivateKey,
  type Instant,
  instantSchema,
  type JsonObject,
  type MatterId,
  type MatterKeys,
  matterEventSchema,
  matterIdSchema,
  newMessageId,
  officeIdSchema,
  personIdSchema,
  type Store,
  stateCodeSchema,
  storedDigest,
  usableKey,
  type Worker,
} from "../../src/cooperation/index.ts";
import type { Random } from "../../src/statistics/index.ts";
import { keysOfMatters } from "./matters.ts";

/** An authority with many matters: offices of different size, and people who work in them. */
export interface LoadedAuthority {
  readonly authority: Authority;
  readonly store: Store;
  readonly keys: MatterKeys;
  /** Each in an office of its own; the last office is a small one. */
  readonly officers: readonly Worker[];
  readonly approvers: readonly Worker[];
  readonly auditor: Worker;
  readonly clock: { milliseconds: number };
  newId(): EventId;
}

const partner = authorityIdSchema.parse("bensalem-central");
const officeNames = ["north", "south", "east", "west", "harbour", "capital", "coast", "small"] as const;

/** Bytes that follow from a seed, so that every run makes the same identifiers. */
function seededBytes(random: Random): (length: number) => Uint8Array {
  return (length) => Uint8Array.from({ length }, () => Math.floor(256 * random.uniform()));
}

function personOf(office: number, role: number) {
  return personIdSchema.parse(`01900000-0000-7000-8000-${String(100 * office + role).padStart(12, "0")}`);
}

/** Sets up the offices and people of an authority on an open database, without any matter. */
export async function emptyAuthority(database: CooperationDatabase, random: Random): Promise<LoadedAuthority> {
  const clock = { milliseconds: Date.UTC(2025, 0, 6, 8) };
  const now = (): Instant => instantSchema.parse(new Date(clock.milliseconds).toISOString());
  const bytes = seededBytes(random);
  const from = instantSchema.parse("2024-01-01T00:00:00.000Z");
  const until = instantSchema.parse("2030-01-01T00:00:00.000Z");
  const [signing, encryption] = [
    await generatePrivateKey("signing", from, until),
    await generatePrivateKey("encryption", from, until),
  ];
  const keys = { signing: [await usableKey(signing)], encryption: [await usableKey(encryption)] };
  const offices = officeNames.map((name) => officeIdSchema.parse(name));
  await createStore(database).read({ kind: "system" }, async (directory) => {
    await directory.putPartner({
      authority: partner,
      state: stateCodeSchema.parse("XB"),
      name: "Bensalem",
      active: true,
      data: {},
    });
    for (const [index, office] of offices.entries()) {
      await directory.putOffice({ office, name: office, data: {} });
      for (const [place, role] of (["case-officer", "approver", "auditor"] as const).entries())
        await directory.putPerson({
          person: personOf(index, place),
          office,
          name: `${role} of ${office}`,
          roles: [role],
          active: true,
          data: {},
        });
    }
  });
  const authority = createAuthority({
    ...(await cooperationDefinitions()),
    authority: authorityIdSchema.parse("arcadia-central"),
    state: stateCodeSchema.parse("XA"),
    name: "Arcadia",
    database,
    intake: officeIdSchema.parse("capital"),
    keys: () => keys,
    now,
    random: bytes,
    post: async () => ({ problem: "nobody listens" }),
    report: () => undefined,
  });
  const workers = (place: number, role: Worker["role"]): Worker[] =>
    offices.map((office, index) => ({ person: personOf(index, place), office, role }));
  const [auditor] = workers(2, "auditor");
  if (auditor === undefined) throw new TypeError("there are offices");
  return {
    authority,
    store: createStore(database),
    keys: keysOfMatters,
    officers: workers(0, "case-officer"),
    approvers: workers(1, "approver"),
    auditor,
    clock,
    newId: () => eventIdSchema.parse(newMessageId(now(), bytes)),
  };
}

export function doneMatter(outcome: CommandOutcome): MatterId {
  if (outcome.kind !== "done") throw new Error(`the load could not be made: ${JSON.stringify(outcome)}`);
  return outcome.matter;
}

/** One matter by the commands of people, ending in one of a few states, with so many events. */
async function workedMatter(loaded: LoadedAuthority, kind: number, events: number): Promise<MatterId> {
  const { authority, officers, clock, newId } = loaded;
  const [officer] = officers;
  const type = authority.types.get("mutual-legal-assistance");
  if (officer === undefined || type === undefined) throw new TypeError("officers and matter types are there");
  const now = instantSchema.parse(new Date(clock.milliseconds).toISOString());
  const parties = { "requesting-state": "XA", "requested-state": "XB", "requesting-authority": "Arcadia" };
  const values = exampleValues(type, now, { ...parties, urgency: kind % 4 === 3 ? "urgent" : "ordinary" });
  const side = kind % 3 === 2 ? "requested" : "requesting";
  const { "own-reference": _, ...others } = values;
  const matter = doneMatter(
    await authority.open(officer, {
      command: newId(),
      type: type.id,
      side,
      partner,
      values: side === "requested" ? others : parties,
    }),
  );
  let sequence = 1;
  const command = async (name: string, data: JsonObject): Promise<void> => {
    clock.milliseconds += 60_000;
    const outcome = await authority.command(officer, { id: newId(), matter, expectedSequence: sequence, name, data });
    doneMatter(outcome);
    if (outcome.kind === "done") sequence = outcome.sequence;
  };
  if (side === "requesting") await command("fields-set", { values });
  const submits = side === "requesting" && kind % 3 === 1;
  while (sequence < events - (submits ? 1 : 0))
    await command("note", { text: `Call with the court about document ${sequence}.` });
  if (submits) await command("submitted", {});
  return matter;
}

const rowSchema = z.record(z.string(), z.unknown());
/** What a matter comes to in the tables, as texts with the identifiers that have to be replaced. */
interface Pattern {
  readonly matter: string;
  readonly row: string;
  readonly clocks: string;
  readonly events: readonly { readonly id: string; readonly text: string }[];
}

async function patternOf(store: Store, client: pg.Client, matter: MatterId): Promise<Pattern> {
  const one = async (text: string): Promise<unknown> =>
    (await client.query<{ found: unknown }>(text, [matter])).rows[0]?.found;
  const row = rowSchema.parse(await one("SELECT to_jsonb(m) AS found FROM cooperation.matter AS m WHERE matter = $1"));
  const clocks = await one(
    "SELECT coalesce(jsonb_agg(c), '[]') AS found FROM cooperation.clock AS c WHERE matter = $1",
  );
  const events = await store.events({ kind: "system" }, matter);
  return {
    matter,
    row: JSON.stringify(row),
    clocks: JSON.stringify(clocks),
    events: events.map(({ event }) => ({ id: event.id, text: JSON.stringify(event) })),
  };
}

const identifier = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** An identifier of the load: its number, so that no two are the same. */
const numbered = (kind: number, number: number): string =>
  `0190${kind}000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;

export interface Load {
  /** Address of a superuser in the database of the authority. */
  readonly superuser: string;
  readonly matters: number;
  readonly events: number;
  readonly random: Random;
  readonly progress?: (matters: number) => void;
}

const mattersAtOnce = 50;

/**
 * Fills an authority: a few matters by the service itself, and each of the others as one of them under identifiers of its
 * own, with digests and links computed for it. The rows are those that the service would have written.
 */
export async function fill(loaded: LoadedAuthority, load: Load): Promise<void> {
  const client = new pg.Client({ connectionString: load.superuser });
  await client.connect();
  try {
    const patterns: Pattern[] = [];
    for (let kind = 0; kind < 12; kind += 1) {
      loaded.clock.milliseconds += 9 * 86_400_000;
      patterns.push(await patternOf(loaded.store, client, await workedMatter(loaded, kind, load.events)));
    }
    await client.query("SET synchronous_commit = off");
    for (let from = patterns.length; from < load.matters; from += mattersAtOnce) {
      const rows = Array.from({ length: Math.min(mattersAtOnce, load.matters - from) }, (_, index) =>
        cloned(patterns, loaded, load.random, from + index),
      );
      await insert(client, rows);
      load.progress?.(from + rows.length);
    }
    await client.query("ANALYZE");
  } finally {
    await client.end();
  }
}

interface Clone {
  readonly row: string;
  readonly key: string;
  readonly clocks: string;
  readonly events: readonly string[];
}

function cloned(patterns: readonly Pattern[], loaded: LoadedAuthority, random: Random, number: number): Clone {
  const pattern = patterns[Math.floor(random.uniform() * patterns.length)];
  const small = random.uniform() < 0.0005;
  const place = small ? officeNames.length - 1 : Math.floor(random.uniform() * (officeNames.length - 1));
  const officer = loaded.officers[place];
  const [first] = loaded.officers;
  if (pattern === undefined || officer === undefined || first === undefined) throw new TypeError("there are patterns");
  const own = new Map<string, string>([
    [pattern.matter, numbered(1, number)],
    [first.person, officer.person],
    ...pattern.events.map(({ id }, index) => [id, numbered(2, number * 1000 + index)] as const),
  ]);
  const replaced = (text: string): string =>
    text
      .replaceAll(identifier, (id) => own.get(id) ?? id)
      .replaceAll(`"office":"${first.office}"`, `"office":"${officer.office}"`);
  const matter = matterIdSchema.parse(numbered(1, number));
  const key = loaded.keys.make(matter);
  let previous: string | null = null;
  const events = pattern.events.map(({ id, text }) => {
    const event = matterEventSchema.parse(JSON.parse(replaced(text)));
    const { data, ...head } = event;
    const digest = storedDigest(event, key.salt(head));
    const sealed = `\\x${Buffer.from(key.seal(head, data)).toString("hex")}`;
    const made = {
      ...head,
      sealed,
      contents: contentsDigest(data, key.salt(head)),
      digest,
      previous,
      command: own.get(id),
    };
    previous = digest;
    return JSON.stringify(made);
  });
  const wrapped = `\\x${Buffer.from(key.wrapped).toString("hex")}`;
  return {
    row: replaced(pattern.row),
    key: JSON.stringify({ matter, wrapped }),
    clocks: replaced(pattern.clocks),
    events,
  };
}

async function insert(client: pg.Client, clones: readonly Clone[]): Promise<void> {
  const list = (texts: readonly string[]): string => `[${texts.join(",")}]`;
  await client.query("BEGIN");
  await client.query(
    "INSERT INTO cooperation.matter SELECT * FROM jsonb_populate_recordset(NULL::cooperation.matter, $1::jsonb)",
    [list(clones.map(({ row }) => row))],
  );
  await client.query(
    "INSERT INTO cooperation.matter_key SELECT * FROM json_populate_recordset(NULL::cooperation.matter_key, $1::json)",
    [list(clones.map(({ key }) => key))],
  );
  await client.query(
    `WITH added AS (
       INSERT INTO cooperation.event (matter, sequence, id, name, at, by, sealed, contents, digest, previous, command)
       SELECT matter, sequence, id, name, at, by, sealed, contents, digest, previous, command
       FROM json_populate_recordset(NULL::cooperation.event, $1::json) RETURNING *)
     INSERT INTO cooperation.command SELECT command, matter, (by ->> 'person')::uuid, at, sequence, sequence FROM added`,
    [list(clones.flatMap(({ events }) => events))],
  );
  await client.query(
    "INSERT INTO cooperation.clock SELECT c.* FROM jsonb_array_elements($1::jsonb) AS all_of (list), jsonb_populate_recordset(NULL::cooperation.clock, all_of.list) AS c",
    [list(clones.map(({ clocks }) => clocks))],
  );
  await client.query("COMMIT");
}
