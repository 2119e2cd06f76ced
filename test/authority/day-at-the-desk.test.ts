/** What a working day brings: matters to be found, news in them, and a session that ends while a long form is typed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Demonstration } from "../../src/app/index.ts";
import { noBrowser, openBrowser, violations } from "../browser/visits.ts";
import { lookAgain, openWindow, sideOf, signIn, startDemonstration, textOf } from "./windows.ts";

describe("a day at the desk", { skip: noBrowser }, () => {
  let demonstration: Demonstration;
  let browser: Browser;
  before(async () => {
    [demonstration, browser] = await Promise.all([startDemonstration(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demonstration?.stop();
  });
  const facts = 'First line\n\n  Second line, with <tags> & "quotes", 引号 and نص\n';

  async function atForm(page: Page): Promise<void> {
    await page.getByRole("link", { name: "XA-2026-003" }).first().click();
    await page.goto(`${page.url()}/sections/case`);
    await page.locator("#i-facts").fill(facts);
  }
  /**
   * Signs in as another window of the same browser does, by the same form and with the same cookies. A second page is not
   * opened for it: Chromium without a screen at times answers no clicks in a page that another one had covered.
   */
  async function inAnotherWindow(page: Page): Promise<void> {
    const { address, people } = sideOf(demonstration, 0);
    const { request } = page.context();
    const form = await (await request.get(`${address}/en/sign-in`)).text();
    const csrf = /name="csrf" value="([^"]*)"/.exec(form)?.[1] ?? assert.fail("the form has no token");
    const person =
      people.find(({ roles }) => roles[0] === "case-officer")?.signInName ?? assert.fail("nobody is there");
    const answer = await request.post(`${address}/en/sign-in`, {
      form: { csrf, person, password: demonstration.password },
      headers: { origin: address },
      maxRedirects: 0,
    });
    assert.equal(answer.headers().location, "/en");
  }
  /** Ends the session at the authority, while the browser keeps its cookie: as when it ended by itself. */
  async function endSession(page: Page): Promise<void> {
    const cookies = await page.context().cookies();
    const csrf = await page.locator('input[name="csrf"]').first().inputValue();
    const ended = await fetch(`${sideOf(demonstration, 0).address}/en/sign-out`, {
      method: "POST",
      body: new URLSearchParams({ csrf }),
      headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
      redirect: "manual",
    });
    assert.equal(ended.headers.get("location"), "/en/sign-in");
  }

  test("what was typed is kept over a new sign-in in another window, and saved with one press", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, demonstration, 0, "case-officer");
    await atForm(page);
    await endSession(page);
    await page.locator('button[value="return"]').click();
    assert.match(await textOf(page.locator("main")), /Nothing was saved yet[\s\S]*Second line, with <tags>/);
    assert.deepEqual(await violations(page), []);
    await page.locator("main form button").click();
    assert.match(await textOf(page.locator(".faults")), /not signed in yet/);
    await inAnotherWindow(page);
    await page.locator("main form button").click();
    assert.match(await textOf(page.locator("main")), /as Mira Oland/);
    await page.locator("main form button").click();
    assert.match(await textOf(page.locator(".done")), /Contents changed/);
    await page.goto(`${page.url().replace(/\?.*/, "")}/sections/case`);
    assert.equal((await page.locator("#i-facts").inputValue()).trim(), facts.trim());
    await context.close();
  });

  test("a form from before a new sign-in is offered again; one from elsewhere, and one with a password, is not", async () => {
    const { page, context } = await openWindow(browser, demonstration, 0, "case-officer");
    await atForm(page);
    const target = page.url();
    await inAnotherWindow(page);
    await page.locator('button[value="next"]').click();
    assert.match(await textOf(page.locator("main")), /signed in anew[\s\S]*Second line/);
    await page.locator("main form button").click();
    assert.match(page.url(), /sections\/persons$/, "the button that was pressed still counts");

    const forged = { facts: "From elsewhere", csrf: "no token" };
    const elsewhere = await context.request.post(target, {
      form: forged,
      headers: { "sec-fetch-site": "cross-site" },
      maxRedirects: 0,
    });
    assert.equal(elsewhere.status(), 400);
    assert.doesNotMatch(await elsewhere.text(), /From elsewhere/);
    const password = await context.request.post(`${sideOf(demonstration, 0).address}/en/account/password`, {
      form: { next: "a secret that was typed", csrf: "no token" },
      headers: { "sec-fetch-site": "same-origin" },
      maxRedirects: 0,
    });
    assert.equal(password.status(), 400);
    assert.doesNotMatch(await password.text(), /a secret that was typed/);
    const stranger = await fetch(target, { method: "POST", body: new URLSearchParams(forged), redirect: "manual" });
    assert.equal(stranger.headers.get("location"), "/en/sign-in");
    await context.close();
  });

  test("a matter is found by a part of its reference, by type and by who has it, and what is new in it is marked", async () => {
    const { page, context } = await openWindow(browser, demonstration, 0, "head-of-office");
    const rows = (): Promise<string[]> => page.locator("tbody th").allTextContents();
    const choose = async (fill: () => Promise<unknown>): Promise<string[]> => {
      await page.goto(`${sideOf(demonstration, 0).address}/en`);
      await fill();
      await page.locator("form.choose button").click();
      return rows();
    };
    const all = await rows();
    assert.ok(all.length > 3 && all.every((row) => / new$/.test(row)), "nothing was opened yet");
    assert.deepEqual(
      (await choose(() => page.locator("#q-named").fill("xa-2026-00"))).map((row) => row.slice(0, 11)).sort(),
      all
        .map((row) => row.slice(0, 11))
        .filter((row) => row.startsWith("XA-2026-00"))
        .sort(),
    );
    assert.deepEqual(await choose(() => page.locator("#q-named").fill("XA%")), [], "a sign of SQL is a sign");
    assert.equal(await page.locator("#q-named").inputValue(), "XA%");
    assert.match(
      (await choose(() => page.locator("#q-type").selectOption("preservation"))).join(),
      /^XA-2026-004[^,]*$/,
    );
    assert.match((await choose(() => page.locator("#q-whose").selectOption("nobody"))).join(), /^XB-2026-014[^,]*$/);

    await page.locator("tbody th a").click();
    const matter = page.url();
    assert.equal(await page.locator(".new").count(), 0, "at the first look everything would be");
    const head = await openWindow(browser, demonstration, 0, "head-of-office");
    await head.page.goto(`${matter}/entries/note`);
    await head.page.locator("#i-text").fill("A note of one's own is no news.");
    await head.page.locator("main form button").last().click();
    await head.page.goto(`${matter}/entries/assign`);
    await head.page.locator("#i-person").selectOption({ label: "Mira Oland" });
    await head.page.locator("main form button").last().click();
    await page.goto(matter);
    assert.equal(await page.locator(".new").count(), 0);
    await page.goto(`${sideOf(demonstration, 0).address}/en?named=XB-2026-014`);
    assert.doesNotMatch((await rows()).join(), /new/);
    const officer = await openWindow(browser, demonstration, 0, "case-officer");
    await officer.page.goto(`${matter}/steps/acknowledged`);
    await officer.page.locator("main form button").last().click();
    await lookAgain(page);
    assert.match((await rows()).join(), /XB-2026-014 new/);
    await page.goto(matter);
    assert.match(await textOf(page.locator("main")), /1 new entry by others/);
    await lookAgain(page);
    assert.equal(await page.locator(".new").count(), 0);
    await Promise.all([context, head.context, officer.context].map((one) => one.close()));
  });
});
