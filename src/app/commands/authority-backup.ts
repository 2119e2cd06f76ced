import { access, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  BackupDamaged,
  type BackupEffects,
  type BackupManifest,
  checkBackup,
  diskBelow,
  inUse,
  makeFolders,
  mergedRegisters,
  migrateFurther,
  nodeDisk,
  type OwnedDatabase,
  type OwnedPlace,
  openOwned,
  proveRestored,
  readBackup,
  readRegister,
  registerName,
  registerOn,
  registerText,
  restoreFiles,
  restoreTables,
  writeBackup,
  writeDurably,
} from "../../cooperation/index.ts";
import { aboutAuthority, moveDatabase, openAuthorityFolder } from "../authority/folder.ts";
import { keysOfMatters } from "../authority/matter-secret.ts";
import { now, unreachable } from "../authority/running.ts";
import { safeKeyFor, secretFrom } from "../authority/secret-input.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { counted, workReporter } from "../terminal.ts";
import { type FolderOptions, sourcesOf } from "./authority-folder.ts";
import { databaseFrom } from "./authority-init.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface BackupOptions {
  readonly to: string;
  readonly databaseOwnerFile?: string;
  readonly json?: boolean;
}

export interface RestoreOptions extends BackupOptions, FolderOptions {
  readonly digest?: string;
  /** The register of erasures that was kept elsewhere. */
  readonly erasures?: string;
}

const words = {
  checking: "Reading the backup",
  tables: "Database",
  files: "Files",
  proving: "Comparing with the backup",
} as const;

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a folder whole or not at all: the work is done beside it, and only what was ended gets the name.
 *
 * @throws UserError where the folder is there already
 */
async function made<Value>(folder: string, work: (beside: string) => Promise<Value>): Promise<Value> {
  const wanted = resolve(folder);
  if (await isThere(wanted)) {
    if ((await readdir(wanted).catch(() => ["a file"])).length > 0)
      throw new UserError(`--to ${folder}: it is there already. Name a new folder.`, exitCodes.usage);
    await rm(wanted, { recursive: true });
  }
  const beside = `${wanted}.unfinished`;
  // What a killed run left.
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true, mode: 0o700 });
  try {
    const value = await work(beside);
    await rename(beside, wanted);
    const parent = await open(dirname(wanted), "r");
    await parent.sync().finally(() => parent.close());
    return value;
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

async function owned(place: OwnedPlace): Promise<OwnedDatabase> {
  const database = await openOwned(place, now()).catch((error: unknown) => {
    throw unreachable(error);
  });
  if ("sql" in database) return database;
  const folder = place.engine === "pglite" ? place.folder : "";
  throw new UserError(inUse(folder, database.heldBy), exitCodes.locked);
}

/** Shows how the work goes, and stops it when the user asks. */
async function shown<Value>(
  { terminal, signal }: CommandSurroundings,
  work: (effects: BackupEffects) => Promise<Value>,
): Promise<Value> {
  const reporter = workReporter(terminal, () => performance.now());
  try {
    return await work({
      signal,
      progress: ({ doing, ...progress }) => reporter.show({ doing: words[doing], ...progress }),
    });
  } catch (error) {
    if (signal.aborted) throw new UserError("Interrupted. Nothing was left behind.", exitCodes.interrupted);
    if (error instanceof BackupDamaged)
      throw new UserError(`The backup is damaged: ${error.message}`, exitCodes.invalid);
    throw error;
  } finally {
    reporter.end();
  }
}

const ownerOf = (options: BackupOptions, around: CommandSurroundings): Promise<string | undefined> =>
  secretFrom(sourcesOf(around), options.databaseOwnerFile, "--database-owner-file", "JUSTITIA_DATABASE_OWNER");

function contents({ tables, files, log }: BackupManifest) {
  return {
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    events: tables.find(({ table }) => table === "event")?.rows ?? 0,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) + tables.reduce((sum, { bytes }) => sum + bytes, 0),
    logEntries: log?.size ?? 0,
  };
}

/** `justitia authority backup`: everything an authority keeps, as of one moment, in a folder that proves itself. */
export async function authorityBackupCommand(
  folder: string,
  options: BackupOptions,
  around: CommandSurroundings,
): Promise<number> {
  const about = await aboutAuthority(folder);
  const owner = about.storage === "postgresql" ? await ownerOf(options, around) : undefined;
  if (about.storage === "postgresql" && owner === undefined)
    throw new UserError(
      "The address of the database for its owner is needed, because the program's login may not read everything: --database-owner-file <file> or JUSTITIA_DATABASE_OWNER.",
      exitCodes.usage,
    );
  if (resolve(options.to).startsWith(`${resolve(folder)}/`))
    throw new UserError("--to: a backup inside the authority's own folder is lost with it.", exitCodes.usage);
  await using database = await owned(
    owner === undefined ? { engine: "pglite", folder } : { engine: "postgresql", owner },
  );
  const at = now();
  const { manifest, digest } = await made(options.to, (beside) =>
    shown(around, async (effects) => {
      const source = { authority: about.authority, database, folder: await nodeDisk(folder), at };
      return await writeBackup(source, await nodeDisk(beside), effects);
    }),
  );
  const { out } = around.terminal;
  const held = contents(manifest);
  if (options.json === true) out(`${JSON.stringify({ backup: options.to, at, digest, ...held })}\n`);
  else {
    out(
      `${options.to}: ${counted(held.rows, "row")}, of them ${counted(held.events, "event")}; ${counted(held.files, "file")}; a log of ${held.logEntries}; ${held.bytes} bytes; as of ${at}.\n`,
    );
    out(`SHA-256, to be kept elsewhere: ${digest}\n`);
    out("Who has the backup and what opens the keys has the authority: keep the two apart.\n");
  }
  return exitCodes.done;
}

/** `justitia authority restore`: the authority again, in a new folder, on the same engine or the other. */
export async function authorityRestoreCommand(
  backup: string,
  options: RestoreOptions,
  around: CommandSurroundings,
): Promise<number> {
  if (!(await isThere(backup))) throw new UserError(`${backup}: there is no such folder.`, exitCodes.usage);
  const owner = await ownerOf(options, around);
  const source = await nodeDisk(backup);
  const { manifest, digest } = await shown(around, () => readBackup(source));
  if (options.digest !== undefined && options.digest.toLowerCase() !== digest)
    throw new UserError(
      `The backup is not the one that was made: its SHA-256 is ${digest}, not ${options.digest}.`,
      exitCodes.invalid,
    );
  const erasures = await erasuresFrom(options.erasures);
  const { proof, repeated } = await made(options.to, (beside) =>
    shown(around, async (effects) => ({
      proof: await restoreInto(beside, { source, manifest, owner, options, around, effects }),
      repeated: await registerIn(beside, erasures),
    })),
  );
  const { out, err } = around.terminal;
  if (options.json === true)
    out(`${JSON.stringify({ folder: options.to, at: manifest.at, digest, ...proof, erasuresToRepeat: repeated })}\n`);
  else {
    out(`${options.to}: ${manifest.authority} as of ${manifest.at}.\n`);
    out(
      `Proved: ${counted(proof.rows, "row")} as in the backup; the digests and links of ${counted(proof.events, "event")}, of which ${proof.opened} were opened for it; the log of ${proof.logEntries} entries under its root; ${counted(proof.files, "file")} of the vault, ${proof.bytes} bytes.\n`,
    );
    if (options.erasures !== undefined)
      out(
        `${counted(repeated, "erasure")} came after the backup: ${repeated === 0 ? "nothing is to be repeated" : "repeated when the authority is opened, before anything is shown"}.\n`,
      );
    err("What came after the backup is missing here. Partners have signed evidence of it: compare before going on.\n");
  }
  return exitCodes.done;
}

/** The register of erasures that was kept elsewhere. @throws UserError where it cannot be read. */
async function erasuresFrom(file: string | undefined): Promise<ReturnType<typeof readRegister>> {
  if (file === undefined) return [];
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) throw new UserError(`--erasures ${file}: it cannot be read.`, exitCodes.usage);
  const read = readRegister(text);
  if (read === undefined)
    throw new UserError(
      `--erasures ${file}: it is no register of erasures: one matter and moment a line, as erasures/${registerName} has them.`,
      exitCodes.invalid,
    );
  return read;
}

/** Puts what was erased since into the register of a restored folder. @returns how many erasures the backup did not have */
async function registerIn(folder: string, erasures: ReturnType<typeof readRegister>): Promise<number> {
  if (erasures === undefined || erasures.length === 0) return 0;
  const disk = await nodeDisk(folder);
  await makeFolders(disk, "erasures");
  const own = diskBelow(disk, "erasures");
  const known = await registerOn(own);
  const merged = mergedRegisters(known, erasures);
  await writeDurably(own, registerName, Buffer.from(registerText(merged)));
  return merged.length - known.length;
}

async function restoreInto(
  folder: string,
  {
    source,
    manifest,
    owner,
    options,
    around,
    effects,
  }: {
    readonly source: Awaited<ReturnType<typeof nodeDisk>>;
    readonly manifest: BackupManifest;
    readonly owner: string | undefined;
    readonly options: RestoreOptions;
    readonly around: CommandSurroundings;
    readonly effects: BackupEffects;
  },
) {
  await checkBackup(source, manifest, effects);
  const target = await nodeDisk(folder);
  await restoreFiles(source, manifest, target, effects);
  const moves = owner !== undefined || manifest.engine === "postgresql";
  // Before the database is made ready: without the key its address could not be kept.
  const kept = moves
    ? await openAuthorityFolder(folder, await safeKeyFor(folder, options, sourcesOf(around)))
    : undefined;
  const address = await databaseFrom(owner);
  const place: OwnedPlace = owner === undefined ? { engine: "pglite", folder } : { engine: "postgresql", owner };
  const proof = await (async () => {
    await using database = await owned(place);
    await restoreTables(source, manifest, database, now(), effects);
    const proved = await proveRestored(
      manifest,
      database,
      target,
      effects,
      kept === undefined ? undefined : await keysOfMatters(kept),
    );
    await migrateFurther(database.sql, now());
    return proved;
  })();
  if (kept !== undefined) await moveDatabase(kept, address);
  return proof;
}
