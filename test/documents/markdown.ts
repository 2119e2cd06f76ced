import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** A fenced block of a Markdown file: its language, the words after it, its text and the line on which it begins. */
export interface FencedBlock {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a Markdown text, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const opening = /^(`{3,})(\S*)(.*)$/.exec(lines[index] ?? "");
    if (opening === null) continue;
    const [, fence = "", language = "", rest = ""] = opening;
    const begin = index + 1;
    index = begin;
    while (index < lines.length && lines[index] !== fence) index += 1;
    if (index === lines.length) throw new Error(`the block that opens on line ${begin} is not closed`);
    const text = lines
      .slice(begin, index)
      .map((line) => `${line}\n`)
      .join("");
    const words = rest.split(" ").filter((word) => word !== "");
    blocks.push({ language, words, text, line: begin });
  }
  return blocks;
}

/** Every Markdown file of the repository, relative to its root, sorted. */
export function markdownFiles(folder = "."): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      const foreign = ["node_modules", "raw", "dist"].includes(entry.name) || entry.name.startsWith(".");
      if (entry.isDirectory()) return foreign ? [] : markdownFiles(path);
      return entry.name.endsWith(".md") ? [path] : [];
    })
    .sort();
}

/** Text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}
