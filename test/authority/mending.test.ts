/** Corrections, messages, workload, statistics and comparison, over the pages. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Demonstration } from "../../src/app/index.ts";
import { describe as describePage, noBrowser, openBrowser, violations, watch, widths } from "../browser/visits.ts";
import { faultsOf, openWindow, sideOf, signIn, startDemonstration, textOf } from "./windows.ts";

describe("what is mended and watched over, in a browser", { skip: noBrowser }, () => {
  let demonstration: Demonstration;
  let browser: Browser;
  before(async () => {
    [demonstration, browser] = await Promise.all([startDemonstration(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demonstration?.stop();
  });
  const press = (page: Page) => page.locator("main form button").last().click();

  test("an officer asks for a correction, the approver sees both versions and approves, and the history says why", async () => {
    const windows = await Promise.all(
      ["case-officer", "approver", "head-of-office"].map((role) => openWindow(browser, demonstration, 0, role)),
    );
    const [officer, approver, head] = windows.map(({ page }) => page);
    assert.ok(officer && approver && head);
    await officer.getByRole("link", { name: "XA-2026-001" }).first().click();
    const matter = officer.url();
    await officer.goto(`${matter}/sections/request`);
    await officer.getByRole("link", { name: "Correct: Purpose" }).click();
    assert.match(await textOf(officer.locator(".said")), /an approver or the head of the office approves it/);
    await press(officer);
    assert.match(await faultsOf(officer), /Nothing was changed|needed/);
    await officer.locator("#i-purpose").fill("To find the paintings");
    await officer.locator("#i-reason").fill("The purpose was copied from another request");
    await press(officer);
    assert.match(await textOf(officer.locator("#next")), /Waiting for a second person: Content corrected/);
    assert.equal(await officer.locator('a[href$="/corrections"]').count(), 0, "nobody approves the own request");

    await approver.goto(matter);
    await approver.locator('a[href$="/corrections"]').click();
    assert.match(
      await textOf(approver.locator("main")),
      /As it stands[\s\S]*As it shall be[\s\S]*To find the paintings/,
    );
    await press(approver);
    await officer.goto(matter);
    assert.match(
      await textOf(officer.locator("main")),
      /Corrections[\s\S]*Purpose[\s\S]*Tomas Werrin[\s\S]*copied from another request[\s\S]*To find the paintings/,
    );

    await head.goto(`${matter}/sections/request`);
    await head.getByRole("link", { name: "Correct: Purpose" }).click();
    assert.match(await textOf(head.locator(".said")), /takes effect at once/);
    await head.locator("#i-purpose").fill("To find three paintings");
    await head.locator("#i-reason").fill("Their number is known");
    await press(head);
    assert.match(await textOf(head.locator(".done")), /Content corrected/);
    await officer.goto(matter);
    await officer.locator('a[href*="/messages/"]').first().click();
    assert.match(await textOf(officer.locator("main")), /What is attested[\s\S]*SubmissionAcceptance[\s\S]*SHA-256/);
    await Promise.all(windows.map(({ context }) => context.close()));
  });

  test("a head sees who has how much, and gives the matters of one who leaves to another at once", async () => {
    const { page: head, context } = await openWindow(browser, demonstration, 0, "head-of-office");
    const { page: officer, context: other } = await openWindow(browser, demonstration, 0, "case-officer");
    await officer.getByRole("link", { name: "XA-2026-003" }).first().click();
    const sealed = officer.url();
    await officer.goto(`${sealed}/access`);
    await officer.locator("#i-seal-reason").fill("Delicate");
    await officer.locator('section[aria-labelledby="act-seal"] button').click();
    await head.getByRole("link", { name: "Workload" }).click();
    const row = head.locator("tr", { hasText: "Mira Oland" }).first();
    assert.deepEqual((await row.locator("td").allTextContents()).slice(0, 4), ["2", "2", "0", "1"]);
    await row.getByRole("link").click();
    await press(head);
    assert.match(await faultsOf(head), /Choose at least one matter[\s\S]*needed/);
    for (const box of await head.locator("input[type=checkbox]").all()) await box.check();
    await head.locator("#i-to").selectOption({ label: "Ilya Norden" });
    await head.locator("#i-reason").fill("She has left");
    await press(head);
    assert.match(await textOf(head.locator(".done")), /3 matters were given on/);
    assert.equal((await officer.goto(sealed))?.status(), 404);
    const { page: contact, context: third } = await openWindow(browser, demonstration, 0, "contact-point");
    assert.equal((await contact.goto(sealed))?.status(), 200);
    await Promise.all([context, other, third].map((one) => one.close()));
  });

  test("both sides' records of the messages are compared by an auditor", async () => {
    const { page, context } = await openWindow(browser, demonstration, 0, "auditor");
    const { page: other, context: second } = await openWindow(browser, demonstration, 1, "auditor");
    await page.getByRole("link", { name: "Compare the records of messages" }).click();
    const answer = await other.request.get(`${sideOf(demonstration, 1).address}/en/comparison/record.json`);
    const theirs = await answer.text();
    await page.locator("#i-theirs").fill("no list");
    await press(page);
    assert.match(await faultsOf(page), /not such a list/);
    const list = JSON.parse(theirs);
    const madeTomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const without = list.evidences.slice(1);
    const compared = async (asked: object): Promise<string> => {
      await page.locator("#i-theirs").fill(JSON.stringify(asked));
      await press(page);
      return await textOf(page.locator("#found"));
    };
    assert.match(await compared(list), /Nothing is missing or different/);
    // What was made just now may be on its way; seen from tomorrow, it is missing.
    assert.match(await compared({ ...list, evidences: without }), /Nothing is missing[\s\S]*perhaps still on its way/);
    assert.match(await compared({ made: madeTomorrow, evidences: without }), /the partner lacks it/);
    await Promise.all([context, second].map((one) => one.close()));
  });

  test("these pages have no fault of WCAG 2.2 AA and fit, in every language", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { address, people } = sideOf(demonstration, 0);
    const { faults } = watch(page, address);
    await signIn(page, demonstration, 0, "head-of-office");
    const link = page.getByRole("link", { name: "XA-2026-001" }).first();
    const matter = new URL((await link.getAttribute("href")) ?? "", address).pathname.replace(/^\/en/, "");
    await page.goto(`${address}/en${matter}`);
    const message =
      (await page.locator('a[href*="/messages/"]').first().getAttribute("href"))?.replace(/^\/en/, "") ?? "";
    const contact = people.find(({ roles }) => roles.some((role) => role === "contact-point"))?.person ?? "";
    const said: string[] = [];
    for (const language of ["en", "zh", "ar"] as const)
      for (const path of [
        matter,
        message,
        `${matter}/corrections/purpose`,
        "/workload",
        `/workload/${contact}`,
        "/statistics",
        "/comparison",
        "/erasure",
      ]) {
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
