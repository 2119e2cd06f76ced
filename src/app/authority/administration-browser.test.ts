/** What administrators do in a browser, without a script; and passkeys, which need one. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  describe as describePage,
  longestWait,
  noBrowser,
  openBrowser,
  textOf,
  violations,
  watch,
  widths,
} from "../../../test/browser/visits.ts";
import type { RunningAuthority } from "./running.ts";
import { authorityCommand, initAuthority, officeFolder, serveAuthority } from "./simulation/office.ts";

const own = "seven grey herons wait";

describe("the office of an authority in a browser", { skip: noBrowser }, () => {
  let folder: Awaited<ReturnType<typeof officeFolder>>;
  let browser: Browser;
  let running: RunningAuthority;
  let first: string;
  let letter: string;
  let fingerprint: string;
  const reports: string[] = [];
  before(async () => {
    [folder, browser] = await Promise.all([officeFolder(), openBrowser()]);
    first = (await initAuthority(folder.path("a"), ["--country", "XA", "--unprotected"])).administrator.password;
    const other = await initAuthority(folder.path("b"), ["--country", "XB", "--name", "Bensalem", "--unprotected"]);
    fingerprint = other.fingerprint;
    letter = (
      await authorityCommand(["introduction", folder.path("b"), "--public-address", "https://bensalem.example"])
    ).out;
    running = await serveAuthority(folder.path("a"), { kind: "unprotected" }, (text) => reports.push(text));
  });
  after(async () => {
    await browser?.close();
    await running?.stop();
    await folder?.[Symbol.asyncDispose]();
  });

  const press = (page: Page, name: string): Promise<void> =>
    page.getByRole("main").getByRole("button", { name, exact: true }).click();

  async function visitor(javaScriptEnabled = false): Promise<Page> {
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    page.setDefaultTimeout(longestWait);
    return page;
  }

  async function signIn(page: Page, name: string, password: string): Promise<void> {
    await page.goto(`${running.address}/en/sign-in`);
    await page.locator("#i-person").fill(name);
    await page.locator("#i-password").fill(password);
    await press(page, "Sign in");
  }

  async function ownPassword(page: Page, before: string, after: string): Promise<void> {
    await page.locator("#i-before").fill(before);
    await page.locator("#i-after").fill(after);
    await page.locator("#i-again").fill(after);
    await press(page, "Change the password");
  }

  let administrator: Page;
  let officerPassword: string;

  test("the first administrator has to choose a password before anything else", async () => {
    administrator = await visitor();
    await signIn(administrator, "Administrator", first);
    for (const path of ["/en/people", "/en/partners/new", "/en"]) {
      await administrator.goto(`${running.address}${path}`);
      assert.equal(new URL(administrator.url()).pathname, "/en/account/password");
    }
    assert.match(await textOf(administrator.locator(".said")), /Somebody else made your password/);
    await ownPassword(administrator, first, "short");
    assert.match(await textOf(administrator.locator(".faults")), /Fewer than 12 signs/);
    await ownPassword(administrator, first, "administrator-2026");
    assert.match(await textOf(administrator.locator(".faults")), /contains your name/);
    await ownPassword(administrator, "not the password", own);
    assert.match(await textOf(administrator.locator(".faults")), /This is not your password/);
    await ownPassword(administrator, first, own);
    assert.match(await textOf(administrator.locator(".done")), /Your password was changed/);
    const again = await visitor();
    await signIn(again, "administrator", first);
    assert.match(await textOf(again.locator(".faults")), /do not fit/);
    await again.context().close();
  });

  test("a person is added, signs in, works, and is shut out at once", async () => {
    await administrator.goto(`${running.address}/en/people/new`);
    await administrator.locator("#i-name").fill("Mira Oland");
    await administrator.locator("#i-signInName").fill("administrator");
    await administrator.locator("#i-roles-auditor").check();
    await administrator.locator("#i-roles-approver").check();
    await press(administrator, "Add a person");
    const said = await textOf(administrator.locator(".faults"));
    for (const fault of [/taken already/, /no other role/, /This is needed/]) assert.match(said, fault);
    assert.equal(await administrator.locator("#i-name").inputValue(), "Mira Oland", "nothing typed is lost");
    assert.equal(await administrator.locator("#i-roles-auditor").isChecked(), true);
    await administrator.locator("#i-signInName").fill("mira.oland");
    await administrator.locator("#i-roles-auditor").uncheck();
    await administrator.locator("#i-roles-case-officer").check();
    await administrator.locator("#i-office").selectOption("central-office");
    await press(administrator, "Add a person");
    const oneTime = await textOf(administrator.locator("#one-time"));
    assert.match(oneTime, /^(?:[a-z2-9]{6}-){3}[a-z2-9]{6}$/);

    const officer = await visitor();
    await signIn(officer, "mira.oland", oneTime);
    officerPassword = "eight grey herons wait";
    await ownPassword(officer, oneTime, officerPassword);
    await officer.goto(`${running.address}/en`);
    assert.equal(await textOf(officer.locator("h1")), "Matters");
    for (const path of ["people", "people/new", "offices", "partners", "partners/new", "introduction", "acts"]) {
      const answer = await officer.goto(`${running.address}/en/${path}`);
      assert.equal(answer?.status(), 403, path);
    }
    await officer.goto(`${running.address}/en`);

    await administrator.goto(`${running.address}/en/people`);
    await administrator.getByRole("link", { name: "Mira Oland" }).click();
    await press(administrator, "Shut out");
    assert.match(await textOf(administrator.locator("main")), /Let in again/);
    await officer.reload();
    assert.equal(new URL(officer.url()).pathname, "/en/sign-in");
    await signIn(officer, "mira.oland", officerPassword);
    assert.match(await textOf(officer.locator(".faults")), /do not fit/);
    await press(administrator, "Let in again");
    await officer.context().close();
  });

  test("nobody takes away the last administrator or changes the own roles", async () => {
    await administrator.goto(`${running.address}/en/people`);
    await administrator.getByRole("link", { name: "Administrator" }).click();
    await press(administrator, "Shut out");
    assert.match(await textOf(administrator.locator(".faults")), /own account[\s\S]*One administrator has to stay/);
    await administrator.locator("#i-roles-administrator").uncheck();
    await administrator.locator("#i-roles-case-officer").check();
    await press(administrator, "Save");
    assert.match(await textOf(administrator.locator(".faults")), /own roles[\s\S]*One administrator has to stay/);
    await press(administrator, "Make a new one-time password");
    assert.match(await textOf(administrator.locator(".faults")), /own account/);
  });

  test("offices are added and renamed", async () => {
    await administrator.goto(`${running.address}/en/offices`);
    await administrator.locator("#i-id").fill("Not An Identifier");
    await press(administrator, "Add an office");
    assert.match(await textOf(administrator.locator(".faults")), /Lower-case letters[\s\S]*This is needed/);
    await administrator.locator("#i-id").fill("cybercrime-unit");
    await administrator.locator("#i-name").fill("Cybercrime unit");
    await press(administrator, "Add an office");
    await administrator.locator("#i-name-cybercrime-unit").fill("Unit for cybercrime");
    await administrator.locator("form[action$=cybercrime-unit] button").click();
    assert.equal(await administrator.getByRole("heading", { name: "Unit for cybercrime" }).count(), 1);
  });

  test("a partner is added only with the right fingerprint; its key can be revoked and it can be put aside", async () => {
    await administrator.goto(`${running.address}/en/partners/new`);
    await administrator.locator("#i-introduction").fill("{}");
    await administrator.locator("#i-fingerprint").fill(fingerprint.replaceAll("a", "b"));
    await press(administrator, "Add a partner");
    assert.match(await textOf(administrator.locator(".faults")), /no introduction/);
    await administrator.locator("#i-introduction").fill(letter);
    await press(administrator, "Add a partner");
    assert.match(await textOf(administrator.locator(".faults")), /not the fingerprint/);
    assert.ok(!(await textOf(administrator.locator("main"))).includes(fingerprint), "the right one is not shown");
    assert.equal((await administrator.locator("#i-introduction").inputValue()).trim(), letter.trim());
    await administrator.locator("#i-fingerprint").fill(fingerprint.toUpperCase().replaceAll(" ", ""));
    await press(administrator, "Add a partner");
    await administrator.getByRole("link", { name: "Bensalem" }).click();
    assert.equal(await administrator.locator("#i-address").inputValue(), "https://bensalem.example/exchange");
    await administrator.locator("#i-address").fill("http://bensalem.example/exchange");
    await press(administrator, "Save");
    assert.match(await textOf(administrator.locator(".faults")), /https:\/\/central\.example/);
    await administrator.reload();
    await administrator.locator("#i-kid").selectOption({ index: 1 });
    await administrator.locator("#i-reason").fill("Stolen, by telephone.");
    await press(administrator, "Have a key count no more");
    assert.match(await textOf(administrator.locator("table")), /does not count since .*: Stolen, by telephone\./);
    await press(administrator, "Put aside");
    assert.equal((await running.authority.partners())[0]?.active, false);
    await press(administrator, "Take up again");
    await administrator.goto(`${running.address}/en/introduction`);
    assert.match(await textOf(administrator.locator("#fingerprint")), /^(?:[0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    assert.match(await textOf(administrator.locator("#introduction")), new RegExp(`"${running.address}/exchange"`));
  });

  test("every act is there with who and when, and no secret is among them", async () => {
    await administrator.goto(`${running.address}/en/acts`);
    const acts = await textOf(administrator.locator("table"));
    for (const act of [
      /command line \(\S+\)\s*Person added\s*Administrator/,
      /Administrator \(administrator\)\s*Person added\s*Mira Oland/,
      /Administrator \(administrator\)\s*Person shut out\s*Mira Oland/,
      /Partner added\s*Bensalem/,
      /Key of a partner counts no more/,
      /Office renamed/,
      /Mira Oland\s*Own password changed/,
      /nobody that is known\s*Sign-in refused\s*Mira Oland/,
    ])
      assert.match(acts, act);
    for (const secret of [first, own, officerPassword, "argon2"]) assert.ok(!acts.includes(secret));
  });

  test("a passkey is added, signs in, and is removed", async () => {
    const page = await visitor(true);
    const { faults } = watch(page, running.address);
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable");
    await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await signIn(page, "mira.oland", officerPassword);
    await page.goto(`${running.address}/en/account`);
    await page.getByRole("link", { name: "Add a passkey" }).click();
    await page.locator("#i-before").fill("not the password");
    await press(page, "Add a passkey");
    await page.locator(".faults").waitFor();
    assert.match(await textOf(page.locator(".faults")), /This is not your password/);
    await page.locator("#i-before").fill(officerPassword);
    await press(page, "Add a passkey");
    await page.locator(".done").waitFor();
    assert.match(await textOf(page.locator("main")), /never used/);
    await page.getByRole("button", { name: "Sign out" }).click();

    await page.getByRole("link", { name: "Sign in with a passkey" }).click();
    await press(page, "Sign in with a passkey");
    await page.waitForURL(`${running.address}/en/account/since`);
    assert.match(await textOf(page.locator("main")), /Passkey added/, "a change is told at the next sign-in");
    await page.goto(`${running.address}/en/account`);
    assert.match(await textOf(page.locator("main")), /last used/);
    const answer = await page.goto(`${running.address}/en/account/password`);
    assert.match(answer?.headers()["content-security-policy"] ?? "", /script-src 'none'/, "only there is a script");
    await page.goto(`${running.address}/en/account`);
    await page.locator(".steps a").click();
    await page.locator("#i-before").fill(officerPassword);
    await press(page, "Remove this passkey");
    assert.match(await textOf(page.locator("main")), /You have none/);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in with a passkey" }).click();
    await press(page, "Sign in with a passkey");
    await page.locator(".faults").waitFor();
    assert.match(await textOf(page.locator(".faults")), /opens no account/);
    assert.deepEqual(
      faults.filter((fault) => !fault.includes("422")),
      [],
    );
    await page.context().close();
  });

  test("no page of the office has a fault of WCAG 2.2 AA, scrolls sideways, or is left in another direction", async () => {
    const page = await visitor(true);
    await signIn(page, "administrator", own);
    const person = (await running.authority.people()).find(({ name }) => name === "Mira Oland")?.person ?? "";
    const partner = (await running.authority.partners())[0]?.authority ?? "";
    const said: string[] = [];
    for (const language of ["en", "ar"])
      for (const path of [
        "people",
        "people/new",
        `people/${person}`,
        "offices",
        "partners",
        "partners/new",
        `partners/${partner}`,
        "introduction",
        "acts",
        "account",
        "account/password",
        "account/sessions",
        "account/since",
        "account/passkeys/new",
        "sign-in/passkey",
      ]) {
        const answer = await page.goto(`${running.address}/${language}/${path}`);
        if (answer?.status() !== 200) said.push(`${language} ${path}: ${answer?.status()}`);
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          const seen = await describePage(page);
          if (seen.width > width) said.push(`${language} ${path} at ${width}: ${seen.width} wide`);
          if (seen.direction !== (language === "ar" ? "rtl" : "ltr")) said.push(`${language} ${path}`);
          if (seen.headings !== 1) said.push(`${language} ${path}: ${seen.headings} main headings`);
          if (process.env.JUSTITIA_PICTURES !== undefined)
            await page.screenshot({
              path: `${process.env.JUSTITIA_PICTURES}/${language}-${path.replaceAll("/", "-").slice(0, 20)}-${width}.png`,
              fullPage: true,
            });
        }
        said.push(
          ...(await page.evaluate("window.stop()").then(() => violations(page))).map(
            (one) => `${language} ${path}: ${one}`,
          ),
        );
      }
    assert.deepEqual(said, []);
    assert.deepEqual(reports, []);
    await page.context().close();
  });
});
