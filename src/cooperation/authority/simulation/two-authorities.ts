import type { Calendar } from "../../clocks/index.ts";
import type { MatterType } from "../../definitions/index.ts";
import { type SimulatedDisk, simulatedDisk } from "../../disk/simulation/simulated-disk.ts";
import {
  type ExchangeNote,
  fingerprint,
  generatePrivateKey,
  type Introduction,
  isRefused,
  type OwnKeys,
  type Post,
  usableKey,
} from "../../exchange/index.ts";
import type { Command } from "../../matter/index.ts";
import { matterKeys } from "../../matter-keys/index.ts";
import { type BlankPGlite, type CooperationDatabase, createStore, openPGlite } from "../../store/index.ts";
import { newIdentity } from "../../vault/index.ts";
import {
  type AuthorityId,
  authorityIdSchema,
  type EventId,
  type Instant,
  instantSchema,
  type JsonObject,
  type MatterId,
  officeIdSchema,
  personIdSchema,
  type Role,
  type StateCode,
  stateCodeSchema,
} from "../../words/index.ts";
import { newEventId } from "../identifier.ts";
import {
  type Authority,
  type AuthorityParts,
  type AuthorityRecords,
  type CommandOutcome,
  createAuthority,
  type LogTarget,
  openAuthorityRecords,
  type RecordDisks,
  type Worker,
} from "../index.ts";

/** What happens to a sealed message on the way: `cut` loses it, `unheard` loses the answer, `twice` brings it two times. */
export type Line = "good" | "cut" | "unheard" | "twice";

const office = officeIdSchema.parse("central-office");

/** A clock that is set by hand. */
export class SetClock {
  milliseconds = Date.UTC(2026, 2, 2, 8);
  readonly now = (): Instant => instantSchema.parse(new Date(this.milliseconds).toISOString());
}

interface Identity {
  readonly authority: AuthorityId;
  readonly keys: OwnKeys;
  readonly introduction: Introduction;
}

/** An authority with a key of each use. */
async function identity(name: string): Promise<Identity> {
  const from = instantSchema.parse("2026-01-01T00:00:00.000Z");
  const until = instantSchema.parse("2027-12-31T23:59:59.999Z");
  const signing = await generatePrivateKey("signing", from, until);
  const encryption = await generatePrivateKey("encryption", from, until);
  const authority = authorityIdSchema.parse(name);
  return {
    authority,
    keys: { signing: [await usableKey(signing)], encryption: [await usableKey(encryption)] },
    introduction: { authority, keys: [signing.public, encryption.public] },
  };
}

/** Bytes that count: no two identifiers are the same, and every run makes the same. */
function countedBytes(): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    count += 1;
    const bytes = Buffer.alloc(length);
    // Four bits further, because an identifier does not take the last ones.
    bytes.writeUIntBE(count * 16, Math.max(0, length - 6), Math.min(6, length));
    return bytes;
  };
}

type Disks = Readonly<Record<"log" | "witness" | "vault", SimulatedDisk>>;

/** An authority of an invented State with its people, on a database in memory. */
export interface SimulatedAuthority {
  readonly authority: Authority;
  readonly database: CooperationDatabase;
  /** Throws where no records are kept. */
  readonly records: AuthorityRecords;
  readonly disks: Disks;
  /** Opens the authority anew on the same database and disks, as after the end of the process, perhaps with other types. */
  again(records?: AuthorityRecords, types?: Pick<AuthorityParts, "types" | "keptTypes">): Promise<Authority>;
  readonly notes: ExchangeNote[];
  /** A person of this authority; the number tells people of one role apart. */
  worker(role: Role, number?: 1 | 2): Worker;
  newId(): EventId;
  /** Commands by the newest state, as a person who has just looked. */
  act(who: Worker, matter: MatterId, name: string, data?: JsonObject): Promise<CommandOutcome>;
  /** Proposes as one person and approves as another. */
  together(
    preparer: Worker,
    approver: Worker,
    matter: MatterId,
    name: string,
    data: JsonObject,
  ): Promise<CommandOutcome>;
}

export interface World extends AsyncDisposable {
  readonly clock: SetClock;
  readonly arcadia: SimulatedAuthority;
  readonly bensalem: SimulatedAuthority;
  line: Line;
  /** Messages that were brought over, repeats included. */
  readonly brought: readonly AuthorityId[];
  /** Both sides do what waits until nothing does any more. */
  settle(): Promise<void>;
}

const workingRoles: readonly Role[] = [
  "case-officer",
  "approver",
  "head-of-office",
  "contact-point",
  "executing-officer",
  "evidence-custodian",
  "auditor",
];

function personOf(seed: number, role: Role, number: number) {
  const place = workingRoles.indexOf(role) * 2 + number + seed * 100;
  return personIdSchema.parse(`01900000-0000-7000-8000-${place.toString(16).padStart(12, "0")}`);
}

interface Settings {
  readonly types: readonly MatterType[];
  readonly calendars: ReadonlyMap<string, Calendar>;
  /** What both databases begin from. */
  readonly blank: BlankPGlite;
  /** Where arcadia's log is written; without it no log is kept. */
  readonly log?: LogTarget;
  /** How people of bensalem are told outside the pages; without it nobody is. */
  readonly notification?: AuthorityParts["notification"];
  /** Whether both keep log, witness and vault: on disks in memory, or on those that are handed in. */
  readonly records?: boolean | ((authority: AuthorityId) => Promise<RecordDisks>);
}

/** Two authorities of two States that know each other, in one process with a line between them that can be bad. */
export async function twoAuthorities(settings: Settings): Promise<World> {
  const clock = new SetClock();
  const random = countedBytes();
  const brought: AuthorityId[] = [];
  const doors = new Map<AuthorityId, Authority>();
  const world: { line: Line } = { line: "good" };
  const post: Post = async (to, sealed) => {
    const { line } = world;
    if (line === "cut") return { problem: "not reached" };
    brought.push(to);
    const door = doors.get(to);
    if (door === undefined) return { problem: "no address is known" };
    if (line === "twice") await door.receive(sealed);
    const answer = await door.receive(sealed);
    if (line === "unheard" || isRefused(answer)) return { problem: "no answer" };
    return { sealedAnswer: answer.sealedAnswer };
  };
  const make = async (seed: number, own: Identity, partner: Identity, states: readonly [StateCode, StateCode]) => {
    const database = await openPGlite(undefined, clock.now(), matterKeys(random(32), random), settings.blank);
    if ("heldBy" in database) throw new Error("memory is locked by nobody");
    const [state, partnerState] = states;
    await createStore(database).read({ kind: "system" }, async (directory) => {
      await directory.putOffice({ office, name: "Central office", data: {} });
      await directory.putPartner({
        authority: partner.authority,
        state: partnerState,
        name: partner.authority,
        active: true,
        data: {},
      });
      for (const role of workingRoles)
        for (const number of [1, 2]) {
          const person = personOf(seed, role, number);
          await directory.putPerson({
            person,
            office,
            name: `${role} ${number}`,
            roles: [role],
            active: true,
            data: {},
          });
        }
    });
    const notes: ExchangeNote[] = [];
    const disks = { log: simulatedDisk(), witness: simulatedDisk(), vault: simulatedDisk(), erasures: simulatedDisk() };
    const used = typeof settings.records === "function" ? await settings.records(own.authority) : disks;
    const vault = await newIdentity();
    const openRecords = (): Promise<AuthorityRecords> =>
      openAuthorityRecords(
        own.authority,
        { log: Buffer.alloc(32, seed), witness: Buffer.alloc(32, seed + 100), vault },
        used,
      );
    const records = settings.records === undefined || settings.records === false ? undefined : await openRecords();
    const open = (held: AuthorityRecords | undefined, types?: Pick<AuthorityParts, "types" | "keptTypes">): Authority =>
      createAuthority({
        authority: own.authority,
        state,
        name: own.authority,
        database,
        types: settings.types,
        calendars: settings.calendars,
        ...types,
        intake: office,
        keys: () => own.keys,
        now: clock.now,
        random,
        post,
        report: (note) => notes.push(note),
        ...(settings.log === undefined || seed !== 1 ? {} : { log: settings.log }),
        ...(settings.notification === undefined || seed !== 2 ? {} : { notification: settings.notification }),
        ...(held === undefined ? {} : { records: held, betweenCheckpoints: 0 }),
      });
    const authority = open(records);
    doors.set(own.authority, authority);
    await authority.introduce(partner.introduction, fingerprint(partner.introduction));
    const newId = (): EventId => newEventId(clock.now(), random);
    const act: SimulatedAuthority["act"] = async (who, matter, name, data = {}) => {
      const sequence = await sequenceOf(authority, matter);
      const command: Command = { id: newId(), matter, expectedSequence: sequence, name, data };
      return authority.command(who, command);
    };
    const simulated: SimulatedAuthority = {
      authority,
      database,
      get records() {
        if (records === undefined) throw new Error("no records are kept");
        return records;
      },
      disks,
      again: async (held, otherTypes) => {
        const anew = open(held ?? (records === undefined ? undefined : await openRecords()), otherTypes);
        doors.set(own.authority, anew);
        return anew;
      },
      notes,
      newId,
      act,
      worker: (role, number = 1) => ({ person: personOf(seed, role, number), office, role }),
      together: async (preparer, approver, matter, name, data) => {
        const id = newId();
        const sequence = await sequenceOf(authority, matter);
        const proposed = await authority.command(preparer, {
          id,
          matter,
          expectedSequence: sequence,
          name: "proposed",
          data: { name, data },
        });
        return proposed.kind === "done" ? act(approver, matter, name, { proposal: id }) : proposed;
      },
    };
    return simulated;
  };
  const arcadian = await identity("arcadia-central");
  const bensalemite = await identity("bensalem-central");
  const [xa, xb] = [stateCodeSchema.parse("XA"), stateCodeSchema.parse("XB")];
  const arcadia = await make(1, arcadian, bensalemite, [xa, xb]);
  const bensalem = await make(2, bensalemite, arcadian, [xb, xa]);
  return {
    clock,
    arcadia,
    bensalem,
    brought,
    get line() {
      return world.line;
    },
    set line(line: Line) {
      world.line = line;
    },
    settle: async () => {
      for (let idle = 0; idle < 3; ) {
        let done = 0;
        for (const { authority } of [arcadia, bensalem]) {
          const { sent, delivered, expired } = await authority.tick();
          done += sent + delivered + expired;
        }
        idle = done === 0 ? idle + 1 : 0;
        // What came before its predecessor waits for a few seconds, and so does what was not brought over.
        clock.milliseconds += 10_000;
      }
    },
    async [Symbol.asyncDispose]() {
      await arcadia.database.close();
      await bensalem.database.close();
    },
  };
}

async function sequenceOf(authority: Authority, id: MatterId): Promise<number> {
  for await (const { matter } of authority.matters()) if (matter.id === id) return matter.sequence;
  return 0;
}
