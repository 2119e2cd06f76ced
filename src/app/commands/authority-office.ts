import { readFile, writeFile } from "node:fs/promises";
import { instantSchema, introductionFingerprint, introductionText, type Role, roles } from "../../cooperation/index.ts";
import { addKeys, letterOf } from "../authority/folder.ts";
import { publicAddressFrom } from "../authority/listening.ts";
import { now } from "../authority/running.ts";
import { newSafeKey } from "../authority/secret-input.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import {
  administering,
  commandLine,
  demanded,
  type FolderOptions,
  openedFolder,
  sourcesOf,
} from "./authority-folder.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface PersonAddOptions extends FolderOptions {
  readonly name: string;
  readonly signInName: string;
  readonly office?: string;
  readonly role: readonly string[];
  readonly json?: boolean;
}

export interface PartnerAddOptions extends FolderOptions {
  readonly fingerprint: string;
  readonly name?: string;
  readonly country?: string;
  readonly address?: string;
}

export interface IntroductionOptions extends FolderOptions {
  readonly output?: string;
  readonly publicAddress?: string;
}

function rolesFrom(given: readonly string[]): Role[] {
  return given.map((name) => {
    const role = roles.find((one) => one === name);
    if (role === undefined) throw new UserError(`--role ${name}: expected ${roles.join(", ")}.`, exitCodes.usage);
    return role;
  });
}

/** `justitia authority person add`: adds a person with a one-time password. */
export async function personAddCommand(
  folder: string,
  options: PersonAddOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out } = around.terminal;
  const wanted = rolesFrom(options.role);
  const kept = await openedFolder(folder, options, around);
  const { name, signInName, office = kept.office } = options;
  const made = await administering(kept, async (administration) =>
    demanded(await administration.addPerson(commandLine(), { name, signInName, office, roles: wanted }), {
      name: "--name",
      signInName: "--sign-in-name",
      office: "--office",
      roles: "--role",
    }),
  );
  if (options.json === true) out(`${JSON.stringify(made)}\n`);
  else {
    out(`Added ${name}. Sign-in name: ${made.signInName}\n`);
    out(`One-time password, shown this once, good until ${made.until}: ${made.password}\n`);
  }
  return exitCodes.done;
}

/** `justitia authority office add`: adds an office. */
export async function officeAddCommand(
  folder: string,
  options: FolderOptions & { readonly id: string; readonly name: string },
  around: CommandSurroundings,
): Promise<number> {
  const kept = await openedFolder(folder, options, around);
  const { id, name } = options;
  await administering(kept, async (administration) =>
    demanded(await administration.addOffice(commandLine(), { id, name }), { id: "--id", name: "--name" }),
  );
  around.terminal.out(`Added ${name} (${id}).\n`);
  return exitCodes.done;
}

/** `justitia authority partner add`: adds another authority from its introduction. */
export async function partnerAddCommand(
  folder: string,
  introduction: string,
  options: PartnerAddOptions,
  around: CommandSurroundings,
): Promise<number> {
  const text = await readFile(introduction, "utf8").catch((error: unknown) => {
    throw new UserError(`${introduction} cannot be read (${String(error)}).`, exitCodes.usage);
  });
  const kept = await openedFolder(folder, options, around);
  const { fingerprint, name = "", country = "", address = "" } = options;
  const unsaid = "--address (the introduction does not say where their messages are brought)";
  const added = await administering(kept, async (administration) =>
    demanded(
      await administration.addPartner(commandLine(), {
        introduction: text,
        fingerprint,
        name,
        state: country,
        address,
      }),
      {
        introduction,
        fingerprint: "--fingerprint",
        name: "--name",
        state: "--country",
        address: address === "" ? unsaid : "--address",
      },
    ),
  );
  around.terminal.out(`Added ${added}. Messages can be exchanged as soon as they have added this authority too.\n`);
  return exitCodes.done;
}

/** `justitia authority introduction`: the keys of an authority, to be handed to another one. */
export async function introductionCommand(
  folder: string,
  options: IntroductionOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  const kept = await openedFolder(folder, options, around);
  const address = options.publicAddress === undefined ? undefined : publicAddressFrom(options.publicAddress);
  const text = introductionText(letterOf(kept, address ?? kept.publicAddress));
  if (options.output === undefined) out(text);
  else await writeFile(options.output, text);
  err(`Fingerprint, to be compared over another channel: ${introductionFingerprint(kept.introduction)}\n`);
  return exitCodes.done;
}

/** `justitia authority passphrase`: changes what opens the secrets of the folder. */
export async function passphraseCommand(
  folder: string,
  options: FolderOptions & { readonly newPassphraseFile?: string; readonly newIdentityFile?: string },
  around: CommandSurroundings,
): Promise<number> {
  const kept = await openedFolder(folder, options, around);
  const { newPassphraseFile, newIdentityFile } = options;
  const sources = sourcesOf(around);
  // The variable opens the folder as it is; what comes next has one of its own.
  const next = { ...sources, environment: { JUSTITIA_PASSPHRASE: around.environment.JUSTITIA_NEW_PASSPHRASE } };
  const key = await newSafeKey(
    {
      ...(newPassphraseFile === undefined ? {} : { passphraseFile: newPassphraseFile }),
      ...(newIdentityFile === undefined ? {} : { identityFile: newIdentityFile }),
    },
    next,
  );
  await kept.safe.close(key);
  around.terminal.out(`The secrets of ${folder} open with the new ${key.kind} only.\n`);
  around.terminal.err(
    "Copies of the folder from before still open with the old one: destroy them, or keep them as safe.\n",
  );
  return exitCodes.done;
}

/** `justitia authority keys renew`: new keys, which partners are told about before they become valid. */
export async function renewKeysCommand(
  folder: string,
  options: FolderOptions & { readonly after?: string },
  around: CommandSurroundings,
): Promise<number> {
  const days = Number(options.after ?? "7");
  if (!Number.isInteger(days) || days < 1 || days > 90)
    throw new UserError(`--after ${options.after}: expected a number of days from 1 to 90.`, exitCodes.usage);
  const kept = await openedFolder(folder, options, around);
  const at = now();
  const waiting = [...kept.keys.signing, ...kept.keys.encryption].filter(({ public: { notBefore } }) => notBefore > at);
  const from = instantSchema.parse(new Date(Date.parse(at) + days * 86_400_000).toISOString());
  const { out, err } = around.terminal;
  // Keys that an attempt left unannounced are announced again, not made again.
  const added = waiting.length > 0 ? waiting : await addKeys(kept, from);
  const told = await administering(kept, async (administration) =>
    demanded(await administration.announceKeys(commandLine(), added)),
  );
  const valid = added[0]?.public.notBefore ?? from;
  out(`New keys are valid from ${valid}. Told: ${told.length === 0 ? "nobody" : told.join(", ")}.\n`);
  err("Start the authority anew before then, so that it knows them too. Partners learn of them by a message.\n");
  err("Its introduction and fingerprint are other ones now.\n");
  return exitCodes.done;
}
