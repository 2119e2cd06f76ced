import { resolve } from "node:path";
import { matterIdSchema } from "../../cooperation/index.ts";
import { cooperationDefinitions } from "../authority/definitions.ts";
import { type OpenedAuthority, openAuthority } from "../authority/running.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { counted } from "../terminal.ts";
import { type FolderOptions, openedFolder } from "./authority-folder.ts";
import type { CommandSurroundings } from "./surroundings.ts";
import { newFile } from "./whole-file.ts";

export interface ExportOptions extends FolderOptions {
  readonly reason: string;
  readonly output: string;
  readonly recipient?: string;
}

export interface CheckOptions extends FolderOptions {
  readonly json?: boolean;
}

async function opening<Value>(
  folder: string,
  options: FolderOptions,
  around: CommandSurroundings,
  work: (opened: OpenedAuthority) => Promise<Value>,
): Promise<Value> {
  const kept = await openedFolder(folder, options, around);
  const opened = await openAuthority(kept, await cooperationDefinitions(kept.folder), (text) =>
    around.terminal.err(`${text}\n`),
  );
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** `justitia authority export`: a matter as one file that `justitia verify` accepts anywhere. */
export async function authorityExportCommand(
  folder: string,
  matter: string,
  options: ExportOptions,
  around: CommandSurroundings,
): Promise<number> {
  const id = matterIdSchema.safeParse(matter);
  if (!id.success)
    throw new UserError(
      `${matter} is no identifier of a matter: it stands in the address of its page.`,
      exitCodes.usage,
    );
  const reason = options.reason.trim();
  if (reason === "") throw new UserError("--reason: say why the matter is exported; it is logged.", exitCodes.usage);
  return await opening(folder, options, around, async ({ authority }) => {
    const order = { matter: id.data, reason, recipient: options.recipient };
    const found = await authority.evidence?.exportAsSystem(order);
    if (found === undefined) throw new UserError(`There is no matter ${matter} in ${folder}.`, exitCodes.usage);
    if (found === "bad-recipient")
      throw new UserError(`--recipient ${options.recipient}: this is no age recipient (age1…).`, exitCodes.usage);
    if (found === "not-logged")
      throw new UserError("Events of this matter were written before the authority kept a log.", exitCodes.invalid);
    const bytes = await newFile(resolve(options.output), found);
    around.terminal.out(`Wrote ${options.output}, ${bytes} bytes. Check it with: justitia verify ${options.output}\n`);
    return exitCodes.done;
  });
}

/** `justitia authority check`: every file of log and vault against the others, the database, and what partners cosigned. */
export async function authorityCheckCommand(
  folder: string,
  options: CheckOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out } = around.terminal;
  return await opening(folder, options, around, async ({ authority, records }) => {
    const found = await authority.checkRecords();
    if (found === undefined) throw new UserError(`${folder} keeps no log.`, exitCodes.usage);
    if (options.json === true) out(`${JSON.stringify({ ...found, log: records.log.signer.name })}\n`);
    else {
      for (const { code, path, message } of found.problems) out(`WRONG  ${path}: ${message} (${code})\n`);
      out(
        `Entries of the log: ${found.entries}; ${counted(found.files, "file")} of the vault, ${found.bytes} bytes, ${counted(found.erased, "key")} destroyed.\n`,
      );
      out(
        `Held against the log: ${counted(found.events, "event")}; ${found.sealed} acts, sign-ins, reads and alarms; ${found.unsealed} wait for their seal.\n`,
      );
      out(found.problems.length === 0 ? "Nothing is wrong.\n" : `${counted(found.problems.length, "thing")} wrong.\n`);
    }
    return found.problems.length === 0 ? exitCodes.done : exitCodes.invalid;
  });
}
