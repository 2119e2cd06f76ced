import { posix } from "node:path";

/** Files of the repository by their path from its root, with `/` between folders. */
export type Files = ReadonlyMap<string, string>;

/** One import or re-export. */
export interface Import {
  /** The file that imports. */
  readonly from: string;
  readonly line: number;
  /** The file that is imported, from the root of the repository; or the name of a package or of a part of Node. */
  readonly to: string;
  readonly relative: boolean;
}

// TypeScript 7 has no stable interface for programs. These statements stand at the beginning of a line in formatted code.
const statements = /^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

/** Every import and re-export of the TypeScript files, types and dynamic ones included. */
export function importsOf(files: Files): Import[] {
  const found: Import[] = [];
  for (const [from, text] of files) {
    if (!from.endsWith(".ts")) continue;
    for (const match of text.matchAll(statements)) {
      const specifier = match[1] ?? match[2] ?? match[3];
      if (specifier === undefined) continue;
      const relative = specifier.startsWith(".");
      found.push({
        from,
        line: text.slice(0, match.index).split("\n").length,
        to: relative ? posix.join(posix.dirname(from), specifier) : specifier,
        relative,
      });
    }
  }
  return found;
}

/** A cycle of a graph as the list of its nodes, the first one repeated at the end; or undefined where there is none. */
export function cycleOf(edges: Iterable<readonly [string, string]>): string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const other of next.get(node) ?? []) {
      const cycle = visit(other, [...way, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of next.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
