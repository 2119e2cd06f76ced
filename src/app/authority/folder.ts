import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  type AuthorityId,
  authorityIdSchema,
  generatePrivateKey,
  type Instant,
  type Introduction,
  type OfficeId,
  type OwnKeys,
  officeIdSchema,
  privateKeySchema,
  type StateCode,
  stateCodeSchema,
  usableKey,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";

const keptSchema = z.object({
  authority: authorityIdSchema,
  state: stateCodeSchema,
  name: z.string().min(1),
  office: officeIdSchema,
  invented: z.boolean(),
});
const secretsSchema = z.object({
  keys: z.array(privateKeySchema).min(2),
  /** 32 bytes in base64url. */
  formKey: z.string().min(43),
});

/** What an authority is, as its folder says. */
export interface KeptAuthority {
  readonly authority: AuthorityId;
  readonly state: StateCode;
  readonly name: string;
  /** The office that gets what arrives. */
  readonly office: OfficeId;
  readonly invented: boolean;
}

/** An authority's folder, read. */
export interface AuthorityFolder extends KeptAuthority {
  readonly folder: string;
  readonly keys: OwnKeys;
  readonly introduction: Introduction;
  readonly formKey: Uint8Array;
}

const files = { about: "authority.json", secrets: "secrets.json" } as const;
const threeYears = 3 * 365 * 86_400_000;

/** Makes the folder of an authority with new keys, readable by nobody else. Throws a UserError where there is one already. */
export async function makeAuthorityFolder(
  folder: string,
  about: KeptAuthority,
  now: Instant,
  until: Instant,
): Promise<AuthorityFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys = [await generatePrivateKey("signing", now, until), await generatePrivateKey("encryption", now, until)];
  const secrets = { keys, formKey: randomBytes(32).toString("base64url") };
  try {
    // Never over keys that are there: what was signed with them could not be proved any more.
    await writeFile(join(folder, files.secrets), JSON.stringify(secrets, undefined, 2), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new UserError(`${folder} holds an authority already. Choose another folder.`, exitCodes.usage);
    throw error;
  }
  await writeFile(join(folder, files.about), JSON.stringify(about, undefined, 2), { mode: 0o600 });
  return await readAuthorityFolder(folder);
}

/** When keys that are made now run out, in milliseconds. */
export const keysEnd = (now: number): number => now + threeYears;

/** Reads the folder of an authority. Throws a UserError where there is none. */
export async function readAuthorityFolder(folder: string): Promise<AuthorityFolder> {
  let texts: readonly string[];
  try {
    texts = await Promise.all([files.about, files.secrets].map((file) => readFile(join(folder, file), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new UserError(
        `${folder} holds no authority. Make one with \`justitia authority init ${folder}\`.`,
        exitCodes.usage,
      );
    throw error;
  }
  const about = keptSchema.parse(JSON.parse(texts[0] ?? ""));
  const { keys, formKey } = secretsSchema.parse(JSON.parse(texts[1] ?? ""));
  const of = (use: "signing" | "encryption") => keys.filter((key) => key.public.use === use);
  return {
    ...about,
    folder,
    keys: {
      signing: await Promise.all(of("signing").map(usableKey)),
      encryption: await Promise.all(of("encryption").map(usableKey)),
    },
    introduction: { authority: about.authority, keys: keys.map((key) => key.public) },
    formKey: Buffer.from(formKey, "base64url"),
  };
}
