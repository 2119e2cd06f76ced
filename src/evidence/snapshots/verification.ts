import type { DeliveryLedger } from "./ledger.ts";
import { hashFile, type ObjectStore } from "./objects.ts";
import type { Sha256 } from "./sha256.ts";

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

/** Reads every object anew and compares it with its name, and every delivery with its objects. */
export async function verifyStore(objects: ObjectStore, ledger: DeliveryLedger): Promise<StoreVerification> {
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
