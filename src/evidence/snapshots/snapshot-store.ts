import { resolve } from "node:path";
import { type Delivery, type DeliveryPart, deliveryHash, retrievedAtOf } from "./delivery.ts";
import { realEffects, type SnapshotEffects } from "./effects.ts";
import { type KnownSources, readKnown, writeKnown } from "./known-sources.ts";
import { createDeliveryLedger, type DeliveryLedger } from "./ledger.ts";
import { findFiles, identify, keepFile, sameIdentity } from "./local-files.ts";
import { type FileLocation, type FolderLocation, type Location, locationText } from "./location.ts";
import { createObjectStore, hashFile, type ObjectStore } from "./objects.ts";
import {
  LocationError,
  type LocationFailure,
  notObtained,
  type SnapshotProblem,
  StoreError,
  storeProblem,
} from "./problem.ts";
import type { Sha256 } from "./sha256.ts";

/** What the store must know of a stream. */
export interface RetrievableStream {
  /** Identifier: lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly locations: readonly Location[];
  readonly licence?: string | undefined;
  /** What a person does when no location works. */
  readonly obtain?: string | undefined;
}

export interface RetrievalOptions {
  /** Absolute path of the observatory folder; local locations are relative to it. */
  readonly folder: string;
  /** Read every local file and fetch every address anew, even where nothing seems to have changed. */
  readonly verify?: boolean | undefined;
  /** Use no network. */
  readonly offline?: boolean | undefined;
}

export type RetrievalResult =
  | {
      readonly delivery: Delivery;
      /** False when the newest delivery already had exactly these parts. */
      readonly changed: boolean;
      /** Locations that came first but did not work. */
      readonly tried: readonly LocationFailure[];
    }
  | { readonly problems: readonly SnapshotProblem[] };

/** What a check of every kept byte found. */
export interface StoreVerification {
  readonly objects: number;
  readonly bytes: number;
  readonly deliveries: number;
  /** Objects whose bytes no longer have the hash that is their name. */
  readonly corrupt: readonly { readonly sha256: Sha256; readonly found: Sha256 }[];
  /** Parts of deliveries whose object is not there. */
  readonly missing: readonly {
    readonly sha256: Sha256;
    readonly stream: string;
    readonly delivery: string;
    readonly part: string;
  }[];
  /** Delivery files that are not as they were written. */
  readonly damagedDeliveries: readonly {
    readonly stream: string;
    readonly delivery: string;
    readonly message: string;
  }[];
  /** Files under `objects/` that are no objects. */
  readonly strangers: readonly string[];
}

/**
 * The immutable deliveries of an observatory's streams.
 *
 * Reading needs no lock. Only the holder of the build lock may call `retrieve`, because its first call takes away what
 * ended processes left unfinished.
 */
export interface SnapshotStore {
  /**
   * Brings the newest state of a stream: tries its locations in order, keeps every byte, and writes a delivery unless
   * the newest one has the same parts.
   *
   * @returns The delivery, or every location with the reason why it did not work.
   * @throws The signal's reason when it is aborted; Error when an earlier delivery file is damaged; RangeError when the
   * stream's id is no identifier.
   */
  retrieve(stream: RetrievableStream, options: RetrievalOptions): Promise<RetrievalResult>;
  /** The newest delivery that was there at a time (now when absent), or undefined when there was none. */
  deliveryAsOf(stream: string, asOf: Date | undefined): Promise<Delivery | undefined>;
  /** All deliveries of a stream, oldest first. */
  deliveries(stream: string): Promise<readonly Delivery[]>;
  /** Where the bytes of a snapshot are; the file is read-only and its name does not tell its format. */
  path(sha256: Sha256): string;
  /** Reads every object anew and compares it with its name, and every delivery with its objects. */
  verify(): Promise<StoreVerification>;
}

export interface SnapshotStoreSettings {
  /** The folder of the snapshots, such as `<state>/snapshots`; made when something is first kept. */
  readonly directory: string;
  readonly effects?: Partial<SnapshotEffects> | undefined;
}

/** How far an earlier delivery may lie in the future before the clock is called wrong. */
const clockToleranceMilliseconds = 60_000;

/** Opens the snapshot store of a folder. */
export function createSnapshotStore(settings: SnapshotStoreSettings): SnapshotStore {
  const effects: SnapshotEffects = { ...realEffects(), ...settings.effects };
  const directory = resolve(settings.directory);
  const objects = createObjectStore(directory, effects.files);
  const ledger = createDeliveryLedger(directory, objects);
  let swept: Promise<number> | undefined;

  const deliveryAsOf = async (stream: string, asOf: Date | undefined): Promise<Delivery | undefined> => {
    const names = await ledger.names(identifier(stream));
    const latest = asOf?.toISOString();
    const name = names.findLast((candidate) => latest === undefined || (retrievedAtOf(candidate) ?? "") <= latest);
    return name === undefined ? undefined : ledger.read(stream, name);
  };

  return {
    deliveryAsOf,
    async deliveries(stream) {
      const names = await ledger.names(identifier(stream));
      return Promise.all(names.map((name) => ledger.read(stream, name)));
    },
    path: (sha256) => objects.path(sha256),
    verify: () => verifyStore(objects, ledger),
    async retrieve(stream, options) {
      identifier(stream.id);
      const tried: LocationFailure[] = [];
      try {
        swept ??= objects.sweep();
        await swept;
        const newest = await deliveryAsOf(stream.id, undefined);
        const known = await readKnown(directory, stream.id);
        for (const location of stream.locations) {
          effects.signal?.throwIfAborted();
          const text = locationText(location);
          let found: Retrieved;
          try {
            found = await retrieveLocation(location, { stream: stream.id, text, options, objects, effects, known });
          } catch (error) {
            if (!(error instanceof LocationError)) throw error;
            tried.push({ code: error.code, location: text, message: error.message });
            continue;
          }
          const result = await record(stream, text, found, newest, tried);
          await writeKnown(directory, stream.id, objects, known, found.known);
          return result;
        }
        return { problems: [notObtained(stream.id, stream.obtain, tried)] };
      } catch (error) {
        if (error instanceof StoreError) return { problems: [storeProblem(stream.id, directory, error, tried)] };
        throw error;
      }
    },
  };

  async function record(
    stream: RetrievableStream,
    location: string,
    found: Retrieved,
    newest: Delivery | undefined,
    tried: readonly LocationFailure[],
  ): Promise<RetrievalResult> {
    const hash = deliveryHash(found.parts);
    const now = effects.now().getTime();
    if (newest?.deliveryHash === hash) {
      await ledger.check(stream.id, { checkedAt: new Date(now).toISOString(), deliveryHash: hash, location });
      return { delivery: newest, changed: false, tried };
    }
    const earlier = newest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(newest.retrievedAt);
    if (earlier - now > clockToleranceMilliseconds) {
      return {
        problems: [
          {
            code: "snapshots.clock",
            stream: stream.id,
            message: `The newest delivery of ${stream.id} is dated ${newest?.retrievedAt}, after the clock of this machine.`,
            hint: "Set the clock right; a delivery dated before an earlier one would give wrong answers to --as-of.",
            tried,
          },
        ],
      };
    }
    const [first, ...rest] = found.parts;
    if (first === undefined) throw new RangeError("a delivery has at least one part");
    const delivery: Delivery = {
      stream: stream.id,
      retrievedAt: new Date(Math.max(now, earlier + 1)).toISOString(),
      location,
      parts: [first, ...rest],
      deliveryHash: hash,
      ...(stream.licence === undefined ? {} : { licence: stream.licence }),
      ...(found.rowsPath === undefined ? {} : { rowsPath: found.rowsPath }),
    };
    await ledger.append(delivery);
    return { delivery, changed: true, tried };
  }
}

/** What one location brought, and what to remember of it. */
export interface Retrieved {
  readonly parts: readonly DeliveryPart[];
  readonly known: KnownSources;
  readonly rowsPath?: string | undefined;
}

interface RetrievalContext {
  readonly stream: string;
  /** The location as text, without secrets. */
  readonly text: string;
  readonly options: RetrievalOptions;
  readonly objects: ObjectStore;
  readonly effects: SnapshotEffects;
  readonly known: KnownSources;
}

async function retrieveLocation(location: Location, context: RetrievalContext): Promise<Retrieved> {
  if ("file" in location || "folder" in location) return retrieveFiles(location, context);
  throw new LocationError("offline", "the network is not used");
}

async function retrieveFiles(location: FileLocation | FolderLocation, context: RetrievalContext): Promise<Retrieved> {
  const { objects, effects, known, options } = context;
  const parts: DeliveryPart[] = [];
  const files: Record<string, KnownSources["files"][string]> = {};
  for (const file of await findFiles(location, options.folder)) {
    const remembered = known.files[file.path];
    if (remembered !== undefined && options.verify !== true) {
      const now = await identify(file.path);
      if (
        now !== undefined &&
        sameIdentity(now, remembered.identity) &&
        (await objects.size(remembered.sha256)) === remembered.bytes
      ) {
        files[file.path] = remembered;
        parts.push({ name: file.name, sha256: remembered.sha256, bytes: remembered.bytes });
        continue;
      }
    }
    const { sha256, bytes, identity } = await keepFile(file, objects, effects, (read, total) => {
      effects.progress?.({
        stream: context.stream,
        location: context.text,
        part: file.name,
        bytes: read,
        totalBytes: total,
      });
    });
    if (identity !== undefined) files[file.path] = { sha256, bytes, identity };
    parts.push({ name: file.name, sha256, bytes });
  }
  return { parts, known: { files, urls: known.urls } };
}

async function verifyStore(objects: ObjectStore, ledger: DeliveryLedger): Promise<StoreVerification> {
  const present = new Set<Sha256>();
  const corrupt: { sha256: Sha256; found: Sha256 }[] = [];
  const strangers: string[] = [];
  let bytes = 0;
  for await (const { path, sha256 } of objects.list()) {
    if (sha256 === undefined) {
      strangers.push(path);
      continue;
    }
    present.add(sha256);
    const found = await hashFile(path);
    bytes += found.bytes;
    if (found.sha256 !== sha256) corrupt.push({ sha256, found: found.sha256 });
  }
  const missing: { sha256: Sha256; stream: string; delivery: string; part: string }[] = [];
  const damagedDeliveries: { stream: string; delivery: string; message: string }[] = [];
  let deliveries = 0;
  for (const stream of await ledger.streams()) {
    for (const name of await ledger.names(stream)) {
      deliveries += 1;
      try {
        for (const part of (await ledger.read(stream, name)).parts) {
          if (!present.has(part.sha256)) missing.push({ sha256: part.sha256, stream, delivery: name, part: part.name });
        }
      } catch (error) {
        damagedDeliveries.push({
          stream,
          delivery: name,
          message: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }
  return { objects: present.size, bytes, deliveries, corrupt, missing, damagedDeliveries, strangers };
}

function identifier(stream: string): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stream)) {
    throw new RangeError(
      `${JSON.stringify(stream)} is no identifier of a stream: lower-case letters, digits and single hyphens`,
    );
  }
  return stream;
}
