import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Authority, type AuthorityParts, digestOf } from "../../cooperation/index.ts";

const seenFile = "calendars-seen";
/** Raised when more is kept of matters beside their events; then those that have ended are gone through once, too. */
const form = "2";

/**
 * Counts the deadlines of all open matters anew where the calendars are not those that they were counted with: a holiday
 * that was added moves an end that was told before. After an upgrade to a program that keeps more of a matter, such as from
 * when it may be erased, every matter is gone through once, also those that have ended.
 *
 * @returns how many matters are kept otherwise now; undefined where calendars and program are the same
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
  const [calendarsSeen, formSeen] = seen.trim().split("\n");
  if (calendarsSeen === digest && formSeen === form) return undefined;
  const { differing } = await authority.rebuildProjection({ write: true, open: formSeen === form });
  await writeFile(place, `${digest}\n${form}\n`, { mode: 0o600 });
  return differing.length;
}
