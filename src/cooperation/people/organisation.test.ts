import assert from "node:assert/strict";
import { test } from "node:test";
import { organisationSignInSchema, signInNameOf } from "./index.ts";

const plain = {
  issuer: "https://login.example.org",
  clientId: "authority",
  clientSecretFile: "secrets/login",
  redirectAddress: "https://authority.example.org/sign-in/organisation",
};

test("the settings ask for encrypted addresses, openid and known signatures", () => {
  const settings = organisationSignInSchema.parse(plain);
  assert.deepEqual(settings.scopes, ["openid"]);
  assert.ok(organisationSignInSchema.safeParse({ ...plain, issuer: "http://localhost:9000" }).success);
  for (const wrong of [
    { issuer: "http://login.example.org" },
    { issuer: "https://user:word@login.example.org" },
    { redirectAddress: "javascript:alert(1)" },
    { scopes: ["profile"] },
    { algorithms: ["none"] },
    { algorithms: ["HS256"] },
    { algorithms: [] },
    { clientSecret: "in the file itself" },
  ])
    assert.equal(organisationSignInSchema.safeParse({ ...plain, ...wrong }).success, false, JSON.stringify(wrong));
});

test("a name is taken from the own provider only, verified where it is an address, by a strong method where asked", () => {
  const settings = organisationSignInSchema.parse({ ...plain, nameClaim: "email", strongMethods: ["mfa", "hwk"] });
  const verified = {
    issuer: plain.issuer,
    subject: "a-17",
    claims: { email: " M.Moreno@Example.org", email_verified: true, amr: ["pwd", "mfa"] },
  };
  assert.equal(signInNameOf(settings, verified), "m.moreno@example.org");
  assert.equal(signInNameOf(settings, { ...verified, issuer: "https://login.example.net" }), null);
  for (const changed of [{ email_verified: "true" }, { amr: ["pwd"] }, { amr: "mfa" }, { email: 7 }, { email: " " }])
    assert.equal(signInNameOf(settings, { ...verified, claims: { ...verified.claims, ...changed } }), null);
  assert.equal(signInNameOf(organisationSignInSchema.parse(plain), verified), "a-17");
});
