import { CompiledQuery, type Kysely, sql } from "kysely";
import { z } from "zod";
import type { MatterKey } from "../matter-keys/index.ts";
import {
  actorSchema,
  type Digest,
  headOf,
  type Instant,
  type Json,
  type MatterEvent,
  type MatterId,
  matterEventSchema,
  sealedEventDigest,
} from "../words/index.ts";
import { type KeyRing, keptKey } from "./key-ring.ts";
import { instantOf, type Projection, projectionValues } from "./projection.ts";
import type { Scope } from "./scope.ts";
import type { Tables } from "./tables.ts";

export interface AppendRequest {
  /** A UUID made once by whoever asks; asked again with it, the first answer is given again. */
  readonly command: string;
  readonly at: Instant;
  readonly matter: MatterId;
  /** Of the last event that was known when the events were decided; 0 for a new matter. */
  readonly expectedSequence: number;
  /** At least one; sequences follow `expectedSequence` without a gap. */
  readonly events: readonly MatterEvent[];
  /** What all events, these included, come to. */
  readonly projection: Projection;
  /** Whether a head of office says who may know of a matter of the office that is not shown to the head. */
  readonly overseeing?: boolean;
}

const changeSchema = z.object({
  sequence: z.int(),
  name: z.string(),
  at: z.string().transform((text) => instantOf(new Date(text))),
  by: actorSchema,
});

const outcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("written") }),
  z.object({ kind: z.literal("repeated"), first: z.int(), last: z.int() }),
  z.object({ kind: z.literal("conflict"), sequence: z.int(), since: z.array(changeSchema) }),
  z.object({ kind: z.literal("unknown-matter") }),
  z.object({ kind: z.literal("other-office") }),
  z.object({ kind: z.literal("misattributed") }),
  z.object({ kind: z.literal("command-reused") }),
  z.object({ kind: z.literal("erased") }),
  z.object({ kind: z.literal("other-key") }),
]);
type Outcome = z.infer<typeof outcomeSchema>;

/**
 * What came of it. `appended`: written now, or by the same command before (`repeated`). `conflict`: others wrote
 * since, at most the last 20 of their events are named. `unknown-matter`: there is none, or none that the person may
 * see. `other-office`: a person opens matters only in the own office. `misattributed`: an event names somebody else
 * than who acts. `command-reused`: the command belongs to another matter or person. `erased`: the contents of the matter were erased. `not-storable`: a text, found at `at`,
 * has a character that the database cannot hold (U+0000 or half of a surrogate pair).
 */
export type AppendOutcome =
  | Exclude<Outcome, { readonly kind: "written" | "repeated" | "other-key" }>
  | {
      readonly kind: "appended";
      readonly repeated: boolean;
      readonly first: number;
      readonly last: number;
      /** Those of the events that were written now, in their order; none for a repeat. */
      readonly digests: readonly Digest[];
    }
  | { readonly kind: "not-storable"; readonly at: string };

/** Failures after which the same transaction can be tried again: serialization failure and deadlock. */
const transient = new Set(["40001", "40P01"]);

/** Does it again, up to five times, where the database says that only the moment was wrong. */
export async function withRetries<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof Error && "code" in error && transient.has(String(error.code));
      if (!again || attempt === 5) throw error;
    }
  }
}

/** Where a value has a text that the database cannot hold. */
function notStorable(value: Json, at: string): string | undefined {
  const fine = (text: string): boolean => !text.includes("\u0000") && text.isWellFormed();
  if (typeof value === "string") return fine(value) ? undefined : at;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = fine(key) ? notStorable(inner, `${at}/${key}`) : at;
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Writes events and the projection they lead to: all of it or nothing.
 *
 * @throws RangeError where the events do not follow `expectedSequence`, or belong to another matter.
 */
export function append(
  database: Kysely<Tables>,
  keys: KeyRing,
  scope: Scope,
  request: AppendRequest,
): Promise<AppendOutcome> {
  return withRetries(() => appendWithin(database, keys, scope, request));
}

const places = Array.from({ length: 37 }, (_, index) => `$${index + 1}`).join(", ");
const appendText = `SELECT cooperation.append(${places}) AS outcome`;

/** As `append`, once: within a transaction it is the transaction that has to be tried again. */
export async function appendWithin(
  database: Kysely<Tables>,
  keys: KeyRing,
  scope: Scope,
  request: AppendRequest,
): Promise<AppendOutcome> {
  const { matter, expectedSequence, events, projection } = request;
  if (events.length === 0) throw new RangeError("at least one event is appended");
  const sound = events.map((event) => matterEventSchema.parse(event));
  for (const [index, event] of sound.entries()) {
    if (event.matter !== matter) throw new RangeError(`event ${event.id} belongs to another matter`);
    if (event.sequence !== expectedSequence + index + 1)
      throw new RangeError(`event ${event.id} has sequence ${event.sequence}, not ${expectedSequence + index + 1}`);
    const found = notStorable(event.data, "");
    if (found !== undefined) return { kind: "not-storable", at: found };
  }
  const projected = notStorable(projection.reference, "/reference");
  if (projected !== undefined) return { kind: "not-storable", at: projected };
  if (expectedSequence === 0) return await written(database, keys, scope, request, sound, keys.make(matter));
  const recent = keys.recent(matter);
  const tried = recent === undefined ? undefined : await tryWith(database, scope, request, sound, recent);
  if (tried !== undefined && tried.kind !== "other-key") return tried;
  return await written(database, keys, scope, request, sound, await keptKey(database, keys, matter));
}

/** Writes with the key of the matter as it is kept, or was made now. */
async function written(
  database: Kysely<Tables>,
  keys: KeyRing,
  scope: Scope,
  request: AppendRequest,
  events: readonly MatterEvent[],
  key: MatterKey | undefined,
): Promise<AppendOutcome> {
  const outcome = await tryWith(database, scope, request, events, key);
  if (outcome.kind === "other-key") throw new Error(`matter ${request.matter} has lost its key, which cannot be`);
  if (outcome.kind === "appended" && !outcome.repeated && key !== undefined) keys.remember(request.matter, key);
  return outcome;
}

/** Without a key the database says why nothing can be written. */
async function tryWith(
  database: Kysely<Tables>,
  scope: Scope,
  { command, at, matter, expectedSequence, projection, overseeing = false }: AppendRequest,
  events: readonly MatterEvent[],
  key: MatterKey | undefined,
): Promise<Exclude<AppendOutcome, { kind: "not-storable" }> | { readonly kind: "other-key" }> {
  const kept = events.map((event) => keptEvent(event, key));
  const [first, ...further] = kept;
  if (first === undefined) throw new RangeError("at least one event is appended");
  const query = CompiledQuery.raw(appendText, [
    scope.kind,
    ...(scope.kind === "person" ? [scope.person, scope.office, scope.role] : [null, null, null]),
    command,
    at,
    matter,
    expectedSequence,
    first.id,
    first.name,
    first.at,
    JSON.stringify(first.by),
    first.sealed,
    first.contents,
    first.message,
    first.digest,
    JSON.stringify(
      further.map((event) => ({ ...event, sealed: event.sealed && Buffer.from(event.sealed).toString("base64") })),
    ),
    key?.wrapped ?? null,
    ...projectionValues(projection),
  ]);
  if (overseeing) await oversee(database, "yes");
  const { rows } = await database.executeQuery<{ outcome: unknown }>(query);
  if (overseeing) await oversee(database, "");
  const outcome = outcomeSchema.parse(rows[0]?.outcome);
  if (outcome.kind === "repeated") return { ...outcome, kind: "appended", repeated: true, digests: [] };
  if (outcome.kind !== "written") return outcome;
  const digests = kept.flatMap(({ digest }) => digest ?? []);
  return {
    kind: "appended",
    repeated: false,
    first: expectedSequence + 1,
    last: expectedSequence + events.length,
    digests,
  };
}

/** An event as it is kept: what stays readable, and its contents sealed, with the digests of both; none without a key. */
function keptEvent(event: MatterEvent, key: MatterKey | undefined) {
  const head = headOf(event);
  const { id, name, at, by } = head;
  const open = { id, name, at, by, message: messageNamed(event) };
  if (key === undefined) return { ...open, sealed: null, contents: null, digest: null };
  const { sealed, contents } = key.close(head, event.data);
  return { ...open, sealed, contents, digest: sealedEventDigest(head, contents) };
}

const uuidSchema = z.uuid();

/** The message that an event is about: an identifier, by which messages that nobody has dealt with are found. */
export function messageNamed({ data: { message } }: MatterEvent): string | null {
  return message === undefined ? null : (uuidSchema.safeParse(message).data ?? null);
}

/** Lets a head of office reach, for one write, the sealed matters of the office that are not shown to the head. */
async function oversee(database: Kysely<Tables>, setting: "yes" | ""): Promise<void> {
  await sql`SELECT set_config('justitia.oversight', ${setting}, true)`.execute(database);
}

/** The sentence for whoever was second: who changed the matter, and when. `nameOf` names an actor. */
export function conflictSentence(
  { sequence, since }: Extract<AppendOutcome, { kind: "conflict" }>,
  nameOf: (by: z.infer<typeof actorSchema>) => string,
): string {
  const last = since.at(-1);
  if (last === undefined) return `The matter has ${sequence} events, fewer than you have seen: load it again.`;
  return (
    `${nameOf(last.by)} changed the matter at ${last.at} (${last.name}) while you were at work. Nothing of yours was ` +
    "written: look at the change and decide again."
  );
}
