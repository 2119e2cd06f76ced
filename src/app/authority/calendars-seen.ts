import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Authority, type AuthorityParts, digestOf } from "../../cooperation/index.ts";

const seenFile = "calendars-seen";

/**
 * Counts the deadlines of all open matters anew where the calendars are not those that they were counted with: a holiday
 * that was added moves an end that was told before.
 *
 * @returns how many matters have another deadline now; undefined where the calendars are the same
 */
export async function countDeadlinesAnew(
  folder: string,
  calendars: AuthorityParts["calendars"],
  authority: Pick<Authority, "rebuildProjection">,
): Promise<number | undefined> {
  const place = join(folder, seenFile);
  const inOrder = [...calendars].sort(([one], [other]) => (one < other ? -1 : 1));
  const digest = digestOf(JSON.stringify(inOrder));
  const seen = await readFile(place, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  if (seen.trim() === digest) return undefined;
  const { differing } = await authority.rebuildProjection({ write: true, open: true });
  await writeFile(place, `${digest}\n`, { mode: 0o600 });
  return differing.length;
}
