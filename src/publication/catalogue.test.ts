import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { catalogueLanguages, type MessageKey, messageKeys, messageSource, messagesOf } from "./catalogue.ts";

function variablesOf(source: string): string[] {
  return [...new Set([...source.matchAll(/\$([A-Za-z]+)/g)].map(([, name]) => name ?? ""))].sort();
}

/** What is only needed to choose a plural form is not needed where a language has none. */
const plural = new Set(["count"]);

test("every message formats in every language, and none leaves a variable or a brace unfilled", () => {
  for (const language of catalogueLanguages) {
    const messages = messagesOf(language);
    for (const key of messageKeys) {
      const names = variablesOf(messageSource(language, key));
      for (const count of [0, 1, 2]) {
        const values = Object.fromEntries(names.map((name) => [name, name === "count" ? count : `<${name}>`]));
        const text = messages.text(key, values);
        assert.ok(text.trim() !== "", `${key} in ${language} is empty`);
        assert.ok(!/[{}]|\$[a-z]/.test(text), `${key} in ${language}: ${text}`);
        if (!key.startsWith("period.quarter")) {
          for (const name of names) if (!plural.has(name)) assert.ok(text.includes(`<${name}>`), `${key} ${name}`);
        }
      }
    }
  }
});

test("a message has the same variables in every language", () => {
  for (const key of messageKeys) {
    const wanted = variablesOf(messageSource("en", key)).filter((name) => !plural.has(name));
    for (const language of catalogueLanguages) {
      const found = variablesOf(messageSource(language, key)).filter((name) => !plural.has(name));
      assert.deepEqual(found, wanted, `${key} in ${language}`);
    }
  }
});

test("no Chinese text was left in English", () => {
  const alike = new Set<MessageKey>(["indicator.downloadCsv", "indicator.downloadParquet", "sources.hash"]);
  for (const key of messageKeys) {
    if (alike.has(key)) continue;
    const words = messageSource("zh", key).replaceAll(/\{\$[^}]*\}/g, "");
    if (/[A-Za-z]{2}/.test(messageSource("en", key).replaceAll(/\{\$[^}]*\}/g, "")))
      assert.match(words, /[\u4e00-\u9fff%（，。]/, key);
  }
});

test("every message is used, directly or as one of a family that is chosen by data", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.includes("messages"),
  );
  const code = files.map((name) => readFileSync(`${root}/${name}`, "utf8")).join("\n");
  const families = [...code.matchAll(/`([a-z]+(?:\.[a-z]+)*\.)\$\{/g)].map(([, prefix]) => prefix ?? "");
  const dimensions = ["sex.", "age.", "dimension."];
  const unused = messageKeys.filter(
    (key) => !code.includes(`"${key}"`) && ![...families, ...dimensions].some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});

test("a missing value is a mistake of the program", () => {
  assert.throws(() => messagesOf("en").text("problem.unknownArea"), /problem\.unknownArea in en/);
});

test("numbers have the digits that a reader can use, and never lose a count", () => {
  const messages = messagesOf("en");
  assert.equal(messages.number(12_345), "12,345");
  assert.equal(messages.number(0.5), "0.5");
  assert.equal(messages.significant(0), "0");
  assert.equal(messages.significant(0.2), "0.200");
  assert.equal(messages.significant(0.06623), "0.0662");
  assert.equal(messages.significant(999.4), "999");
  assert.equal(messages.significant(12_345.6), "12,346");
  assert.equal(messages.percent(0.1234), "12.3");
});

test("what is not all is never shown as all, and a little never as nothing", () => {
  const messages = messagesOf("en");
  assert.equal(messages.percent(0.9999), ">99.9");
  assert.equal(messages.percent(0.0001), "<0.1");
  assert.equal(messages.percent(1), "100.0");
  assert.equal(messages.percent(0), "0.0");
  assert.equal(messages.percent(1 / 12 + 11 / 12 - 1e-16), "100.0");
});
