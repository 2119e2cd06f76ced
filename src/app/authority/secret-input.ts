import { readFile, stat } from "node:fs/promises";
import { passwordProblems } from "../../cooperation/index.ts";
import type { Ask } from "../ask.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { protectionOf, type SafeKey } from "./safe.ts";

/** Where secrets may come from: files, the environment, a person at the terminal. Never the arguments. */
export interface SecretSources {
  readonly environment: NodeJS.ProcessEnv;
  readonly ask?: Ask | undefined;
  /** Says something to the person that is no result. */
  readonly say: (text: string) => void;
}

export interface SafeKeyOptions {
  readonly passphraseFile?: string;
  readonly identityFile?: string;
  readonly unprotected?: boolean;
}

async function secretFile(path: string, option: string, { say }: SecretSources): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) say(`${path} can be read by others on this machine: chmod 600 ${path}\n`);
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UserError(
      `${option} ${path}: it cannot be read (${error instanceof Error && "code" in error ? String(error.code) : String(error)}).`,
      exitCodes.usage,
    );
  }
}

const firstLine = (text: string): string => text.replace(/\r?\n[\s\S]*$/, "");

/** A secret from a file or the environment; undefined where neither was given. */
export async function secretFrom(
  sources: SecretSources,
  file: string | undefined,
  option: string,
  variable: string,
): Promise<string | undefined> {
  const given = file === undefined ? sources.environment[variable] : firstLine(await secretFile(file, option, sources));
  if (given === "") throw new UserError(`${file === undefined ? variable : file} is empty.`, exitCodes.usage);
  return given;
}

async function identitiesFrom(path: string, sources: SecretSources): Promise<SafeKey> {
  const text = await secretFile(path, "--identity-file", sources);
  const identities = text.split(/\s+/).filter((word) => word.startsWith("AGE-SECRET-KEY-"));
  if (identities.length === 0)
    throw new UserError(
      `--identity-file ${path}: expected a line that begins with AGE-SECRET-KEY-, as \`age-keygen\` writes it.`,
      exitCodes.usage,
    );
  return { kind: "identity", identities };
}

/** What shall protect the secrets of a folder that is made, or whose protection is changed. */
export async function newSafeKey(options: SafeKeyOptions, sources: SecretSources): Promise<SafeKey> {
  const { passphraseFile, identityFile, unprotected = false } = options;
  if ([passphraseFile, identityFile, unprotected || undefined].filter((one) => one !== undefined).length > 1)
    throw new UserError(
      "Give one of --passphrase-file, --identity-file and --unprotected, not several.",
      exitCodes.usage,
    );
  if (unprotected) return { kind: "unprotected" };
  if (identityFile !== undefined) return await identitiesFrom(identityFile, sources);
  const given =
    (await secretFrom(sources, passphraseFile, "--passphrase-file", "JUSTITIA_PASSPHRASE")) ??
    (await askedTwice(sources));
  if (given === undefined)
    throw new UserError(
      "The private keys need a passphrase: --passphrase-file <file>, the environment variable JUSTITIA_PASSPHRASE, or " +
        "a terminal to type it at. Or --identity-file <file> for an age identity. Only to try things out: --unprotected.",
      exitCodes.usage,
    );
  if (passwordProblems(given).length > 0)
    throw new UserError(
      "The passphrase is too weak: at least 12 signs, not a common password, not one sign after the other. Five or six words do well.",
      exitCodes.usage,
    );
  return { kind: "passphrase", passphrase: given };
}

async function askedTwice({ ask, say }: SecretSources): Promise<string | undefined> {
  if (ask === undefined) return undefined;
  for (;;) {
    const first = await ask("New passphrase for the private keys:", true);
    if ((await ask("Once more:", true)) === first) return first;
    say("These were not the same. Once again.\n");
  }
}

/** What opens the secrets of a folder that is there. @throws UserError where it was not given. */
export async function safeKeyFor(
  folder: string,
  options: Omit<SafeKeyOptions, "unprotected">,
  sources: SecretSources,
): Promise<SafeKey> {
  const kind = await protectionOf(folder);
  if (kind === undefined)
    throw new UserError(
      `${folder} holds no authority. Make one with \`justitia authority init ${folder}\`.`,
      exitCodes.usage,
    );
  if (kind === "unprotected") {
    sources.say(
      `The private keys in ${folder} are not protected: whoever can read the folder can sign as this authority.\n`,
    );
    return { kind };
  }
  if (kind === "identity") {
    if (options.identityFile === undefined)
      throw new UserError(`The secrets of ${folder} need --identity-file <file>.`, exitCodes.usage);
    return await identitiesFrom(options.identityFile, sources);
  }
  const given = await secretFrom(sources, options.passphraseFile, "--passphrase-file", "JUSTITIA_PASSPHRASE");
  const passphrase = given ?? (await sources.ask?.("Passphrase of the private keys:", true));
  if (passphrase === undefined)
    throw new UserError(
      `The secrets of ${folder} need a passphrase: --passphrase-file <file> or the environment variable JUSTITIA_PASSPHRASE.`,
      exitCodes.usage,
    );
  return { kind, passphrase };
}
