import { z } from "zod";
import { conditionSchema } from "../../iccs/index.ts";
import { apiLocationSchema, fileLocationSchema, folderLocationSchema, urlLocationSchema } from "../snapshots/index.ts";
import {
  columnNameSchema,
  countUnitSchema,
  dateSchema,
  frequencySchema,
  identifierSchema,
  localTextSchema,
} from "./words.ts";

/** What a value that is no number says. The words stay apart from import to export (promise 2). */
export const absenceMeanings = ["missing", "not-applicable", "not-reported", "suppressed", "not-yet-due"] as const;
const absenceMeaningSchema = z.enum(absenceMeanings);
export type AbsenceMeaning = (typeof absenceMeanings)[number];

const maskSchema = z
  .union([
    absenceMeaningSchema,
    z.strictObject({
      meaning: absenceMeaningSchema,
      between: z
        .tuple([z.number(), z.number()])
        .optional()
        .describe("Lowest and highest value the mask can stand for, such as [1, 4] for `<5`."),
    }),
  ])
  .transform((mask): { meaning: AbsenceMeaning; between?: [number, number] | undefined } =>
    typeof mask === "string" ? { meaning: mask } : mask,
  );

const onFailSchema = z
  .enum(["quarantine", "flag"])
  .default("quarantine")
  .describe("What a failing row ends in: kept apart and counted, or accepted with a flag.");

/** How the bytes are to be read. Nothing is guessed: what is not declared has the default written here. */
export const formatSchema = z
  .strictObject({
    kind: z.enum(["csv", "json", "json-lines", "parquet", "xlsx", "sdmx-csv", "json-stat"]),
    compression: z.enum(["none", "gzip", "zip"]).default("none"),
    member: z.string().optional().describe("Which file of a zip (a name or a glob)."),
    encoding: z.enum(["utf-8", "windows-1252", "iso-8859-1", "utf-16le", "utf-16be"]).default("utf-8"),
    delimiter: z.string().min(1).max(1).default(",").describe('CSV: the separator; "\\t" for tab-separated values.'),
    quote: z.string().max(1).default('"').describe("CSV: the quote; empty when the file knows no quotes."),
    header: z.boolean().default(true).describe("CSV and XLSX: whether a row of column names comes first."),
    columnNames: z.array(z.string()).optional().describe("Names in order, for a file without a header row."),
    preambleRows: z.int().min(0).default(0).describe("CSV and XLSX: rows before the header row, kept as preamble."),
    sheet: z.string().optional().describe("XLSX: the sheet's name; the first sheet when there is only one."),
    rowsPath: z.string().optional().describe("JSON: where the rows are, as a JSON Pointer such as `/value` or `/1`."),
    duplicateColumns: z
      .enum(["refuse", "number"])
      .default("refuse")
      .describe("Repeated column names: refuse the file, or number them: `time`, `time#2`."),
    raggedRows: z
      .enum(["quarantine", "pad"])
      .default("quarantine")
      .describe("Rows with too few cells: keep apart, or fill with missing. Rows with too many are always kept apart."),
    maximumBytes: z
      .int()
      .positive()
      .optional()
      .describe("Most bytes after decompression; when absent, 200 times the file's size, and at least 1 GiB."),
    maximumLineBytes: z.int().positive().default(16_777_216).describe("Longest line that is believed."),
  })
  .describe("How the bytes of a delivery are read.");
export type Format = z.infer<typeof formatSchema>;

const ownFormat = {
  format: formatSchema
    .optional()
    .describe(
      "How this location's bytes are read, where they differ from the stream's: stands in place of its format.",
    ),
};

/** One place where a delivery may be found, with its own format where it needs one. */
const streamLocationSchema = z
  .union([
    fileLocationSchema.safeExtend(ownFormat),
    folderLocationSchema.safeExtend(ownFormat),
    urlLocationSchema.safeExtend(ownFormat),
    apiLocationSchema.safeExtend(ownFormat),
  ])
  .describe("Where a delivery may be found: a file, a folder, an address or a paged interface.");

const lookupSchema = z
  .strictObject({
    file: z.string().describe("CSV file in the observatory folder."),
    key: z.string().describe("Column that holds what the source writes."),
    value: z.string().describe("Column that holds what is put in its place."),
  })
  .describe("A table that turns what the source writes into the observatory's code.");

/** One column of the validated record, made from one column of the source. */
export const recordColumnSchema = z
  .strictObject({
    from: z.string().optional().describe("Column of the source; the record column's own name when absent."),
    type: z.enum(["text", "integer", "number", "boolean", "date", "datetime", "year", "year-month"]).default("text"),
    required: z.boolean().default(false).describe("Whether an empty cell is a fault."),
    empty: z.array(z.string()).default([""]).describe("Texts that mean: no value. Always as written in the source."),
    trim: z.boolean().default(true).describe("Whether white space around the text is taken away."),
    format: z
      .string()
      .optional()
      .describe(
        "Date and time as strftime, such as `%d.%m.%Y %H:%M`; ISO 8601 when absent. Several forms: `|` between.",
      ),
    timezone: z.string().optional().describe("IANA zone that the written local time is in."),
    decimal: z.enum([".", ","]).default("."),
    thousands: z.enum(["", ",", ".", " ", "'"]).default("").describe("Separator of thousands; none when absent."),
    true: z.array(z.string()).default(["true"]).describe("Texts that mean true."),
    false: z.array(z.string()).default(["false"]).describe("Texts that mean false."),
    masked: z.record(z.string(), maskSchema).default({}).describe("Texts that stand for a number, and what they mean."),
    values: z.record(z.string(), z.string()).optional().describe("What the source writes: what the record holds."),
    lookup: lookupSchema.optional(),
    otherwise: z
      .string()
      .optional()
      .describe("With values or lookup: what anything else becomes. When absent, anything else is a fault."),
    bands: z
      .record(z.string(), z.tuple([z.number().nullable(), z.number().nullable()]))
      .optional()
      .describe("Numbers into groups, both ends included, null for open: `{ Y0T17: [0, 17], Y_GE18: [18, null] }`."),
    whenEmpty: z.string().optional().describe("What an empty cell becomes, such as `_U` for unknown sex."),
    constant: z.string().optional().describe("The same value in every row; then there is no `from`."),
    minimum: z
      .union([z.number(), dateSchema])
      .optional()
      .describe("Smallest number or earliest date that is believed."),
    maximum: z.union([z.number(), dateSchema]).optional().describe("Largest number or latest date that is believed."),
    pattern: z.string().optional().describe("Regular expression (RE2) that the whole text must match."),
    codes: z.array(z.string()).optional().describe("The only values that are allowed."),
    areas: z.boolean().default(false).describe("Whether the value must be the code of an area of the observatory."),
    onFail: onFailSchema,
  })
  .describe("A column of the record.");
export type RecordColumn = z.infer<typeof recordColumnSchema>;

/** A rule over whole rows or the whole table. */
export const recordRuleSchema = z.union([
  z
    .strictObject({
      rule: identifierSchema,
      unique: z.array(columnNameSchema).nonempty().describe("Columns that together name a row."),
      when: conditionSchema.optional().describe("The rows that are looked at; all when absent."),
      keep: z
        .enum(["first", "none", "identical-first"])
        .default("first")
        .describe("Of rows with the same key: keep the first, none, or the first only where all are identical."),
      onFail: onFailSchema,
      note: z.string().optional(),
    })
    .describe("No two rows with the same key."),
  z
    .strictObject({
      rule: identifierSchema,
      compare: z
        .tuple([columnNameSchema, z.enum(["<", "<=", "=", "!=", ">=", ">"]), columnNameSchema])
        .describe('Two columns of the same row, such as `[registered_at, ">=", occurred_at]`; empty cells pass.'),
      onFail: onFailSchema,
      note: z.string().optional(),
    })
    .describe("Two cells of a row that must agree."),
  z
    .strictObject({
      rule: identifierSchema,
      when: conditionSchema.optional().describe("The rows that are looked at; all when absent."),
      require: conditionSchema.describe("What must hold of them."),
      onFail: onFailSchema,
      note: z.string().optional(),
    })
    .describe("A condition on rows."),
]);
export type RecordRule = z.infer<typeof recordRuleSchema>;

/** A total that the source itself publishes, to agree with. */
export const publishedTotalSchema = z
  .strictObject({
    total: identifierSchema,
    where: conditionSchema.optional(),
    measure: z
      .union([
        z.literal("rows"),
        z.strictObject({ sum: columnNameSchema }),
        z.strictObject({ distinct: columnNameSchema }),
      ])
      .default("rows"),
    of: z
      .enum(["delivered", "accepted"])
      .default("accepted")
      .describe("Count the rows as delivered, or only those that passed validation."),
    equals: z.number(),
    tolerance: z.number().min(0).default(0).describe("Largest absolute difference that still agrees."),
    source: z.string().describe("Where the figure is published."),
    onFail: z
      .enum(["flag", "refuse"])
      .default("flag")
      .describe("Disagreement: flag the whole delivery, or refuse it and stop."),
  })
  .describe("A figure that the source publishes about its own data.");
export type PublishedTotal = z.infer<typeof publishedTotalSchema>;

const setAsideSchema = z
  .strictObject({
    rule: identifierSchema,
    where: conditionSchema,
    reason: z.string().describe("Why these rows are no records of this stream."),
  })
  .describe("Rows that are read and counted but belong to something else, such as rates beside counts.");

const dimensionSourceSchema = z.union([
  z.strictObject({ column: columnNameSchema }),
  z.strictObject({ constant: z.string() }),
]);

/** How accepted records become facts. A stream may have several sets, each of one count unit. */
export const factSetSchema = z
  .strictObject({
    facts: identifierSchema,
    title: localTextSchema.optional(),
    countUnit: countUnitSchema,
    count: z
      .union([z.literal("rows"), z.strictObject({ column: columnNameSchema })])
      .default("rows")
      .describe("Each record counts one, or the record is already a count."),
    stock: z
      .boolean()
      .default(false)
      .describe("True for what is counted on a day (persons held, population): never added over time."),
    where: conditionSchema.optional(),
    period: z.strictObject({
      column: columnNameSchema.describe("A date, datetime, year or year-month column."),
      frequency: frequencySchema,
    }),
    area: dimensionSourceSchema,
    classification: z
      .union([
        z.strictObject({
          crosswalk: identifierSchema,
          column: columnNameSchema.describe("Column that holds the national code."),
        }),
        z.strictObject({ iccs: z.string().describe("All records are of this ICCS code.") }),
        z.strictObject({ column: columnNameSchema.describe("Column that holds an ICCS code.") }),
        z.literal("none").describe("Not about offences, such as a population."),
      ])
      .describe("How a record gets its ICCS code."),
    sex: dimensionSourceSchema.default({ constant: "_Z" }),
    age: dimensionSourceSchema.default({ constant: "_Z" }),
    dimensions: z.array(columnNameSchema).default([]).describe("Further columns that facts are kept by."),
    totalsGiven: z
      .array(columnNameSchema)
      .default([])
      .describe(
        "Dimensions for which the source has its own total rows, coded `_T`; they are never added to the parts.",
      ),
  })
  .describe("Records counted into facts.");
export type FactSet = z.infer<typeof factSetSchema>;

/** `streams/*.yaml`: a described, repeatedly delivered source. */
export const streamSchema = z
  .strictObject({
    stream: identifierSchema,
    title: localTextSchema,
    description: localTextSchema.optional(),
    kind: z.enum(["register", "questionnaire", "survey", "open-data", "simulation", "matters"]),
    publisher: localTextSchema,
    licence: z.string().describe("Licence or terms under which the source may be used."),
    homepage: z.url().optional(),
    updated: z.string().optional().describe("How often the source delivers, in words."),
    locations: z
      .array(streamLocationSchema)
      .nonempty()
      .describe("Tried in order: a local mirror, then the public address."),
    obtain: z.string().describe("What a person does when no location works."),
    format: formatSchema,
    columns: z.record(columnNameSchema, recordColumnSchema),
    setAside: z.array(setAsideSchema).default([]),
    rules: z.array(recordRuleSchema).default([]),
    totals: z.array(publishedTotalSchema).default([]),
    facts: z.array(factSetSchema).default([]),
    confidential: z
      .array(columnNameSchema)
      .default([])
      .describe("Record columns that are never shown, not even in the quarantine list."),
  })
  .describe("A stream: a described, repeatedly delivered source.");
export type Stream = z.infer<typeof streamSchema>;
