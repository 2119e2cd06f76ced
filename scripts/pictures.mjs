// Takes the pictures of the README from the running pages of the example: node scripts/pictures.mjs http://127.0.0.1:4173/
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [, , address = "http://127.0.0.1:4173/"] = process.argv;
const folder = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const pictures = [
  ["en", "overview", 930],
  ["en/indicators/intentional-homicide", "indicator", 930],
  ["zh/indicators/recorded-crime", "chinese", 800],
];

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [path, name, height] of pictures) {
  const page = await browser.newPage({ viewport: { width: 900, height } });
  await page.goto(new URL(path, address).href);
  await page.screenshot({ path: `${folder}${name}.png` });
  await page.close();
}
await browser.close();
