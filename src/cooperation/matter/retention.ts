import type { MatterType } from "../definitions/index.ts";
import { type Instant, instantSchema } from "../words/index.ts";
import type { Matter } from "./matter.ts";

/** Until when the contents of a matter that has ended are kept, and what says so. */
export interface Retention {
  /** The last day, in UTC; what is kept longer needs a hold. */
  readonly until: string;
  /** `field`: somebody said so in the matter itself. `rule`: the rule of the matter type. */
  readonly by: "field" | "rule";
  readonly article: string | undefined;
}

/** The field that says until when a matter is kept, in place of the rule of its type. */
const keepUntilField = "retention-until";

const day = /^\d{4}-\d{2}-\d{2}$/;

/** When a matter ended: the moment of the step that ended it; undefined while it is open. */
export function endOf(matter: Pick<Matter, "open" | "steps">): Instant | undefined {
  return matter.open ? undefined : matter.steps.at(-1)?.at;
}

/** Until when the contents are kept; undefined while the matter is open, and where nothing says until when. */
export function retentionOf(
  type: Pick<MatterType, "retention">,
  matter: Pick<Matter, "open" | "steps" | "fields">,
): Retention | undefined {
  const ended = endOf(matter);
  if (ended === undefined) return undefined;
  const said = matter.fields[keepUntilField]?.value;
  if (typeof said === "string" && day.test(said)) return { until: said, by: "field", article: undefined };
  const { retention } = type;
  if (retention === undefined) return undefined;
  return { until: added(ended.slice(0, 10), retention), by: "rule", article: retention.article };
}

/** A day so much later; where the month has no such day, its last one. */
function added(from: string, { length, unit }: NonNullable<MatterType["retention"]>): string {
  const [year = 0, month = 1, date = 1] = from.split("-").map(Number);
  if (unit === "days") return new Date(Date.UTC(year, month - 1, date + length)).toISOString().slice(0, 10);
  const months = month - 1 + (unit === "years" ? 12 * length : length);
  const last = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, months, Math.min(date, last))).toISOString().slice(0, 10);
}

/** The moment from which contents may be erased because the time of keeping is over: the day after the last begins. */
export function erasableFrom({ until }: Retention): Instant {
  return instantSchema.parse(new Date(Date.parse(`${until}T00:00:00.000Z`) + 86_400_000).toISOString());
}
