/** What the server answers to requests that no page makes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServedObservatory } from "./observatory.ts";

const script = "<script>alert(1)</script>";
const asked = encodeURIComponent(script);

/** Wrong requests, with the status and the language of the answer. */
const wrong: readonly (readonly [path: string, status: number, language: string])[] = [
  [`/en/indicators/burglary?area=${asked}`, 400, "en"],
  [`/zh/indicators/burglary?area=${asked}`, 400, "zh-Hans"],
  [`/zh/indicators/burglary?by=${asked}`, 400, "zh-Hans"],
  [`/en/indicators/burglary?area=${"R".repeat(5000)}`, 400, "en"],
  [`/en/indicators/${asked}`, 404, "en"],
  ["/en/indicators/__proto__", 404, "en"],
  ["/en/indicators/constructor", 404, "en"],
  ["/en/quarantine/..%2F..%2Fetc%2Fpasswd", 404, "en"],
  ["/en/quarantine/incidents?from=-1", 400, "en"],
  ["/en/quarantine/incidents?from=1e9", 400, "en"],
  ["/en/quarantine/incidents?from=999999", 400, "en"],
  ["/zh/explain/burglary?area=EX&by=&period=2024-02-31", 404, "zh-Hans"],
  ["/en/explain/burglary?area=EX&by=&period=9999-99-99", 404, "en"],
  [`/en/explain/burglary?area=${asked}&by=&period=2024-04-01`, 404, "en"],
  ["/en/explain/burglary?area='%20OR%201=1--&by=&period=2024-04-01", 404, "en"],
  ["/en/explain/burglary?area=EX&by=attempted&period=2024-04-01", 404, "en"],
  [`/${asked}`, 404, "zh-Hans"],
  ["/xx/indicators/burglary", 404, "zh-Hans"],
  ["/%E0%A4%A", 404, "zh-Hans"],
  ["/data/..%2F..%2Fetc%2Fpasswd.csv", 404, "zh-Hans"],
  ["/data/constructor.parquet", 404, "zh-Hans"],
];

export function testRequests(served: () => ServedObservatory): void {
  test("a wrong request gets a page in the reader's language that says so, and nothing of it is repeated as markup", async () => {
    const { address } = served();
    for (const [path, status, language] of wrong) {
      const response = await fetch(address + path, { headers: { "accept-language": "zh-CN,zh;q=0.9,en;q=0.5" } });
      const page = await response.text();
      assert.equal(response.status, status, path);
      assert.match(response.headers.get("content-type") ?? "", /^text\/html; charset=utf-8$/i, path);
      assert.ok(page.includes(`<html lang="${language}" dir="ltr">`), path);
      assert.ok(!page.includes("<script") && !page.includes("passwd") && page.length < 4000, path);
    }
  });

  test("unknown values beside known ones are not repeated at all", async () => {
    const { address } = served();
    for (const path of ["/en", "/en/indicators/burglary", "/en/sources", "/en/quarantine/incidents"]) {
      const page = await (await fetch(`${address}${path}?marker-in-query=${asked}`)).text();
      assert.ok(!page.includes("marker-in-query") && !page.includes(asked), path);
    }
  });

  test("every answer forbids scripts, foreign content, framing and guessing of types", async () => {
    const { address } = served();
    for (const path of ["/en", "/en/indicators/burglary", "/nothing", "/data/burglary.csv"]) {
      const { headers } = await fetch(address + path);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
        assert.ok(policy.includes(part), `${path}: ${part} in ${policy}`);
      assert.ok(!policy.includes("unsafe") && !policy.includes("script-src"), policy);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.equal(headers.get("set-cookie"), null);
    }
  });

  test("what a reader has already is not sent again", async () => {
    const { address } = served();
    for (const path of ["/en", "/zh/indicators/burglary", "/data/burglary.csv", "/data/burglary.parquet"]) {
      const first = await fetch(address + path);
      const etag = first.headers.get("etag") ?? "";
      assert.notEqual(etag, "", path);
      assert.ok((await first.arrayBuffer()).byteLength > 500, path);
      const second = await fetch(address + path, { headers: { "if-none-match": etag } });
      assert.equal(second.status, 304, path);
      assert.equal((await second.arrayBuffer()).byteLength, 0, path);
    }
  });

  test("the first page speaks the reader's language, and a slash too many is forgiven", async () => {
    const { address } = served();
    const first = async (accepted: string) =>
      (await fetch(`${address}/`, { headers: { "accept-language": accepted }, redirect: "manual" })).headers.get(
        "location",
      );
    assert.equal(await first("zh-TW,zh;q=0.8"), "/zh");
    assert.equal(await first("fr, en;q=0.1, zh;q=0.5"), "/zh");
    assert.equal(await first("fr"), "/en");
    assert.equal((await fetch(`${address}/en/sources/`)).status, 200);
  });
}
