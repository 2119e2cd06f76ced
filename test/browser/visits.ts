/** A browser and what it saw on its visits. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { z } from "zod";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

/** Why there can be no visits, or false when there can. */
export const noBrowser =
  program === undefined
    ? "*** There is no Chromium: the browser tests are SKIPPED. Get it with `apt-get install chromium fonts-noto-cjk fonts-noto-core`, or let `npm test` do so. ***"
    : false;

/** Starts the system's Chromium. */
export async function openBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error("there is no Chromium");
  // The sandbox needs rights that a container does not give; only our own pages are opened.
  return chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export const widths = [360, 1280] as const;
export const languages = ["en", "zh"] as const;

const sizeSchema = z.object({ language: z.string(), direction: z.string(), width: z.number(), headings: z.number() });

/** What a page says of itself. */
export async function describe(page: Page): Promise<z.infer<typeof sizeSchema>> {
  return sizeSchema.parse(
    await page.evaluate(`({
      language: document.documentElement.lang,
      direction: document.documentElement.dir,
      width: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
      headings: document.querySelectorAll("h1").length,
    })`),
  );
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const axeSchema = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

/** Violations of WCAG 2.2 A and AA that axe finds, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = axeSchema.parse(
    await page.evaluate(
      `axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
        .then(({ violations }) => ({ violations: violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })) }))`,
    ),
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ""} (${nodes.length})`);
}

/** Notes errors in the console and requests to other hosts while a page is used. */
export function watch(page: Page, address: string): { readonly faults: string[] } {
  const faults: string[] = [];
  page.on("console", (message) => {
    // The browser reports the status of a page that is meant to be missing as an error of its own.
    if (message.type() === "error" && !/status of 40[04]/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${address}/`) && !url.startsWith("data:")) faults.push(`request to ${url}`);
  });
  return { faults };
}

/** Milliseconds after which nothing comes any more, also on a machine that does much else. */
export const longestWait = 120_000;

/** What stands at a place of a page that has come whole: a browser shows the beginning of a page before its end is there. */
export async function textOf(place: Locator): Promise<string> {
  await place.page().waitForLoadState();
  return (await place.textContent()) ?? "";
}
