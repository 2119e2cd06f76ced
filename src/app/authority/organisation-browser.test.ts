/** Signing in through an organisation in a browser: the way there and back crosses sites, and cookies mind that. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { noBrowser, openBrowser, violations } from "../../../test/browser/visits.ts";
import { main } from "../main.ts";
import { type OpenIdProvider, openIdClient, simulatedOpenIdProvider } from "./simulation/openid-provider.ts";

const port = 41_873;
const address = `http://localhost:${port}`;
const redirectAddress = `${address}/sign-in/organisation`;

describe("through an organisation in a browser", { skip: noBrowser }, () => {
  let folder: string;
  let provider: OpenIdProvider;
  let browser: Browser;
  let served: Promise<number>;
  const stopping = new AbortController();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "justitia-organisation-"));
    [provider, browser] = await Promise.all([simulatedOpenIdProvider(redirectAddress), openBrowser()]);
    let opened = (): void => {};
    const open = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const out = (text: string): void => {
      if (text.startsWith("http")) opened();
    };
    const around = { terminal: { out, err: () => {}, interactive: false }, environment: {}, signal: stopping.signal };
    const kept = join(folder, "authority");
    assert.equal(await main(["authority", "init", kept, "--country", "XA", "--unprotected"], around), 0);
    await writeFile(join(kept, "organisation.secret"), openIdClient.secret, { mode: 0o600 });
    const settings = {
      issuer: provider.issuer,
      clientId: openIdClient.id,
      clientSecretFile: "organisation.secret",
      redirectAddress,
      people: { "a-17": "administrator" },
    };
    await writeFile(join(kept, "organisation.json"), JSON.stringify(settings));
    served = main(["authority", "serve", kept, "--host", "localhost", "--port", `${port}`], around);
    await Promise.race([open, served]);
  });
  after(async () => {
    stopping.abort();
    await served;
    await browser?.close();
    await provider?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [language, title] of [
    ["en", "People"],
    ["ar", "الأشخاص"],
  ] as const)
    test(`a person comes back from another site and is signed in, without a script (${language})`, async () => {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 700 } });
      try {
        const page = await context.newPage();
        await page.goto(`${address}/${language}/sign-in`);
        await page.locator("main a.go").click();
        await page.waitForURL(`${address}/${language}/people`);
        assert.match((await page.locator("h1").textContent()) ?? "", new RegExp(title));
        const cookies = await context.cookies();
        const session = cookies.find(({ name }) => name.endsWith("-session"));
        assert.deepEqual([session?.httpOnly, session?.sameSite], [true, "Strict"]);
        assert.equal(
          cookies.find(({ name }) => name.endsWith("-organisation")),
          undefined,
        );
      } finally {
        await context.close();
      }
    });

  test("the sign-in page with the second way has no barrier that axe knows", async () => {
    const page = await browser.newPage();
    await page.goto(`${address}/en/sign-in`);
    assert.deepEqual(await violations(page), []);
    await page.close();
  });
});
