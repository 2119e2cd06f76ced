import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../exit-codes.ts";
import { demandedRoles, mayOpen, passkeysPossible, secondFactorOf, usuallyDemanded } from "./second-factor.ts";

test("a second factor is demanded of those who can open what others closed, unless the authority says otherwise or none can be had", () => {
  const real = { rehearsal: false, possible: true };
  assert.deepEqual([...demandedRoles(undefined, real)], usuallyDemanded);
  assert.deepEqual([...demandedRoles(["case-officer"], real)], ["case-officer"]);
  assert.deepEqual([...demandedRoles([], real)], []);
  assert.deepEqual([...demandedRoles(["auditor"], { rehearsal: true, possible: true })], ["auditor"]);
  assert.deepEqual([...demandedRoles(undefined, { rehearsal: true, possible: true })], []);
  assert.deepEqual([...demandedRoles(undefined, { rehearsal: false, possible: false })], []);
  assert.throws(() => demandedRoles(["auditor"], { rehearsal: false, possible: false }), UserError);
  for (const address of ["https://central.example", "http://localhost:4180"]) assert.ok(passkeysPossible(address));
  for (const address of ["http://127.0.0.1:4180", "https://[::1]", "http://central.example", ""])
    assert.ok(!passkeysPossible(address), address);
});

test("who has none is led to enrol, who has one to use it, and neither opens anything else", async () => {
  const demanded = new Set(usuallyDemanded);
  const of = (
    means: "password" | "passkey" | "organisation",
    role: "approver" | "case-officer",
    has: boolean,
    strongOrganisation = false,
  ) =>
    secondFactorOf({ means }, role, ["case-officer", "approver"], {
      demanded,
      strongOrganisation,
      hasPasskey: async () => has,
    });
  const enrol = await of("password", "approver", false);
  const use = await of("password", "approver", true);
  assert.deepEqual([enrol.missing, use.missing], ["enrol", "use"]);
  for (const path of ["", "/matters/:matter", "/account", "/account/password", "/people", "/notices"]) {
    assert.ok(!mayOpen(path, enrol), path);
    assert.ok(!mayOpen(path, use), path);
  }
  for (const path of ["/sign-out", "/role", "/second-factor"]) assert.ok(mayOpen(path, use), path);
  assert.ok(mayOpen("/account/passkeys/new", enrol));
  assert.ok(!mayOpen("/account/passkeys/new", use), "a stolen password adds no passkey of its own");

  // In a role of which none is demanded the person works, but does not change how to sign in as the other.
  const working = await of("password", "case-officer", true);
  assert.ok(mayOpen("/matters/:matter", working));
  for (const path of ["/account/passkeys/new", "/account/passkeys/:passkey", "/account/password"])
    assert.ok(!mayOpen(path, working), path);
  assert.ok(mayOpen("/account/passkeys/new", await of("password", "case-officer", false)));

  for (const strong of [await of("passkey", "approver", true), await of("organisation", "approver", false, true)])
    assert.deepEqual(strong, { missing: undefined, mayChangeKeys: true });
  assert.equal((await of("organisation", "approver", false)).missing, "enrol");
});
