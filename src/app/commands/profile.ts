import { link, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type FileProfile, openEngine, profileFile, proposedStream } from "../../evidence/index.ts";
import { FormatError } from "../../formats/index.ts";
import { exitCodes, fileProblem, UserError } from "../exit-codes.ts";
import { observatoryIdentifier } from "../new-observatory/index.ts";
import { counted } from "../terminal.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface ProfileOptions {
  readonly output?: string;
  readonly json?: boolean;
  readonly sheet?: string;
  readonly member?: string;
}

/** `justitia profile`: looks at an unknown file and proposes a stream definition, with all that a person must decide. */
export async function profileCommand(
  path: string,
  options: ProfileOptions,
  around: CommandSurroundings,
): Promise<number> {
  const profile = await looked(path, options);
  const faults = profile.findings.filter(({ kind }) => kind === "fault");
  if (profile.columns.length === 0) {
    if (options.json === true) around.terminal.out(`${JSON.stringify({ file: path, ...profile, proposal: null })}\n`);
    const reasons = faults.map(({ message }) => `  ${message}`).join("\n");
    throw new UserError(`${path}: no table was found, so nothing is proposed.\n${reasons}`, exitCodes.invalid);
  }
  const stream = observatoryIdentifier(stem(path));
  const target = options.output === undefined ? undefined : resolve(options.output);
  const home = target === undefined ? undefined : await observatoryOf(target);
  const text = proposedStream(profile, {
    stream: target === undefined ? stream : observatoryIdentifier(stem(target)),
    title: stem(path),
    file: home === undefined ? path : relative(home, resolve(path)).split(sep).join("/"),
    schema: target === undefined || home === undefined ? undefined : await schemaOf(home, target),
  });
  if (target !== undefined) await writeNew(target, text, options.output ?? target);
  if (options.json === true)
    around.terminal.out(
      `${JSON.stringify({ file: path, ...profile, proposal: target === undefined ? text : null })}\n`,
    );
  else if (target === undefined) around.terminal.out(text);
  const all = [...profile.findings, ...profile.columns.flatMap(({ findings }) => findings)];
  const decisions = all.filter(({ kind }) => kind === "decide").length;
  const wrong = all.filter(({ kind }) => kind === "fault").length;
  around.terminal.err(
    `${counted(profile.rows, "row")}${profile.whole ? "" : " (not the whole file)"}, ${counted(profile.columns.length, "column")}; ${counted(decisions, "finding")} to decide, ${counted(wrong, "fault")}.${target === undefined ? "" : ` The proposal is in ${options.output}.`} It is a proposal: a person decides.\n`,
  );
  return exitCodes.done;
}

async function looked(path: string, options: ProfileOptions): Promise<FileProfile> {
  const temporary = await mkdtemp(join(tmpdir(), "justitia-profile-"));
  try {
    return await profileFile(path, {
      sheet: options.sheet,
      member: options.member,
      openEngine: () => openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory: temporary }),
    });
  } catch (error) {
    if (error instanceof FormatError)
      throw new UserError(`${path}: ${error.problem.message} ${error.problem.hint}`, exitCodes.invalid);
    throw fileProblem(path, error) ?? error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Name of a file without its folder and its endings: `victims` for `data/victims.csv.gz`. */
function stem(path: string): string {
  const name = basename(path);
  return name.replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|xlsx|ya?ml|gz|zip))+$/i, "") || name;
}

/** The observatory in whose folder of streams a definition will stand. */
async function observatoryOf(target: string): Promise<string | undefined> {
  for (const folder of [dirname(dirname(target)), dirname(target)]) {
    if ((await textOf(join(folder, "observatory.yaml"))) !== undefined) return folder;
  }
  return undefined;
}

async function schemaOf(home: string, target: string): Promise<string | undefined> {
  const schema = join(home, ".schemas", "stream.schema.json");
  return (await textOf(schema)) === undefined ? undefined : relative(dirname(target), schema).split(sep).join("/");
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes a file that must not be there yet, whole or not at all. */
async function writeNew(target: string, text: string, shown: string): Promise<void> {
  const partial = `${target}.partial-${process.pid}`;
  await writeFile(partial, text);
  try {
    await link(partial, target);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new UserError(`${shown} is there already; it was left as it is. Name another file.`, exitCodes.invalid);
    throw error;
  } finally {
    await unlink(partial);
  }
}
