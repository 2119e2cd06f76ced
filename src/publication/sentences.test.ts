import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { type Definitions, folderFiles, type Indicator, loadDefinitions, type Observation } from "../evidence/index.ts";
import { catalogueLanguages, type Messages, messagesOf } from "./catalogue.ts";
import { figureTable } from "./pages/indicator-tables.ts";
import { figureSentences } from "./sentences.ts";

const folder = fileURLToPath(new URL("../../observatories/examplia/", import.meta.url));
const { definitions } = await loadDefinitions(folder, folderFiles(folder));
assert.ok(definitions !== undefined);
const examplia: Definitions = definitions;

function indicatorNamed(id: string): Indicator {
  const found = examplia.indicators.get(id)?.value;
  assert.ok(found !== undefined, id);
  return found;
}

function figure(year: number, more: Partial<Observation>): Observation {
  return {
    grouping: "",
    dimensions: {},
    area: "EX",
    level: "country",
    period: `${year}-01-01`,
    frequency: "A",
    value: null,
    lower: null,
    upper: null,
    numerator: null,
    denominator: null,
    low: null,
    high: null,
    status: "normal",
    reason: null,
    coverage: 1,
    parts: null,
    expected: null,
    assumed: 0,
    flagged: 0,
    records: 0,
    ...more,
  };
}

function said(messages: Messages, indicator: Indicator, series: readonly Observation[]): string {
  return figureSentences(examplia, messages, indicator, series, { title: "TITLE", area: "AREA" }).join(" ");
}

/** Value and interval of a year as the table shows them. */
function shownInTable(messages: Messages, id: string, series: readonly Observation[], year: string): string[] {
  const choice = { area: "EX", grouping: "" };
  const page = figureTable({ id, indicator: indicatorNamed(id), choice, series }, messages);
  const { document } = parseHTML(`<!doctype html><html><body>${String(page)}</body></html>`);
  const row = [...document.querySelectorAll("tbody tr")].find((each) => each.querySelector("th")?.textContent === year);
  return [...(row?.querySelectorAll("td") ?? [])].slice(0, 2).map((cell) => cell.textContent ?? "");
}

const rateOf = (count: number, population: number) => ({
  value: (count / population) * 100_000,
  lower: ((count * 0.8) / population) * 100_000,
  upper: ((count * 1.2 + 3) / population) * 100_000,
  numerator: count,
  denominator: population,
  low: count,
  high: count,
});

const anyFigure = fc.record({
  count: fc.nat(100_000),
  population: fc.integer({ min: 1000, max: 2_000_000_000 }),
  kind: fc.constantFrom("normal", "normal", "normal", "partial", "estimated", "missing", "not-reported"),
});

test("what is said is what the table shows, in every language, whatever the figures are", () => {
  for (const language of catalogueLanguages) {
    const messages = messagesOf(language);
    fc.assert(
      fc.property(fc.array(anyFigure, { minLength: 1, maxLength: 6 }), (figures) => {
        const series = figures.map(({ count, population, kind }, index) =>
          kind === "missing" || kind === "not-reported"
            ? figure(2015 + index, { status: kind, reason: "nobody-reported" })
            : figure(2015 + index, {
                ...rateOf(count, population),
                status: kind === "partial" ? "partial" : kind === "estimated" ? "estimated" : "normal",
                coverage: 0.5,
              }),
        );
        const id = "intentional-homicide";
        const text = said(messages, indicatorNamed(id), series);
        const known = series.filter(({ value }) => value !== null);
        const current = known.findLast(({ status }) => status !== "partial") ?? known.at(-1);
        if (current === undefined) {
          assert.ok(text.includes(messages.text("reason.nobody-reported")), text);
          return;
        }
        const [value = "", interval = ""] = shownInTable(messages, id, series, current.period.slice(0, 4));
        assert.ok(value !== "" && text.includes(value), `${value} in: ${text}`);
        assert.ok(interval !== "" && text.includes(interval), `${interval} in: ${text}`);
        assert.ok(text.includes(current.period.slice(0, 4)));
        const before = series[series.indexOf(current) - 1];
        const compared = current.status !== "partial" && before?.value != null && before.status !== "partial";
        if (compared && before?.value != null && before.value > 0 && current.value !== null) {
          const change = (current.value / before.value - 1) * 100;
          if (Math.abs(change) >= 0.05) assert.ok(text.includes(messages.number(Math.abs(change), 1)), text);
        }
        if (!compared) assert.ok(!text.includes(messages.text("sentence.withinChance")), text);
      }),
      { seed: 3, numRuns: 150 },
    );
  }
});

test("chance is spoken of after the exact test only: overlapping intervals can still differ beyond chance", () => {
  const messages = messagesOf("en");
  const series = (now: number) => [
    figure(2023, { ...rateOf(100, 1_000_000), lower: 8.14, upper: 12.16 }),
    figure(2024, { ...rateOf(now, 1_000_000), lower: now / 10 - 2, upper: now / 10 + 2 }),
  ];
  const rate = indicatorNamed("intentional-homicide");
  assert.match(said(messages, rate, series(110)), /10\.0 percent more than for 2023\. The difference is within what/);
  // 135 against 100: the intervals of both overlap, the exact test has p = 0.026.
  assert.doesNotMatch(said(messages, rate, series(135)), /chance/);
});

test("a share changes by percentage points, and nothing is said about chance", () => {
  const share = indicatorNamed("female-victims-of-sexual-violence");
  const series = [figure(2023, { value: 0.5, numerator: 5, denominator: 10 }), figure(2024, { value: 0.55 })];
  assert.equal(
    said(messagesOf("en"), share, series),
    "TITLE, AREA, 2024: 55.0 percent. That is 5.0 percentage points more than for 2023.",
  );
  assert.equal(said(messagesOf("zh"), share, series), "AREA2024年TITLE：55.0%。 比2023年上升 5.0 个百分点。");
});

test("one is said in the singular, and from zero there is no percentage", () => {
  const count = indicatorNamed("recorded-crime");
  const series = [figure(2023, { value: 0 }), figure(2024, { value: 1 })];
  assert.equal(said(messagesOf("en"), count, series), "TITLE, AREA, 2024: 1 incident. For 2023 it was 0.");
});

test("a newer figure that is partial, unknown or masked is not passed over in silence", () => {
  const count = indicatorNamed("persons-held");
  const messages = messagesOf("en");
  const whole = figure(2023, { value: 10 });
  assert.match(
    said(messages, count, [whole, figure(2024, { value: 3, status: "partial" })]),
    /2024 is partial and is not/,
  );
  assert.match(
    said(messages, count, [whole, figure(2024, { status: "suppressed", reason: "masked", low: 12, high: 16 })]),
    /only bounds are known for 2024: 12 to 16/,
  );
  assert.match(
    said(messages, count, [whole, figure(2024, { status: "not-reported", reason: "nobody-reported" })]),
    /no figure for 2024: nobody reported/,
  );
});

test("a month is compared with the same month of the year before", () => {
  const rate = indicatorNamed("burglary");
  const months = Array.from({ length: 13 }, (_, index) => {
    const month = new Date(Date.UTC(2023, 11 + index, 1)).toISOString().slice(0, 10);
    return figure(2024, { ...rateOf(100 + index, 1_000_000), period: month, frequency: "M" });
  });
  assert.match(said(messagesOf("en"), rate, months), /December 2024: .* 12\.0 percent more than for December 2023/);
});
