import { userInfo } from "node:os";
import {
  type Administration,
  type AdministrativeOutcome,
  type Administrator,
  createAdministration,
  type Objection,
  type ObjectionCode,
} from "../../cooperation/index.ts";
import { type AuthorityFolder, openAuthorityFolder } from "../authority/folder.ts";
import { now, openDatabase, random } from "../authority/running.ts";
import { type SafeKeyOptions, type SecretSources, safeKeyFor } from "../authority/secret-input.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { CommandSurroundings } from "./surroundings.ts";

/** Options with which the secrets of an authority's folder are opened. */
export type FolderOptions = Omit<SafeKeyOptions, "unprotected">;

/** Where the secrets of a command come from. */
export const sourcesOf = ({ environment, ask, terminal }: CommandSurroundings): SecretSources => ({
  environment,
  ask,
  say: terminal.err,
});

/** Opens the folder of an authority. @throws UserError */
export async function openedFolder(
  folder: string,
  options: FolderOptions,
  around: CommandSurroundings,
): Promise<AuthorityFolder> {
  const sources = sourcesOf(around);
  const kept = await openAuthorityFolder(folder, await safeKeyFor(folder, options, sources));
  // A database may have moved, or its login have another password, without the folder knowing.
  const database = around.environment.JUSTITIA_DATABASE;
  return database === undefined || kept.storage === "pglite" ? kept : { ...kept, database };
}

/** Whoever started the program, for the record of administrative acts. */
export const commandLine = (): Administrator => ({ kind: "command-line", operator: userInfo().username });

/** Administers an authority whose folder is open, then closes its database. */
export async function administering<Value>(
  kept: AuthorityFolder,
  work: (administration: Administration) => Promise<Value>,
): Promise<Value> {
  const database = await openDatabase(kept, () => undefined);
  try {
    return await work(createAdministration({ authority: kept.authority, database, now, random }));
  } finally {
    await database.close();
  }
}

const sentences: Readonly<Record<ObjectionCode, string>> = {
  needed: "is needed.",
  "not-a-name": "is no name: up to 200 signs, no control characters.",
  "not-a-sign-in-name": "is no sign-in name: 3 to 64 letters, digits and . _ @ -",
  "not-an-identifier": "is no identifier: lower-case letters, digits and hyphens.",
  "not-a-state": "is no State: two letters of ISO 3166-1, such as XA.",
  "not-an-address": "is no address such as https://central.example/exchange; http only on this machine.",
  taken: "is taken already.",
  "unknown-person": "There is no such person.",
  "unknown-office": "is no office of this authority.",
  "unknown-partner": "There is no such partner.",
  "unknown-key": "The partner has no such key.",
  "role-alone": "An administrator or auditor holds no other role.",
  "own-roles": "Nobody changes the own roles.",
  "own-account": "Nobody shuts the own account or resets the own password here.",
  "last-administrator": "One administrator has to stay.",
  "introduction-unreadable": "is no introduction.",
  "introduction-own": "is the introduction of this authority itself.",
  "keys-unusable": "holds keys that cannot be used.",
  "fingerprint-differs":
    "differs from that of the introduction. Somebody may have changed it on the way: ask for the introduction again over another channel.",
  "reason-needed": "A reason is needed.",
};

/** An objection as a sentence at the command line. */
function sentenceOf({ field, code }: Objection, options: Readonly<Record<string, string>>): string {
  const sentence = sentences[code];
  const named = field === undefined ? undefined : (options[field] ?? field);
  return /^[A-Z]/.test(sentence) || named === undefined ? sentence : `${named}: ${sentence}`;
}

/**
 * The value of an act that was done.
 *
 * @param options - How the command line calls the fields.
 * @throws UserError where it was refused
 */
export function demanded<Value>(
  outcome: AdministrativeOutcome<Value>,
  options: Readonly<Record<string, string>> = {},
): Value {
  if (outcome.kind === "done") return outcome.value;
  if (outcome.kind === "not-allowed") throw new TypeError("the command line may administer");
  throw new UserError(
    outcome.objections.map((objection) => sentenceOf(objection, options)).join("\n"),
    exitCodes.usage,
  );
}
