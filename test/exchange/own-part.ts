import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  type Authority,
  authorityIdSchema,
  createAuthority,
  httpPost,
  type Instant,
  instantSchema,
  nodeDisk,
  officeIdSchema,
  openAuthorityRecords,
  openPostgres,
  personIdSchema,
  privateKeySchema,
  stateCodeSchema,
  usableKey,
  type Worker,
} from "../../src/cooperation/index.ts";
import { programDefinitions } from "../authority/definitions.ts";
import { keysOfMatters } from "../database/matters.ts";

/** What a process needs to be one of two authorities; it stands in a file, which outlives the process. */
export const ownPartSchema = z.strictObject({
  authority: authorityIdSchema,
  state: stateCodeSchema,
  /** Address of the database with the login of the program. */
  database: z.string(),
  /** Folder of log, witness and vault. */
  folder: z.string(),
  partner: authorityIdSchema,
  /** Where the partner is written to. */
  line: z.string(),
  keys: z.array(privateKeySchema),
  vault: z.string().startsWith("AGE-SECRET-KEY-"),
  /** Milliseconds since 1970 at which the clock agreed with that of the machine, and how much faster it goes since. */
  clock: z.strictObject({ from: z.int(), speed: z.number().min(1) }),
});
export type OwnPart = z.infer<typeof ownPartSchema>;

export const office = officeIdSchema.parse("central-office");
const people = { officer: "01", approver: "02", head: "03" } as const;
const worker = (number: string, role: Worker["role"]): Worker => ({
  person: personIdSchema.parse(`01900000-0000-7000-8000-0000000000${number}`),
  office,
  role,
});
/** Who works at either authority. */
export const workers = {
  officer: worker(people.officer, "case-officer"),
  approver: worker(people.approver, "approver"),
  head: worker(people.head, "head-of-office"),
} as const;

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** A clock that goes faster than that of the machine, alike in every process. */
export const clockOf =
  ({ clock: { from, speed } }: Pick<OwnPart, "clock">): (() => Instant) =>
  () =>
    instantSchema.parse(new Date(from + (Date.now() - from) * speed).toISOString());

/** Puts the authority together as the program does, from its database and its folder. */
export async function openPart(part: OwnPart): Promise<{ readonly authority: Authority } & AsyncDisposable> {
  const database = await openPostgres({ connectionString: part.database, connections: 6 }, keysOfMatters);
  const of = (name: string): ReturnType<typeof nodeDisk> => nodeDisk(join(part.folder, name));
  const disks = {
    log: await of("log"),
    witness: await of("witness"),
    vault: await of("vault"),
    erasures: await of("erasures"),
  };
  const seeds = { log: Buffer.alloc(32, part.authority), witness: Buffer.alloc(32, `witness of ${part.authority}`) };
  const records = await openAuthorityRecords(part.authority, { ...seeds, vault: part.vault }, disks);
  const keys = await Promise.all(part.keys.map(async (key) => ({ use: key.public.use, key: await usableKey(key) })));
  const ofUse = (use: "signing" | "encryption") => keys.filter((one) => one.use === use).map(({ key }) => key);
  const own = { signing: ofUse("signing"), encryption: ofUse("encryption") };
  const authority = createAuthority({
    ...programDefinitions(),
    authority: part.authority,
    state: part.state,
    name: part.authority,
    database,
    intake: office,
    keys: () => own,
    now: clockOf(part),
    random,
    records,
    // As often as without the fast clock.
    betweenCheckpoints: 60_000 * part.clock.speed,
    betweenSeals: 60_000 * part.clock.speed,
    post: httpPost({ fetch: globalThis.fetch, addressOf: async () => part.line }),
    report: () => undefined,
  });
  const differs = await authority.disagreement();
  if (differs !== undefined) throw new Error(differs.message);
  return { authority, [Symbol.asyncDispose]: () => database.close() };
}

export const readPart = async (path: string): Promise<OwnPart> =>
  ownPartSchema.parse(JSON.parse(await readFile(path, "utf8")));
