import { readdir, readFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import type { z } from "zod";
import { type DefinitionProblem, nearest, parseCsv } from "../../formats/index.ts";
import { type Crosswalk, crosswalkFromRows, crosswalkSchema } from "../../iccs/index.ts";
import { type Area, areasFromRows, type TableRow } from "./areas.ts";
import {
  type Coverage,
  coverageSchema,
  eventSchema,
  type ObservatoryEvent,
  type Population,
  populationSchema,
} from "./coverage.ts";
import { type DefinitionFile, parseDefinition } from "./definition-file.ts";
import { type Indicator, indicatorSchema } from "./indicator.ts";
import { type Observatory, observatorySchema } from "./observatory.ts";
import { type Stream, streamSchema } from "./stream.ts";

/** Reads the files of an observatory folder. Paths are relative to it, with `/` between parts. */
export interface ObservatoryFiles {
  /** Names of the files directly in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Text of a file, or undefined when it is not there. */
  read(path: string): Promise<string | undefined>;
}

/** All definitions of an observatory, each found by its identifier. */
export interface Definitions {
  readonly directory: string;
  readonly observatory: DefinitionFile<Observatory>;
  readonly areas: ReadonlyMap<string, Area>;
  readonly streams: ReadonlyMap<string, DefinitionFile<Stream>>;
  readonly crosswalks: ReadonlyMap<
    string,
    {
      readonly definition: DefinitionFile<unknown>;
      readonly crosswalk: Crosswalk;
      /** File of the rules, where they are a table. */
      readonly table: string | undefined;
    }
  >;
  readonly coverages: ReadonlyMap<string, DefinitionFile<Coverage>>;
  readonly populations: ReadonlyMap<string, DefinitionFile<Population>>;
  readonly events: ReadonlyMap<string, DefinitionFile<ObservatoryEvent>>;
  readonly indicators: ReadonlyMap<string, DefinitionFile<Indicator>>;
  /** Small tables that definitions name (units, lookups), by their path in the folder. */
  readonly tables: ReadonlyMap<string, readonly TableRow[]>;
}

export interface LoadedDefinitions {
  /** Undefined when the folder is no observatory or a file cannot be read as what it should be. */
  readonly definitions: Definitions | undefined;
  readonly problems: readonly DefinitionProblem[];
}

/** The files of a real folder. */
export function folderFiles(directory: string): ObservatoryFiles {
  return {
    async list(folder) {
      try {
        const entries = await readdir(join(directory, folder), { withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile())
          .map((entry) => entry.name)
          .sort();
      } catch (error) {
        if (isAbsent(error)) return [];
        throw error;
      }
    },
    async read(path) {
      try {
        return await readFile(join(directory, path), "utf8");
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
  };
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Reads every definition of an observatory. Reports all faults of all files, not only the first. */
export async function loadDefinitions(directory: string, files: ObservatoryFiles): Promise<LoadedDefinitions> {
  const problems: DefinitionProblem[] = [];
  const text = await files.read("observatory.yaml");
  if (text === undefined) {
    problems.push({
      ...fileProblem(
        "observatory.yaml",
        "definition.no-observatory",
        `${directory} is no observatory: it has no observatory.yaml.`,
      ),
      expected: "a folder with observatory.yaml, streams/, indicators/ …",
      hint: "Make one with `justitia init <folder>`, or name another folder.",
    });
    return { definitions: undefined, problems };
  }
  const parsed = parseDefinition("observatory.yaml", text, observatorySchema);
  problems.push(...parsed.problems);
  const tables = new Map<string, readonly TableRow[]>();
  const table = async (
    path: string,
    from: DefinitionFile<unknown>,
    field: readonly (string | number)[],
  ): Promise<readonly TableRow[]> => {
    const known = tables.get(path);
    if (known !== undefined) return known;
    const content = await files.read(path);
    if (content === undefined) {
      const siblings = (await files.list(posix.dirname(path))).map((name) => posix.join(posix.dirname(path), name));
      const near = nearest(path, siblings);
      problems.push({
        code: "definition.no-file",
        severity: "error",
        ...from.place(field),
        message: `The file ${path} is not in the observatory folder.`,
        found: path,
        expected: "a file of the observatory folder",
        hint: near === undefined ? "Add the file." : `Did you mean "${near}"?`,
      });
      tables.set(path, []);
      return [];
    }
    const rows = tableRows(path, content, problems);
    tables.set(path, rows);
    return rows;
  };
  const many = <S extends z.ZodType>(folder: string, schema: S, idOf: (value: z.output<S>) => string) =>
    loadFolder(files, folder, schema, idOf, problems);
  const streams = await many("streams", streamSchema, (stream) => stream.stream);
  const crosswalkFiles = await many("crosswalks", crosswalkSchema, (crosswalk) => crosswalk.crosswalk);
  const coverages = await many("coverage", coverageSchema, (coverage) => coverage.coverage);
  const populations = await many("populations", populationSchema, (population) => population.population);
  const events = await many("events", eventSchema, (event) => event.event);
  const indicators = await many("indicators", indicatorSchema, (indicator) => indicator.indicator);
  const observatory = parsed.definition;
  if (observatory === undefined) return { definitions: undefined, problems };

  const areaRows = await table(observatory.value.areas.file, observatory, ["areas", "file"]);
  const areas = areasFromRows(observatory.value.areas.file, areaRows);
  problems.push(...areas.problems);
  for (const stream of streams.values()) {
    for (const [name, column] of Object.entries(stream.value.columns)) {
      if (column.lookup !== undefined) await table(column.lookup.file, stream, ["columns", name, "lookup", "file"]);
    }
  }
  for (const coverage of coverages.values()) {
    if ("file" in coverage.value.units) await table(coverage.value.units.file, coverage, ["units", "file"]);
  }
  const crosswalks = new Map<
    string,
    { definition: DefinitionFile<unknown>; crosswalk: Crosswalk; table: string | undefined }
  >();
  for (const [id, definition] of crosswalkFiles) {
    const rules = definition.value.rules;
    if (Array.isArray(rules)) {
      crosswalks.set(id, { definition, crosswalk: { ...definition.value, rules }, table: undefined });
      continue;
    }
    const path = posix.join("crosswalks", rules.file);
    const rows = await table(path, definition, ["rules", "file"]);
    const made = crosswalkFromRows(definition.value, rows);
    for (const problem of made.problems) problems.push(tableProblem(path, problem));
    crosswalks.set(id, { definition, crosswalk: made.crosswalk, table: path });
  }
  const definitions: Definitions = {
    directory,
    observatory,
    areas: areas.areas,
    streams,
    crosswalks,
    coverages,
    populations,
    events,
    indicators,
    tables,
  };
  return { definitions, problems };
}

async function loadFolder<S extends z.ZodType>(
  files: ObservatoryFiles,
  folder: string,
  schema: S,
  idOf: (value: z.output<S>) => string,
  problems: DefinitionProblem[],
): Promise<Map<string, DefinitionFile<z.output<S>>>> {
  const found = new Map<string, DefinitionFile<z.output<S>>>();
  for (const name of await files.list(folder)) {
    if (!/\.ya?ml$/.test(name)) continue;
    const path = `${folder}/${name}`;
    const parsed = parseDefinition(path, (await files.read(path)) ?? "", schema);
    problems.push(...parsed.problems);
    if (parsed.definition === undefined) continue;
    const id = idOf(parsed.definition.value);
    const other = found.get(id);
    if (other !== undefined) {
      problems.push({
        ...fileProblem(path, "definition.repeated", `"${id}" is defined twice.`),
        found: id,
        expected: "each identifier once",
        hint: `The other one is in ${other.file}.`,
      });
      continue;
    }
    if (id !== basename(name).replace(/\.ya?ml$/, "")) {
      problems.push({
        ...fileProblem(path, "definition.file-name", `The file is called ${name} and defines "${id}".`),
        severity: "warning",
        found: name,
        expected: `${id}.yaml`,
        hint: "Rename the file, so that a reader finds it.",
      });
    }
    found.set(id, parsed.definition);
  }
  return found;
}

function fileProblem(file: string, code: string, message: string): DefinitionProblem {
  return { code, severity: "error", file, line: 1, column: 1, field: "", message, found: "", expected: "", hint: "" };
}

function tableRows(path: string, content: string, problems: DefinitionProblem[]): TableRow[] {
  const parsed = parseCsv(content);
  for (const problem of parsed.problems) problems.push(tableProblem(path, problem));
  return parsed.rows.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(parsed.columns.map((column, index) => [column.trim(), cells[index] ?? ""])),
  }));
}

function tableProblem(
  file: string,
  problem: {
    readonly code: string;
    readonly message: string;
    readonly line?: number | undefined;
    readonly field?: string | undefined;
    readonly found?: string | undefined;
    readonly expected?: string | undefined;
    readonly hint?: string | undefined;
    readonly severity?: "error" | "warning" | undefined;
  },
): DefinitionProblem {
  return {
    code: problem.code,
    severity: problem.severity ?? "error",
    file,
    line: problem.line ?? 1,
    column: 1,
    field: problem.field ?? "",
    message: problem.message,
    found: problem.found ?? "",
    expected: problem.expected ?? "",
    hint: problem.hint ?? "",
  };
}
