import { channelOf, dutyAt, type Reach, type Roster } from "../../cooperation/index.ts";
import { noticeWords } from "../../publication/index.ts";
import { cooperationDefinitions } from "../authority/definitions.ts";
import { aboutAuthority } from "../authority/folder.ts";
import { type Notification, readNotification } from "../authority/notification/index.ts";
import { newId, now } from "../authority/running.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface AuthorityNotifyOptions {
  readonly test?: boolean;
  readonly to?: string;
  readonly json?: boolean;
}

/** What came of one trial message. */
interface Trial {
  readonly to: string;
  readonly channel: string;
  readonly sent: boolean;
  readonly problem?: string;
}

interface Addressee {
  readonly to: string;
  readonly language: Roster["people"][number]["language"];
  readonly reachedBy: readonly Reach[];
}

/**
 * `justitia authority notify`: says over which channels people are told outside the pages, and who is on duty now; with
 * `--test`, sends a trial message and says what came of it. Needs neither the keys nor the database of the authority.
 */
export async function authorityNotifyCommand(
  folder: string,
  options: AuthorityNotifyOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  const about = await aboutAuthority(folder);
  const definitions = await cooperationDefinitions(folder);
  const timeZone = definitions.calendars.get(about.state)?.timeZone ?? "UTC";
  const address = about.publicAddress ?? "";
  const notification = await readNotification({
    ...about,
    folder,
    timeZone,
    address: () => address,
    environment: around.environment,
    now,
    report: (text) => err(`${text}\n`),
  });
  if (notification === undefined)
    throw new UserError(
      `${folder} has no notification.yaml: nobody is told outside the pages. docs/how-to/reach-the-duty-officer.md says how to begin.`,
      exitCodes.invalid,
    );
  const signInAt = notification.settings.signInAt ?? address;
  if (signInAt === "")
    err("The messages would name no address: write `signInAt` into notification.yaml, as the folder has none.\n");
  const channels = [...notification.senders.keys()];
  const duties = dutiesOf(notification, timeZone);
  const asked = options.test === true || options.to !== undefined;
  const trials = asked
    ? await tried(notification, addressees(notification, duties, options.to), about.name, signInAt)
    : [];
  if (options.json === true) out(`${JSON.stringify({ channels, duties, trials })}\n`);
  else {
    out(`Channels: ${channels.join(", ")}\n`);
    for (const { office, people, until } of duties)
      out(
        `On duty at ${office}: ${people === undefined ? "everybody of the office" : people.join(", then ")}${until === undefined ? "" : ` (until ${until})`}\n`,
      );
    for (const { to, channel, sent, problem } of trials)
      out(`${to} by ${channel}: ${sent ? "sent" : `not sent (${problem ?? ""})`}\n`);
  }
  return trials.every(({ sent }) => sent) ? exitCodes.done : exitCodes.incomplete;
}

function dutiesOf({ telling }: Notification, timeZone: string) {
  return telling.roster().offices.map((office) => ({ office: office.office, ...dutyAt(office, now(), timeZone) }));
}

/** The person who was named, or whoever would be told first in each office. */
function addressees(
  { telling }: Notification,
  duties: ReturnType<typeof dutiesOf>,
  named: string | undefined,
): readonly Addressee[] {
  const { people, offices } = telling.roster();
  const person = (name: string): Addressee | undefined => {
    const found = people.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : { ...found, to: found.name };
  };
  if (named !== undefined) {
    const found = person(named);
    if (found === undefined)
      throw new UserError(
        `--to ${named}: the roster has nobody of that name; it has ${people.map(({ name }) => name).join(", ")}.`,
        exitCodes.usage,
      );
    return [found];
  }
  return duties.flatMap(({ office: id, people: onDuty }): Addressee[] => {
    const [first] = onDuty ?? [];
    const office = offices.find(({ office }) => office === id);
    if (first !== undefined) return [person(first) ?? []].flat();
    return [
      ...people.map((one) => ({ ...one, to: one.name })),
      ...(office === undefined || office.reachedBy.length === 0 ? [] : [{ ...office, to: id }]),
    ];
  });
}

async function tried(
  { senders }: Notification,
  to: readonly Addressee[],
  authority: string,
  address: string,
): Promise<readonly Trial[]> {
  const each = new Map(to.map((one) => [one.to, one]));
  return await Promise.all(
    [...each.values()].flatMap(({ to: name, language, reachedBy }) =>
      [...new Set(reachedBy.map(channelOf))].map(async (channel): Promise<Trial> => {
        const send = senders.get(channel);
        const message = {
          id: newId(),
          urgent: false,
          language,
          reachedBy: reachedBy.filter((reach) => channelOf(reach) === channel),
        };
        const outcome = await send?.(message, noticeWords(language, false, authority, address, true));
        if (outcome?.sent === true) return { to: name, channel, sent: true };
        return { to: name, channel, sent: false, problem: outcome?.problem ?? "there is no such channel" };
      }),
    ),
  );
}
