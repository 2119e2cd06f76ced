import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Hono } from "hono";
import {
  type Instant,
  instantSchema,
  type MemoryPeople,
  memoryPeople,
  openIdProvider,
  organisationSignInSchema,
  personIdSchema,
  type SignInNote,
  sessionOf,
} from "../../cooperation/index.ts";
import { readOrganisation } from "./organisation.ts";
import { cookieIn, random, simulatedDesk } from "./simulation/desk.ts";
import {
  type Mischief,
  type OpenIdProvider,
  openIdClient,
  simulatedOpenIdProvider,
} from "./simulation/openid-provider.ts";

const redirectAddress = "http://127.0.0.1:4180/sign-in/organisation";
const person = personIdSchema.parse("01890a5d-ac96-774b-bcce-b302099a8057");
const cookie = "justitia-aldoria-central-organisation";

let provider: OpenIdProvider;
let people: MemoryPeople;
let notes: SignInNote[];
let reports: string[];
let desk: Hono;
let now: Instant;

before(async () => {
  provider = await simulatedOpenIdProvider(redirectAddress);
});
after(() => provider.stop());
beforeEach(async () => {
  provider.mischief = {};
  now = instantSchema.parse(new Date().toISOString());
  people = memoryPeople();
  await people.addAccount({ person, name: "moreno", password: null, oneTimeUntil: null });
  desk = deskOf();
});

function deskOf(more: object = {}): Hono {
  const settings = organisationSignInSchema.parse({
    issuer: provider.issuer,
    clientId: openIdClient.id,
    clientSecretFile: "secret",
    redirectAddress,
    people: { "a-17": "Moreno" },
    ...more,
  });
  const organisation = { settings, provider: openIdProvider(settings, openIdClient.secret, { fetch, random }) };
  const made = simulatedDesk({ organisation, now: () => now }, people);
  notes = made.notes;
  reports = made.reports;
  return made.desk;
}

async function begin(language = "en"): Promise<{ readonly address: string; readonly kept: string }> {
  const response = await desk.request(`/${language}/sign-in/organisation`);
  assert.equal(response.status, 303);
  const kept = cookieIn(response, cookie);
  assert.ok(kept !== undefined);
  return { address: response.headers.get("location") ?? "", kept };
}
const comeBack = (address: string, kept: string): Promise<Response> =>
  Promise.resolve(desk.request(address, { headers: { cookie: `${cookie}=${kept}` } }));

async function assertRefused(response: Response, because: RegExp): Promise<void> {
  assert.equal(response.status, 422);
  const page = await response.text();
  assert.match(page, /could not be signed in through your organisation/);
  assert.doesNotMatch(page, because, "the page tells nothing");
  assert.equal(cookieIn(response, "justitia-aldoria-central-session"), undefined);
  assert.match(reports.join("\n"), because);
  assert.deepEqual(
    notes.map(({ act, person: who }) => [act, who]),
    [["sign-in-refused", undefined]],
  );
}

test("a person whom an administrator has linked signs in through the organisation", async () => {
  assert.match(await (await desk.request("/zh/sign-in")).text(), /href="\/zh\/sign-in\/organisation"/);
  const { address, kept } = await begin("zh");
  const asked = new URL(address).searchParams;
  assert.deepEqual(
    [asked.get("response_type"), asked.get("code_challenge_method"), asked.get("scope"), asked.get("client_id")],
    ["code", "S256", "openid", openIdClient.id],
  );
  assert.ok(!address.includes(openIdClient.secret));
  const response = await comeBack(provider.approve(address), kept);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("refresh"), "0; url=/zh");
  const token = cookieIn(response, "justitia-aldoria-central-session");
  assert.ok(token !== undefined);
  const session = await sessionOf(people, token, now);
  assert.deepEqual([session?.person, session?.means], [person, "organisation"]);
  assert.deepEqual(
    notes.map(({ act, person: who }) => [act, who]),
    [["signed-in", person]],
  );
  assert.deepEqual(reports, []);
  assert.ok((provider.lastExchange().get("code_verifier") ?? "").length >= 43);
});

const mischiefs: readonly (readonly [string, Mischief, RegExp])[] = [
  ["of another issuer", { claims: { iss: "https://login.example.net" } }, /iss/],
  ["for another client", { claims: { aud: "another" } }, /aud/],
  ["for several clients, not given to this one", { claims: { aud: ["authority", "another"], azp: "another" } }, /azp/],
  ["with another nonce", { claims: { nonce: "another" } }, /nonce/],
  ["without a nonce", { claims: { nonce: undefined } }, /nonce/],
  ["that has run out", { claims: { iat: 1_700_000_000, exp: 1_700_000_300 } }, /exp/],
  ["without a subject", { claims: { sub: undefined } }, /sub/],
  ["signed with nothing", { signWith: "none" }, /alg/],
  ["signed with the public key as a secret", { signWith: "public-key-as-secret" }, /alg/],
  ["signed by somebody else", { signWith: "another" }, /signature/],
  ["signed in a way that is not accepted", { signWith: "other-algorithm" }, /alg|RS512/],
  ["that is not there", { withoutToken: true }, /id_token/],
  ["of a person whom nobody has linked", { claims: { sub: "a-18" } }, /nobody here is linked/],
];
for (const [what, mischief, because] of mischiefs)
  test(`a token ${what} opens nothing, and only the log says why`, async () => {
    const { address, kept } = await begin();
    provider.mischief = mischief;
    await assertRefused(await comeBack(provider.approve(address), kept), because);
  });

test("an answer with another state, without one, of another issuer or with an error opens nothing", async () => {
  const changes: readonly (readonly [RegExp, (back: URL) => void])[] = [
    [/state/, (back) => back.searchParams.set("state", "another")],
    [/state/, (back) => back.searchParams.delete("state")],
    [/iss/, (back) => back.searchParams.set("iss", "https://login.example.net")],
    [/error/, (back) => back.searchParams.set("error", "access_denied")],
    [/code|invalid_grant|error/, (back) => back.searchParams.set("code", "of somebody else")],
  ];
  for (const [because, change] of changes) {
    desk = deskOf();
    const { address, kept } = await begin();
    await assertRefused(await comeBack(provider.approve(address, change), kept), because);
  }
});

test("coming back twice, in another browser, too late or unasked opens nothing", async () => {
  const first = await begin();
  const back = provider.approve(first.address);
  assert.equal((await comeBack(back, first.kept)).status, 200);
  notes.length = 0;
  await assertRefused(await comeBack(provider.approve(first.address), first.kept), /finished before/);

  const mine = await begin();
  assert.equal((await desk.request(provider.approve(mine.address))).status, 400);
  assert.equal((await comeBack(provider.approve(mine.address), `${mine.kept.slice(0, -2)}AA`)).status, 400);
  notes.length = 0;
  const theirs = await begin();
  await assertRefused(await comeBack(provider.approve(theirs.address), mine.kept), /state/);

  const late = await begin();
  now = instantSchema.parse(new Date(Date.parse(now) + 600_000).toISOString());
  notes.length = 0;
  await assertRefused(await comeBack(provider.approve(late.address), late.kept), /too long/);
});

test("a code that somebody else got is worth nothing without the secret of this browser", async () => {
  const [stolen, own] = [await begin(), await begin()];
  const code = new URL(provider.approve(stolen.address)).searchParams.get("code") ?? "";
  const back = provider.approve(own.address, (address) => address.searchParams.set("code", code));
  await assertRefused(await comeBack(back, own.kept), /error|invalid_grant/);
});

test("a provider without PKCE, of another name, or that is down is not gone to, and the page says so plainly", async () => {
  for (const [mischief, because] of [
    [{ withoutPkce: true }, /PKCE/],
    [{ issuerInMetadata: "https://login.example.net" }, /issuer/],
    [{ down: true }, /./],
  ] as const) {
    desk = deskOf();
    provider.mischief = mischief;
    const response = await desk.request("/en/sign-in/organisation");
    assert.equal(response.status, 422);
    assert.match(await response.text(), /cannot be reached now/);
    assert.match(reports.join("\n"), because);
  }
  provider.mischief = {};
  assert.equal((await desk.request("/en/sign-in/organisation")).status, 303, "the next one begins anew");
});

test("whoever was shut out, or has no account, does not come in through the organisation either", async () => {
  people.setActive(person, false);
  const { address, kept } = await begin();
  const response = await comeBack(provider.approve(address), kept);
  assert.equal(response.status, 422);
  assert.equal(cookieIn(response, "justitia-aldoria-central-session"), undefined);
});

test("who fails too often through the organisation waits, as with passwords", async () => {
  provider.mischief = { claims: { sub: "a-18" } };
  let said = "";
  for (let attempt = 0; attempt < 33 && !said.includes("Too many"); attempt += 1) {
    const { address, kept } = await begin();
    said = await (await comeBack(provider.approve(address), kept)).text();
  }
  assert.match(said, /Too many attempts/);
});

test("a strong method is asked for where the authority wants one", async () => {
  desk = deskOf({ strongMethods: ["mfa"] });
  const { address, kept } = await begin();
  await assertRefused(await comeBack(provider.approve(address), kept), /strong method/);
  provider.mischief = { claims: { amr: ["pwd", "mfa"] } };
  const again = await begin();
  assert.equal((await comeBack(provider.approve(again.address), again.kept)).status, 200);
});

test("settings are read from the authority's folder; a secret that others can read, or none, is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "justitia-organisation-"));
  try {
    assert.equal(await readOrganisation(folder, random), undefined);
    const settings = { issuer: provider.issuer, clientId: "authority", clientSecretFile: "secret", redirectAddress };
    await writeFile(join(folder, "organisation.json"), JSON.stringify(settings));
    await assert.rejects(readOrganisation(folder, random), /There is no file .*secret/);
    await writeFile(join(folder, "secret"), "abc\n", { mode: 0o644 });
    await assert.rejects(readOrganisation(folder, random), /Others can read/);
    await rm(join(folder, "secret"));
    await writeFile(join(folder, "secret"), "\n", { mode: 0o600 });
    await assert.rejects(readOrganisation(folder, random), /is empty/);
    await writeFile(join(folder, "secret"), "abc\n", { mode: 0o600 });
    assert.equal((await readOrganisation(folder, random))?.settings.clientId, "authority");
    await writeFile(join(folder, "organisation.json"), JSON.stringify({ ...settings, issuer: "http://example.org" }));
    await assert.rejects(readOrganisation(folder, random), /issuer/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
