import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { identifiers, minute, office, system } from "../../../test/database/matters.ts";
import { onEachEngine } from "../../../test/database/trial.ts";
import type { Worker } from "../authority/index.ts";
import { fingerprint, generatePrivateKey, usableKey } from "../exchange/index.ts";
import { checkPassword } from "../people/index.ts";
import { createPeopleStore } from "../people-store/index.ts";
import {
  type AuthorityId,
  authorityIdSchema,
  digestOf,
  type Instant,
  instantSchema,
  personIdSchema,
  type Role,
  roles,
} from "../words/index.ts";
import {
  type Administration,
  type AdministrativeOutcome,
  type Administrator,
  createAdministration,
  introductionText,
  type ObjectionCode,
} from "./index.ts";

const cost = { memory: 64, passes: 1, parallelism: 1 };
const central = office("central-office");
const arcadia = authorityIdSchema.parse("arcadia-central");
const machine: Administrator = { kind: "command-line", operator: "deploy" };
const later = instantSchema.parse("2029-01-05T08:00:00.000Z");
const next = identifiers(77);

function codesOf(outcome: AdministrativeOutcome<unknown>): readonly ObjectionCode[] | string {
  return outcome.kind === "refused" ? outcome.objections.map(({ code }) => code) : outcome.kind;
}

async function letterOf(authority: AuthorityId, from: Instant) {
  const keys = [await generatePrivateKey("signing", from, later), await generatePrivateKey("encryption", from, later)];
  const introduction = { authority, keys: keys.map((key) => key.public) };
  return { text: introductionText({ ...introduction, name: "Bensalem" }), fingerprint: fingerprint(introduction) };
}

onEachEngine((trial, engine) => {
  let administration: Administration;
  let now = minute(0);
  let administrator: Worker;
  before(async () => {
    const parts = { authority: arcadia, now: () => now, random: randomBytes, passwordCost: cost };
    administration = createAdministration({ ...parts, database: trial().database });
    assert.equal((await administration.addOffice(machine, { id: central, name: "Central office" })).kind, "done");
    administrator = await worker("administrator");
  });

  async function worker(role: Role): Promise<Worker> {
    const signInName = `${role}-${next().slice(-6)}`;
    const given = { name: `The ${role}`, signInName, office: central, roles: [role] };
    const outcome = await administration.addPerson(machine, given);
    assert.equal(outcome.kind, "done", codesOf(outcome).toString());
    if (outcome.kind !== "done") throw new Error("not done");
    return { person: outcome.value.person, office: central, role };
  }
  const byPerson = (who: Worker): Administrator => ({ kind: "person", worker: who });
  const newcomer = (signInName: string) => ({
    name: "New Comer",
    signInName,
    office: central,
    roles: ["case-officer"] as const,
  });

  test("nobody but an administrator administers or sees accounts, whatever is asked", async () => {
    const { text, fingerprint: right } = await letterOf(authorityIdSchema.parse("refused-central"), now);
    const partner = { introduction: text, fingerprint: right, name: "", state: "XB", address: "https://b.example" };
    const before = (await trial().store.read(system, (view) => view.people())).length;
    const workers = [
      ...(await Promise.all(roles.filter((role) => role !== "administrator").map(worker))),
      { ...administrator, role: "auditor" as const },
      { ...administrator, office: office("elsewhere") },
      { ...administrator, person: personIdSchema.parse(next()) },
    ];
    for (const who of workers) {
      const by = byPerson(who);
      const outcomes = [
        await administration.addPerson(by, newcomer("x.y")),
        await administration.changePerson(by, administrator.person, newcomer("x.y")),
        await administration.setPersonActive(by, administrator.person, false),
        await administration.resetPerson(by, administrator.person),
        await administration.addOffice(by, { id: "own", name: "Own" }),
        await administration.renameOffice(by, central, "Own"),
        await administration.addPartner(by, partner),
        await administration.announceKeys(by, []),
      ];
      assert.deepEqual([...new Set(outcomes.map(({ kind }) => kind))], ["not-allowed"], who.role);
      assert.equal(await administration.staff(who), undefined);
      assert.equal(await administration.partners(who), undefined);
      const acts = await administration.acts(who, { limit: 10 });
      assert.equal(acts === undefined, who.role !== "auditor" || who.person === administrator.person, who.role);
    }
    const after = await trial().store.read(system, (view) => view.people());
    assert.equal(after.length, before + workers.length - 3);
  });

  test("a person who is added can sign in for seven days with what was shown once", async () => {
    const outcome = await administration.addPerson(byPerson(administrator), newcomer(" Mira.Oland "));
    assert.ok(outcome.kind === "done");
    const { person, password, until } = outcome.value;
    assert.equal(until, minute(7 * 24 * 60));
    const account = await createPeopleStore(trial().database).findAccount("mira.oland");
    assert.equal(account?.person, person);
    assert.equal(account?.oneTimeUntil, until);
    assert.equal((await checkPassword(password, account?.password ?? null, cost)).fits, true);
    const [act] = (await administration.acts(administrator, { limit: 1 })) ?? [];
    assert.deepEqual(
      [act?.act, act?.subject, act?.person, act?.role, act?.at],
      ["person-added", person, administrator.person, "administrator", now],
    );
    assert.ok(!JSON.stringify(act).includes(password));
  });

  test("what is wrong is said all at once, and nothing is changed", async () => {
    const by = byPerson(administrator);
    const before = await administration.staff(administrator);
    const wrong: readonly (readonly [Parameters<Administration["addPerson"]>[1], readonly ObjectionCode[]])[] = [
      [{ name: "", signInName: "", office: "", roles: [] }, ["needed", "needed", "needed", "needed"]],
      [{ ...newcomer("a b"), name: "x\u202ey" }, ["not-a-name", "not-a-sign-in-name"]],
      [{ ...newcomer("ab"), office: "nowhere" }, ["not-a-sign-in-name", "unknown-office"]],
      [{ ...newcomer("mira.oland"), roles: ["auditor", "approver"] }, ["taken", "role-alone"]],
      [{ ...newcomer("new.one"), name: "a".repeat(201) }, ["not-a-name"]],
    ];
    for (const [given, codes] of wrong) assert.deepEqual(codesOf(await administration.addPerson(by, given)), codes);
    assert.deepEqual(codesOf(await administration.resetPerson(by, next())), ["unknown-person"]);
    assert.deepEqual(codesOf(await administration.renameOffice(by, "nowhere", "X")), ["unknown-office"]);
    assert.deepEqual(await administration.staff(administrator), before);
  });

  test("roles that are taken away, and being shut out, end every session", async () => {
    const by = byPerson(administrator);
    const people = createPeopleStore(trial().database);
    const { person } = await worker("case-officer");
    const session = {
      person,
      means: "password",
      role: null,
      startedAt: now,
      seenAt: now,
      endsAt: later,
      browser: null,
      provedAt: now,
    } as const;
    const signIn = async (sign: string) => {
      const digest = digestOf(`${engine} ${sign}`);
      await people.addSession({ ...session, digest });
      return async () => (await people.findSession(digest)) !== null;
    };
    const name = `case-${next().slice(-6)}`;
    const [one, two] = [await signIn("a"), await signIn("b")];
    await administration.changePerson(by, person, { ...newcomer(name), name: "Another Name", roles: ["case-officer"] });
    assert.equal(await one(), true, "a new name ends nothing");
    await administration.changePerson(by, person, { ...newcomer(name), roles: ["approver"] });
    assert.deepEqual([await one(), await two()], [false, false]);
    const three = await signIn("c");
    await administration.setPersonActive(by, person, false);
    assert.equal(await three(), false);
    assert.equal((await people.accountOf(person))?.active, false);
    const four = await signIn("d");
    await administration.resetPerson(by, person);
    assert.equal(await four(), false);
  });

  test("an administrator stays, and nobody raises themselves", async () => {
    const by = byPerson(administrator);
    const own = { ...newcomer(`own-${engine.toLowerCase()}`), roles: ["case-officer"] as const };
    assert.deepEqual(codesOf(await administration.changePerson(by, administrator.person, own)), [
      "own-roles",
      "last-administrator",
    ]);
    assert.deepEqual(codesOf(await administration.setPersonActive(machine, administrator.person, false)), [
      "last-administrator",
    ]);
    const second = await worker("administrator");
    assert.equal((await administration.setPersonActive(byPerson(second), administrator.person, false)).kind, "done");
    assert.equal((await administration.addOffice(by, { id: "late", name: "Late" })).kind, "not-allowed");
    assert.equal((await administration.setPersonActive(byPerson(second), administrator.person, true)).kind, "done");
    await administration.setPersonActive(by, second.person, false);
  });

  test("a partner is pinned by the fingerprint that was compared, and told of new keys of ours", async () => {
    const by = byPerson(administrator);
    const bensalem = authorityIdSchema.parse("bensalem-central");
    const { text, fingerprint: right } = await letterOf(bensalem, now);
    const given = { introduction: text, name: "", state: "xb", address: "https://bensalem.example/exchange/" };
    const refused = async (change: object, codes: readonly ObjectionCode[]) =>
      assert.deepEqual(
        codesOf(await administration.addPartner(by, { ...given, fingerprint: right, ...change })),
        codes,
      );
    await refused({ fingerprint: right.replace(/^./, (sign) => (sign === "0" ? "1" : "0")) }, ["fingerprint-differs"]);
    await refused({ fingerprint: " " }, ["needed"]);
    await refused({ introduction: "not JSON" }, ["introduction-unreadable"]);
    await refused({ introduction: text.replace('"signing"', '"encryption"') }, ["introduction-unreadable"]);
    await refused({ state: "Bensalem", address: "http://bensalem.example" }, ["not-a-state", "not-an-address"]);
    await refused({ address: "https://user:secret@bensalem.example" }, ["not-an-address"]);
    const self = await letterOf(arcadia, now);
    await refused({ introduction: self.text, fingerprint: self.fingerprint }, ["introduction-own"]);
    assert.deepEqual(await administration.partners(administrator), []);
    const added = await administration.addPartner(by, { ...given, fingerprint: right.toUpperCase() });
    assert.deepEqual(added, { kind: "done", value: bensalem });
    await refused({}, ["taken"]);
    const [known] = (await administration.partners(administrator)) ?? [];
    assert.equal(known?.partner.name, "Bensalem");
    assert.deepEqual(known?.partner.data, { address: "https://bensalem.example/exchange" });
    assert.equal(known?.known?.pinned, right);

    const keys = [await usableKey(await generatePrivateKey("signing", minute(60), later))];
    assert.deepEqual(await administration.announceKeys(by, keys), { kind: "done", value: [bensalem] });
    const kid = known?.known?.keys[0]?.key.kid ?? "";
    assert.deepEqual(codesOf(await administration.revokePartnerKey(by, bensalem, "unknown", "why")), ["unknown-key"]);
    assert.deepEqual(codesOf(await administration.revokePartnerKey(by, bensalem, kid, " ")), ["reason-needed"]);
    assert.equal((await administration.revokePartnerKey(by, bensalem, kid, "stolen")).kind, "done");
    const [changed] = (await administration.partners(administrator)) ?? [];
    assert.equal(changed?.known?.keys[0]?.revoked?.reason, "stolen");
  });

  test("acts are read page by page, the newest first, also by auditors", async () => {
    now = minute(90);
    for (const name of ["One", "Two", "Three"]) await administration.renameOffice(machine, central, name);
    const auditor = await worker("auditor");
    const [newest, ...others] = (await administration.acts(auditor, { limit: 3 })) ?? [];
    assert.equal(newest?.act, "person-added");
    assert.equal(newest?.operator, "deploy");
    assert.deepEqual(
      others.map(({ data }) => data.after),
      ["Three", "Two"],
    );
    const older = await administration.acts(auditor, { limit: 1, before: others.at(-1)?.entry ?? 0 });
    assert.deepEqual(
      older?.map(({ data }) => data.after),
      ["One"],
    );
  });
});
