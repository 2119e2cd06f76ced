import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import {
  authorityIdSchema,
  csrfToken,
  type Instant,
  instantSchema,
  type MemoryPeople,
  memoryPeople,
  type Person,
  type SignInNote,
  sessionDigest,
  stateCodeSchema,
} from "../../../cooperation/index.ts";
import { createDesk } from "../server.ts";
import type { DeskSurroundings } from "../surroundings.ts";

/** The pages of an authority that has people and no matters: all that signing in needs. */
export interface SimulatedDesk {
  readonly desk: Hono;
  readonly people: MemoryPeople;
  readonly notes: SignInNote[];
  /** What was told to whoever runs the program. */
  readonly reports: string[];
  /** The form of signing out, as a page made for this session would send it. */
  signOutForm(session: string): RequestInit;
}

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

const unused = (): never => {
  throw new Error("this desk has no matters, and a secret word: 83b1f0");
};

/** A service that knows who works here, and nothing else. */
export function serviceWithoutMatters(workers?: readonly Person[]): DeskSurroundings["service"] {
  return {
    authority: authorityIdSchema.parse("aldoria-central"),
    state: stateCodeSchema.parse("XA"),
    name: "Central Authority of Aldoria",
    types: new Map(),
    calendars: new Map(),
    durability: async () => ({ engine: "pglite", survivesKill: true, survivesPowerLoss: false, because: [] }),
    partners: unused,
    offices: unused,
    people: workers === undefined ? unused : async () => workers,
    queue: unused,
    view: unused,
    open: unused,
    command: unused,
    options: unused,
    permitted: unused,
    follow: unused,
    following: unused,
    oversee: unused,
    emergency: unused,
    alarms: unused,
  };
}

/**
 * @param more what is otherwise than usual
 * @param workers who works here; without them nobody may ask for them
 */
export function simulatedDesk(
  more: Partial<DeskSurroundings> = {},
  people = memoryPeople(),
  workers?: readonly Person[],
): SimulatedDesk {
  const formKey = random(32);
  const notes: SignInNote[] = [];
  const reports: string[] = [];
  const now = (): Instant => instantSchema.parse(new Date().toISOString());
  const desk = createDesk({
    service: serviceWithoutMatters(workers),
    erasures: { due: unused, ended: unused, step: unused, erase: unused, remains: unused },
    oversight: {
      workload: unused,
      mattersOf: unused,
      reassign: unused,
      statistics: unused,
      messageRecord: unused,
      reconcile: unused,
    },
    signIn: {
      ...people,
      note: async (note) => void notes.push(note),
      news: async () => ({ previous: undefined, acts: [] }),
    },
    formKey,
    invented: false,
    https: false,
    askerOf: () => "192.0.2.7",
    now,
    random,
    newId: unused,
    looks: unused,
    changed: unused,
    report: (error) => reports.push(error instanceof Error ? error.message : String(error)),
    exchange: new Hono().post("/messages", (context) => context.json({ refused: true }, 400)),
    ...more,
  });
  const signOutForm = (session: string): RequestInit => {
    const digest = sessionDigest(session);
    if (digest === undefined) throw new RangeError("no token of a session");
    return {
      method: "POST",
      headers: {
        cookie: `justitia-aldoria-central-session=${session}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ csrf: csrfToken(formKey, digest, random) }),
    };
  };
  return { desk, people, notes, reports, signOutForm };
}

/** The value of a cookie that a response sets. */
export const cookieIn = (response: Response, name: string): string | undefined =>
  response.headers
    .getSetCookie()
    .map((line) => new RegExp(`^${name}=([^;]+)`).exec(line)?.[1])
    .find((value) => value !== undefined);
