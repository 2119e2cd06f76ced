/** Reading and writing tables of other systems, and the YAML that people write, as plain values. Knows no other folder and no database. */
export { type CsvOptions, type CsvTable, csvField, parseCsv } from "./csv.ts";
export { eachRecord, type RecordPlace, type RecordRules, withoutLines } from "./csv-lines.ts";
export { type DefinitionProblem, didYouMean, formatProblem, nearest } from "./definition-problem.ts";
export { parseJson, readJsonLines, readJsonRows } from "./json-rows.ts";
export { readJsonStat } from "./json-stat.ts";
export { openPayload, type PayloadOptions } from "./payload.ts";
export { FormatError, type FormatProblem } from "./problem.ts";
export { type QuoteRules, unclosedQuote } from "./quotes.ts";
export { readSdmxCsv } from "./sdmx-csv.ts";
export type { TextTable } from "./table.ts";
export {
  announcedEncoding,
  type BytesInPlace,
  decodeText,
  guardLines,
  hasLineBeyond,
  replaceFaults,
  type TextEncoding,
} from "./text.ts";
export { readXlsx, readXlsxSheets, type XlsxOptions, type XlsxTable, xlsxSheetNames } from "./xlsx.ts";
export { type FieldPath, type FieldPlace, type FileKind, readYamlFile, type Said, type YamlFile } from "./yaml-file.ts";
export { type ZipMember, zipMembers } from "./zip-members.ts";
