import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import {
  authorityIdSchema,
  type Instant,
  instantSchema,
  type MemoryPeople,
  memoryPeople,
  type SignInNote,
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
}

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** @param more what is otherwise than usual */
export function simulatedDesk(more: Partial<DeskSurroundings> = {}, people = memoryPeople()): SimulatedDesk {
  const unused = (): never => {
    throw new Error("this desk has no matters, and a secret word: 83b1f0");
  };
  const notes: SignInNote[] = [];
  const reports: string[] = [];
  const now = (): Instant => instantSchema.parse(new Date().toISOString());
  const desk = createDesk({
    service: {
      authority: authorityIdSchema.parse("aldoria-central"),
      state: stateCodeSchema.parse("XA"),
      name: "Central Authority of Aldoria",
      types: new Map(),
      calendars: new Map(),
      durability: async () => ({ engine: "pglite", survivesKill: true, survivesPowerLoss: false, because: [] }),
      partners: unused,
      people: unused,
      queue: unused,
      view: unused,
      open: unused,
      command: unused,
      options: unused,
      permitted: unused,
      oversee: unused,
      emergency: unused,
      alarms: unused,
    },
    signIn: { ...people, note: async (note) => void notes.push(note) },
    formKey: random(32),
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
  return { desk, people, notes, reports };
}

/** The value of a cookie that a response sets. */
export const cookieIn = (response: Response, name: string): string | undefined =>
  response.headers
    .getSetCookie()
    .map((line) => new RegExp(`^${name}=([^;]+)`).exec(line)?.[1])
    .find((value) => value !== undefined);
