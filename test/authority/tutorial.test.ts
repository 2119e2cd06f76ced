/** The tutorial of cooperation, followed word by word in browser windows without scripts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import type { Demonstration } from "../../src/app/index.ts";
import { noBrowser, openBrowser } from "../browser/visits.ts";
import { longestWait, lookAgain, signInAs, startDemonstration, textOf, until } from "./windows.ts";

const tutorial = "docs/tutorial/first-request.md";
const [told = ""] = readFileSync(new URL(`../../${tutorial}`, import.meta.url), "utf8").split("## Where to go");
const lines = told.split("\n");
/** The steps: what a person does or sees, one a line. */
const steps = lines.flatMap((line, index) => (line.startsWith("- ") ? [{ text: line.slice(2), line: index + 1 }] : []));

const beginsWith = (text: string): RegExp => new RegExp(`^\\s*${text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")}`);

describe("whoever follows the tutorial of a first request sees what it shows", { skip: noBrowser }, () => {
  let demonstration: Demonstration;
  let browser: Browser;
  before(async () => {
    [demonstration, browser] = await Promise.all([startDemonstration(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await demonstration?.stop();
  });

  async function signIn(name: string, state: string): Promise<{ page: Page; context: BrowserContext }> {
    const side = demonstration.sides.find((one) => one.name.endsWith(state));
    const person = side?.people.find((one) => one.name === name);
    assert.ok(side !== undefined && person !== undefined, `there is no ${name} of ${state}`);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(longestWait);
    await signInAs(page, side, person.signInName, demonstration.password);
    return { page, context };
  }

  test("from the draft to the answer", async () => {
    const windows = new Map<string, { page: Page; context: BrowserContext }>();
    let page: Page | undefined;
    const here = (): Page => {
      assert.ok(page !== undefined, "the first step signs in");
      return page;
    };
    const one = async (found: Locator): Promise<Locator> => {
      assert.ok(await until(here(), async () => (await found.count()) > 0), "it is not on the page");
      return found.first();
    };
    const field = (label: string): Promise<Locator> => one(here().locator("main").getByLabel(beginsWith(label)));
    const actions: readonly (readonly [RegExp, (...words: string[]) => Promise<void>])[] = [
      [
        /^Sign in as \*\*(.+)\*\* of (\w+)\.$/,
        async (name = "", state = "") => {
          const opened = await signIn(name, state);
          windows.set(name, opened);
          page = opened.page;
        },
      ],
      [
        /^Go back to \*\*(.+)\*\*\.$/,
        async (name = "") => {
          page = windows.get(name)?.page;
          await lookAgain(here());
        },
      ],
      [
        /^Follow \*\*(.+)\*\*\.$/,
        async (name = "") => (await one(here().getByRole("link", { name: beginsWith(name) }))).click(),
      ],
      [
        /^Press \*\*(.+)\*\*\.$/,
        async (name = "") => (await one(here().locator("main").getByRole("button", { name }))).click(),
      ],
      [
        /^Choose \*\*(.+)\*\* for \*\*(.+)\*\*\.$/,
        async (label = "", name = "") => void (await (await field(name)).selectOption({ label })),
      ],
      [/^Enter \*(.+)\* for \*\*(.+)\*\*\.$/, async (text = "", name = "") => (await field(name)).fill(text)],
      [/^Tick \*\*(.+)\*\*\.$/, async (name = "") => (await field(name)).check()],
      [
        /^Look: \*(.+)\*\.$/,
        async (text = "") => {
          const seen = async (): Promise<boolean> => (await textOf(here().locator("main"))).includes(text);
          assert.ok(await until(here(), seen), "it does not stand there");
        },
      ],
    ];
    for (const { text, line } of steps) {
      const found = actions.find(([form]) => form.test(text));
      assert.ok(found !== undefined, `${tutorial}, line ${line}: nobody can follow this step`);
      const [form, act] = found;
      try {
        await act(...(form.exec(text)?.slice(1) ?? []));
      } catch (error) {
        const shown = await textOf(here().locator("main"));
        throw new Error(`${tutorial}, line ${line}: ${text}\n${here().url()}\n${shown.slice(0, 2000)}`, {
          cause: error,
        });
      }
    }
    assert.ok(steps.length > 60, `only ${steps.length} steps were found`);
    await Promise.all([...windows.values()].map(({ context }) => context.close()));
  });
});
