import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import {
  type Instant,
  type NotificationSettings,
  type Roster,
  readNotificationSettings,
  readRoster,
  type TellingParts,
  type TellingTrouble,
} from "../../../cooperation/index.ts";
import { type DefinitionProblem, formatProblem } from "../../../formats/index.ts";
import { noticeWords } from "../../../publication/index.ts";
import { exitCodes, UserError } from "../../exit-codes.ts";
import type { SendNotice } from "./channel.ts";
import { mailChannel } from "./mail.ts";
import { secretFrom } from "./secrets.ts";
import { webhookChannel, webhookSecret } from "./webhook.ts";

const files = { settings: "notification.yaml", roster: "duty-roster.yaml" } as const;

/** Files of an authority's folder that say how people are told; they can be checked like definitions. */
export const notificationFiles: readonly string[] = Object.values(files);

/** How an authority tells its people, ready to be used. */
export interface Notification {
  readonly telling: TellingParts;
  readonly settings: NotificationSettings;
  /** Channels as they send, for a trial. */
  readonly senders: ReadonlyMap<string, SendNotice>;
  /** Reads the roster anew when its file changed; a faulty one is told and the last good one stays. */
  refresh(): Promise<void>;
  /** What is wrong with the roster as it stands in the file now. */
  rosterProblems(): readonly string[];
  /** Whether nothing leaves the machine, because everything is invented. */
  readonly pretended: boolean;
}

interface Surroundings {
  readonly folder: string;
  readonly name: string;
  readonly invented: boolean;
  /** Of the State. */
  readonly timeZone: string;
  /** Where people sign in, where the settings do not say. */
  readonly address: () => string;
  readonly environment: NodeJS.ProcessEnv;
  readonly now: () => Instant;
  readonly report: (text: string) => void;
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
}

const errorsOf = (problems: readonly DefinitionProblem[]): string[] =>
  problems.filter(({ severity }) => severity === "error").map(formatProblem);

function demandSound(problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(problems.join("\n"), exitCodes.invalid);
}

/** Checks the files of a folder that say how people are told; nothing where there are none. */
export async function notificationProblems(folder: string): Promise<readonly DefinitionProblem[]> {
  const settings = await textOf(join(folder, files.settings));
  const roster = await textOf(join(folder, files.roster));
  return [
    ...(settings === undefined ? [] : readNotificationSettings(files.settings, settings).problems),
    ...(roster === undefined ? [] : readRoster(files.roster, roster).problems),
  ];
}

/**
 * Reads how an authority tells its people outside the pages; undefined where its folder has no `notification.yaml`.
 *
 * @throws UserError for settings or a roster that cannot be used, each fault with its line, and for secrets that are not
 *   there or that others on the machine could read.
 */
export async function readNotification(around: Surroundings): Promise<Notification | undefined> {
  const { folder, report } = around;
  const path = join(folder, files.settings);
  const text = await textOf(path);
  if (text === undefined) return undefined;
  const { settings, problems } = readNotificationSettings(path, text);
  demandSound(errorsOf(problems));
  if (settings === undefined) throw new UserError(`${path} cannot be used.`, exitCodes.invalid);
  const senders = around.invented ? pretended(settings) : await sendersOf(settings, around);
  const file = await rosterFile(join(folder, files.roster), settings, report);
  const signInAt = (): string => settings.signInAt ?? around.address();
  const telling: TellingParts = {
    rules: settings,
    roster: file.roster,
    timeZone: around.timeZone,
    channels: new Map(
      [...senders].map(([name, send]) => [
        name,
        (message) => send(message, noticeWords(message.language, message.urgent, around.name, signInAt())),
      ]),
    ),
    report: (trouble) => report(`${around.name}: ${troubleSentence(trouble)}`),
  };
  return {
    telling,
    settings,
    senders,
    refresh: file.refresh,
    rosterProblems: file.problems,
    pretended: around.invented,
  };
}

/** What nobody may overlook, for the log of the program. */
function troubleSentence(trouble: TellingTrouble): string {
  if (trouble.what === "nobody-can-be-reached")
    return `something waits for the office ${trouble.office}, and nobody of it can be reached: complete ${files.roster}.`;
  if (trouble.what === "nobody-answered")
    return `something urgent waits for the office ${trouble.office}; everybody was told and nobody signed in.`;
  return `a message could not be sent (${trouble.problem}); ${trouble.again ? "it is tried again" : "it is not tried again"}.`;
}

const pretended = ({ mail, webhooks }: NotificationSettings): ReadonlyMap<string, SendNotice> =>
  new Map(
    [...(mail === undefined ? [] : ["mail"]), ...webhooks.map(({ name }) => name)].map((name) => [
      name,
      async () => ({ sent: true }),
    ]),
  );

async function sendersOf(
  { mail, webhooks }: NotificationSettings,
  { folder, environment, now }: Surroundings,
): Promise<ReadonlyMap<string, SendNotice>> {
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const certificates = async (path: string | undefined): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    const found = await textOf(inFolder(path));
    if (found?.includes("-----BEGIN CERTIFICATE-----") !== true)
      throw new UserError(`${inFolder(path)} holds no certificate (PEM), or is not there.`, exitCodes.invalid);
    return found;
  };
  const secret = (file: string | undefined, variable: string | undefined, what: string): Promise<string> =>
    secretFrom(file === undefined ? { variable: variable ?? "" } : { path: inFolder(file) }, environment, what);
  const senders = new Map<string, SendNotice>();
  if (mail !== undefined) {
    const { user, passwordFile, passwordVariable } = mail;
    const password =
      user === undefined ? undefined : await secret(passwordFile, passwordVariable, "the password of the mail server");
    senders.set("mail", mailChannel(mail, password, await certificates(mail.certificateAuthority)));
  }
  for (const webhook of webhooks) {
    const { name, secretFile, secretVariable } = webhook;
    const bytes = webhookSecret(name, await secret(secretFile, secretVariable, `the secret of the webhook ${name}`));
    senders.set(name, webhookChannel(webhook, bytes, await certificates(webhook.certificateAuthority), now));
  }
  return senders;
}

async function rosterFile(path: string, settings: NotificationSettings, report: (text: string) => void) {
  let read: { readonly changed: number | undefined; readonly roster: Roster };
  let faults: readonly string[] = [];
  const changedAt = async (): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.mtimeMs;
  const readNow = async (): Promise<Roster | readonly string[]> => {
    const text = await textOf(path);
    if (text === undefined) return [`${path} is not there: without it nobody can be reached.`];
    const { roster, problems } = readRoster(path, text);
    if (roster === undefined) return errorsOf(problems);
    const unknown = unknownChannels(roster, path, settings);
    return unknown.length > 0 ? unknown : roster;
  };
  const first = await readNow();
  if (isFaults(first)) throw new UserError(first.join("\n"), exitCodes.invalid);
  read = { changed: await changedAt(), roster: first };
  return {
    roster: () => read.roster,
    problems: () => faults,
    refresh: async () => {
      const changed = await changedAt();
      if (changed === read.changed) return;
      const now = await readNow();
      faults = isFaults(now) ? now : [];
      read = { changed, roster: isFaults(now) ? read.roster : now };
      if (isFaults(now)) report(`The duty roster has faults; the last good one is used.\n${now.join("\n")}`);
      else report("The duty roster was read anew.");
    },
  };
}

const isFaults = (read: Roster | readonly string[]): read is readonly string[] => Array.isArray(read);

/** Addresses in the roster at channels that there are not. */
function unknownChannels(roster: Roster, path: string, { mail, webhooks }: NotificationSettings): string[] {
  const known = new Set([...(mail === undefined ? [] : ["mail"]), ...webhooks.map(({ name }) => name)]);
  const used = [...roster.people, ...roster.offices].flatMap(({ reachedBy }) =>
    reachedBy.map(({ webhook }) => webhook ?? "mail"),
  );
  return [...new Set(used)]
    .filter((name) => !known.has(name))
    .map((name) => `${path}: "${name}" is no channel of ${files.settings}; there are: ${[...known].join(", ")}.`);
}
