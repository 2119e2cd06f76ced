/** What an evaluator finds who looks around in the demonstration. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { noBrowser, openBrowser } from "../browser/visits.ts";
import { openWindow, startDemonstration, textOf } from "./windows.ts";

test("the demonstration shows an alarm before a person goes free, and statistics that hide what is too small", {
  skip: noBrowser,
}, async () => {
  const [demonstration, browser] = await Promise.all([startDemonstration(() => {}, { closed: true }), openBrowser()]);
  try {
    const { page } = await openWindow(browser, demonstration, 0, "head-of-office");
    assert.match(await textOf(page.locator("main li").first()), /Deadline near \(liberty of a person\): XA-2026-005/);
    assert.match(await textOf(page.locator("tbody tr").first()), /XA-2026-005.*Arrested, full request due/s);
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
