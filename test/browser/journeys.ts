/** What people do with pages: with a keyboard, without scripts, from a figure to its bytes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import type { ServedObservatory } from "./observatory.ts";
import { languages, watch, widths } from "./visits.ts";

const focusSchema = z.object({ what: z.string(), visible: z.boolean(), outlined: z.boolean() });

/** What has the focus, whether it is on the screen, and whether one sees that it has the focus. */
async function focused(page: Page): Promise<z.infer<typeof focusSchema>> {
  return focusSchema.parse(
    await page.evaluate(`(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const name = element.className || element.getAttribute("name") || element.closest("nav, form, .scroll, .languages, header, main")?.className || "";
      return {
        what: element.tagName.toLowerCase() + " " + name,
        visible: box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    })()`),
  );
}

export function testJourneys(served: () => ServedObservatory, browser: () => Browser): void {
  for (const width of widths) {
    test(`a keyboard reaches skip link, navigation, chooser and tables, and one sees where it is, at ${width} pixels`, async () => {
      const { address } = served();
      const page = await browser().newPage({ viewport: { width, height: 800 } });
      await page.goto(`${address}/en/indicators/burglary`);
      const reached: string[] = [];
      for (let step = 0; step < 16; step += 1) {
        await page.keyboard.press("Tab");
        const focus = await focused(page);
        assert.ok(focus.visible && focus.outlined, JSON.stringify({ step, ...focus }));
        reached.push(focus.what);
      }
      assert.equal(reached[0], "a skip");
      for (const wanted of ["a trail", "select area", "select by", "button choose", "div scroll long"])
        assert.ok(reached.includes(wanted), `${wanted} in ${reached.join("; ")}`);
      await page.goto(`${address}/en/indicators/burglary`);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      assert.equal((await focused(page)).what, "a trail", "the skip link leads past the navigation");
      await page.close();
    });
  }

  for (const language of languages) {
    test(`without scripts a reader chooses an area and goes back to the bytes of its figure, in ${language}`, async () => {
      const { address, raw } = served();
      const context = await browser().newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
      const page = await context.newPage();
      const { faults } = watch(page, address);
      await page.goto(`${address}/${language}`);
      await page.locator(`a[href="/${language}/indicators/burglary"]`).click();
      assert.deepEqual((await page.locator("optgroup").count()) >= 2, true, "areas are grouped by level");
      await page.locator("select[name=area]").selectOption("R06");
      await page.locator("form.choose button").click();
      assert.equal(new URL(page.url()).searchParams.get("area"), "R06");
      const first = page.locator("#table + .scroll tbody tr").first();
      const value = ((await first.locator("td").first().textContent()) ?? "").trim();
      await first.locator("a").click();
      assert.ok(
        ((await page.locator(".said").textContent()) ?? "").includes(value),
        "the line back begins with the same figure",
      );
      const hashes = await page.locator(".hash").allTextContents();
      for (const file of ["incidents.csv", "populations.csv"]) {
        const hash = createHash("sha256")
          .update(await readFile(join(raw, file)))
          .digest("hex");
        assert.ok(hashes.includes(hash), `${file}: ${hash} in ${hashes.join(", ")}`);
      }
      await page.locator("nav.trail a").last().click();
      assert.equal(await page.locator("select[name=area]").inputValue(), "R06");
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  test("a reader changes the language and stays at the same figure", async () => {
    const { address } = served();
    const page = await browser().newPage();
    await page.goto(`${address}/en/indicators/intentional-homicide?area=R01&by=&unknown=1`);
    await page.locator(".languages a").click();
    assert.equal(page.url(), `${address}/zh/indicators/intentional-homicide?area=R01&by=`);
    assert.equal(await page.locator("select[name=by]").inputValue(), "");
    await page.close();
  });
}
