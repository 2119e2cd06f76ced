import { isAbsolute } from "node:path";
import {
  authorityIdSchema,
  type Durability,
  introductionFingerprint,
  officeIdSchema,
  setUpPostgres,
  stateCodeSchema,
  upgradePostgres,
} from "../../cooperation/index.ts";
import { aboutAuthority, type KeptAuthority, makeAuthorityFolder } from "../authority/folder.ts";
import { publicAddressFrom } from "../authority/listening.ts";
import { now, random, unreachable } from "../authority/running.ts";
import { protectionOf } from "../authority/safe.ts";
import { newSafeKey, type SafeKeyOptions, secretFrom } from "../authority/secret-input.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { administering, commandLine, demanded, sourcesOf } from "./authority-folder.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface AuthorityInitOptions extends SafeKeyOptions {
  readonly name?: string;
  readonly country?: string;
  readonly id?: string;
  readonly administrator?: string;
  readonly signInName?: string;
  readonly publicAddress?: string;
  readonly databaseOwnerFile?: string;
  readonly json?: boolean;
}

const firstOffice = officeIdSchema.parse("central-office");

/** What a database promises, in one sentence. */
export function durabilitySentence({ engine, survivesKill, survivesPowerLoss, because }: Durability): string {
  const promise = survivesPowerLoss
    ? "what was confirmed survives the end of the program and a loss of power"
    : survivesKill
      ? "what was confirmed survives the end of the program, but not surely a loss of power; for trying out and a single seat"
      : "what was confirmed can be lost";
  return `Storage: ${engine === "pglite" ? "PGlite" : "PostgreSQL"} (${because.join(", ")}): ${promise}.`;
}

async function aboutFrom(
  options: AuthorityInitOptions,
  storage: KeptAuthority["storage"],
  around: CommandSurroundings,
): Promise<KeptAuthority> {
  const asked = async (given: string | undefined, question: string, usual: string | undefined): Promise<string> => {
    const answer = given ?? (await around.ask?.(usual === undefined ? question : `${question} [${usual}]`, false));
    return answer === undefined || answer.trim() === "" ? (usual ?? "") : answer.trim();
  };
  const country = await asked(options.country, "State, two letters of ISO 3166-1:", undefined);
  const state = stateCodeSchema.safeParse(country.toUpperCase());
  if (!state.success)
    throw new UserError(
      `--country ${country}: expected the two letters of the State (ISO 3166-1), such as XA.`,
      exitCodes.usage,
    );
  const name = await asked(options.name, "Name of the authority:", "Central Authority");
  const wanted = await asked(options.id, "Its name in messages:", `${state.data.toLowerCase()}-central`);
  const id = authorityIdSchema.safeParse(wanted);
  if (!id.success)
    throw new UserError(`--id ${wanted}: expected lower-case letters, digits and hyphens.`, exitCodes.usage);
  const publicAddress =
    options.publicAddress === undefined ? {} : { publicAddress: publicAddressFrom(options.publicAddress) };
  return {
    authority: id.data,
    state: state.data,
    name,
    office: firstOffice,
    invented: false,
    storage,
    ...publicAddress,
  };
}

/** Makes the database ready. @returns the address of the program's login; undefined for PGlite */
export async function databaseFrom(owner: string | undefined): Promise<string | undefined> {
  if (owner === undefined) return undefined;
  if (!/^postgres(?:ql)?:\/\//.test(owner))
    throw new UserError("The address of the database has to begin with postgres://.", exitCodes.usage);
  const made = await setUpPostgres(owner, random, now()).catch((error: unknown) => {
    throw unreachable(error);
  });
  if ("application" in made) return made.application;
  const sentence = {
    "holds-an-authority": `The database ${made.found} holds an authority already. Give an empty one.`,
    "may-not-create-roles": `The login may not create roles in ${made.found}. Give that of the database's owner with CREATEROLE, or an administrator of PostgreSQL.`,
    "role-taken": `PostgreSQL has a role ${made.found} already, perhaps of an earlier attempt. Remove it, or give a database of another name.`,
  }[made.problem];
  throw new UserError(sentence, exitCodes.usage);
}

/** `justitia authority init`: makes an authority with its keys, its storage and its first administrator. */
export async function authorityInitCommand(
  folder: string,
  options: AuthorityInitOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  if ((await protectionOf(folder)) !== undefined)
    throw new UserError(`${folder} holds an authority already. Choose another folder.`, exitCodes.usage);
  const sources = sourcesOf(around);
  const owner = await secretFrom(
    sources,
    options.databaseOwnerFile,
    "--database-owner-file",
    "JUSTITIA_DATABASE_OWNER",
  );
  const about = await aboutFrom(options, owner === undefined ? "pglite" : "postgresql", around);
  const key = await newSafeKey(options, sources);
  const database = await databaseFrom(owner);
  const kept = await makeAuthorityFolder(folder, about, key, database, now());
  const by = commandLine();
  const first = await administering(kept, async (administration) => {
    demanded(await administration.addOffice(by, { id: firstOffice, name: "Central office" }));
    return demanded(
      await administration.addPerson(by, {
        name: options.administrator ?? "Administrator",
        signInName: options.signInName ?? "administrator",
        office: firstOffice,
        roles: ["administrator"],
      }),
      { name: "--administrator", signInName: "--sign-in-name" },
    );
  });
  const fingerprint = introductionFingerprint(kept.introduction);
  if (options.json === true) {
    const { authority, state, name, storage } = about;
    out(
      `${JSON.stringify({ folder, authority, state, name, storage, protection: key.kind, fingerprint, administrator: first })}\n`,
    );
    return exitCodes.done;
  }
  out(`Made ${folder}: ${about.name} (${about.authority}), State ${about.state}.\n`);
  out(
    `Storage: ${database === undefined ? "PGlite in the folder, for trying out and a single seat" : "PostgreSQL"}.\n`,
  );
  out(`Fingerprint, to be compared by telephone: ${fingerprint}\n`);
  out(`First person: ${options.administrator ?? "Administrator"}. Sign-in name: ${first.signInName}\n`);
  out(`One-time password, shown this once, good until ${first.until}: ${first.password}\n`);
  err(
    key.kind === "unprotected"
      ? "The private keys are NOT protected: whoever can read the folder can sign as this authority. Only for trying out.\n"
      : `The private keys open with the ${key.kind === "passphrase" ? "passphrase" : "identity"} only. Keep a copy of the folder and of it, apart from each other: nobody can bring them back.\n`,
  );
  err(`Next: justitia authority serve ${isAbsolute(folder) ? folder : JSON.stringify(folder)}\n`);
  return exitCodes.done;
}

/** `justitia authority upgrade`: brings the database of an authority to the form that this program needs. */
export async function authorityUpgradeCommand(
  folder: string,
  options: { readonly databaseOwnerFile?: string },
  around: CommandSurroundings,
): Promise<number> {
  const { storage } = await aboutAuthority(folder);
  if (storage === "pglite") {
    around.terminal.out("PGlite is brought to the newest form whenever the authority is opened. Nothing to do.\n");
    return exitCodes.done;
  }
  const sources = sourcesOf(around);
  const owner = await secretFrom(
    sources,
    options.databaseOwnerFile,
    "--database-owner-file",
    "JUSTITIA_DATABASE_OWNER",
  );
  if (owner === undefined)
    throw new UserError(
      "The address of the database for its owner is needed: --database-owner-file <file> or JUSTITIA_DATABASE_OWNER.",
      exitCodes.usage,
    );
  const applied = await upgradePostgres(owner, now()).catch((error: unknown) => {
    throw unreachable(error);
  });
  around.terminal.out(
    applied.length === 0 ? "The database has the newest form already.\n" : `Applied: ${applied.join(", ")}.\n`,
  );
  return exitCodes.done;
}
