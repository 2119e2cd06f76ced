import { z } from "zod";
import { parseJson } from "./json-rows.ts";
import { FormatError, quotation } from "./problem.ts";
import type { TextTable } from "./table.ts";

const cellSchema = z.union([z.string(), z.null()]);
const indexSchema = z.union([z.array(z.string()), z.record(z.string(), z.coerce.number())]);
const categorySchema = z.object({ index: indexSchema.optional(), label: z.record(z.string(), z.string()).optional() });

/** JSON-stat 2.0; numbers arrive as the text that was written (see parseJson). */
const datasetSchema = z.object({
  id: z.array(z.string()),
  size: z.array(z.coerce.number().int().min(0)),
  dimension: z.record(z.string(), z.object({ category: categorySchema })),
  value: z.union([z.array(cellSchema), z.record(z.string(), cellSchema)]),
  status: z.union([z.string(), z.array(cellSchema), z.record(z.string(), cellSchema)]).optional(),
});

/**
 * Reads a JSON-stat dataset (2.0, or one inside a 1.x bundle) as a table with one row per cell of the cube: the code of
 * each dimension, `value`, and `status` where there is any. A cell without a value is `null`, which is not zero.
 *
 * @throws FormatError when the text is no JSON-stat or contradicts itself.
 * @see https://json-stat.org/full/
 */
export function readJsonStat(text: string): TextTable {
  const parsed = datasetSchema.safeParse(datasetOf(parseJson(text)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(issue === undefined ? "it is no dataset" : `${issue.path.join(".")}: ${issue.message}`, text);
  }
  const { id, size, dimension, value } = parsed.data;
  if (id.length !== size.length) throw broken(`${id.length} dimensions with ${size.length} sizes`, text);
  if (new Set(id).size !== id.length) throw broken("a dimension stands twice in id", text);
  const codes = id.map((name, position) => {
    const category = Object.hasOwn(dimension, name) ? dimension[name]?.category : undefined;
    const found = category === undefined ? [] : codesOf(category);
    if (found.length !== size[position])
      throw broken(`the dimension ${name} has ${found.length} categories and the size ${size[position]}`, text);
    if (new Set(found).size !== found.length) throw broken(`the dimension ${name} has a category twice`, text);
    return found;
  });
  const total = size.reduce((product, length) => product * length, 1);
  if (total > maximumCells) throw broken(`${total} cells are more than ${maximumCells}`, text);
  const given = parsed.data.status;
  // A list of one status stands for all cells, as in the standard's own samples.
  const status = Array.isArray(given) && given.length === 1 ? (given[0] ?? undefined) : given;
  requireCells("values", value, total, text);
  if (typeof status === "object") requireCells("statuses", status, total, text);
  const valueAt = (cell: number): string | null => (Array.isArray(value) ? value[cell] : value[String(cell)]) ?? null;
  const statusAt = (cell: number): string | null => {
    if (status === undefined || typeof status === "string") return status ?? null;
    return (Array.isArray(status) ? status[cell] : status[String(cell)]) ?? null;
  };
  const rows: (string | null)[][] = [];
  for (let cell = 0; cell < total; cell += 1) {
    const row: (string | null)[] = [];
    let rest = cell;
    for (let position = id.length - 1; position >= 0; position -= 1) {
      const length = size[position] ?? 1;
      row[position] = codes[position]?.[rest % length] ?? null;
      rest = Math.floor(rest / length);
    }
    rows.push([...row, valueAt(cell), ...(status === undefined ? [] : [statusAt(cell)])]);
  }
  return { columns: [...id, "value", ...(status === undefined ? [] : ["status"])], rows };
}

/** Most cells of a cube that are believed: the values may be sparse, so that a small file can claim any number. */
const maximumCells = 5_000_000;

/** Refuses values or statuses that belong to no cell of the cube, or too few of them. */
function requireCells(
  what: string,
  given: readonly unknown[] | Readonly<Record<string, unknown>>,
  total: number,
  text: string,
): void {
  if (Array.isArray(given)) {
    if (given.length !== total) throw broken(`${given.length} ${what} for ${total} cells`, text);
    return;
  }
  const stray = Object.keys(given).find((key) => !/^(0|[1-9][0-9]*)$/.test(key) || Number(key) >= total);
  if (stray !== undefined) throw broken(`among the ${what}, ${quotation(stray)} is none of the ${total} cells`, text);
}

/** The dataset itself: in JSON-stat 1.x, and in its "dataset" wrapper, it lies one level down, with id and size inside. */
function datasetOf(document: unknown): unknown {
  const wrapper = z
    .object({ dataset: z.looseObject({ dimension: z.looseObject({ id: z.unknown(), size: z.unknown() }) }) })
    .safeParse(document);
  if (!wrapper.success) return document;
  const { dataset } = wrapper.data;
  return { ...dataset, id: dataset.dimension.id, size: dataset.dimension.size };
}

/** The codes of a dimension in the order of its index; a dimension of one category may leave the index out. */
function codesOf(category: z.infer<typeof categorySchema>): string[] {
  const { index, label } = category;
  if (index === undefined) return Object.keys(label ?? {});
  if (Array.isArray(index)) return index;
  const positions = Object.values(index).sort((a, b) => a - b);
  if (positions.some((position, order) => position !== order)) return [];
  return Object.entries(index)
    .sort(([, a], [, b]) => a - b)
    .map(([code]) => code);
}

function broken(reason: string, text: string): FormatError {
  return new FormatError({
    code: "json-stat.broken",
    message: `The file is no JSON-stat dataset: ${reason}.`,
    found: quotation(text),
    expected: "a JSON-stat dataset with id, size, dimension and value",
    hint: "Declare the file as json if it is something else.",
  });
}
