import { type CooperationFact, releaseOf, type StatisticsRelease, yearsOf } from "../counting/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { personAtWork, scopeOf } from "./reading.ts";
import type { Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

/** What may be published of the closed matters, by year. */
export interface PublishedStatistics {
  /** Years in which matters were closed, the newest first. */
  readonly years: readonly number[];
  /** Of the year that was asked for, or the newest; undefined while nothing is closed. */
  readonly release: StatisticsRelease | undefined;
}

/** Whether a person may read the statistics. */
export async function mayReadStatistics(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
): Promise<boolean> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  // In the role of the visit, as one who also does casework reads them as head of office only.
  const asked = person && { ...person, roles: [who.role] };
  return (
    asked !== undefined && workshop.rights({ person: asked, action: "statistics", now: workshop.parts.now() }).allowed
  );
}

/** The release of a year over all closed matters. */
export async function publishedOf(
  { parts }: Workshop,
  facts: AsyncIterable<CooperationFact>,
  year: number | undefined,
): Promise<PublishedStatistics> {
  const found: CooperationFact[] = [];
  for await (const fact of facts) found.push(fact);
  const years = yearsOf(found);
  const wanted = year !== undefined && years.includes(year) ? year : years[0];
  const of = { authority: parts.authority, state: parts.state };
  return { years, release: wanted === undefined ? undefined : releaseOf(found, { ...of, year: wanted }) };
}
