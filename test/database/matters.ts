import { randomBytes } from "node:crypto";
import {
  type Actor,
  type AppendRequest,
  eventIdSchema,
  type Instant,
  instantSchema,
  type JsonObject,
  type MatterEvent,
  type MatterId,
  type MatterKeys,
  matterIdSchema,
  matterKeys,
  type OfficeId,
  officeIdSchema,
  type PersonId,
  type Projection,
  personIdSchema,
  projectionSchema,
  type Role,
  type Scope,
} from "../../src/cooperation/index.ts";

/** What closes the matters of every test: always with the same secret, so that another process opens them too. */
export const keysOfMatters: MatterKeys = matterKeys(
  new Uint8Array(32).fill(7),
  (bytes) => new Uint8Array(randomBytes(bytes)),
);

/** Identifiers in a row: UUIDs of version 7 that count. `family` keeps two rows apart. */
export function identifiers(family: number): () => string {
  let count = 0;
  return () => {
    count += 1;
    const high = count.toString(16).padStart(12, "0");
    return `${high.slice(0, 8)}-${high.slice(8)}-7${family.toString(16).padStart(3, "0")}-8000-${high}`;
  };
}

const shared = identifiers(1);
export const newCommand = shared;
export const newMatter = (): MatterId => matterIdSchema.parse(shared());
export const newPerson = (): PersonId => personIdSchema.parse(shared());
export const office = (name: string): OfficeId => officeIdSchema.parse(name);

/** The moment so many minutes after the beginning of 5 January 2026. */
export const minute = (minutes: number): Instant =>
  instantSchema.parse(new Date(Date.UTC(2026, 0, 5) + minutes * 60_000).toISOString());

export const system: Scope = { kind: "system" };
export const bySystem: Actor = { kind: "system" };
export const scopeOf = (person: PersonId, of: OfficeId, role: Role = "case-officer"): Scope => ({
  kind: "person",
  person,
  office: of,
  role,
});

export function event(
  matter: MatterId,
  sequence: number,
  name: string,
  data: JsonObject,
  by: Actor = bySystem,
  id: string = shared(),
): MatterEvent {
  return { id: eventIdSchema.parse(id), matter, sequence, name, at: minute(sequence), by, data };
}

const none: Omit<Projection, "openedAt" | "changedAt"> = {
  type: "mutual-legal-assistance",
  typeVersion: "1",
  side: "requesting",
  state: "draft",
  open: true,
  office: office("nobody"),
  assignee: null,
  restricted: false,
  granted: [],
  barred: [],
  partner: null,
  reference: null,
  urgent: false,
  dueAt: null,
  erasableFrom: null,
  clocks: [],
  evidence: [],
};

/** The smallest fold that uses every column: the data of an event names what becomes of the projection, but for `note`. */
export function fold(events: readonly MatterEvent[]): Projection {
  const [first] = events;
  if (first === undefined) throw new RangeError("a matter has events");
  const last = events.at(-1) ?? first;
  const { note: _, ...said }: JsonObject = Object.assign({}, ...events.map(({ data }) => data));
  return projectionSchema.parse({ ...none, ...said, openedAt: first.at, changedAt: last.at });
}

/** The request that appends one event with this data to what is known. */
export function nextRequest(
  matter: MatterId,
  known: readonly MatterEvent[],
  name: string,
  data: JsonObject,
  by: Actor = bySystem,
): AppendRequest {
  const added = event(matter, known.length + 1, name, data, by);
  return {
    command: newCommand(),
    at: added.at,
    matter,
    expectedSequence: known.length,
    events: [added],
    projection: fold([...known, added]),
  };
}
