import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { markdownFiles, repository, textOf } from "./markdown.ts";

/** Text without fenced blocks and code, in which nothing is a link. */
function prose(markdown: string): string {
  return markdown.replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, "").replaceAll(/`[^`\n]*`/g, "code");
}

/** The anchor that a heading gets: lower case, punctuation taken away, hyphens for spaces. */
function anchorOf(heading: string): string {
  const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return words
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

function anchorsOf(path: string): Set<string> {
  const text = textOf(path).replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, "");
  return new Set([...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
}

/** Targets of the links and pictures of a page. */
function targetsOf(path: string): string[] {
  const text = prose(textOf(path));
  const inText = [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target = ""]) => target);
  const pictures = [...text.matchAll(/<img\s[^>]*src="([^"]+)"/g)].map(([, target = ""]) => target);
  return [...inText, ...pictures];
}

/** Links that lead nowhere, as sentences. Addresses of other places are not followed. */
function brokenLinks(path: string): string[] {
  return targetsOf(path).flatMap((target) => {
    if (/^[a-z]+:/i.test(target)) return [];
    const [file = "", anchor] = target.split("#");
    const found = file === "" ? path : normalize(join(dirname(path), decodeURIComponent(file)));
    const place = join(repository, found);
    if (found.startsWith("..") || !existsSync(place)) return [`${path}: ${target} is not there`];
    if (anchor === undefined || statSync(place).isDirectory()) return [];
    return anchorsOf(found).has(anchor) ? [] : [`${path}: ${found} has no heading for #${anchor}`];
  });
}

test("every relative link in the documents leads somewhere", () => {
  const files = markdownFiles();
  assert.ok(files.includes("README.md") && files.some((path) => path.startsWith("docs/")));
  assert.deepEqual(files.flatMap(brokenLinks), []);
});

test("every document can be reached from the README", () => {
  const seen = new Set(["README.md"]);
  for (const path of seen) {
    for (const target of targetsOf(path)) {
      const [file = ""] = target.split("#");
      if (/^[a-z]+:/i.test(target) || file === "") continue;
      const found = normalize(join(dirname(path), decodeURIComponent(file)));
      if (found.endsWith(".md") && existsSync(join(repository, found))) seen.add(found);
    }
  }
  const documents = markdownFiles().filter((path) => path.startsWith("docs/"));
  assert.deepEqual(
    documents.filter((path) => !seen.has(path)),
    [],
    "no page links to these",
  );
});

test("anchors are made as readers of Markdown make them", () => {
  assert.equal(anchorOf("What a national code became"), "what-a-national-code-became");
  assert.equal(anchorOf("1. A folder with `places`"), "1-a-folder-with-places");
});

test("pictures of the documents are small enough for a slow line", () => {
  for (const path of markdownFiles()) {
    for (const target of targetsOf(path).filter((name) => name.endsWith(".png"))) {
      const size = statSync(join(repository, dirname(path), target)).size;
      assert.ok(size < 200_000, `${target}: ${size} bytes`);
    }
  }
});
