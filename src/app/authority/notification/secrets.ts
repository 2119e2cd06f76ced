import { readFile, stat } from "node:fs/promises";
import { exitCodes, UserError } from "../../exit-codes.ts";

/**
 * A secret from a file that nobody else on the machine can read, or from the environment.
 *
 * @param what - What it is for, in words.
 * @throws UserError where it is not there, is empty, or could be read by others.
 */
export async function secretFrom(
  from: { readonly path: string } | { readonly variable: string },
  environment: NodeJS.ProcessEnv,
  what: string,
): Promise<string> {
  if ("variable" in from) {
    const found = environment[from.variable]?.trim() ?? "";
    if (found === "")
      throw new UserError(`The environment variable ${from.variable} with ${what} is not set.`, exitCodes.invalid);
    return found;
  }
  const { path } = from;
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new UserError(`There is no file ${path} with ${what}.`, exitCodes.invalid);
  if ((found.mode & 0o077) !== 0)
    throw new UserError(`Others can read ${path}: let nobody but its owner read it (chmod 600).`, exitCodes.invalid);
  const secret = (await readFile(path, "utf8")).trim();
  if (secret === "") throw new UserError(`The file ${path} is empty.`, exitCodes.invalid);
  return secret;
}
