import { resolve } from "node:path";
import { type Delivery, deliveryHash, retrievedAtOf } from "./delivery.ts";
import { realEffects, type SnapshotEffects } from "./effects.ts";
import { readKnown, writeKnown } from "./known-sources.ts";
import { createDeliveryLedger } from "./ledger.ts";
import { type Location, locationText } from "./location.ts";
import { createObjectStore } from "./objects.ts";
import {
  LocationError,
  type LocationFailure,
  notObtained,
  type SnapshotProblem,
  StoreError,
  storeProblem,
} from "./problem.ts";
import type { HostPace } from "./requests.ts";
import { type RetrievalOptions, type Retrieved, retrieveLocation } from "./retrieval.ts";
import { defaultNetworkLimits, type NetworkLimits } from "./retry.ts";
import type { Sha256 } from "./sha256.ts";
import { type StoreVerification, verifyStore } from "./verification.ts";

/** What the store must know of a stream. */
export interface RetrievableStream {
  /** Identifier: lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly locations: readonly Location[];
  readonly licence?: string | undefined;
  /** What a person does when no location works. */
  readonly obtain?: string | undefined;
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
  /** Patience with servers, where it differs from the usual. */
  readonly limits?: Partial<NetworkLimits> | undefined;
}

/** How far an earlier delivery may lie in the future before the clock is called wrong. */
const clockToleranceMilliseconds = 60_000;

/** Opens the snapshot store of a folder. */
export function createSnapshotStore(settings: SnapshotStoreSettings): SnapshotStore {
  const effects: SnapshotEffects = { ...realEffects(), ...settings.effects };
  const limits: NetworkLimits = { ...defaultNetworkLimits, ...settings.limits };
  const pace: HostPace = new Map();
  const directory = resolve(settings.directory);
  const objects = createObjectStore(directory, effects.files);
  const ledger = createDeliveryLedger(directory, objects);
  let swept = false;

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
        if (!swept) await objects.sweep();
        swept = true;
        const newest = await deliveryAsOf(stream.id, undefined);
        const known = await readKnown(directory, stream.id);
        for (const location of stream.locations) {
          effects.signal?.throwIfAborted();
          const text = locationText(location);
          let found: Retrieved;
          try {
            found = await retrieveLocation(location, {
              directory,
              stream: stream.id,
              text,
              options,
              objects,
              effects,
              limits,
              pace,
              known,
              newest,
            });
          } catch (error) {
            if (!(error instanceof LocationError)) throw error;
            tried.push({ code: error.code, location: text, message: error.message });
            continue;
          }
          const result = await record(stream, text, found, newest, tried);
          if ("delivery" in result) {
            await writeKnown(directory, stream.id, objects, known, found.known);
            await found.finished?.();
          }
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
    const now = found.receivedAt === undefined ? effects.now().getTime() : Date.parse(found.receivedAt);
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

function identifier(stream: string): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stream)) {
    throw new RangeError(
      `${JSON.stringify(stream)} is no identifier of a stream: lower-case letters, digits and single hyphens`,
    );
  }
  return stream;
}
