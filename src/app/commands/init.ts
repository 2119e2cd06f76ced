import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { exitCodes, UserError } from "../exit-codes.ts";
import { newObservatoryFiles, observatoryIdentifier } from "../new-observatory/index.ts";
import type { CommandSurroundings } from "./surroundings.ts";

/**
 * `justitia init`: makes a new observatory that builds at once. Everything is written into a folder of another name first,
 * so that the observatory is there whole or not at all.
 */
export async function initCommand(
  folder: string,
  options: { readonly json?: boolean },
  around: CommandSurroundings,
): Promise<number> {
  const directory = resolve(folder);
  const present = await contentOf(directory, folder);
  if (present !== undefined && present.length > 0) throw notEmpty(folder, present);
  const identifier = observatoryIdentifier(basename(directory));
  const files = newObservatoryFiles(identifier);
  if (present === undefined) await placeNew(directory, files, folder);
  else await placeInside(directory, files);

  const named = inShell(folder);
  const next = [`justitia check ${named}`, `justitia build ${named}`, `justitia serve ${named}`];
  if (options.json === true) {
    around.terminal.out(`${JSON.stringify({ observatory: identifier, directory, files: [...files.keys()], next })}\n`);
  } else {
    around.terminal.out(
      `A new observatory "${identifier}" is in ${folder}, with sample data that are invented. Next:\n${next.map((command) => `  ${command}\n`).join("")}`,
    );
  }
  return exitCodes.done;
}

/** What the folder holds; undefined when there is none. */
async function contentOf(directory: string, folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR") {
      throw new UserError(`${folder} is a file or lies below one. Name a new or empty folder.`, exitCodes.invalid);
    }
    throw error;
  }
}

function notEmpty(folder: string, present: readonly string[]): UserError {
  const shown = [...present].sort().slice(0, 3).join(", ");
  return new UserError(
    `${folder} is not empty (it holds ${shown}${present.length > 3 ? " …" : ""}); nothing was written. Name a new or empty folder.`,
    exitCodes.invalid,
  );
}

async function placeNew(directory: string, files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  const made = await mkdtemp(join(parent, ".justitia-init-"));
  try {
    const whole = join(made, "observatory");
    await writeAll(whole, files);
    await rename(whole, directory);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR") {
      throw new UserError(
        `${folder} was made by somebody else meanwhile; nothing was written to it. Name another folder.`,
        exitCodes.invalid,
      );
    }
    throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** An empty folder stays itself, for it may be the one a shell stands in: its content is made inside and moved up. */
async function placeInside(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  const made = await mkdtemp(join(directory, ".justitia-init-"));
  const moved: string[] = [];
  try {
    await writeAll(made, files);
    for (const name of await readdir(made)) {
      await rename(join(made, name), join(directory, name));
      moved.push(name);
    }
    await rmdir(made);
  } catch (error) {
    for (const name of moved) await rm(join(directory, name), { recursive: true, force: true });
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

async function writeAll(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [path, text] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, { flag: "wx" });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** A path as a person can paste it into a POSIX shell. */
function inShell(path: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(path) && !path.startsWith("-") ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
