import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { barFigure } from "./bar-figure.ts";
import { textWidth } from "./drawing.ts";
import { type FigurePoint, type TimeFigure, timeFigure } from "./figure.ts";
import { placeEvents } from "./figure-events.ts";
import { seriesLimit, seriesStroke } from "./strokes.ts";

function year(at: number, value: number | null, more: Partial<FigurePoint> = {}): FigurePoint {
  return {
    from: `${at}-01-01`,
    until: `${at + 1}-01-01`,
    value,
    lower: null,
    upper: null,
    partial: false,
    ...more,
  };
}

function figure(points: readonly FigurePoint[], more: Partial<TimeFigure> = {}): TimeFigure {
  return {
    id: "time",
    title: "Homicide <b>&",
    description: "Values from 2015 to 2024.",
    unit: "victims",
    series: [{ label: "total", points }],
    events: [],
    language: "en",
    ...more,
  };
}

function drawn(svg: string) {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const line = [...document.querySelectorAll("path")].find(
    (path) => path.parentElement?.getAttribute("stroke-width") === "1.9",
  );
  return {
    document,
    line: line?.getAttribute("d") ?? "",
    texts: [...document.querySelectorAll("text")].map((text) => text.textContent),
  };
}

test("a figure is one image with a name and a description, and needs no style of its own", () => {
  for (const size of ["wide", "narrow"] as const) {
    const svg = timeFigure(figure([year(2020, 1), year(2021, 2)]), size);
    const { document } = drawn(svg);
    const root = document.querySelector("svg");
    assert.equal(root?.getAttribute("role"), "img");
    for (const id of (root?.getAttribute("aria-labelledby") ?? "").split(" "))
      assert.ok(document.getElementById(id)?.textContent !== "", id);
    assert.equal(document.querySelector("title")?.textContent, "Homicide <b>&");
    assert.equal(document.querySelector("desc")?.textContent, "Values from 2015 to 2024.");
    assert.ok(!/\sstyle=|<style|\sclass=/.test(svg));
    assert.equal(root?.querySelectorAll("[aria-label]").length, 0);
  }
});

test("a line breaks where there is no figure, where a period is absent, and where only a part was reported", () => {
  const moves = (points: readonly FigurePoint[]) =>
    drawn(timeFigure(figure(points), "wide")).line.split("M").length - 1;
  assert.equal(moves([year(2018, 1), year(2019, 2), year(2020, 3), year(2021, 4)]), 1);
  assert.equal(moves([year(2017, 1), year(2018, 2), year(2019, null), year(2020, 3), year(2021, 4)]), 2);
  assert.equal(moves([year(2017, 1), year(2018, 2), year(2020, 3), year(2021, 4)]), 2);
  assert.equal(
    moves([year(2017, 1), year(2018, 2), year(2019, 5, { partial: true }), year(2020, 3), year(2021, 4)]),
    2,
  );
});

test("a long line loses points and no peak, and its gaps stay", () => {
  const days = Array.from({ length: 3000 }, (_, index) => {
    const day = (step: number) => new Date(Date.UTC(2010, 0, 1 + step)).toISOString().slice(0, 10);
    const value = index === 1500 ? null : index === 700 ? 1000 : index % 10;
    return { ...year(2010, value), from: day(index), until: day(index + 1) };
  });
  const line: string = drawn(timeFigure(figure(days), "narrow")).line;
  const numbers = line
    .split(/[ML]/)
    .slice(1)
    .map((pair) => Number(pair.split(",")[1]));
  assert.ok(numbers.length > 100 && numbers.length <= 303, String(numbers.length));
  assert.equal(numbers.filter((y) => y < Math.max(...numbers) / 2).length, 1);
  assert.equal(line.split("M").length - 1, 2);
});

test("a partial figure is hollow and a lone figure is marked", () => {
  const { document } = drawn(
    timeFigure(figure([year(2018, 1), year(2019, null), year(2020, 2, { partial: true }), year(2021, null)]), "wide"),
  );
  const shapes = (fill: string) => document.querySelectorAll(`g[fill="${fill}"] circle, g[fill="${fill}"] path`).length;
  assert.equal(shapes("white"), 1);
  assert.equal(shapes(seriesStroke(0).colour), 1);
});

test("values are drawn from a baseline of zero, also where all are large", () => {
  const { texts } = drawn(timeFigure(figure([year(2020, 9000), year(2021, 9100)]), "wide"));
  assert.ok(texts.includes("0"), texts.join(" "));
});

test("years are told once each, and months with their year when the time is short", () => {
  const months = Array.from({ length: 120 }, (_, index) => {
    const day = (step: number) => new Date(Date.UTC(2015, step, 1)).toISOString().slice(0, 10);
    return { ...year(2015, index), from: day(index), until: day(index + 1) };
  });
  const ticks = (count: number) =>
    drawn(timeFigure(figure(months.slice(0, count)), "wide")).texts.filter((text) => /20\d\d/.test(text ?? ""));
  assert.deepEqual(ticks(120), ["2015", "2016", "2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024"]);
  assert.equal(new Set(ticks(14)).size, ticks(14).length);
  assert.ok(
    ticks(14).every((text) => /^[A-Z][a-z]{2} 20\d\d$/.test(text ?? "")),
    ticks(14).join(" "),
  );
});

test("labels of events overlap neither each other nor the edge, and a number stands where a name has no room", () => {
  const position = (day: string): number => 50 + (Number(day.slice(0, 4)) - 2015) * 65 + Number(day.slice(5, 7)) * 5;
  const events = ["2015-02-01", "2019-01-01", "2019-03-01", "2020-03-01", "2020-06-01", "2024-11-01"].map(
    (from, index) => ({
      label: `An event with a rather long name, number ${index + 1}`,
      from,
      until: undefined,
    }),
  );
  for (const named of [true, false]) {
    const { placed, rows } = placeEvents(events, position, { left: 50, right: 708 }, named);
    assert.deepEqual(
      placed.map(({ from }) => from),
      events.map(({ from }) => from),
    );
    for (const one of placed) {
      assert.ok(one.left >= 0 && one.left + textWidth(one.text) <= 708 && one.row < rows);
      for (const other of placed) {
        if (other === one || other.row !== one.row) continue;
        assert.ok(one.left + textWidth(one.text) <= other.left || other.left + textWidth(other.text) <= one.left);
      }
    }
    assert.equal(
      placed.some(({ text }) => text.includes("long name")),
      named,
    );
  }
});

test("bars with equal names are kept apart, and a long name is not cut on a phone", () => {
  const bar = { label: "Springfield", value: 1, lower: 0.5, upper: 2, partial: false };
  const bars = [
    { ...bar, key: "a" },
    { ...bar, key: "b", partial: true },
  ];
  const svg = barFigure({ id: "places", title: "t", description: "d", unit: "u", bars, language: "en" }, "narrow");
  assert.equal(drawn(svg).texts.filter((text) => text === "Springfield").length, 2);
  assert.equal(drawn(svg).document.querySelectorAll("rect").length, 2);
});

test("lines differ without their colour, and every colour stands out from white", () => {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const strokes = Array.from({ length: seriesLimit }, (_, index) => seriesStroke(index));
  assert.equal(new Set(strokes.map(({ dash }) => dash)).size, seriesLimit);
  assert.equal(new Set(strokes.map(({ colour }) => colour)).size, seriesLimit);
  for (const { colour } of strokes) assert.ok(1.05 / (luminance(colour) + 0.05) >= 3, colour);
  assert.equal(new Set(strokes.slice(0, 7).map(({ symbol }) => symbol)).size, 7);
});
