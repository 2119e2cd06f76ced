/** What a person sees of the own account, what is asked again, and what is noted, on a database and without a browser. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { Hono } from "hono";
import { openPGliteTrial, type Trial } from "../../../test/database/trial.ts";
import {
  authorityIdSchema,
  createAdministration,
  createPeopleStore,
  type Instant,
  instantSchema,
  officeIdSchema,
  type Person,
} from "../../cooperation/index.ts";
import { countRefusal } from "./refused-access.ts";
import { cookieIn, simulatedDesk } from "./simulation/desk.ts";

const cost = { memory: 64, passes: 1, parallelism: 1 };
const office = officeIdSchema.parse("central-office");
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

describe("the own account, and what weighs most", () => {
  let trial: Trial;
  let desk: Hono;
  let clock = Date.UTC(2026, 4, 4, 8);
  const now = (): Instant => instantSchema.parse(new Date(clock).toISOString());
  const minutes = (count: number): void => {
    clock += count * 60_000;
  };
  const workers: Person[] = [];
  const passwords = new Map<string, string>();
  before(async () => {
    trial = await openPGliteTrial();
    const { database } = trial;
    const administration = createAdministration({
      authority: authorityIdSchema.parse("aldoria-central"),
      database,
      now,
      random: randomBytes,
      passwordCost: cost,
    });
    const machine = { kind: "command-line", operator: "deploy" } as const;
    await administration.addOffice(machine, { id: office, name: "Central office" });
    const people = createPeopleStore(database);
    for (const [signInName, role] of [
      ["mira.oland", "case-officer"],
      ["tomas.werrin", "case-officer"],
      ["ada.lind", "administrator"],
    ] as const) {
      const added = await administration.addPerson(machine, { name: signInName, signInName, office, roles: [role] });
      assert.ok(added.kind === "done");
      const { person, password } = added.value;
      passwords.set(signInName, password);
      // The password counts as the person's own, so that pages other than that of the password are shown.
      const account = await people.accountOf(person);
      await people.replacePassword(person, account?.password ?? null, account?.password ?? "", null);
      workers.push({ person, office, name: signInName, roles: [role], active: true, data: {} });
    }
    const introduction = () => {
      throw new Error("nobody asks for it");
    };
    ({ desk } = simulatedDesk({ now, signIn: people, administration, introduction }, undefined, workers));
  });
  after(() => trial[Symbol.asyncDispose]());

  /** A browser: keeps its cookies, and sends the token that a page has in its forms. */
  function browser(userAgent = firefox, at = desk) {
    const cookies = new Map<string, string>();
    const ask = async (path: string, init: RequestInit = {}): Promise<{ response: Response; text: string }> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const own = { cookie, "user-agent": userAgent, "content-type": "application/x-www-form-urlencoded" };
      const response = await at.request(path, { ...init, headers: { ...own, ...init.headers } });
      for (const what of ["session", "visit"]) {
        const name = `justitia-aldoria-central-${what}`;
        const value = cookieIn(response, name);
        if (value !== undefined) cookies.set(name, value);
      }
      return { response, text: await response.text() };
    };
    const token = (page: string): string => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const send = async (path: string, fields: Record<string, string>, page: string) =>
      ask(path, { method: "POST", body: new URLSearchParams({ csrf: token(page), ...fields }) });
    return {
      ask,
      send,
      signIn: async (name: string, password = passwords.get(name) ?? "") => {
        const { text } = await ask("/en/sign-in");
        return (await send("/en/sign-in", { person: name, password }, text)).response;
      },
    };
  }

  const acts = async (act: string): Promise<readonly Record<string, unknown>[]> =>
    trial.asOwner(
      `SELECT person, subject, data FROM cooperation.administrative_act WHERE act = '${act}' ORDER BY entry`,
    );

  test("the page of sign-in tells nobody who works here", async () => {
    const { text } = await browser().ask("/en/sign-in");
    for (const { name } of workers) assert.ok(!text.includes(name), name);
    assert.match(text, /<input[^>]+name="person"/);
    assert.doesNotMatch(text, /<select/);
  });

  test("a person sees the own sessions by browser and ends one, and no other person's", async () => {
    const [desktop, telephone, other] = [browser(), browser("Mozilla/5.0 (Android 15) Firefox/140.0"), browser()];
    await desktop.signIn("mira.oland");
    minutes(1);
    await telephone.signIn("mira.oland");
    await other.signIn("tomas.werrin");
    const { text } = await desktop.ask("/en/account/sessions");
    assert.match(text, /Firefox, Linux/);
    assert.match(text, /Firefox, Android/);
    assert.equal(
      text.match(/action="\/en\/account\/sessions\/[0-9a-f]{16}"/g)?.length,
      1,
      "the own one cannot be ended here",
    );
    const named = /action="(\/en\/account\/sessions\/[0-9a-f]{16})"/.exec(text)?.[1] ?? "";
    const seen = (await other.ask("/en/account/sessions")).text;
    assert.doesNotMatch(seen, /Android/);
    await other.send(named, {}, seen);
    assert.equal((await telephone.ask("/en/account")).response.status, 200, "who does not own it ends nothing");
    assert.equal((await desktop.send(named, {}, text)).response.status, 303);
    assert.equal((await telephone.ask("/en/account")).response.headers.get("location"), "/en/sign-in?to=%2Faccount");
    assert.equal((await desktop.ask("/en/account")).response.status, 200);
    assert.deepEqual(
      (await acts("session-ended")).map(({ subject }) => subject),
      [workers[0]?.person],
    );
  });

  test("at sign-in a person is told of attempts in vain and of changes since the last time, and then no more", async () => {
    minutes(60);
    await browser().signIn("tomas.werrin");
    minutes(60);
    for (const guess of ["a wrong guess", "another wrong guess"]) await browser().signIn("tomas.werrin", guess);
    await browser().signIn("mira.oland", "a wrong guess");
    await createPeopleStore(trial.database).note({
      at: now(),
      person: workers[1]?.person,
      act: "passkey-added",
      data: {},
    });
    minutes(30);
    const own = browser();
    assert.equal((await own.signIn("tomas.werrin")).headers.get("location"), "/en/account/since");
    const { text } = await own.ask("/en/account/since");
    assert.match(text, /Attempts in vain to sign in with your name: 2\./);
    assert.match(text, /Passkey added/);
    minutes(1);
    assert.equal((await browser().signIn("tomas.werrin")).headers.get("location"), "/en");
  });

  test("who has to sign in first comes to the page that was asked for, in the language chosen, and never elsewhere", async () => {
    const lands = async (to: string): Promise<string | null> => {
      minutes(1);
      const own = browser();
      const address = `/en/sign-in${to}`;
      const { text } = await own.ask(address);
      const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
      const fields = { person: "mira.oland", password: passwords.get("mira.oland") ?? "" };
      return (await own.send(action, fields, text)).response.headers.get("location");
    };
    minutes(60);
    await browser().signIn("mira.oland");
    const asked = (await browser().ask("/en/matters/01a1?part=2&x=%D8%A7")).response.headers.get("location") ?? "";
    assert.equal(asked, "/en/sign-in?to=%2Fmatters%2F01a1%3Fpart%3D2%26x%3D%25D8%25A7");
    assert.match((await browser().ask(asked)).text, /href="\/ar\/sign-in\?to=%2Fmatters%2F01a1/);
    assert.equal(await lands(asked.slice("/en/sign-in".length)), "/en/matters/01a1?part=2&x=%D8%A7");
    assert.equal(
      (await browser().ask("/en?whose=mine")).response.headers.get("location"),
      "/en/sign-in?to=%3Fwhose%3Dmine",
    );
    const elsewhere = [
      "//evil.example/",
      "https://evil.example/",
      "/\\evil.example",
      "/../../evil",
      "@evil.example",
      "/x\r\nset-cookie: a=b",
    ];
    for (const to of elsewhere) {
      const location = (await lands(`?to=${encodeURIComponent(to)}`)) ?? "";
      const reached = new URL(location, "https://aldoria.example");
      assert.equal(reached.origin, "https://aldoria.example", to);
      assert.match(location, /^\/en(?:\/|$)/, to);
    }
    minutes(60);
    await browser().signIn("mira.oland", "a wrong guess");
    assert.equal(await lands("?to=%2Fnew"), "/en/account/since?to=%2Fnew", "what happened meanwhile comes first");
    const own = browser();
    await own.signIn("mira.oland");
    assert.match((await own.ask("/en/account/since?to=%2Fnew")).text, /class="go" href="\/en\/new"/);
  });

  test("what was typed is kept when its writer signed out in another window, and no form from elsewhere is", async () => {
    minutes(60);
    const own = browser();
    await own.signIn("ada.lind");
    const { text } = await own.ask("/en/people/new");
    const body = new URLSearchParams({ csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "", name: "Kept Typed" });
    await own.send("/en/sign-out", {}, text);
    // The cookie of the session is gone with it.
    const ask = (site: string) =>
      browser().ask("/en/people/new", { method: "POST", body, headers: { "sec-fetch-site": site } });
    const kept = await ask("same-origin");
    assert.equal(kept.response.status, 403);
    assert.match(kept.text, /Your session ended[\s\S]*Kept Typed/);
    for (const site of ["cross-site", "same-site", "none"]) {
      const { response, text: page } = await ask(site);
      assert.equal(response.headers.get("location"), "/en/sign-in", site);
      assert.doesNotMatch(page, /Kept Typed/, site);
    }
  });

  test("what the rights refuse is noted like what is not there, answered alike, and within bounds", async () => {
    const own = browser();
    await own.signIn("mira.oland");
    const before = (await acts("access-refused")).length;
    const answers = [];
    for (const path of ["/en/people", "/en/acts"]) answers.push((await own.ask(path)).response.status);
    assert.deepEqual(answers, [403, 403]);
    const noted = (await acts("access-refused")).slice(before);
    assert.deepEqual(
      noted.map(({ subject, data }) => [subject, data]),
      ["/en/people", "/en/acts"].map((page) => [
        workers[0]?.person,
        { role: "case-officer", method: "GET", page, status: 403 },
      ]),
    );
    for (let asked = 0; asked < 40; asked += 1) await own.ask("/en/people");
    assert.equal((await acts("access-refused")).length - before, 30);
    minutes(61);
    await own.signIn("mira.oland");
    await own.ask("/en/people");
    assert.equal((await acts("access-refused")).length - before, 31);
  });

  test("however fast somebody is refused, thirty notes an hour are made", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300_000 }), { minLength: 1, maxLength: 200 }), (pauses) => {
        let at = 0;
        let known: Parameters<typeof countRefusal>[0];
        const noted: number[] = [];
        for (const pause of pauses) {
          at += pause;
          const counted = countRefusal(known, at);
          if (counted.noted) noted.push(at);
          known = counted;
        }
        // Two windows may touch, so that any hour has at most the notes of two.
        for (const from of noted) assert.ok(noted.filter((one) => one >= from && one < from + 3_600_000).length <= 60);
        assert.ok(noted.length > 0);
      }),
    );
  });

  test("of whose role a second factor is demanded opens nothing without one, and cannot add one to another", async () => {
    const people = createPeopleStore(trial.database);
    const demanding = simulatedDesk(
      { now, signIn: people, secondFactorFor: new Set(["administrator"]) },
      undefined,
      workers,
    );
    const own = browser(firefox, demanding.desk);
    await own.signIn("ada.lind");
    const led = async (path: string): Promise<string | null> => (await own.ask(path)).response.headers.get("location");
    for (const path of ["", "/new", "/notices", "/account", "/account/password", "/account/sessions"])
      assert.equal(await led(`/en${path}`), "/en/second-factor", path);
    const shown = (await own.ask("/en/second-factor")).text;
    assert.match(shown, /Add a passkey[\s\S]*you can do nothing else/);
    assert.equal(
      (await own.send("/en/new", { type: "production" }, shown)).response.headers.get("location"),
      "/en/second-factor",
    );
    assert.equal(await led("/en/account/passkeys/new"), null, "there the person may go on");
    const colleague = browser(firefox, demanding.desk);
    await colleague.signIn("tomas.werrin");
    assert.equal((await colleague.ask("/en/account")).response.status, 200);

    const person = workers[2]?.person ?? assert.fail();
    const passkey = { id: "a-passkey", person, publicKey: "AA", counter: 0, transports: [], backedUp: false };
    assert.ok(await people.addPasskey({ ...passkey, addedAt: now(), usedAt: null }));
    assert.match((await own.ask("/en/second-factor")).text, /You have a passkey: sign in with it/);
    assert.equal(await led("/en/account/passkeys/new"), "/en/second-factor");
    await people.removePasskey("a-passkey");
  });

  test("who signed in long ago proves it again before adding a person, with what was typed kept", async () => {
    const own = browser();
    await own.signIn("ada.lind");
    const form = (await own.ask("/en/people/new")).text;
    const typed = { name: "New Comer", signInName: "new.comer", office, roles: "auditor" };
    minutes(11);
    const asked = await own.send("/en/people/new", typed, form);
    assert.match(asked.text, /Prove that it is you/);
    assert.match(asked.text, /name="signInName" value="new.comer"/);
    assert.match(asked.text, /action="\/en\/people\/new"/);
    const wrong = await own.send("/en/people/new", { ...typed, "proof-password": "a wrong guess" }, asked.text);
    assert.equal(wrong.response.status, 422);
    assert.match(wrong.text, /name="signInName" value="new.comer"/);
    assert.equal(
      (await acts("person-added")).some(({ data }) => JSON.stringify(data).includes("new.comer")),
      false,
    );
    const proof = { "proof-password": passwords.get("ada.lind") ?? "" };
    const done = await own.send("/en/people/new", { ...typed, ...proof }, asked.text);
    assert.match(done.text, /New Comer/);
    assert.equal(
      (await acts("person-added")).filter(({ data }) => JSON.stringify(data).includes("new.comer")).length,
      1,
    );
    const left = await browser().send("/en/people/new", { ...typed, ...proof }, asked.text);
    assert.ok(!left.text.includes(proof["proof-password"]), "a page never shows a password again");
    minutes(9);
    const next = await own.send("/en/people/new", { ...typed, signInName: "next.comer" }, form);
    assert.doesNotMatch(next.text, /Prove that it is you/, "asked once in ten minutes");
  });
});
