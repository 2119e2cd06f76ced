import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type MatterKeys, matterKeys } from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { AuthorityFolder } from "./folder.ts";

/** Name of the secret among those of the folder. */
const secretName = "matter-secret";
const secretSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));

/**
 * What closes and opens the keys of the matters, with the secret in the folder of an authority; made when there is none.
 *
 * @throws UserError where the secret cannot be understood.
 */
export async function keysOfMatters({ folder, safe }: Pick<AuthorityFolder, "folder" | "safe">): Promise<MatterKeys> {
  const known = await safe.read(secretName);
  if (known === undefined) {
    const drawn = Buffer.from(random(32)).toString("base64url");
    // Another process may have been quicker: its secret is the one that counts.
    await safe.add(secretName, drawn).catch(async (error: unknown) => {
      if ((await safe.read(secretName)) === undefined) throw error;
    });
  }
  const secret = secretSchema.safeParse(known ?? (await safe.read(secretName)));
  if (!secret.success) throw new UserError(`${folder}: ${secretName}.age cannot be understood.`, exitCodes.invalid);
  return matterKeys(new Uint8Array(Buffer.from(secret.data, "base64url")), random);
}
