import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readJsonLines, readJsonRows, readJsonStat, readSdmxCsv, readXlsx } from "../../formats/index.ts";
import { type Engine, parquet } from "../store/index.ts";
import { addNames, UnreadableDelivery } from "./columns.ts";
import { readCsv } from "./csv-rows.ts";
import { type DeliveredPart, type RowsInput, unreadable } from "./delivered-part.ts";
import { type RowsInformation, rowsFiles } from "./information.ts";
import { readTables, wholeBytes, wholeText } from "./table-rows.ts";

/**
 * Turns the bytes of a delivery into rows of text exactly as delivered, in order, kept as Parquet. Parquet deliveries are
 * read in place. Lines that are no rows go to the rejects with their line number.
 *
 * @throws UnreadableDelivery when a file as a whole is not what the format declares.
 */
export async function makeRows(engine: Engine, input: RowsInput): Promise<void> {
  const information = await readAll(engine, input);
  await writeFile(join(input.directory, rowsFiles.information), JSON.stringify(information));
}

async function readAll(engine: Engine, input: RowsInput): Promise<RowsInformation> {
  const { format, parts, rowsPath } = input;
  if (rowsPath !== undefined)
    return readTables(engine, input, async (part) => ({
      ...readJsonRows(await wholeText(input, part), rowsPath),
      keyed: true,
    }));
  switch (format.kind) {
    case "parquet":
      return readParquet(engine, parts);
    case "csv":
      return readCsv(engine, input);
    case "json":
      return readTables(engine, input, async (part) => ({
        ...readJsonRows(await wholeText(input, part), format.rowsPath ?? ""),
        keyed: true,
      }));
    case "json-lines":
      return readTables(engine, input, async (part) => ({
        ...readJsonLines(await wholeText(input, part)),
        keyed: true,
      }));
    case "xlsx":
      return readTables(engine, input, async (part) => {
        const { sheet, preambleRows, header, maximumBytes } = format;
        const table = readXlsx(await wholeBytes(input, part), {
          preambleRows,
          header,
          ...(sheet === undefined ? {} : { sheet }),
          ...(maximumBytes === undefined ? {} : { maximumBytes }),
        });
        return {
          columns: table.columns,
          rows: table.rows.map(({ cells }) => cells),
          numbers: table.rows.map(({ row }) => row),
          preamble: table.preamble,
        };
      });
    case "sdmx-csv":
      return readTables(engine, input, async (part) => readSdmxCsv(await wholeText(input, part)));
    case "json-stat":
      return readTables(engine, input, async (part) => readJsonStat(await wholeText(input, part)));
    default:
      return format.kind satisfies never;
  }
}

const describedSchema = z.object({ column_name: z.string(), column_type: z.string() });

async function readParquet(engine: Engine, parts: readonly DeliveredPart[]): Promise<RowsInformation> {
  const columns = new Map<string, string>();
  const names: string[] = [];
  const own: RowsInformation["parts"] = [];
  for (const { name, path } of parts) {
    const described = await unreadable(name, "Parquet", () =>
      engine.rows({ text: `DESCRIBE SELECT * FROM ${parquet([path])}`, values: [] }, describedSchema),
    );
    for (const { column_name, column_type } of described) {
      const other = columns.get(column_name) ?? column_type;
      if (other !== column_type) {
        throw new UnreadableDelivery(
          "rows.parts-differ",
          `${name}: the column "${column_name}" is ${column_type}; in an earlier part of the delivery it is ${other}.`,
          "Describe files of different kinds as different streams, or ask the source for one kind.",
        );
      }
      columns.set(column_name, column_type);
    }
    const present = described.map(({ column_name }) => column_name);
    addNames(names, present, name);
    own.push({ name, columns: present });
  }
  return {
    storage: "native",
    columns: [...columns].map(([name, type]) => ({ name, type })),
    files: parts.map((part, index) => ({ file: part.name, part: index })),
    parts: own,
    numbered: false,
    rejected: 0,
    preamble: [],
  };
}
