/** What holds for every page, in every language and at every width. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser } from "playwright-core";
import { hostileCode, hostileName, type ServedObservatory } from "./observatory.ts";
import { describe, languages, violations, watch, widths } from "./visits.ts";

/** Every kind of page, and those that are known to be long, wide, empty or wrong. */
const paths: readonly (readonly [path: string, status: number])[] = [
  ["", 200],
  ["/indicators/intentional-homicide", 200],
  ["/indicators/intentional-homicide?area=R12&by=sex%2Cage", 200],
  ["/indicators/burglary", 200],
  ["/indicators/recorded-crime?by=iccs", 200],
  ["/indicators/theft?by=iccs", 200],
  ["/indicators/persons-held?by=sex", 200],
  ["/indicators/persons-held?by=sex%2Cdetention", 200],
  ["/indicators/unsentenced-detainees", 200],
  ["/indicators/victims-of-violence", 200],
  ["/indicators/female-victims-of-sexual-violence", 200],
  ["/explain/victims-of-violence?area=EX&by=age&period=2024-01-01&d.age=Y0T17", 200],
  ["/explain/burglary?area=R12&by=&period=2024-04-01", 200],
  ["/crosswalks", 200],
  ["/coverage", 200],
  ["/quarantine", 200],
  ["/quarantine/incidents", 200],
  ["/quarantine/returns", 200],
  ["/sources", 200],
  ["/nothing-here", 404],
  ["/indicators/burglary?area=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 400],
];

/**
 * Whether axe looks at a page here. It takes longer than all else together, and its rules know no language and hardly a
 * width: each page is examined in both languages and at both widths, but only kinds of pages in all four ways.
 */
function isExamined(path: string, language: string, width: number): boolean {
  return (language === "en") === (width === 360) || kinds.includes(path);
}
const kinds = ["", "/indicators/intentional-homicide", "/coverage", "/quarantine", "/sources", "/nothing-here"];

/** Bytes of a page with its figure and style, compressed as sent. */
const mostBytes = 60_000;

export function testEveryPage(served: () => ServedObservatory, browser: () => Browser): void {
  for (const language of languages) {
    for (const width of widths) {
      test(`every page can be read and has no violation of WCAG 2.2 AA, in ${language} at ${width} pixels`, async () => {
        const { address } = served();
        const context = await browser().newContext({ viewport: { width, height: 800 } });
        const page = await context.newPage();
        const { faults } = watch(page, address);
        let heaviest = { path: "", bytes: 0 };
        for (const [path, status] of paths) {
          const url = `${address}/${language}${path}`;
          const response = await page.goto(url);
          assert.equal(response?.status(), status, url);
          const { width: shown, language: tag, direction, headings } = await describe(page);
          assert.ok(shown <= width, `${url} is ${shown} pixels wide`);
          assert.equal(tag, language === "zh" ? "zh-Hans" : "en", url);
          assert.equal(direction, "ltr", url);
          assert.equal(headings, 1, url);
          if (isExamined(path, language, width)) assert.deepEqual(await violations(page), [], url);
          assert.deepEqual(faults, [], url);
          const { responseBodySize: bytes = 0 } = (await response?.request().sizes()) ?? {};
          if (bytes > heaviest.bytes) heaviest = { path, bytes };
        }
        assert.ok(heaviest.bytes > 1000 && heaviest.bytes <= mostBytes, `${heaviest.path}: ${heaviest.bytes} bytes`);
        await context.close();
      });
    }
  }

  test("texts of data are shown as they are and never become part of a page", async () => {
    const { address } = served();
    const page = await browser().newPage();
    const { faults } = watch(page, address);
    await page.goto(`${address}/en/indicators/burglary?area=R12`);
    assert.ok((await page.locator("figcaption").first().textContent())?.includes(hostileName));
    assert.equal(await page.locator("main b").count(), 0);
    await page.goto(`${address}/en/quarantine/incidents`);
    assert.ok((await page.locator(".findings").textContent())?.includes(hostileCode));
    assert.equal(await page.locator("main img").count(), 0);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test("a figure stands beside its words: image, name, description, legend and numbered events", async () => {
    const { address } = served();
    const page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${address}/en/indicators/persons-held?by=sex`);
    const image = page.getByRole("img", { name: "Persons held, Examplia" });
    assert.equal(await image.count(), 1);
    assert.match((await image.locator("desc").textContent()) ?? "", /male: lowest .* highest .* latest/);
    const legend = await page.locator(".legend li").allTextContents();
    assert.deepEqual(
      legend.map((text) => text.trim()),
      ["male", "female"],
    );
    assert.match((await image.textContent()) ?? "", /1 Code 204 takes in harassment.*2 Lockdown/);
    assert.equal(await page.locator(".events li").count(), 3);
    await page.setViewportSize({ width: 360, height: 800 });
    assert.equal(await page.getByRole("img", { name: "Persons held, Examplia" }).count(), 1);
    await page.close();
  });

  test("on paper there is no navigation, and a long table is printed whole", async () => {
    const { address } = served();
    const page = await browser().newPage();
    await page.goto(`${address}/en/indicators/burglary`);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("header nav").isVisible(), false);
    const hidden = await page.evaluate(
      `(() => { const box = document.querySelector(".long"); return box.scrollHeight - box.clientHeight; })()`,
    );
    assert.ok(Number(hidden) <= 2, String(hidden));
    await page.close();
  });
}
