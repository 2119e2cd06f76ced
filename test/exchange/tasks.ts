import { z } from "zod";
import { eventIdSchema } from "../../src/cooperation/index.ts";
import { identifiers } from "../database/matters.ts";

const about = {
  number: z.int(),
  /** The own reference of the requesting side, by which both sides find the matter. */
  reference: z.string(),
  /** An identifier for each command, so that a task that is given again is not done twice. */
  ids: z.array(eventIdSchema),
};
/** What a person is to do at an authority. */
export const taskSchema = z.discriminatedUnion("kind", [
  /** Drafts a request with this text, has it approved, and sends it. */
  z.strictObject({ ...about, kind: z.literal("request"), text: z.string() }),
  /** Tells the other side of a consultation. */
  z.strictObject({ ...about, kind: z.literal("tell"), text: z.string() }),
  /** Shares a document with these bytes, in base64. */
  z.strictObject({ ...about, kind: z.literal("share"), content: z.base64() }),
]);
export type Task = z.infer<typeof taskSchema>;

/** What a process says, one a line. */
export const saidSchema = z.union([
  z.strictObject({ port: z.int() }),
  z.strictObject({ done: z.int() }),
  z.strictObject({ failed: z.string() }),
]);

/** A number from 0 up to but not including 1. */
export type Chance = () => number;
export const below = (chance: Chance, end: number): number => Math.floor(chance() * end);

/** What persons do at both, of which each sends one message: in every matter one asks, and both tell and share. */
export function tasksOf(names: readonly string[], messages: number, chance: Chance): Map<string, Task[]> {
  const next = identifiers(4);
  const ids = (): Task["ids"] => Array.from({ length: 5 }, () => eventIdSchema.parse(next()));
  const tasks = new Map(names.map((name) => [name, [] as Task[]]));
  const words = (): string =>
    "Ersuchen um Rechtshilfe · 司法协助请求 · طلب المساعدة 🜁 ".repeat(1 + below(chance, 40)).trim();
  let left = messages;
  let number = 0;
  for (let matter = 1; left > 0; matter += 1) {
    const asking = names[matter % names.length] ?? "";
    const reference = `X-2026-${String(matter).padStart(5, "0")}`;
    const add = (name: string, task: Task, sends: number): void => {
      if (sends > left) return;
      tasks.get(name)?.push(task);
      left -= sends;
    };
    const about = () => ({ number: ++number, reference, ids: ids() });
    add(asking, { ...about(), kind: "request", text: `${matter}: ${words()}` }, 1);
    for (let told = 0; told < 6; told += 1) {
      const task: Task = { ...about(), kind: "tell", text: `${matter}.${told}: ${words()}` };
      add(names[below(chance, names.length)] ?? "", task, 1);
    }
    if (matter % 3 !== 0) continue;
    // Over the edge of a chunk now and then.
    const size = matter % 30 === 0 ? 1_048_576 + below(chance, 100_000) : 1 + below(chance, 20_000);
    const content = Buffer.alloc(size, `${chance()} of ${matter} `).toString("base64");
    add(names[below(chance, names.length)] ?? "", { ...about(), kind: "share", content }, 2);
  }
  return tasks;
}
