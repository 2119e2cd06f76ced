/** Evidence, export and the log in browsers: with the script, without it, and for auditors. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type Demonstration, main } from "../../src/app/index.ts";
import { digestOf } from "../../src/cooperation/index.ts";
import { describe as describePage, noBrowser, openBrowser, violations, watch } from "../browser/visits.ts";
import { longestWait, signInAs, startDemonstration, textOf, until } from "./windows.ts";

describe("evidence in browsers", { skip: noBrowser }, () => {
  let demonstration: Demonstration;
  let browser: Browser;
  let folder: string;
  const reports: string[] = [];
  /** As whoever checks an export is told to compare it by telephone. */
  let fingerprint = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "justitia-evidence-"));
    [demonstration, browser] = await Promise.all([startDemonstration((text) => reports.push(text)), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demonstration?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function window(role: string, javaScriptEnabled: boolean): Promise<{ page: Page; context: BrowserContext }> {
    const side = demonstration.sides[1];
    const person = side?.people.find(({ roles }) => roles.some((one) => one === role));
    assert.ok(side !== undefined && person !== undefined);
    const context = await browser.newContext({ javaScriptEnabled, acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(longestWait);
    await signInAs(page, side, person.signInName, demonstration.password);
    return { page, context };
  }
  const press = (page: Page, name: string): Promise<void> =>
    page.locator("main").getByRole("button", { name, exact: true }).first().click();
  async function done(page: Page): Promise<void> {
    const faults = page.locator(".faults");
    if ((await faults.count()) > 0) assert.fail(`${page.url()}: ${await textOf(faults)}`);
  }

  /** The request that is carried out there. */
  async function executing(page: Page): Promise<string> {
    const found = page.locator("tbody tr").filter({ hasText: "Accepted" }).locator("th a").first();
    const href = await found.getAttribute("href");
    assert.ok(href !== null);
    return new URL(href, page.url()).href;
  }

  async function fillIntake(page: Page, exhibit: string, file: string): Promise<void> {
    await page.locator("#i-exhibitNumber").fill(exhibit);
    await page.locator("#i-description").fill("A disk image");
    await page.locator("#i-reason").fill("Execution of the request");
    await page.locator("#i-from").fill("Police of Bensalem");
    await page.locator("#i-file").setInputFiles(file);
  }

  test("without a script a file is taken in, acted on, downloaded and exported; the export verifies elsewhere", async () => {
    const { page, context } = await window("case-officer", false);
    const matter = await executing(page);
    await page.goto(matter);
    await page.getByRole("link", { name: "Evidence and documents" }).click();
    assert.match(await textOf(page.locator("main table")), /XB-1/);
    await page.getByRole("link", { name: "Take in evidence or add a document" }).click();

    const content = randomBytes(9_000_000);
    const file = join(folder, "image.html");
    await writeFile(file, content);
    await press(page, "Take it in");
    assert.match(await textOf(page.locator(".faults")), /This has to be given/);
    await fillIntake(page, "XB-2", file);
    await page.locator("#i-expected").fill(digestOf("another"));
    await page.locator("#i-description").fill("d".repeat(2001));
    await press(page, "Take it in");
    assert.match(await textOf(page.locator(".faults")), /This has 2,001 signs; 2,000 at most/);
    assert.equal((await page.locator("#i-description").inputValue()).length, 2001);
    await page.locator("#i-description").fill("A disk image");
    await press(page, "Take it in");
    assert.match(await textOf(page.locator(".faults")), /does not have the SHA-256 that you were told/);
    assert.equal(await page.locator("#i-description").inputValue(), "A disk image", "nothing typed is lost");
    assert.match(await textOf(page.locator("form .said")), /image\.html: 9,000,000 bytes/, "nor is the file");
    await page.locator("#i-expected").fill(digestOf(content));
    await press(page, "Take it in");
    await done(page);
    await page.getByRole("link", { name: "XB-2" }).click();
    assert.match(await textOf(page.locator("main")), new RegExp(digestOf(content)));

    const item = page.url().replace(/\?.*$/, "");
    await page.getByRole("link", { name: "Seal", exact: true }).click();
    await press(page, "Seal");
    assert.match(await textOf(page.locator(".faults")), /This has to be given/);
    await page.locator("#i-reason").fill("Kept closed");
    await page.locator("#i-seal").fill("S-7");
    await press(page, "Seal");
    await done(page);
    assert.match(await textOf(page.locator(".done")), /Recorded: sealed/);
    assert.match(await textOf(page.locator("main")), /under seal S-7/);
    await page.getByRole("link", { name: "Open the seal" }).click();
    await page.locator("#i-reason").fill("To read it");
    await page.locator("#i-seal").fill("S-7");
    await press(page, "Open the seal");
    await page.getByRole("link", { name: "Verify now" }).click();
    await page.locator("#i-reason").fill("Before the result");
    await press(page, "Verify now");
    await done(page);
    assert.equal(await page.locator("ol.chain > li").count(), 4);

    await page.goto(item);
    await press(page, "Download the content");
    assert.match(await textOf(page.locator(".faults")), /This has to be given/);
    await page.locator("#i-reason").fill("To prepare the result");
    const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Download the content")]);
    assert.equal(download.suggestedFilename(), "image.html.quarantine");
    assert.equal(digestOf(await readFile(await download.path())), digestOf(content));

    await page.goto(`${matter}/export`);
    await press(page, "Export");
    assert.match(await textOf(page.locator(".faults")), /This has to be given/);
    await page.locator("#i-reason").fill("The court asks for it");
    const [bundle] = await Promise.all([page.waitForEvent("download"), press(page, "Export")]);
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    const terminal = { out: say, err: say, interactive: false };
    const signal = new AbortController().signal;
    const code = await main(["verify", await bundle.path()], { terminal, environment: {}, signal });
    assert.equal(code, 0, said.join(""));
    assert.match(said.join(""), /Nothing is wrong/);
    fingerprint =
      /Key of [a-z]+-central\/log: ([0-9a-f ]{79})/.exec(said.join(""))?.[1] ?? assert.fail("no key is named");
    await context.close();
  });

  test("with the script a file goes in parts, goes on after the line was cut, and where the window was closed", async () => {
    const { page: closed, context } = await window("case-officer", true);
    const matter = await executing(closed);
    await closed.goto(`${matter}/evidence/new`);
    const content = randomBytes(18_000_000);
    const file = join(folder, "big.bin");
    await writeFile(file, content);
    await fillIntake(closed, "XB-3", file);
    const parts = (count: number): string => String(count * 4 * 1024 * 1024);
    let cut = 0;
    await context.route(/\/evidence\/uploads\//, async (route) => {
      const offset = route.request().headers()["x-offset"];
      if ((offset === parts(1) && cut < 1) || offset === parts(3)) {
        cut += 1;
        await route.abort("connectionreset");
      } else await route.continue();
    });
    await press(closed, "Take it in");
    await closed.locator("[data-said]").filter({ hasText: "The line is cut" }).waitFor();
    await closed.locator("[data-percent]").filter({ hasText: "69 %" }).waitFor();
    assert.ok(cut > 1);
    await closed.close();
    await context.unrouteAll({ behavior: "ignoreErrors" });

    const page = await context.newPage();
    page.setDefaultTimeout(longestWait);
    const offsets: (string | undefined)[] = [];
    page.on("request", (request) => request.method() === "PUT" && offsets.push(request.headers()["x-offset"]));
    await page.goto(`${matter}/evidence/new`);
    await fillIntake(page, "XB-3", file);
    await press(page, "Take it in");
    await page.getByRole("link", { name: "XB-3" }).click();
    assert.deepEqual(offsets, [undefined, parts(3), parts(4)]);
    assert.match(await textOf(page.locator("main")), new RegExp(digestOf(content)));
    await context.close();
  });

  test("an auditor sees log and vault, checks them, and nobody else does", async () => {
    const { page, context } = await window("auditor", false);
    await page.getByRole("link", { name: "Log and vault" }).click();
    assert.match(await textOf(page.locator("main")), /bensalem-central\/log/);
    assert.ok((await textOf(page.locator("main"))).includes(fingerprint), "who is asked can read the fingerprint out");
    await press(page, "Check everything now");
    await until(page, async () => !/check is running/.test(await textOf(page.locator("main"))));
    assert.match(await textOf(page.locator("main")), /nothing was wrong: entries \d+, files \d+/);
    const origin = new URL(page.url()).origin;
    const head = await page.request.get(`${origin}/log/checkpoint`);
    assert.match(await head.text(), /^bensalem-central\/log\n\d+\n/);
    const size = Number((await head.text()).split("\n")[1]);
    const tile = await page.request.get(`${origin}/log/tile/entries/000${size < 256 ? `.p/${size}` : ""}`);
    assert.equal(tile.status(), 200);
    for (const path of ["/log/../secrets.json", "/log/tile/../../secrets.json", "/log/tile/0/999"])
      assert.equal((await page.request.get(`${origin}${path}`)).status(), 404, path);
    await context.close();
    const other = await window("case-officer", false);
    assert.equal((await other.page.request.get(`${origin}/en/log`)).status(), 404);
    assert.equal((await other.page.request.get(`${origin}/log/checkpoint`)).status(), 404);
    await other.context.close();
    assert.equal((await fetch(`${origin}/log/checkpoint`)).status, 404);
  });

  test("the pages can be read at 360 and 1280 pixels, in English and Arabic, without a fault that axe finds", async () => {
    const { page, context } = await window("case-officer", true);
    const matter = await executing(page);
    await page.goto(`${matter}/evidence`);
    const item = new URL((await page.locator("main table a").first().getAttribute("href")) ?? "", page.url()).href;
    const auditor = await window("auditor", true);
    const log = `${new URL(page.url()).origin}/en/log`;
    const { faults } = watch(page, new URL(page.url()).origin);
    const paths: readonly (readonly [Page, string])[] = [
      [page, `${matter}/evidence`],
      [page, `${matter}/evidence/new`],
      [page, item],
      [page, `${item}/acts/moved`],
      [page, `${item}/acts/transmitted`],
      [page, `${item}/destruction`],
      [page, `${matter}/export`],
      [auditor.page, log],
    ];
    for (const language of ["en", "ar"])
      for (const width of [360, 1280])
        for (const [at, english] of paths) {
          const address = english.replace("/en/", `/${language}/`);
          await at.setViewportSize({ width, height: 800 });
          const response = await at.goto(address);
          assert.equal(response?.status(), 200, address);
          const found = await describePage(at);
          assert.ok(found.width <= width, `${address} is ${found.width} pixels wide at ${width}`);
          assert.deepEqual([found.direction, found.headings], [language === "ar" ? "rtl" : "ltr", 1], address);
          if (width === 360 || language === "en") assert.deepEqual(await violations(at), [], `${address} at ${width}`);
        }
    assert.deepEqual(faults, []);
    assert.deepEqual(reports, []);
    await context.close();
    await auditor.context.close();
  });
});
