/** What an evaluator finds who looks at the statistics of the demonstration. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { noBrowser, openBrowser } from "../browser/visits.ts";
import { openWindow, startDemonstration, textOf } from "./windows.ts";

test("the statistics of the demonstration show counts, and hide those that are too small", {
  skip: noBrowser,
}, async () => {
  const [demonstration, browser] = await Promise.all([startDemonstration(() => {}, { closed: true }), openBrowser()]);
  try {
    const { page } = await openWindow(browser, demonstration, 0, "head-of-office");
    await page.locator('nav a[href$="/statistics"]').click();
    const row = async (name: RegExp) => textOf(page.locator("#by-type + .scroll tbody tr", { hasText: name }));
    assert.match(await row(/Spontaneous information/), /5/);
    assert.match(await row(/Mutual legal assistance/), /6/);
    assert.match(await textOf(page.locator("main")), /suppressed/);
  } finally {
    await browser.close();
    await demonstration.stop();
  }
});
