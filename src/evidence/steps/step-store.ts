import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { contentHash, type Plain } from "./canonical.ts";

/**
 * One unit of work of a build: a function from inputs to files. The key is the hash of the inputs, so a step with the
 * same inputs is never done twice, and a changed input never overwrites what an earlier build made.
 */
export interface Step {
  /** What is made, such as `rows` or `facts`; the version changes when the program makes it differently. */
  readonly kind: string;
  readonly version: number;
  readonly inputs: Plain;
}

export interface StepResult {
  readonly key: string;
  readonly directory: string;
  /** True when the files were there already. */
  readonly reused: boolean;
}

export interface StepStore {
  key(step: Step): string;
  /** The finished result, or undefined when the step has not been done. */
  find(step: Step): Promise<StepResult | undefined>;
  /** Gives the finished result, doing the work in a directory that appears under its key only when it is whole. */
  make(step: Step, work: (directory: string) => Promise<void>): Promise<StepResult>;
  /** Takes away what killed builds have left behind. Only the holder of the build lock may call it. */
  sweep(): Promise<void>;
}

/** Keeps step results as directories `<root>/<kind>/<key>`. */
export function createStepStore(root: string): StepStore {
  const temporary = join(root, "unfinished");
  const keyOf = (step: Step): string =>
    contentHash({ kind: step.kind, version: step.version, inputs: step.inputs }).slice(0, 40);
  const find = async (step: Step): Promise<StepResult | undefined> => {
    const key = keyOf(step);
    const directory = join(root, step.kind, key);
    return (await exists(directory)) ? { key, directory, reused: true } : undefined;
  };
  return {
    key: keyOf,
    find,
    async make(step, work) {
      const found = await find(step);
      if (found !== undefined) return found;
      const key = keyOf(step);
      const directory = join(root, step.kind, key);
      const unfinished = join(temporary, `${step.kind}-${key}-${randomUUID()}`);
      await mkdir(unfinished, { recursive: true });
      try {
        await work(unfinished);
        await syncDirectory(unfinished);
        await mkdir(join(root, step.kind), { recursive: true });
        await rename(unfinished, directory);
        await syncPath(join(root, step.kind));
      } catch (error) {
        await rm(unfinished, { recursive: true, force: true });
        throw error;
      }
      return { key, directory, reused: false };
    },
    async sweep() {
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Brings every file of a directory, and the directory, to the disk: a renamed directory must not hold empty files. */
async function syncDirectory(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      await (entry.isDirectory() ? syncDirectory(path) : syncPath(path));
    }),
  );
  await syncPath(directory);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
