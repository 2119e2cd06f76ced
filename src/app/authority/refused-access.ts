import type { Context } from "hono";
import type { Instant, PersonId } from "../../cooperation/index.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import type { Visit } from "./visit.ts";

/** Refusals of one person that are noted within `window`; more say nothing new and would fill the disk. */
const mostNoted = 30;
const window = 3_600_000;
const longestPath = 200;

interface Counted {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly count: number;
}

/** As much of a path as is noted: a database keeps no character 0 and no half of a pair. */
const asNoted = (path: string): string => path.replaceAll("\0", "").slice(0, longestPath).toWellFormed();

/** The count after one more refusal, and whether it is noted. @param at milliseconds since 1970 */
export function countRefusal(known: Counted | undefined, at: number): Counted & { readonly noted: boolean } {
  const anew = known === undefined || at - known.since >= window || at < known.since;
  const count = anew ? 1 : known.count + 1;
  return { since: anew ? at : known.since, count, noted: count <= mostNoted };
}

/**
 * Notes for auditors that somebody who is signed in asked for what is not there or not for them. Both are noted alike and
 * answered alike, so that neither the answer nor the note tells whether there is something.
 */
export function refusedAccess(
  around: Pick<DeskSurroundings, "signIn" | "now">,
): (context: Context, visit: Pick<Visit, "worker">) => Promise<void> {
  const counts = new Map<PersonId, Counted>();
  return async ({ req, res }, { worker: { person, role } }) => {
    const at: Instant = around.now();
    const { noted, ...counted } = countRefusal(counts.get(person), Date.parse(at));
    counts.set(person, counted);
    if (!noted) return;
    const data = {
      role,
      method: req.method,
      page: asNoted(req.path),
      status: res.status,
      ...(counted.count === mostNoted ? { further: "not noted within the hour" } : {}),
    };
    await around.signIn.note({ at, person, act: "access-refused", data });
  };
}
