import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import {
  type Authority,
  type AuthorityId,
  type AuthorityRecords,
  type BlankPGlite,
  type CooperationDatabase,
  createAdministration,
  createAuthority,
  createPeopleStore,
  createStore,
  type EventId,
  eventIdSchema,
  exchangeRoutes,
  glassBroken,
  httpPost,
  type Instant,
  instantSchema,
  inUse,
  newMessageId,
  openPGlite,
  openPostgres,
  type PeopleTransaction,
  type RelyingParty,
  SealBroken,
  type Stamps,
  type Store,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { countDeadlinesAnew } from "./calendars-seen.ts";
import { type CooperationDefinitions, typesAtHand, withoutCalendar } from "./definitions.ts";
import { type AuthorityFolder, letterOf } from "./folder.ts";
import type { Listening } from "./listening.ts";
import { keysOfMatters } from "./matter-secret.ts";
import { type Notification, readNotification } from "./notification/index.ts";
import { readOrganisation } from "./organisation.ts";
import { openRecordsFolder, recordsDoor } from "./records-folder.ts";
import { demandedRoles, passkeysPossible } from "./second-factor.ts";
import { createDesk } from "./server.ts";
import { readTimeStamps, stampHourly } from "./time-stamps.ts";
import { askerOf, startWebServer } from "./web-server.ts";

/** An authority at work: its service, its pages, its turn of waiting work. */
export interface RunningAuthority {
  readonly authority: Authority;
  readonly store: Store;
  readonly people: PeopleTransaction;
  readonly address: string;
  newId(): EventId;
  /** Does the work that waits now. */
  turn(): Promise<number>;
  stop(): Promise<void>;
}

export const now = (): Instant => instantSchema.parse(new Date().toISOString());
export const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
export const newId = (): EventId => eventIdSchema.parse(newMessageId(now(), random));

/** Milliseconds between two turns of waiting work. */
const betweenTurns = 1000;
/** Between two looks whether somebody has to be told outside the pages. */
const betweenTellings = 3000;

/** Opens the database of an authority; one of PGlite that is not there yet begins from `blank`. @throws UserError where it is in use, cannot be reached or is of another form. */
export async function openDatabase(
  kept: Pick<AuthorityFolder, "folder" | "storage" | "database" | "safe">,
  failed: (error: unknown) => void,
  blank?: BlankPGlite,
): Promise<CooperationDatabase> {
  const keys = await keysOfMatters(kept);
  if (kept.storage === "pglite") {
    const database = await openPGlite(kept.folder, now(), keys, blank).catch(unfit(kept.folder));
    if ("heldBy" in database) throw new UserError(inUse(kept.folder, database.heldBy), exitCodes.locked);
    return database;
  }
  if (kept.database === undefined)
    throw new UserError(`${kept.folder} has lost the address of its database.`, exitCodes.invalid);
  try {
    return await openPostgres({ connectionString: kept.database, onIdleFailure: failed }, keys).catch(
      unfit(kept.folder),
    );
  } catch (error) {
    throw error instanceof UserError ? error : unreachable(error);
  }
}

/** Says that folder and database are not of the same authority; any other failure stays what it is. */
const unfit =
  (folder: string) =>
  (error: unknown): never => {
    if (!(error instanceof SealBroken)) throw error;
    throw new UserError(
      `${folder}: the secret in it is not the one that the matters in the database were closed with. Put matter-secret.age back from the copy that you keep.`,
      exitCodes.invalid,
    );
  };

/** What a database that does not open is said as; its address may hold a password and is not repeated. */
export const unreachable = (error: unknown): UserError =>
  new UserError(
    `The database cannot be used: ${error instanceof Error ? error.message || String(error) : String(error)}`,
    exitCodes.usage,
  );

/** An authority whose folder is open, with its database, log and vault, which only this process writes. */
export interface OpenedAuthority {
  readonly authority: Authority;
  readonly database: CooperationDatabase;
  readonly store: Store;
  readonly records: AuthorityRecords;
  /** Undefined where the folder names no time-stamp service. */
  readonly stamps: Stamps | undefined;
  close(): Promise<void>;
}

/** Opens everything that an authority is. @throws UserError where it is in use, or log and database do not fit. */
export async function openAuthority(
  kept: AuthorityFolder,
  definitions: CooperationDefinitions,
  report: (text: string) => void,
  blank?: BlankPGlite,
  notification?: Notification,
): Promise<OpenedAuthority> {
  const failed = (error: unknown): void => report(sentenceOf(error));
  const database = await openDatabase(kept, failed, blank);
  const store = createStore(database);
  const addressOf = async (to: AuthorityId): Promise<string | undefined> => {
    const partner = (await store.read({ kind: "system" }, (view) => view.partners())).find(
      ({ authority, active }) => active && authority === to,
    );
    return typeof partner?.data.address === "string" ? partner.data.address : undefined;
  };
  const locked = kept.storage === "pglite";
  const held = await openRecordsFolder(kept, locked, now()).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const { records } = held;
  const close = async (): Promise<void> => {
    held.release();
    await database.close();
  };
  const stamps = await readTimeStamps(kept.folder, records, { now, random }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const types = await typesAtHand(database, definitions.types, now()).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const authority = createAuthority({
    ...definitions,
    ...types,
    records,
    ...(stamps === undefined ? {} : { stamps }),
    ...(notification === undefined ? {} : { notification: notification.telling }),
    reportLog: (sentence) => report(`${kept.name}: ${sentence}`),
    ...(kept.invented ? { betweenCheckpoints: 5_000 } : {}),
    authority: kept.authority,
    state: kept.state,
    name: kept.name,
    database,
    intake: kept.office,
    keys: () => kept.keys,
    now,
    random,
    post: httpPost({ fetch: globalThis.fetch, addressOf, timeout: 10_000 }),
    report: (note) => report(`${kept.name}: ${note.what}`),
  });
  const differs = await authority.disagreement();
  if (differs !== undefined) {
    await close();
    throw new UserError(`${kept.folder}: ${differs.message} (${differs.code})`, exitCodes.invalid);
  }
  const repeated = await authority.repeatErasures();
  if (repeated.length > 0)
    report(`${kept.name}: ${repeated.length} erasures that came after the restored backup were repeated.`);
  const partners = await authority.partners();
  const states = [kept.state, ...partners.filter(({ active }) => active).map(({ state }) => state)];
  const lacking = withoutCalendar(states, definitions.calendars, kept.folder);
  if (lacking !== undefined) report(`${kept.name}: ${lacking}`);
  return { authority, database, store, records, stamps, close };
}

const sentenceOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Opens the folder of an authority and serves its pages until it is stopped. */
export async function runAuthority(
  kept: AuthorityFolder,
  definitions: CooperationDefinitions,
  listening: Listening,
  report: (text: string) => void,
  blank?: BlankPGlite,
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningAuthority> {
  const organisation = await readOrganisation(kept.folder, random);
  const failed = (error: unknown): void => report(sentenceOf(error));
  const secondFactorFor = demandedRoles(kept.secondFactorFor, {
    rehearsal: kept.invented || !listening.https,
    possible:
      passkeysPossible(listening.publicAddress ?? `${listening.https ? "https" : "http"}://${listening.hostname}`) ||
      (organisation?.settings.strongMethods.length ?? 0) > 0,
  });
  let address = "";
  const notification = await readNotification({
    ...kept,
    timeZone: definitions.calendars.get(kept.state)?.timeZone ?? "UTC",
    address: () => address,
    environment,
    now,
    report,
  });
  const { authority, database, store, records, stamps, close } = await openAuthority(
    kept,
    definitions,
    report,
    blank,
    notification,
  );
  const people = createPeopleStore(database);
  const moved = await countDeadlinesAnew(kept.folder, definitions.calendars, authority).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  if (moved !== undefined && moved > 0)
    report(`${kept.name}: the calendars or the program changed; ${moved} matters were counted anew.`);
  const turns = takeTurns(async () => {
    await people.forgetEnded(now());
    const { sent, delivered, expired } = await authority.tick();
    return sent + delivered + expired;
  }, failed);
  const telling = takeTurns(
    async () => {
      await notification?.refresh();
      return (await authority.notification?.tell()) ?? 0;
    },
    failed,
    betweenTellings,
  );
  const app = createDesk({
    service: authority,
    oversight: authority.oversight,
    erasures: authority.erasures,
    administration: createAdministration({ authority: kept.authority, database, now, random }),
    introduction: () => letterOf(kept, address),
    passkeySite: () => passkeySiteOf(kept.name, address),
    signIn: people,
    ...(organisation === undefined ? {} : { organisation }),
    secondFactorFor,
    ...(notification === undefined || authority.notification === undefined
      ? {}
      : {
          notification: {
            ...authority.notification,
            rosterProblems: notification.rosterProblems,
            pretended: notification.pretended,
          },
        }),
    formKey: kept.formKey,
    invented: kept.invented,
    https: listening.https,
    askerOf: (context) => askerOf(context, listening),
    now,
    random,
    newId,
    looks: async (who, matter) => {
      if (who.role !== "auditor") return undefined;
      const names = await authority.people();
      const of = matter === undefined ? {} : { matter };
      const [emergencies, newest] = await store.read({ kind: "person", ...who }, async (view) => [
        await view.readLog({ ...of, what: glassBroken, limit: 200 }),
        await view.readLog({ ...of, limit: 1000 }),
      ]);
      const found = new Map([...emergencies, ...newest].map((look) => [look.entry, look]));
      return [...found.values()].map(({ at, person, what, reason, matter: about }) => {
        const by = names.find((one) => one.person === person)?.name ?? kept.name;
        const emergency = what === glassBroken;
        return { at, who: by, what, reason, matter: about, emergency };
      });
    },
    ...recordsDoor(authority, records, failed),
    changed: turns.soon,
    report: failed,
    exchange: exchangeRoutes({ receive: authority.receive, report: failed }),
  });
  try {
    const server = await startWebServer(app, listening);
    address = server.address;
    turns.begin();
    if (notification !== undefined) telling.begin();
    const stamping =
      stamps === undefined ? undefined : stampHourly(stamps, (text) => report(`${kept.name}: ${text}`), failed);
    return {
      authority,
      store,
      people,
      address: server.address,
      newId,
      turn: turns.now,
      stop: async () => {
        await server.stop();
        await stamping?.end();
        await turns.end();
        await telling.end();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The site that passkeys are for: browsers make them for names, never for numbers. */
function passkeySiteOf(name: string, address: string): RelyingParty | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, origin } = new URL(address);
  return isIP(hostname.replaceAll(/[[\]]/g, "")) === 0 ? { id: hostname, name, origins: [origin] } : undefined;
}

/** Turns of work: one at a time, again after a while, and soon when something was done. */
function takeTurns(work: () => Promise<number>, failed: (error: unknown) => void, between = betweenTurns) {
  let running: Promise<number> = Promise.resolve(0);
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const turn = (): Promise<number> => {
    running = running.then(async () => {
      if (ended) return 0;
      try {
        return await work();
      } catch (error) {
        failed(error);
        return 0;
      }
    });
    return running;
  };
  const later = (milliseconds: number): void => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(() => void turn().then((done) => later(done > 0 ? 20 : between)), milliseconds);
  };
  return {
    begin: () => later(between),
    soon: () => later(20),
    now: turn,
    end: async () => {
      ended = true;
      clearTimeout(timer);
      await running;
    },
  };
}
