import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import type { Browser } from "playwright-core";
import { testDownloads } from "./downloads.ts";
import { testEveryPage } from "./every-page.ts";
import { testJourneys } from "./journeys.ts";
import { type ServedObservatory, serveObservatory } from "./observatory.ts";
import { testRequests } from "./requests.ts";
import { noBrowser, openBrowser } from "./visits.ts";

if (noBrowser !== false) process.stderr.write(`\n${noBrowser}\n\n`);

describe("the pages in a browser", { skip: noBrowser }, () => {
  let served: ServedObservatory | undefined;
  let browser: Browser | undefined;
  before(async () => {
    [served, browser] = await Promise.all([serveObservatory(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await served?.stop();
  });
  const theObservatory = (): ServedObservatory => {
    assert.ok(served !== undefined);
    return served;
  };
  const theBrowser = (): Browser => {
    assert.ok(browser !== undefined);
    return browser;
  };
  testRequests(theObservatory);
  testDownloads(theObservatory, theBrowser);
  testJourneys(theObservatory, theBrowser);
  testEveryPage(theObservatory, theBrowser);
});
