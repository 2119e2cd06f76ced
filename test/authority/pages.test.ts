/** Both sides of a request in two browsers, over the pages that a person uses, without a script. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Demonstration } from "../../src/app/index.ts";
import { describe as describePage, noBrowser, openBrowser, violations, watch, widths } from "../browser/visits.ts";
import { openWindow, sideOf, signIn, startDemonstration, textOf as text, until } from "./windows.ts";

const languages = ["en", "zh", "ar"] as const;

describe("two authorities in two browsers", { skip: noBrowser }, () => {
  let demonstration: Demonstration;
  let browser: Browser;
  const reports: string[] = [];
  before(async () => {
    [demonstration, browser] = await Promise.all([startDemonstration((text) => reports.push(text)), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demonstration?.stop();
  });

  const side = (index: 0 | 1): Demonstration["sides"][number] => sideOf(demonstration, index);
  const window = (index: 0 | 1, role: string) => openWindow(browser, demonstration, index, role);

  async function step(page: Page, name: string, fill: () => Promise<void> = async () => {}): Promise<void> {
    await page.goto(`${matterOf(page)}/steps/${name}`);
    await fill();
    await page.locator("main form button").last().click();
  }
  const links = (page: Page): Promise<string[]> =>
    page.locator("tbody th a").evaluateAll((found) => found.map((link) => link.getAttribute("href") ?? ""));
  const matterOf = (page: Page): string => page.url().replace(/(\/matters\/[^/?#]+).*$/, "$1");
  async function state(page: Page): Promise<string> {
    const faults = page.locator(".faults");
    if ((await faults.count()) > 0) assert.fail(`${page.url()}: ${await text(faults)}`);
    return await text(page.locator("dl.facts dd").first());
  }

  async function waitFor(page: Page, reached: () => Promise<boolean>): Promise<void> {
    assert.ok(await until(page, reached), `the message did not come: ${reports.join("; ")}`);
  }

  test("a request is drafted, approved by a second person, sent, considered, answered and closed", async () => {
    const windows = await Promise.all([
      window(0, "case-officer"),
      window(0, "approver"),
      window(1, "head-of-office"),
      window(1, "case-officer"),
      window(1, "approver"),
    ]);
    const [officer, approver, head, other, decider] = windows.map(({ page }) => page);
    assert.ok(officer && approver && head && other && decider);

    await officer.goto(`${side(0).address}/en/new`);
    await officer.locator("main form button").click();
    assert.match(await text(officer.locator(".faults")), /Choose the type of matter/);
    await officer.locator("#i-type").selectOption("mutual-legal-assistance");
    await officer.locator("#i-partner").selectOption("bensalem-central");
    await officer.locator("main form button").click();
    assert.equal(await state(officer), "Draft");
    assert.match(await text(officer.locator("#missing")), /Offences[\s\S]*UNTOC art\. 18/);
    assert.match(
      await text(officer.locator("#next")),
      /Not possible now[\s\S]*Hand in for review[\s\S]*mandatory contents are missing/,
    );

    const matter = matterOf(officer);
    const section = async (name: string, fill: () => Promise<void>): Promise<void> => {
      await officer.goto(`${matter}/sections/${name}`);
      await fill();
      await officer.locator('button[value="return"]').click();
    };
    await section("authorities", () => officer.locator("#i-own-reference").fill("XA-TEST-1"));
    await section("legal-basis", () => officer.locator("#i-legal-bases-untoc").check());
    await section("case", async () => {
      await officer.locator("#i-proceeding").fill("An investigation, at the prosecution service.");
      await officer.locator("#i-conducting-authority").fill("Prosecution service of Arcadia");
      await officer.locator("#i-facts").fill("What happened.");
      await officer.locator("#i-offences-0-national").fill("Art. 120: theft");
      await officer.locator("#i-offences-0-iccs").fill("no code");
    });
    assert.match(await text(officer.locator(".faults")), /Offences · Offence 1 · ICCS code/);
    await officer.keyboard.press("Tab");
    assert.equal(await officer.locator(".faults a:focus").count(), 1, "the keyboard goes on from the summary");
    assert.equal(await officer.locator("#i-offences-0-iccs").getAttribute("aria-invalid"), "true");
    assert.equal(await officer.locator("#i-facts").inputValue(), "What happened.", "nothing typed is lost");
    assert.equal(await officer.locator("#i-offences-0-iccs").inputValue(), "no code");
    await officer.locator("#i-offences-0-iccs").fill("0502");
    await officer.locator('button[value="return"]').click();
    await section("persons", () =>
      officer.locator("#i-persons-concerned-unavailable").fill("The holder of the account is not known."),
    );
    await section("request", async () => {
      await officer.locator("#i-forms-of-help-records").check();
      await officer.locator("#i-assistance-description").fill("Records of one account.");
      await officer.locator("#i-purpose").fill("To find the holder.");
    });
    await section("handling", () => officer.locator("#i-request-language").fill("en"));
    assert.match(await text(officer.locator("#missing")), /Every mandatory content is there/);
    await step(officer, "submitted");
    assert.equal(await state(officer), "Internal review");
    assert.match(
      await text(officer.locator("#next")),
      /For others to do[\s\S]*Approve[\s\S]*approver or head of office/,
    );
    await officer.goto(`${matter}/steps/approved`);
    assert.equal(await officer.locator("main form").count(), 0, "no button for what is not one's own to do");
    await officer.goto(`${matter}/document`);
    assert.match(await text(officer.locator("main")), /Draft: not approved and not sent/);

    await approver.goto(matter);
    await step(approver, "approved");
    assert.match(await text(approver.locator(".done")), /You may not see this matter any more/);
    const before = await links(head);
    await officer.goto(matter);
    await step(officer, "sent");
    await waitFor(officer, async () => (await state(officer)) === "Delivered");

    await waitFor(head, async () => (await links(head)).length === before.length + 1);
    // A matter is named by its age, so the last is the newest.
    const newest = (await links(head)).sort().at(-1);
    assert.ok(newest !== undefined);
    await head.goto(`${side(1).address}${newest}`);
    const arrived = matterOf(head);
    await head.goto(`${arrived}/entries/assign`);
    const choices = await head.locator("#i-person option").allTextContents();
    assert.ok(!choices.includes("Yuki Farrow"), "nothing is assigned to an auditor");
    await head.locator("#i-person").selectOption({ label: "Jonas Bellamy" });
    await head.locator("main form button").last().click();
    await other.goto(arrived);
    await step(other, "acknowledged");
    assert.equal(await state(other), "Acknowledged");

    await step(other, "refused", async () => {
      await other.locator("#i-grounds-essential-interests").check();
      await other.locator("#i-reasons").fill("Considered.");
    });
    await decider.goto(arrived);
    assert.match(await text(decider.locator("#next")), /consultation[\s\S]*UNTOC art\. 18\(26\)/i);
    await step(decider, "refused");
    assert.match(await text(decider.locator(".faults")), /consultation[\s\S]*UNTOC art\. 18\(26\)/i);
    await decider.goto(`${arrived}/entries/decline`);
    await decider.locator("#i-reason").fill("Consult first.");
    await decider.locator("main form button").last().click();

    await other.goto(`${arrived}/entries/consultation`);
    await other.locator("#i-held").fill(new Date().toISOString().slice(0, 10));
    await other.locator("main form button").last().click();
    assert.match(await text(other.locator(".faults")), /needed/);
    await other.locator("#i-summary").fill("By telephone: the help can be given.");
    await other.locator("main form button").last().click();
    await step(other, "accepted");
    await decider.goto(arrived);
    await step(decider, "accepted");
    await other.goto(arrived);
    assert.equal(await state(other), "Accepted");
    await step(other, "execution-started", () =>
      other.locator("#i-executing-authority-named").fill("Court of Bensalem"),
    );
    await step(other, "executed");
    await step(other, "result-transmitted", () => other.locator("#i-result").fill("The holder is known."));
    await decider.goto(arrived);
    await step(decider, "result-transmitted");
    assert.match(await text(decider.locator(".done")), /Done/);

    await waitFor(officer, async () => (await state(officer)) === "Result transmitted");
    assert.match(await text(officer.locator("main")), /By telephone: the help can be given/);
    assert.match(await text(officer.locator("#outcomes")), /Court of Bensalem[\s\S]*Result[\s\S]*The holder is known/);
    await step(officer, "result-received");
    await step(officer, "closed");
    assert.equal(await state(officer), "Closed");
    await other.goto(arrived);
    await waitFor(other, async () => (await state(other)) === "Closed");
    await officer.goto(`${matter}/audit`);
    assert.match(await text(officer.locator(".said")), /without a gap/);
    await officer.goto(`${matter}/document`);
    const printed = await text(officer.locator("main"));
    assert.match(printed, /Approved and signed\s*Tomas Werrin[\s\S]*Records of one account[\s\S]*The holder is known/);
    assert.doesNotMatch(printed, /Draft/);
    await Promise.all(windows.map(({ context }) => context.close()));
  });

  test("no page has a fault of WCAG 2.2 AA, scrolls sideways, or is left in another direction", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { faults } = watch(page, side(0).address);
    await signIn(page, demonstration, 0, "case-officer");
    const draft = new URL((await page.locator("tbody th a").first().getAttribute("href")) ?? "", page.url()).pathname;
    const below = draft.replace(/^\/en/, "");
    const said: string[] = [];
    for (const language of languages)
      for (const path of [
        "",
        "/new",
        below,
        `${below}/sections/case`,
        `${below}/sections/persons`,
        `${below}/steps/withdrawn`,
      ]) {
        await page.goto(`${side(0).address}/${language}${path}`);
        const where = `${language}${path.replace(below, "/matter")}`;
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          const seen = await describePage(page);
          if (seen.width > width) said.push(`${where} at ${width}: ${seen.width} wide`);
          if (seen.direction !== (language === "ar" ? "rtl" : "ltr")) said.push(`${where}: ${seen.direction}`);
          if (seen.headings !== 1) said.push(`${where}: ${seen.headings} main headings`);
        }
        said.push(...(await violations(page)).map((violation) => `${where}: ${violation}`));
      }
    assert.deepEqual(said, []);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a form from elsewhere, a stranger and an auditor see and change nothing", async () => {
    const { address } = side(0);
    const stranger = await fetch(`${address}/en`, { redirect: "manual" });
    assert.equal(stranger.status, 303);
    assert.equal(stranger.headers.get("location"), "/en/sign-in");
    const forged = await fetch(`${address}/en/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ person: "x", password: "y" }),
    });
    assert.equal(forged.status, 400);
    assert.match(forged.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    const huge = await fetch(`${address}/en/sign-in`, { method: "POST", body: "a".repeat(3_000_000) });
    assert.equal(huge.status, 413);
    const { page, context } = await window(0, "auditor");
    assert.match(await text(page.locator("main")), /Who looked/);
    assert.equal(await page.locator("a[href*=matters]").count(), 0);
    const cookies = await context.cookies();
    assert.ok(cookies.length > 0 && cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Strict"));
    await context.close();
  });
});
