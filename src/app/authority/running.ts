import { randomBytes } from "node:crypto";
import { serve as listen, type ServerType } from "@hono/node-server";
import {
  type Authority,
  type AuthorityId,
  type AuthorityParts,
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
  type PeopleTransaction,
  type Store,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { AuthorityFolder } from "./folder.ts";
import { readOrganisation } from "./organisation.ts";
import { createDesk } from "./server.ts";

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
const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
export const newId = (): EventId => eventIdSchema.parse(newMessageId(now(), random));

/** Milliseconds between two turns of waiting work. */
const betweenTurns = 1000;

/**
 * Opens the folder of an authority and serves its pages until it is stopped.
 *
 * @param addressOf - Where another authority's messages are brought, such as `https://central.example/exchange`.
 */
export async function runAuthority(
  kept: AuthorityFolder,
  definitions: Pick<AuthorityParts, "types" | "calendars">,
  at: { readonly hostname: string; readonly port: number; readonly https: boolean },
  addressOf: (to: AuthorityId) => string | undefined,
  report: (text: string) => void,
): Promise<RunningAuthority> {
  const organisation = await readOrganisation(kept.folder, random);
  const database = await openPGlite(kept.folder, now());
  if ("heldBy" in database) throw new UserError(inUse(kept.folder, database.heldBy), exitCodes.usage);
  const authority = createAuthority({
    ...definitions,
    authority: kept.authority,
    state: kept.state,
    name: kept.name,
    database,
    intake: kept.office,
    keys: () => kept.keys,
    now,
    random,
    post: httpPost({ fetch: globalThis.fetch, addressOf: async (to) => addressOf(to), timeout: 10_000 }),
    report: (note) => report(`${kept.name}: ${note.what}`),
  });
  const store = createStore(database);
  const people = createPeopleStore(database);
  const failed = (error: unknown): void =>
    report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const turns = takeTurns(async () => {
    await people.forgetEnded(now());
    const { sent, delivered, expired } = await authority.tick();
    return sent + delivered + expired;
  }, failed);
  const app = createDesk({
    service: authority,
    signIn: people,
    ...(organisation === undefined ? {} : { organisation }),
    formKey: kept.formKey,
    invented: kept.invented,
    https: at.https,
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
        return { at, who: by, what: `${what}: ${about}`, reason, matter: about, emergency };
      });
    },
    changed: turns.soon,
    report: failed,
    exchange: exchangeRoutes({ receive: authority.receive, report: failed }),
  });
  let server: ServerType | undefined;
  try {
    const port = await new Promise<number>((opened, refused) => {
      server = listen({ fetch: app.fetch, hostname: at.hostname, port: at.port }, (info) => opened(info.port));
      server.on("error", (error: NodeJS.ErrnoException) =>
        refused(
          error.code === "EADDRINUSE"
            ? new UserError(`Port ${at.port} is taken by another program. Choose another with --port.`, exitCodes.usage)
            : error,
        ),
      );
    });
    turns.begin();
    return {
      authority,
      store,
      people,
      address: `http://${at.hostname}:${port}`,
      newId,
      turn: turns.now,
      stop: async () => {
        await turns.end();
        await closed(server);
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function closed(server: ServerType | undefined): Promise<void> {
  if (server === undefined) return;
  await new Promise<void>((ended) => {
    server.close(() => ended());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

/** Turns of work: one at a time, again after a while, and soon when something was done. */
function takeTurns(work: () => Promise<number>, failed: (error: unknown) => void) {
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
    if (!ended) timer = setTimeout(() => void turn().then((done) => later(done > 0 ? 20 : betweenTurns)), milliseconds);
  };
  return {
    begin: () => later(betweenTurns),
    soon: () => later(20),
    now: turn,
    end: async () => {
      ended = true;
      clearTimeout(timer);
      await running;
    },
  };
}
