import { z } from "zod";
import { type Engine, identifier, parquet, QueryError } from "../store/index.ts";
import { type ColumnProfile, profileColumn } from "./column.ts";
import { decide, type Finding, fault, seen } from "./finding.ts";
import { type CandidateKey, candidateKey } from "./key.ts";
import { nameAsWords } from "./role.ts";
import { readSample, type Sample } from "./sample.ts";
import { type FormatProposal, mostRows, type SampleTable, tableOf } from "./table.ts";

/** What was seen in a file of which nothing was known. */
export interface FileProfile {
  readonly format: FormatProposal;
  readonly columns: readonly ColumnProfile[];
  readonly key: CandidateKey | undefined;
  /** Rows looked at, and whether they are all rows of the file. */
  readonly rows: number;
  readonly whole: boolean;
  readonly bytes: { readonly file: number; readonly lookedAt: number };
  /** Findings about the file; those about a column are with the column. */
  readonly findings: readonly Finding[];
}

export interface ProfileOptions {
  /** Which file of a zip; the largest when absent. */
  readonly member?: string | undefined;
  /** Which sheet of a workbook; the fullest when absent. */
  readonly sheet?: string | undefined;
  /** Opens the engine that reads Parquet; it is closed again. */
  readonly openEngine: () => Promise<Engine>;
}

/**
 * Looks at a file and says how it could be read. At most the first 20 MB after decompression, 200,000 rows and 4 million
 * cells are looked at, and a file with more is said to have more. Faults of the file are findings; a file without a table
 * has no columns.
 *
 * @throws FormatError when a compressed file is damaged; system errors when the file cannot be read.
 */
export async function profileFile(path: string, options: ProfileOptions): Promise<FileProfile> {
  const sample = await readSample(path, options.member);
  const bytes = { file: sample.fileBytes, lookedAt: sample.bytes.length };
  if (sample.findings.some(({ kind }) => kind === "fault"))
    return withoutTable({ kind: "csv" }, sample, sample.findings);
  const { table, declared, findings } =
    sample.container === "parquet"
      ? await parquetTable(path, options.openEngine)
      : { ...tableOf(sample, options.sheet), declared: [] };
  const before = [...sample.findings.filter((finding) => !findings.includes(finding)), ...findings];
  if (table === undefined || table.columns.length === 0) {
    return withoutTable(table?.format ?? { kind: "csv" }, sample, before);
  }
  const { rows, whole } = table;
  const columns = table.columns.map((from, index) =>
    profileColumn({
      from,
      cells: rows.map((cells) => cells[index] ?? null),
      whole,
      declared: declared[index],
    }),
  );
  const key = candidateKey(columns, rows);
  return {
    format: table.format,
    columns,
    key,
    rows: rows.length,
    whole,
    bytes,
    findings: [...before, extent(sample, table), ...keyFindings(key, rows.length), ...wideByOffence(columns)],
  };
}

function withoutTable(format: FormatProposal, sample: Sample, findings: readonly Finding[]): FileProfile {
  const bytes = { file: sample.fileBytes, lookedAt: sample.bytes.length };
  return { format, columns: [], key: undefined, rows: 0, whole: sample.whole, bytes, findings };
}

function extent(sample: Sample, table: SampleTable): Finding {
  if (table.rows.length === 0) return fault("no-rows", "There are names of columns, but no rows below them.");
  if (table.whole) return seen("extent", `All ${table.rows.length} rows were looked at.`);
  const limit = sample.whole
    ? `The first ${table.rows.length} rows were looked at`
    : `The first ${sample.bytes.length} bytes were looked at, with ${table.rows.length} rows`;
  return decide("extent", `${limit}; the file has more, in which other values can stand.`);
}

function keyFindings(key: CandidateKey | undefined, rows: number): Finding[] {
  if (rows < 2) return [];
  if (key === undefined)
    return [decide("key", "No column, and no set of columns that are no measures, names each row once.")];
  const columns = key.columns.join(", ");
  const among = key.rows < rows ? ` among the first ${key.rows} rows` : "";
  if (key.repeated === 0) return [seen("key", `Each row${among} is named by: ${columns}.`)];
  const repeats = key.identical ? "wholly alike" : "that differ elsewhere";
  return [decide("key", `${columns} names the rows${among}, but for ${key.repeated} repetitions ${repeats}.`)];
}

const offenceNames =
  /\b(homicides?|murders?|robber(y|ies)|burglar(y|ies)|thefts?|larceny|assaults?|rapes?|arson|fraud|homicidios?|robos?|hurtos?)\b/i;

/** Several columns of counts with the names of offences: each row holds many counts. */
function wideByOffence(columns: readonly ColumnProfile[]): Finding[] {
  const counts = columns.filter(
    ({ from, type }) => (type === "integer" || type === "number") && offenceNames.test(nameAsWords(from)),
  );
  if (counts.length < 3) return [];
  const message = `${counts.length} columns of numbers are named like offences: each row holds several counts. A set of facts counts one column, so there is one set for each, or the table is turned long first.`;
  return [decide("wide", message)];
}

const describedSchema = z.object({ column_name: z.string(), column_type: z.string() });

async function parquetTable(
  path: string,
  openEngine: () => Promise<Engine>,
): Promise<{
  readonly table: SampleTable | undefined;
  readonly declared: readonly ("number" | "boolean" | "date" | "datetime" | undefined)[];
  readonly findings: readonly Finding[];
}> {
  const engine = await openEngine();
  try {
    const relation = parquet([path]);
    const described = await engine.rows({ text: `DESCRIBE SELECT * FROM ${relation}`, values: [] }, describedSchema);
    const columns = described.map(({ column_name }) => column_name);
    const most = mostRows(columns.length);
    const [counted] = await engine.rows(
      { text: `SELECT count(*) AS n FROM ${relation}`, values: [] },
      z.object({ n: z.number() }),
    );
    const texts = columns.map((name, index) => `CAST(${identifier(name)} AS VARCHAR) AS c${index}`).join(", ");
    const rows: (string | null)[][] = [];
    const query = { text: `SELECT ${texts} FROM ${relation} LIMIT ${most}`, values: [] };
    for await (const chunk of engine.stream(query, z.record(z.string(), z.string().nullable()))) {
      for (const row of chunk) rows.push(columns.map((_, index) => row[`c${index}`] ?? null));
    }
    const findings = described
      .filter(({ column_type }) => /[[(<]|STRUCT|MAP|LIST|WITH TIME ZONE|BLOB/.test(column_type))
      .filter(({ column_type }) => !column_type.startsWith("DECIMAL"))
      .map(({ column_name, column_type }) =>
        decide("parquet-type", `The type ${column_type} is read as its text.`, column_name),
      );
    const total = counted?.n ?? rows.length;
    const table = { format: { kind: "parquet" as const }, columns, rows, whole: total <= rows.length, findings };
    return { table, declared: described.map(({ column_type }) => declaredType(column_type)), findings };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return {
      table: undefined,
      declared: [],
      findings: [fault("unreadable", `The file cannot be read as Parquet: ${error.message.split("\n", 1)[0]}`)],
    };
  } finally {
    engine.close();
  }
}

/** Types that need no reading of texts; whole numbers are looked at, for they can be years or codes. */
function declaredType(type: string): "number" | "boolean" | "date" | "datetime" | undefined {
  if (type === "DOUBLE" || type === "FLOAT") return "number";
  if (type === "BOOLEAN") return "boolean";
  if (type === "DATE") return "date";
  return type === "TIMESTAMP" ? "datetime" : undefined;
}
