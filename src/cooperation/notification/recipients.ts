import type { OfficeId, PersonId, Role } from "../words/index.ts";
import type { Duty, OfficeRoster, Reach, Roster } from "./roster.ts";

/** Somebody of the authority, as far as telling needs to know. */
export interface Reachable {
  readonly person: PersonId;
  /** The name to sign in with. */
  readonly name: string;
  readonly office: OfficeId;
  readonly roles: readonly Role[];
}

/** A person, or the office itself by its own addresses. */
export type Recipient = PersonId | "office";

/** What something is about, as far as it decides who is told. */
export interface Concern {
  readonly office: OfficeId;
  readonly urgent: boolean;
  readonly assignee: PersonId | undefined;
  /** Whether the matter is sealed: then only those who see it, and the heads, can do anything. */
  readonly sealed: boolean;
}

const worksOnMatters = ({ roles }: Reachable): boolean =>
  roles.some((role) => role !== "administrator" && role !== "auditor");

/**
 * Who is told of something now, in groups: the first group at once, the next when nobody of the first answered, and so
 * on. Nobody is in two groups, and only who can be reached is in any.
 *
 * @param people - The active people of the authority.
 */
export function groupsToTell(
  concern: Concern,
  duty: Duty,
  roster: Roster,
  people: readonly Reachable[],
): readonly (readonly Recipient[])[] {
  const office = roster.offices.find((one) => one.office === concern.office);
  const reached = new Set(roster.people.map(({ name }) => name.toLowerCase()));
  const known = people.filter(({ name }) => reached.has(name.toLowerCase()));
  const ofOffice = known.filter((one) => one.office === concern.office && worksOnMatters(one));
  const heads = ofOffice.filter(({ roles }) => roles.includes("head-of-office"));
  const assignee = known.filter(({ person }) => person === concern.assignee);
  const onDuty = (duty.people ?? []).flatMap((name) =>
    known.filter((one) => one.name.toLowerCase() === name.toLowerCase()).slice(0, 1),
  );
  const everybody: Recipient[] = [
    ...ids(ofOffice),
    ...((office?.reachedBy.length ?? 0) > 0 ? (["office"] as const) : []),
  ];
  const groups: (readonly Recipient[])[] = [];
  if (concern.sealed) groups.push(ids(assignee), ids(heads));
  else {
    const [first, ...others] = onDuty;
    // By night only those on duty are woken; by day whoever has the matter hears of it at once.
    const withAssignee = duty.night ? [] : ids(assignee);
    groups.push(first === undefined ? [...everybody, ...withAssignee] : [first.person, ...withAssignee]);
    groups.push(...others.map(({ person }) => [person]), ids(heads), everybody);
  }
  return withoutRepeats(groups);
}

const ids = (people: readonly Reachable[]): readonly PersonId[] => people.map(({ person }) => person);

function withoutRepeats(groups: readonly (readonly Recipient[])[]): readonly (readonly Recipient[])[] {
  const seen = new Set<Recipient>();
  return groups
    .map((group) =>
      group.filter((one) => {
        if (seen.has(one)) return false;
        seen.add(one);
        return true;
      }),
    )
    .filter((group) => group.length > 0);
}

/** The next group of whom somebody was not told yet; undefined when all were. */
export function nextToTell(
  groups: readonly (readonly Recipient[])[],
  told: ReadonlySet<Recipient>,
): readonly Recipient[] | undefined {
  const next = groups.find((group) => group.some((one) => !told.has(one)));
  return next?.filter((one) => !told.has(one));
}

/** How a recipient is reached. */
export function reachesOf(
  recipient: Recipient,
  office: OfficeId,
  roster: Roster,
  people: readonly Pick<Reachable, "person" | "name">[],
): { readonly language: OfficeRoster["language"]; readonly reachedBy: readonly Reach[] } {
  if (recipient === "office") {
    const found = roster.offices.find((one) => one.office === office);
    return { language: found?.language ?? "en", reachedBy: found?.reachedBy ?? [] };
  }
  const name = people.find(({ person }) => person === recipient)?.name.toLowerCase();
  const found = roster.people.find((one) => one.name.toLowerCase() === name);
  return { language: found?.language ?? "en", reachedBy: found?.reachedBy ?? [] };
}

/** The channel of an address: `mail`, or the name of a webhook. */
export const channelOf = ({ webhook }: Reach): string => webhook ?? "mail";
