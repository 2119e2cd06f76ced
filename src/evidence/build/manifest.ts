import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { recordSummarySchema } from "../records/index.ts";
import { contentHash, type Plain, plainOf, readJson, writeWhole } from "../steps/index.ts";

const partSchema = z.object({ name: z.string(), sha256: z.string(), bytes: z.number() });

const streamResultSchema = z.object({
  /** Hash of the delivery, the vintage of all that was made from it; null when the stream could not be had. */
  delivery: z.string().nullable(),
  retrievedAt: z.string().nullable(),
  location: z.string().nullable(),
  licence: z.string().nullable(),
  parts: z.array(partSchema),
  rows: z.string().nullable(),
  records: z.string().nullable(),
  summary: recordSummarySchema.nullable(),
  /** Keys of the fact sets' steps. */
  facts: z.record(z.string(), z.string()),
  /** Why the stream is not there, or is older than its source. */
  problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
});
export type StreamResult = z.infer<typeof streamResultSchema>;

/** A build: which bytes were read, which steps were done, with which definitions. Immutable. */
export const manifestSchema = z.object({
  format: z.literal(1),
  observatory: z.string(),
  program: z.string(),
  builtAt: z.string(),
  asOf: z.string().nullable(),
  /** Hash of all definition files; their texts are kept under it. */
  definitions: z.string(),
  streams: z.record(z.string(), streamResultSchema),
  coverages: z.record(z.string(), z.string()),
  indicators: z.record(z.string(), z.object({ key: z.string().nullable(), problem: z.string().nullable() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a build says, without the time at which it said it: equal builds have equal hashes. */
export function manifestHash(manifest: Manifest): string {
  const { builtAt, streams, ...rest } = manifest;
  const timeless = Object.fromEntries(
    Object.entries(streams).map(([id, { retrievedAt, location, ...stream }]) => [id, stream]),
  );
  return contentHash({ ...asRecord(plainOf(rest)), streams: plainOf(timeless) });
}

/** A short name for a build, the same for builds that say the same. */
export function buildId(manifest: Manifest): string {
  return manifestHash(manifest).slice(0, 12);
}

function asRecord(value: Plain): { readonly [key: string]: Plain | undefined } {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError("a manifest is an object");
  return Object.fromEntries(Object.entries(value));
}

/** The builds of a state folder. */
export interface BuildLedger {
  /** The newest build, or the newest that was there at a time. Builds from deliveries of the past do not count as new. */
  current(asOf?: Date): Promise<Manifest | undefined>;
  /** The build of an identifier, also one from deliveries of the past. */
  named(id: string): Promise<Manifest | undefined>;
  /** Writes a build unless the newest says the same; gives the one that stands. */
  add(manifest: Manifest): Promise<Manifest>;
  /** Keeps the texts of definition files under their hash. */
  keepDefinitions(texts: Readonly<Record<string, string>>): Promise<string>;
  /** The texts of the definition files that a build was made with. */
  definitions(hash: string): Promise<Readonly<Record<string, string>> | undefined>;
}

/** A build that is kept and cannot be read: another version of the program wrote it, or the file is damaged. */
export class UnreadableBuild extends Error {
  constructor(path: string, options: ErrorOptions) {
    super(`${path} cannot be read: another version of the program wrote it, or it is damaged.`, options);
    this.name = "UnreadableBuild";
  }
}

/** Opens the ledger of builds under `<state>/builds`. */
export function createBuildLedger(state: string): BuildLedger {
  const builds = join(state, "builds");
  const kept = join(state, "definitions");
  const names = async (): Promise<string[]> => {
    try {
      return (await readdir(builds)).filter((name) => name.endsWith(".json")).sort();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  };
  const read = async (name: string): Promise<Manifest> => {
    const path = join(builds, name);
    const text = await readFile(path, "utf8");
    try {
      return manifestSchema.parse(JSON.parse(text));
    } catch (error) {
      throw new UnreadableBuild(path, { cause: error });
    }
  };
  const current = async (asOf?: Date): Promise<Manifest | undefined> => {
    const latest = asOf === undefined ? undefined : stamp(asOf.toISOString());
    for (const name of (await names()).reverse()) {
      if (latest !== undefined && name.slice(0, latest.length) > latest) continue;
      const manifest = await read(name);
      if (manifest.asOf === null) return manifest;
    }
    return undefined;
  };
  const named = async (id: string): Promise<Manifest | undefined> => {
    const name = /^[0-9a-f]{12}$/.test(id)
      ? (await names()).findLast((candidate) => candidate.endsWith(`-${id}.json`))
      : undefined;
    return name === undefined ? undefined : read(name);
  };
  return {
    current,
    named,
    async add(manifest) {
      // The same may be said again after something else was said; of the past there is nothing new to say twice.
      const before = await (manifest.asOf === null ? current() : named(buildId(manifest))).catch(noneWhenUnreadable);
      if (before !== undefined && manifestHash(before) === manifestHash(manifest)) return before;
      await mkdir(builds, { recursive: true });
      await writeWhole(
        join(builds, `${stamp(manifest.builtAt)}-${buildId(manifest)}.json`),
        `${JSON.stringify(manifest, null, 1)}\n`,
      );
      return manifest;
    },
    async keepDefinitions(texts) {
      const hash = contentHash(texts);
      await mkdir(kept, { recursive: true });
      const path = join(kept, `${hash}.json`);
      if ((await readJson(path)) === undefined) await writeWhole(path, JSON.stringify(texts));
      return hash;
    },
    async definitions(hash) {
      const found = await readJson(join(kept, `${hash}.json`));
      return found === undefined ? undefined : z.record(z.string(), z.string()).parse(found);
    },
  };
}

/** What cannot be read says nothing, so that a new build stands beside it. */
function noneWhenUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableBuild)) throw error;
}

/** A time as the beginning of a file name: sortable, without characters that file systems refuse. */
function stamp(time: string): string {
  return time.replaceAll(/[-:.]/g, "");
}
