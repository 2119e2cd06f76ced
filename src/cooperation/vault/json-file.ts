import type { Disk } from "../disk/index.ts";

/** The value in a small JSON file; undefined when there is none or it is no JSON. */
export async function readJson(disk: Disk, path: string): Promise<unknown> {
  const bytes = await disk.read(path);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
