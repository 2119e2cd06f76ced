import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hono } from "hono";
import {
  hashPassword,
  instantSchema,
  memoryPeople,
  officeIdSchema,
  personIdSchema,
  sessionOf,
} from "../../cooperation/index.ts";
import { cookieIn, random, simulatedDesk } from "./simulation/desk.ts";

const person = personIdSchema.parse("01890a5d-ac96-774b-bcce-b302099a8057");
const styleIn = (page: string): string => /href="(\/style-[0-9a-f]+\.css)"/.exec(page)?.[1] ?? "";

test("every answer, also of errors, of the style and to other authorities, bears the headers that hold browsers back", async () => {
  const { desk } = simulatedDesk({ https: true });
  const style = styleIn(await (await desk.request("/en/sign-in")).text());
  const answers = [
    await desk.request("/en/sign-in"),
    await desk.request("/nowhere"),
    await desk.request("/en/nowhere/at/all"),
    await desk.request("/en/sign-in", { method: "POST" }),
    await desk.request("/en/sign-in", {
      method: "POST",
      body: "x".repeat(2_100_000),
      headers: { "content-length": "2100000" },
    }),
    await desk.request(style),
    await desk.request("/exchange/messages", { method: "POST" }),
    await desk.request("/"),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404, 404, 400, 413, 200, 400, 302],
  );
  for (const { headers } of answers) {
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "object-src 'none'",
      "script-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      assert.ok(policy.includes(part), part);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("strict-transport-security"), "max-age=31536000; includeSubDomains");
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("access-control-allow-origin"), null);
    assert.equal(headers.get("server"), null);
    assert.equal(headers.get("x-powered-by"), null);
  }
});

test("pages are kept by no cache and say their type and letters; the style may be kept, and holds nothing of anybody", async () => {
  const { desk } = simulatedDesk();
  const page = await desk.request("/en/sign-in");
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.equal(page.headers.get("content-type"), "text/html; charset=UTF-8");
  const style = await desk.request(styleIn(await page.text()));
  assert.equal(style.headers.get("content-type"), "text/css; charset=utf-8");
  assert.match(style.headers.get("cache-control") ?? "", /immutable/);
  assert.equal((await desk.request("/en/sign-in.css")).status, 404);
});

const password = await hashPassword("four grey herons wait", random, { memory: 64, passes: 1, parallelism: 1 });

/** A browser that signs in by the form. */
async function signIn(desk: Hono, typed: string): Promise<{ readonly session: string; readonly visit: string }> {
  const page = await desk.request("/en/sign-in");
  const visit = `justitia-aldoria-central-visit=${cookieIn(page, "justitia-aldoria-central-visit")}`;
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  const response = await desk.request("/en/sign-in", {
    method: "POST",
    headers: { cookie: visit, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrf, person: "moreno", password: typed }),
  });
  return { session: cookieIn(response, "justitia-aldoria-central-session") ?? "", visit };
}

test("signing in, failing and signing out are noted with means and address, without what was typed, and a signed-out browser is told to forget", async () => {
  const office = officeIdSchema.parse("central-office");
  const worker = { person, office, name: "M. Moreno", roles: ["case-officer" as const], active: true, data: {} };
  const { desk, people, notes, signOutForm } = simulatedDesk({}, memoryPeople(), [worker]);
  await people.addAccount({ person, name: "moreno", password, oneTimeUntil: null });
  assert.equal((await signIn(desk, "a wrong tulip")).session, "");
  const { session } = await signIn(desk, "four grey herons wait");
  const response = await desk.request("/en/sign-out", signOutForm(session));
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("clear-site-data"), '"cache", "storage"');
  assert.equal(await sessionOf(people, session, instantSchema.parse(new Date().toISOString())), null);
  assert.deepEqual(
    notes.map(({ act, person: who, data }) => [act, who, data]),
    [
      ["sign-in-refused", undefined, { means: "password", from: "192.0.2.7" }],
      ["signed-in", person, { means: "password", from: "192.0.2.7" }],
      ["signed-out", person, {}],
    ],
  );
});

test("by HTTPS the cookies are of this host alone, out of reach of scripts and of other sites", async () => {
  const { desk, people } = simulatedDesk({ https: true });
  await people.addAccount({ person, name: "moreno", password, oneTimeUntil: null });
  const page = await desk.request("/en/sign-in");
  const visit = cookieIn(page, "__Host-justitia-aldoria-central-visit");
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  const send = (cookie: string, token: string) =>
    desk.request("/en/sign-in", {
      method: "POST",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrf: token, person: "moreno", password: "four grey herons wait" }),
    });
  const response = await send(`__Host-justitia-aldoria-central-visit=${visit}`, csrf);
  assert.equal(response.status, 303);
  assert.ok(cookieIn(response, "__Host-justitia-aldoria-central-session") !== undefined);
  for (const line of [...page.headers.getSetCookie(), ...response.headers.getSetCookie()])
    assert.match(line, /^__Host-.*Path=\/; HttpOnly; Secure; SameSite=Strict/);
  assert.equal((await send(`__Host-justitia-aldoria-central-visit=${visit}`, "")).status, 400, "no form token");
  assert.equal((await send("", csrf)).status, 400, "the token of another browser");
});

test("methods that a page does not know, and traces, are answered with nothing of the request", async () => {
  const { desk } = simulatedDesk();
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const response = await desk.request("/en/sign-in", { method, headers: { "x-secret": "tulip" } });
    assert.equal(response.status, 404);
    assert.ok(!(await response.text()).includes("tulip"));
  }
});

test("what fails inside is told here in full, and to the browser as a mistake without a word of it", async () => {
  const { desk, reports } = simulatedDesk({ invented: true });
  const response = await desk.request("/en/sign-in");
  assert.equal(response.status, 500);
  const page = await response.text();
  assert.ok(!page.includes("83b1f0") && !page.includes(".ts"));
  assert.match(reports.join(), /83b1f0/);
});

test("a form that names an input many times, or has thousands of inputs, is refused or read without harm", async () => {
  const { desk } = simulatedDesk();
  const many = Array.from({ length: 6000 }, (_, at) => `a${at}=1`).join("&");
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (const body of [many, "person=a&person=b&__proto__=x&constructor=y"])
    assert.equal((await desk.request("/en/sign-in", { method: "POST", headers, body })).status, 400);
  assert.equal(({} as Record<string, unknown>).x, undefined);
});
