import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Delivery, deliveryFileName, readDelivery, retrievedAtOf } from "./delivery.ts";
import { namesIn, type ObjectStore } from "./objects.ts";
import { StoreError, systemCode } from "./problem.ts";
import type { Sha256 } from "./sha256.ts";

/** A retrieval that found nothing new. */
export interface Check {
  readonly checkedAt: string;
  readonly deliveryHash: Sha256;
  readonly location: string;
}

/** The deliveries of all streams: `deliveries/<stream>/<time>-<hash>.json`, and the checks beside them. */
export interface DeliveryLedger {
  streams(): Promise<string[]>;
  /** Names of the delivery files of a stream, oldest first. */
  names(stream: string): Promise<string[]>;
  /** @throws Error when the file is not as it was written. */
  read(stream: string, name: string): Promise<Delivery>;
  append(delivery: Delivery): Promise<void>;
  check(stream: string, check: Check): Promise<void>;
}

/** Opens the ledger of a snapshot folder; creates nothing before something is written. */
export function createDeliveryLedger(directory: string, objects: ObjectStore): DeliveryLedger {
  const root = join(directory, "deliveries");
  return {
    streams: () => namesIn(root),
    async names(stream) {
      return (await namesIn(join(root, stream))).filter((name) => retrievedAtOf(name) !== undefined);
    },
    async read(stream, name) {
      const path = join(root, stream, name);
      const result = readDelivery(name, await readFile(path, "utf8"));
      if ("fault" in result) {
        throw new Error(`The delivery file ${path} is damaged: ${result.fault}. Bring it back from a backup.`);
      }
      return result.delivery;
    },
    async append(delivery) {
      await objects.writeFile(
        join(root, delivery.stream, deliveryFileName(delivery)),
        JSON.stringify(delivery, undefined, 2),
        true,
      );
    },
    async check(stream, check) {
      await appendLine(join(root, stream), "checks.jsonl", JSON.stringify(check));
    },
  };
}

/** Appends one line; a line that a killed process left torn is ended first, so that it cannot swallow the new one. */
export async function appendLine(folder: string, name: string, line: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(join(folder, name), "a+");
    try {
      const { size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      const torn = size > 0 && last[0] !== 0x0a;
      await handle.appendFile(`${torn ? "\n" : ""}${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new StoreError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The whole lines of a file of JSON lines; torn ones are left out, a missing file has none. */
export async function readLines(path: string): Promise<unknown[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
