import assert from "node:assert/strict";
import { test } from "node:test";
import { messagesOf } from "./catalogue.ts";
import { periodEnd, periodWords } from "./periods.ts";

test("a period is said as people say it", () => {
  const [en, zh] = [messagesOf("en"), messagesOf("zh")];
  assert.equal(periodWords(en, "2024-01-01", "A"), "2024");
  assert.equal(periodWords(zh, "2024-01-01", "A"), "2024年");
  assert.equal(periodWords(en, "2024-10-01", "Q"), "the fourth quarter of 2024");
  assert.equal(periodWords(en, "2024-01-01", "Q"), "the first quarter of 2024");
  assert.equal(periodWords(zh, "2024-10-01", "Q"), "2024年第4季度");
  assert.equal(periodWords(en, "2024-12-01", "M"), "December 2024");
  assert.equal(periodWords(zh, "2024-12-01", "M"), "2024年12月");
  assert.equal(periodWords(en, "2019-12-30", "W"), "week 1 of 2020");
  assert.equal(periodWords(zh, "2019-12-30", "W"), "2020年第1周");
  assert.equal(periodWords(en, "2020-03-16", "D"), "16 March 2020");
});

test("a period ends where the next one begins", () => {
  assert.equal(periodEnd("2024-01-01", "A"), "2025-01-01");
  assert.equal(periodEnd("2024-10-01", "Q"), "2025-01-01");
  assert.equal(periodEnd("2024-02-01", "M"), "2024-03-01");
  assert.equal(periodEnd("2024-12-30", "W"), "2025-01-06");
  assert.equal(periodEnd("2024-02-28", "D"), "2024-02-29");
});
