import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  authorityIdSchema,
  generatePrivateKey,
  type Instant,
  type Introduction,
  type IntroductionLetter,
  instantSchema,
  type OwnKeys,
  officeIdSchema,
  type PrivateKey,
  privateKeySchema,
  roles,
  stateCodeSchema,
  type UsableKey,
  usableKey,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { makeSafe, openSafe, type Safe, type SafeKey } from "./safe.ts";

const keptSchema = z.object({
  authority: authorityIdSchema,
  state: stateCodeSchema,
  name: z.string().min(1),
  /** The office that gets what arrives. */
  office: officeIdSchema,
  invented: z.boolean(),
  storage: z.enum(["pglite", "postgresql"]),
  /** Where people and other authorities reach it, such as `https://central.example`. */
  publicAddress: z.url().optional(),
  /** Roles of whom a second factor is demanded; the usual ones unless said. */
  secondFactorFor: z.array(z.enum(roles)).optional(),
});
const secretsSchema = z.object({
  keys: z.array(privateKeySchema).min(2),
  /** 32 bytes in base64url. */
  formKey: z.string().min(43),
  /** Address of the PostgreSQL database, with the login of the program and its password. */
  database: z.string().optional(),
});

/** What an authority is, as its folder says. */
export type KeptAuthority = z.infer<typeof keptSchema>;

/** An authority's folder, opened. */
export interface AuthorityFolder extends KeptAuthority {
  readonly folder: string;
  readonly keys: OwnKeys;
  readonly introduction: Introduction;
  readonly formKey: Uint8Array;
  readonly database: string | undefined;
  /** For whatever else is secret. */
  readonly safe: Safe;
}

const files = { about: "authority.json", secrets: "secrets" } as const;
/** The newest keys are those that others need. */
const mostIntroduced = 4;
const threeYears = 3 * 365 * 86_400_000;

/** Keys to sign and to be written to, valid for three years from a moment on. */
async function newKeys(from: Instant): Promise<PrivateKey[]> {
  const until = instantSchema.parse(new Date(Date.parse(from) + threeYears).toISOString());
  return [await generatePrivateKey("signing", from, until), await generatePrivateKey("encryption", from, until)];
}

/**
 * Makes the folder of an authority with new keys, readable by nobody else.
 *
 * @param database - Address of the program's login on PostgreSQL; undefined for PGlite in the folder.
 * @throws UserError where there is an authority already: what was signed with its keys could not be proved any more.
 */
export async function makeAuthorityFolder(
  folder: string,
  about: KeptAuthority,
  key: SafeKey,
  database: string | undefined,
  now: Instant,
): Promise<AuthorityFolder> {
  const safe = await makeSafe(folder, key);
  const secrets = { keys: await newKeys(now), formKey: randomBytes(32).toString("base64url"), database };
  await safe.add(files.secrets, JSON.stringify(secrets));
  await writeFile(join(folder, files.about), `${JSON.stringify(about, undefined, 2)}\n`, { mode: 0o600 });
  return await opened(folder, about, safe);
}

/** What the folder of an authority says without its secrets. @throws UserError where there is none. */
export async function aboutAuthority(folder: string): Promise<KeptAuthority> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(join(folder, files.about), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new UserError(
        `${folder} holds no authority. Make one with \`justitia authority init ${folder}\`.`,
        exitCodes.usage,
      );
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      throw new UserError(`${join(folder, files.about)} cannot be understood.`, exitCodes.invalid);
    throw error;
  }
}

/** Opens the folder of an authority. @throws UserError where there is none, or the key does not open it. */
export async function openAuthorityFolder(folder: string, key: SafeKey): Promise<AuthorityFolder> {
  return await opened(folder, await aboutAuthority(folder), await openSafe(folder, key));
}

async function opened(folder: string, about: KeptAuthority, safe: Safe): Promise<AuthorityFolder> {
  const { keys, formKey, database } = await secretsOf(folder, safe);
  const of = (use: "signing" | "encryption") => keys.filter((key) => key.public.use === use);
  return {
    ...about,
    folder,
    keys: {
      signing: await Promise.all(of("signing").map(usableKey)),
      encryption: await Promise.all(of("encryption").map(usableKey)),
    },
    introduction: { authority: about.authority, keys: keys.map((key) => key.public).slice(-mostIntroduced) },
    formKey: Buffer.from(formKey, "base64url"),
    database,
    safe,
  };
}

async function secretsOf(folder: string, safe: Safe): Promise<z.infer<typeof secretsSchema>> {
  const text = await safe.read(files.secrets);
  if (text === undefined)
    throw new UserError(
      `${folder} has lost its secrets: put them back from the copy that you keep.`,
      exitCodes.invalid,
    );
  return secretsSchema.parse(JSON.parse(text));
}

/**
 * Says in a folder that the database is another one.
 *
 * @param database - Address of the program's login on PostgreSQL; undefined for PGlite in the folder.
 */
export async function moveDatabase(kept: AuthorityFolder, database: string | undefined): Promise<void> {
  const { folder, safe } = kept;
  const secrets = { ...(await secretsOf(folder, safe)), database };
  await safe.replace(files.secrets, JSON.stringify(secrets));
  const about = { ...(await aboutAuthority(folder)), storage: database === undefined ? "pglite" : "postgresql" };
  await writeFile(join(folder, files.about), `${JSON.stringify(about, undefined, 2)}\n`, { mode: 0o600 });
}

/**
 * Adds new keys to those of an authority, valid from a moment on. The older ones stay: late answers are read with them.
 *
 * @returns the keys that were added
 */
export async function addKeys(kept: AuthorityFolder, from: Instant): Promise<readonly UsableKey[]> {
  const secrets = await secretsOf(kept.folder, kept.safe);
  const added = await newKeys(from);
  await kept.safe.replace(files.secrets, JSON.stringify({ ...secrets, keys: [...secrets.keys, ...added] }));
  return await Promise.all(added.map(usableKey));
}

/** What an authority hands over to be introduced. */
export function letterOf(kept: AuthorityFolder, publicAddress: string | undefined): IntroductionLetter {
  const exchange = publicAddress === undefined ? {} : { exchange: `${publicAddress}/exchange` };
  return { ...kept.introduction, state: kept.state, name: kept.name, ...exchange };
}
