/** Browser windows of people at the two authorities of the demonstration. */
import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type Demonstration, demonstrate } from "../../src/app/index.ts";
import { longestWait, textOf } from "../browser/visits.ts";
import { blankDatabase } from "../database/blank.ts";

export { longestWait, textOf };

export type Language = "en" | "zh" | "ar";

/** Starts the demonstration on ports that are free. */
export async function startDemonstration(
  report: (text: string) => void = () => {},
  { closed = false }: { readonly closed?: boolean } = {},
): Promise<Demonstration> {
  return await demonstrate([0, 0], report, { closed, blank: await blankDatabase() });
}

/** One of the two sides. */
export function sideOf({ sides }: Demonstration, index: 0 | 1): Demonstration["sides"][number] {
  const found = sides[index];
  assert.ok(found !== undefined);
  return found;
}

/** Types the name and the password of a person at the page of a side. */
export async function signInAs(
  page: Page,
  { address }: Demonstration["sides"][number],
  signInName: string,
  password: string,
  language: Language = "en",
): Promise<void> {
  await page.goto(`${address}/${language}/sign-in`);
  await page.locator("#i-person").selectOption(signInName);
  await page.locator("#i-password").fill(password);
  await page.locator("main button").click();
  assert.equal(new URL(page.url()).pathname, `/${language}`);
}

/** Signs a person in whose first role, or any role, is the one named. */
export async function signIn(
  page: Page,
  demonstration: Demonstration,
  index: 0 | 1,
  role: string,
  language: Language = "en",
) {
  const side = sideOf(demonstration, index);
  const { people } = side;
  const person =
    people.find(({ roles }) => roles[0] === role) ?? people.find(({ roles }) => roles.some((one) => one === role));
  assert.ok(person !== undefined);
  await signInAs(page, side, person.signInName, demonstration.password, language);
}

/** A window of a person, without scripts: nothing may depend on them. */
export async function openWindow(
  browser: Browser,
  demonstration: Demonstration,
  index: 0 | 1,
  role: string,
): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  page.setDefaultTimeout(longestWait);
  await signIn(page, demonstration, index, role);
  return { page, context };
}

/** Presses the button of a form that goes to an address with this ending. */
export async function send(page: Page, ending: string): Promise<void> {
  await page.locator(`main form[action$="${ending}"] button`).last().click();
}

/** Says what stands at the top of a page after a form was refused. */
export const faultsOf = (page: Page): Promise<string> => textOf(page.locator(".faults"));

/** Asks for the page anew, as a person does who looks whether something has come. A reload fails where the tab is covered. */
export const lookAgain = async (page: Page): Promise<void> => {
  await page.goto(page.url().replace(/#.*$/, ""));
};

/** Looks again until something is there, ten seconds or so at most: what the other side did comes by message. */
export async function until(page: Page, there: () => Promise<boolean>): Promise<boolean> {
  for (let look = 0; look < 100; look += 1) {
    if (await there()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await lookAgain(page);
  }
  return false;
}
