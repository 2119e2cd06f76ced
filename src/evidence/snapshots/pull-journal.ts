import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { partSchema } from "./delivery.ts";
import { appendLine, readLines } from "./ledger.ts";
import type { ObjectStore } from "./objects.ts";

const startSchema = z.strictObject({
  key: z.string(),
  startedAt: z.iso.datetime(),
  total: z.int().optional(),
});
const pageSchema = z.strictObject({
  part: partSchema.optional(),
  rows: z.int().min(0),
  newRows: z.int().min(0),
  total: z.int().optional(),
  edition: z.string().optional(),
  next: z.string().optional(),
  through: partSchema.shape.through,
  receivedAt: z.iso.datetime({ precision: 3 }),
});

/** How a pull began. */
export type PullStart = z.infer<typeof startSchema>;
/** A page that is kept; without a part when it brought nothing worth keeping. */
export type PulledPage = z.infer<typeof pageSchema>;

/** The pages of an unfinished pull, so that an interrupted one goes on where it was. */
export interface PullJournal {
  /** The pages so far, when the same pull was begun less than a day ago and all its pages are still kept. */
  resume(now: Date): Promise<{ readonly start: PullStart; readonly pages: PulledPage[] } | undefined>;
  begin(start: Omit<PullStart, "key">): Promise<void>;
  append(page: PulledPage): Promise<void>;
  end(): Promise<void>;
}

const longestInterruptionMilliseconds = 86_400_000;

/**
 * Opens the journal of a pull.
 *
 * @param key - Hash of everything that decides what the pages hold.
 */
export function createPullJournal(directory: string, stream: string, key: string, objects: ObjectStore): PullJournal {
  const folder = join(directory, "pulls", stream);
  const name = `${key.slice(0, 16)}.jsonl`;
  const path = join(folder, name);
  return {
    async resume(now) {
      const [head, ...lines] = await readLines(path);
      const start = startSchema.safeParse(head);
      if (!start.success || start.data.key !== key) return undefined;
      if (now.getTime() - Date.parse(start.data.startedAt) > longestInterruptionMilliseconds) return undefined;
      const pages: PulledPage[] = [];
      for (const line of lines) {
        const page = pageSchema.safeParse(line);
        if (!page.success) break;
        const { part } = page.data;
        if (part !== undefined && (await objects.size(part.sha256)) !== part.bytes) break;
        pages.push(page.data);
      }
      // Lines that no longer count must not come between the pages that are appended now.
      if (pages.length < lines.length) {
        await objects.writeFile(
          path,
          [start.data, ...pages].map((line) => `${JSON.stringify(line)}\n`).join(""),
          false,
        );
      }
      return { start: start.data, pages };
    },
    async begin(start) {
      await objects.writeFile(path, `${JSON.stringify({ ...start, key })}\n`, false);
    },
    append: (page) => appendLine(folder, name, JSON.stringify(page)),
    end: () => rm(path, { force: true }),
  };
}
