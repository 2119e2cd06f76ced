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
    { redirectAddress: "https://authority.example.org/elsewhere" },
    { redirectAddress: "https://authority.example.org/sign-in/organisation?next=1" },
    { scopes: ["profile"] },
    { algorithms: ["none"] },
    { algorithms: ["HS256"] },
    { algorithms: [] },
    { clientSecret: "in the file itself" },
  ])
    assert.equal(organisationSignInSchema.safeParse({ ...plain, ...wrong }).success, false, JSON.stringify(wrong));
});

test("a person is told by the own provider only, verified where by address, by a strong method where asked, letter by letter", () => {
  const email = "M.Moreno@Example.org";
  const settings = organisationSignInSchema.parse({
    ...plain,
    nameClaim: "email",
    strongMethods: ["mfa", "hwk"],
    people: { [email]: "moreno" },
  });
  const verified = {
    issuer: plain.issuer,
    subject: "a-17",
    claims: { email, email_verified: true, amr: ["pwd", "mfa"] },
  };
  assert.deepEqual(signInNameOf(settings, verified), { name: "moreno" });
  assert.ok("because" in signInNameOf(settings, { ...verified, issuer: "https://login.example.net" }));
  for (const changed of [
    { email_verified: "true" },
    { amr: ["pwd"] },
    { amr: "mfa" },
    { email: 7 },
    { email: " " },
    { email: "m.moreno@example.org" },
    { email: "constructor" },
  ])
    assert.ok("because" in signInNameOf(settings, { ...verified, claims: { ...verified.claims, ...changed } }));
  const bySubject = organisationSignInSchema.parse({ ...plain, people: { "a-17": "moreno" } });
  assert.deepEqual(signInNameOf(bySubject, verified), { name: "moreno" });
  assert.ok("because" in signInNameOf(bySubject, { ...verified, subject: "A-17" }));
});
