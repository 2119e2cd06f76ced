import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import {
  type OrganisationProvider,
  type OrganisationSignInSettings,
  openIdProvider,
  organisationSignInSchema,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";

/** Sign-in by an organisation's own service, as an authority uses it. */
export interface OrganisationSignIn {
  readonly settings: OrganisationSignInSettings;
  readonly provider: OrganisationProvider;
}

const file = "organisation.json";

/**
 * Reads how an authority lets its people sign in through their organisation; undefined when its folder does not say.
 * Throws a UserError for settings that cannot be used, and for a secret that others on the machine could read.
 */
export async function readOrganisation(
  folder: string,
  random: (bytes: number) => Uint8Array,
): Promise<OrganisationSignIn | undefined> {
  const path = join(folder, file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const settings = organisationSignInSchema.safeParse(jsonOf(text));
  if (!settings.success)
    throw new UserError(`${path} cannot be used:\n${z.prettifyError(settings.error)}`, exitCodes.invalid);
  const { clientSecretFile } = settings.data;
  const secret = await secretIn(isAbsolute(clientSecretFile) ? clientSecretFile : join(folder, clientSecretFile));
  return {
    settings: settings.data,
    provider: openIdProvider(settings.data, secret, { fetch: globalThis.fetch, random }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function secretIn(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new UserError(`There is no file ${path} with the secret of the organisation's service.`, exitCodes.invalid);
  if ((found.mode & 0o077) !== 0)
    throw new UserError(`Others can read ${path}: let nobody but its owner read it (chmod 600).`, exitCodes.invalid);
  const secret = (await readFile(path, "utf8")).trim();
  if (secret === "") throw new UserError(`The file ${path} is empty.`, exitCodes.invalid);
  return secret;
}
