import { parseJson } from "../../formats/index.ts";
import { decide, type Finding, fault, quoted, seen } from "./finding.ts";

/** What a JSON text is, and where its rows are. */
export interface JsonPlace {
  readonly kind: "json" | "json-stat";
  /** JSON Pointer to the rows; empty when the document is the array itself. */
  readonly rowsPath: string;
  /** The text that was understood: the given one, or its beginning, closed after the last whole row. */
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Depth to which rows are looked for, and items of an array that are looked at. */
const looked = { depth: 5, items: 50 } as const;

/**
 * Finds the rows of a JSON document: the longest array of objects. A document that was cut off is closed after its last
 * whole row.
 *
 * @throws FormatError when the text is no JSON.
 */
export function placeOfRows(text: string, whole: boolean): JsonPlace | undefined {
  const understood = whole ? text : closedEarly(text);
  if (understood === undefined) return undefined;
  const document = parseJson(understood);
  if (isJsonStat(document)) {
    const finding = seen("kind", "The document is a JSON-stat dataset.");
    return { kind: "json-stat", rowsPath: "", text: understood, findings: [finding] };
  }
  const arrays = [...arraysOf(document, "", 0)].sort((a, b) => b.rows - a.rows || (a.pointer < b.pointer ? -1 : 1));
  const [longest, ...others] = arrays.filter(({ objects }) => objects);
  if (longest === undefined) {
    const lists = arrays.find(({ rows }) => rows > 1);
    const reason =
      lists === undefined
        ? "There is no array of objects in the document."
        : `The rows at ${quoted(lists.pointer)} are arrays, not objects: they must be turned into objects or CSV first.`;
    return { kind: "json", rowsPath: "", text: understood, findings: [fault("rows-path", reason)] };
  }
  const where = longest.pointer === "" ? "The document is an array" : `There is an array at ${quoted(longest.pointer)}`;
  const findings: Finding[] = [seen("rows-path", `${where} of ${longest.rows} objects: they are read as the rows.`)];
  if (others.length > 0) {
    const list = others
      .slice(0, 3)
      .map(({ pointer, rows }) => `${quoted(pointer)} (${rows})`)
      .join(", ");
    findings.push(decide("rows-path", `Other arrays of objects are at ${list}.`));
  }
  return { kind: "json", rowsPath: longest.pointer, text: understood, findings };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isJsonStat(document: unknown): boolean {
  if (!isObject(document)) return false;
  const inner = isObject(document.dataset) ? document.dataset : document;
  return isObject(inner.dimension) && (Array.isArray(inner.value) || isObject(inner.value));
}

function* arraysOf(
  value: unknown,
  pointer: string,
  depth: number,
): Generator<{ readonly pointer: string; readonly rows: number; readonly objects: boolean }> {
  if (depth > looked.depth) return;
  if (Array.isArray(value)) {
    yield { pointer, rows: value.length, objects: value.length > 0 && value.every(isObject) };
    // Arrays inside rows belong to the rows; an array of mixed things may hold the rows, as the World Bank's does.
    if (value.length > looked.items || value.every(isObject)) return;
    for (const [index, item] of value.entries()) yield* arraysOf(item, `${pointer}/${index}`, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    yield* arraysOf(item, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1);
  }
}

/** The beginning of a JSON document up to its last whole object in an array, with everything open closed. */
function closedEarly(text: string): string | undefined {
  const open: string[] = [];
  let end: { readonly at: number; readonly closers: string } | undefined;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (inText) {
      if (sign === "\\") at += 1;
      else if (sign === '"') inText = false;
    } else if (sign === '"') inText = true;
    else if (sign === "{" || sign === "[") open.push(sign === "{" ? "}" : "]");
    else if (sign === "}" || sign === "]") {
      open.pop();
      // The outermost array of objects holds the rows; what is nested in a row does not end one.
      if (sign === "}" && open.at(-1) === "]" && (end === undefined || open.length <= end.closers.length)) {
        end = { at: at + 1, closers: [...open].reverse().join("") };
      }
    }
  }
  return end === undefined ? undefined : text.slice(0, end.at) + end.closers;
}
