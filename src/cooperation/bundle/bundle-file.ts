import { createReadStream } from "node:fs";
import { fromBufferPromise, openPromise } from "yauzl";
import type { BundleSource } from "./container.ts";

const settings = { lazyEntries: true, autoClose: false, decodeStrings: true, validateEntrySizes: true } as const;

/** A bundle in a file of this machine. */
export function bundleFile(path: string): BundleSource {
  return { openZip: () => openPromise(path, settings), bytes: () => createReadStream(path) };
}

/** A bundle in memory. */
export function bundleInMemory(bytes: Uint8Array): BundleSource {
  return {
    openZip: () => fromBufferPromise(Buffer.from(bytes), settings),
    async *bytes() {
      yield bytes;
    },
  };
}
