import { join } from "node:path";
import { formatAt } from "../build/index.ts";
import { type PlaceInFile, readRows, sourceLines } from "../rows/index.ts";
import { sha256Of } from "../snapshots/index.ts";
import type { ReaderInput } from "./model.ts";

/** A row or a line that is no row, as the steps number them within a part of a stream's delivery. */
export interface NumberedPlace {
  readonly part: number;
  readonly row: number | null;
  /** Number of the record, where there is no row. */
  readonly line: number | null;
}

/** The physical lines of places of a stream; null where a file has no lines, or can no longer be read. */
export type SourcePlaces = (stream: string, places: readonly NumberedPlace[]) => Promise<(number | null)[]>;

/** Most lines that are remembered: those of some hundred pages. */
const remembered = 20_000;

/** Looks physical lines up in the snapshots of a build, and remembers them: nothing of a build ever changes. */
export function sourcePlaces(input: ReaderInput): SourcePlaces {
  const known = new Map<string, number | null>();
  return async (stream, places) => {
    const keyOf = ({ part, row, line }: NumberedPlace): string => `${stream} ${part} ${row ?? "-"} ${line ?? "-"}`;
    const unknown = new Map<number, NumberedPlace[]>();
    for (const place of places) {
      if (known.has(keyOf(place))) continue;
      const others = unknown.get(place.part);
      if (others === undefined) unknown.set(place.part, [place]);
      else others.push(place);
    }
    const found = new Map<string, number | null>();
    for (const [part, missing] of unknown) {
      const lines = await linesOf(input, stream, part, missing).catch(noneWhenGone);
      for (const [index, place] of missing.entries()) found.set(keyOf(place), lines[index] ?? null);
    }
    const answer = places.map((place) => found.get(keyOf(place)) ?? known.get(keyOf(place)) ?? null);
    if (known.size + found.size > remembered) known.clear();
    for (const [key, line] of found) known.set(key, line);
    return answer;
  };
}

async function linesOf(
  input: ReaderInput,
  id: string,
  index: number,
  places: readonly NumberedPlace[],
): Promise<readonly (number | undefined)[]> {
  const stream = input.definitions.streams.get(id)?.value;
  const result = input.manifest.streams[id];
  const part = result?.parts[index];
  if (stream === undefined || result?.rows == null || result.location === null || part === undefined) return [];
  const paths = result.parts.map(({ sha256 }) => input.snapshots.path(sha256Of(sha256)));
  const ready = await readRows(join(input.steps, "rows", result.rows), paths);
  const asked = places.map(({ row, line }): PlaceInFile => (row === null ? { record: line ?? 0 } : { row }));
  const delivered = { index, path: paths[index] ?? "", bytes: part.bytes };
  return sourceLines(input.engine, ready, formatAt(stream, result.location), delivered, asked);
}

/** A snapshot that was taken away to save space leaves the numbers of the rows. */
function noneWhenGone(error: unknown): readonly undefined[] {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
  throw error;
}
