/** Who may know of a matter, over the pages: sealing, admission, conflicts of interest, emergency access. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import type { Demonstration } from "../../src/app/index.ts";
import { describe as describePage, noBrowser, openBrowser, violations, watch, widths } from "../browser/visits.ts";
import { faultsOf, lookAgain, openWindow, sideOf, signIn, startDemonstration, textOf } from "./windows.ts";

describe("who may know of a matter, in a browser", { skip: noBrowser }, () => {
  let demonstration: Demonstration;
  let browser: Browser;
  before(async () => {
    [demonstration, browser] = await Promise.all([startDemonstration(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demonstration?.stop();
  });
  const press = (act: string): string => `section[aria-labelledby="act-${act}"] button`;
  const input = (act: string, name: string): string => `#i-${act}-${name}`;

  test("an officer seals a draft, the head admits the approver unseen, and the approver approves", async () => {
    const windows = await Promise.all(
      ["case-officer", "head-of-office", "approver"].map((role) => openWindow(browser, demonstration, 0, role)),
    );
    const [officer, head, approver] = windows.map(({ page }) => page);
    assert.ok(officer && head && approver);
    const { address } = sideOf(demonstration, 0);
    await officer.getByRole("link", { name: "XA-2026-002" }).first().click();
    const matter = officer.url();
    await head.goto(matter);
    assert.equal(await head.locator("dl.facts").count(), 1);

    await officer.goto(`${matter}/access`);
    assert.match(await textOf(officer.locator("main")), /Ordinary: the head of the office sees it/);
    assert.equal(await officer.locator(press("admit")).count(), 0, "only the head admits");
    await officer.locator(press("seal")).click();
    assert.match(await faultsOf(officer), /needed/);
    await officer.locator(input("seal", "reason")).fill("A witness is in danger");
    await officer.locator(press("seal")).click();
    assert.match(
      await textOf(officer.locator("main")),
      /Done\.[\s\S]*Sealed by Mira Oland[\s\S]*A witness is in danger/,
    );

    for (const page of [head, approver]) {
      const answer = await page.goto(matter);
      assert.equal(answer?.status(), 404);
    }
    await head.goto(`${address}/en/oversight`);
    await head.locator("main form button").last().click();
    assert.match(await faultsOf(head), /needed/);
    const fill = async (named: string): Promise<void> => {
      await head.locator("#i-matter").fill(named);
      await head.locator("#i-act").selectOption("admit");
      await head.locator("#i-person").selectOption({ label: "Tomas Werrin" });
      await head.locator("#i-reason").fill("He approves this request");
      await head.locator("main form button").last().click();
    };
    await fill(`${address}/en/matters/01900000-0000-7000-8000-000000000000`);
    assert.match(await faultsOf(head), /no such matter of your office/);
    assert.equal(await head.locator("#i-reason").inputValue(), "He approves this request", "nothing typed is lost");
    await fill(matter);
    assert.match(await textOf(head.locator(".done")), /Done/);
    assert.equal((await head.goto(matter))?.status(), 404, "the head still sees nothing");

    await approver.goto(matter);
    await approver.goto(`${matter}/steps/approved`);
    await approver.locator("main form button").last().click();
    await officer.goto(`${matter}/access`);
    assert.match(await textOf(officer.locator("main")), /Tomas Werrin[\s\S]*He approves this request/);
    await officer.goto(matter);
    assert.equal(await textOf(officer.locator("dl.facts dd").first()), "Signed");

    await officer.goto(`${matter}/access`);
    await officer.locator(input("declare", "reason")).fill("The suspect is my cousin");
    await officer.locator(press("declare")).click();
    assert.match(await textOf(officer.locator(".done")), /may not see this matter any more/);
    assert.equal((await officer.goto(matter))?.status(), 404);
    await head.goto(matter);
    assert.equal(
      await head.locator("dl.facts").count(),
      1,
      "it is back with the head, who sees it until it is assigned",
    );
    await Promise.all(windows.map(({ context }) => context.close()));
  });

  test("who breaks the glass reads and can press nothing; head and auditor see it at once", async () => {
    const windows = await Promise.all(
      ["contact-point", "head-of-office", "auditor"].map((role) => openWindow(browser, demonstration, 0, role)),
    );
    const [contact, head, auditor] = windows.map(({ page }) => page);
    assert.ok(contact && head && auditor);
    const { address } = sideOf(demonstration, 0);
    await contact.goto(`${address}/en/emergency`);
    assert.match(await textOf(contact.locator(".warning")), /recorded for good and shown at once/);
    const ask = async (named: string, reason: string): Promise<void> => {
      await contact.locator("#i-matter").fill(named);
      await contact.locator("#i-reason").fill(reason);
      await contact.locator("main form button").last().click();
    };
    const reason = "A child is in danger; nobody assigned can be reached";
    await ask("XA-2026-001", "urgent");
    assert.match(await faultsOf(contact), /at least 20 characters/);
    await ask("XA-1999-999", reason);
    assert.match(await faultsOf(contact), /no such matter, or emergency access to it is not possible/);
    assert.equal(await contact.locator("#i-reason").inputValue(), reason);
    await ask("XA-2026-001", reason);
    assert.match(contact.url(), /\/emergency\/[0-9a-f-]{36}$/);
    assert.match(await textOf(contact.locator(".warning")), /Emergency access until/);
    assert.equal(await contact.locator("main form, main a.go").count(), 0);
    const read = contact.url();
    assert.equal((await contact.goto(read.replace("emergency", "matters")))?.status(), 404, "only as an emergency");

    await lookAgain(head);
    assert.match(await textOf(head.locator(".watch")), /Ilya Norden[\s\S]*XA-2026-001[\s\S]*A child is in danger/);
    await lookAgain(auditor);
    assert.match(await textOf(auditor.locator(".watch")), /Ilya Norden[\s\S]*A child is in danger/);
    await Promise.all(windows.map(({ context }) => context.close()));
  });

  test("the pages about access have no fault of WCAG 2.2 AA and fit, in every language", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { address } = sideOf(demonstration, 0);
    const { faults } = watch(page, address);
    await signIn(page, demonstration, 0, "head-of-office");
    const link = page.getByRole("link", { name: "XA-2026-001" }).first();
    const matter = new URL((await link.getAttribute("href")) ?? "", address).pathname.replace(/^\/en/, "");
    const said: string[] = [];
    for (const language of ["en", "zh", "ar"] as const)
      for (const path of ["", `${matter}/access`, "/oversight", "/emergency"]) {
        await page.goto(`${address}/${language}${path}`);
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          const seen = await describePage(page);
          if (seen.width > width) said.push(`${language}${path} at ${width}: ${seen.width} wide`);
          if (seen.headings !== 1) said.push(`${language}${path}: ${seen.headings} main headings`);
        }
        said.push(...(await violations(page)).map((violation) => `${language}${path}: ${violation}`));
      }
    assert.deepEqual(said, []);
    assert.deepEqual(faults, []);
    await context.close();
  });
});
