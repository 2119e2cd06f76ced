import { readFile, rename, writeFile } from "node:fs/promises";
import { nearest } from "../../evidence/index.ts";
import { csvField, parseCsv } from "../../formats/index.ts";
import {
  type AgreedExample,
  iccsTitle,
  type NationalSuggestions,
  type NationalTitle,
  type SuggestionReason,
  suggestIccs,
} from "../../iccs/index.ts";
import { exitCodes, fileProblem, UserError } from "../exit-codes.ts";
import { counted } from "../terminal.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface SuggestOptions {
  /** CSV of agreed codes: `code,title,iccs`, such as the table of a crosswalk. */
  readonly examples?: string;
  readonly output?: string;
  readonly proposals?: string;
  readonly codeColumn?: string;
  readonly titleColumn?: string;
  readonly descriptionColumn?: string;
  readonly delimiter?: string;
  readonly json?: boolean;
}

/** `justitia crosswalk suggest`: ranked ICCS codes for a national list, with reasons, for a person to accept or refuse. */
export async function suggest(path: string, options: SuggestOptions, around: CommandSurroundings): Promise<number> {
  const proposals = Number(options.proposals ?? "3");
  if (!Number.isInteger(proposals) || proposals < 1 || proposals > 20) {
    throw new UserError(`--proposals ${options.proposals}: expected a whole number from 1 to 20.`, exitCodes.usage);
  }
  const titles = await nationalTitles(path, options, around);
  const { examples, notCrimes } = await agreedExamples(options, around);
  const { national, problems } = suggestIccs(titles, examples, { proposals });
  for (const { example, message, hint } of problems) {
    around.terminal.err(`warning: the example for ${examples[example]?.code} is left out. ${message} ${hint}\n`);
  }
  if (notCrimes > 0) around.terminal.err(`${notCrimes} examples that are no crime are not used.\n`);
  const text = options.json === true ? `${JSON.stringify({ national, problems })}\n` : proposalTable(national);
  if (options.output === undefined) around.terminal.out(text);
  else {
    await writeFile(`${options.output}.partial`, text);
    await rename(`${options.output}.partial`, options.output);
  }
  const without = national.filter(({ suggestions }) => suggestions.length === 0).length;
  around.terminal.err(
    `${counted(national.length, "code")}, ${national.length - without} with proposals, from ${counted(examples.length - problems.length, "example")}. They are proposals: a person decides.\n`,
  );
  return exitCodes.done;
}

interface CellTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cell: (column: string) => string }[];
}

async function tableOf(path: string, options: SuggestOptions, around: CommandSurroundings): Promise<CellTable> {
  const table = parseCsv(await textOf(path), options.delimiter === undefined ? {} : { delimiter: options.delimiter });
  if (table.columns.length === 0)
    throw new UserError(`${path} has no header: expected a CSV file with column names.`, exitCodes.invalid);
  for (const { message, hint } of table.problems) around.terminal.err(`warning: ${path}: ${message} ${hint}\n`);
  const rows = table.rows.map(({ line, cells }) => ({
    line,
    cell: (column: string): string => cells[table.columns.indexOf(column)] ?? "",
  }));
  return { columns: table.columns, rows };
}

async function textOf(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileProblem(path, error) ?? error;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path} is not UTF-8: save it as UTF-8 and try again.`, exitCodes.invalid);
  }
}

/** The column asked for, which must be there. */
function requireColumn(path: string, table: CellTable, column: string, option: string): void {
  if (table.columns.includes(column)) return;
  const near = nearest(column, table.columns);
  const meant = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw new UserError(
    `${path} has no column "${column}"; it has ${table.columns.join(", ")}.${meant} Name it with ${option}.`,
    exitCodes.invalid,
  );
}

async function nationalTitles(
  path: string,
  options: SuggestOptions,
  around: CommandSurroundings,
): Promise<NationalTitle[]> {
  const { codeColumn = "code", titleColumn = "title", descriptionColumn } = options;
  const table = await tableOf(path, options, around);
  requireColumn(path, table, codeColumn, "--code-column");
  requireColumn(path, table, titleColumn, "--title-column");
  if (descriptionColumn !== undefined) requireColumn(path, table, descriptionColumn, "--description-column");
  return table.rows.map(({ cell }) => ({
    code: cell(codeColumn),
    title: cell(titleColumn),
    ...(descriptionColumn === undefined ? {} : { description: cell(descriptionColumn) }),
  }));
}

async function agreedExamples(
  options: SuggestOptions,
  around: CommandSurroundings,
): Promise<{ examples: AgreedExample[]; notCrimes: number }> {
  const path = options.examples;
  if (path === undefined) return { examples: [], notCrimes: 0 };
  const table = await tableOf(path, options, around);
  for (const column of ["code", "title", "iccs"]) requireColumn(path, table, column, "its header");
  const rows = table.rows.map(({ cell }) => ({
    code: cell("code"),
    title: cell("title"),
    description: cell("description"),
    iccs: cell("iccs").trim(),
  }));
  const examples = rows.filter(({ iccs }) => iccs !== "none" && iccs !== "");
  return { examples, notCrimes: rows.filter(({ iccs }) => iccs === "none").length };
}

const columns = ["national_code", "national_title", "rank", "iccs", "iccs_title", "score", "reason", "accept"];

function proposalTable(national: readonly NationalSuggestions[]): string {
  const lines = national.flatMap(({ national: { code, title }, suggestions }) => {
    if (suggestions.length === 0) return [[code, title, null, null, null, null, "nothing is like this title", null]];
    return suggestions.map(({ rank, iccs, score, backedOff, reasons }) => {
      const why = [...(backedOff ? ["divided below this code"] : []), ...reasons.map(reasonText)].join("; ");
      return [code, title, rank, iccs, iccsTitle(iccs, "en"), Math.round(score * 1000) / 1000, why, null];
    });
  });
  return `${[columns, ...lines].map((cells) => cells.map(csvField).join(",")).join("\n")}\n`;
}

function reasonText(reason: SuggestionReason): string {
  const shared = reason.words.length === 0 ? "" : ` (${reason.words.join(", ")})`;
  switch (reason.kind) {
    case "example":
      return `like ${reason.code} "${reason.title}" = ${reason.iccs}${shared}${reason.placesApart === 1 ? ", beside it in the list" : ""}`;
    case "title":
      return `ICCS ${reason.iccs} "${reason.text}"${shared}`;
    case "words":
      return `common word "${reason.text}" = ${reason.iccs}${shared}`;
    case "definition":
      return `definition of ${reason.iccs}${shared}`;
    default:
      return reason satisfies never;
  }
}
