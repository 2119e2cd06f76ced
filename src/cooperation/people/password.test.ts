import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { dictionary } from "@zxcvbn-ts/language-common";
import fc from "fast-check";
import { checkPassword, hashPassword, maximumPasswordLength, passwordCost, passwordProblems } from "./index.ts";

const cheap = { memory: 64, passes: 1, parallelism: 1 };

test("the hash agrees with the reference implementation of argon2id", async () => {
  // phc-winner-argon2, src/test.c, version 0x13: t=2, m=2^16, p=1, "password", "somesalt".
  const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  assert.equal((await checkPassword("password", stored)).fits, true);
  assert.equal((await checkPassword("differentpassword", stored)).fits, false);
});

test("a password is stored as argon2id with the costs that OWASP recommends and a salt of its own", async () => {
  assert.ok(passwordCost.memory >= 19 * 1024 && passwordCost.passes >= 2 && passwordCost.parallelism >= 1);
  const [one, two] = [
    await hashPassword("a quiet river", randomBytes),
    await hashPassword("a quiet river", randomBytes),
  ];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, two);
  assert.deepEqual(await checkPassword("a quiet river", one), { fits: true, rehash: false });
  assert.deepEqual(await checkPassword("a quiet rivet", one), { fits: false, rehash: false });
});

test("a password stored at a lower cost fits and asks to be stored anew, a wrong one does not", async () => {
  for (const lower of [
    { memory: 64, passes: 2, parallelism: 1 },
    { memory: 128, passes: 1, parallelism: 1 },
  ]) {
    const wanted = { memory: 128, passes: 2, parallelism: 1 };
    const stored = await hashPassword("a quiet river", randomBytes, lower);
    assert.deepEqual(await checkPassword("a quiet river", stored, wanted), { fits: true, rehash: true });
    assert.deepEqual(await checkPassword("a loud river", stored, wanted), { fits: false, rehash: false });
  }
});

test("only the password itself fits, whatever it is", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, text, async (password, other) => {
      const stored = await hashPassword(password, randomBytes, cheap);
      assert.equal((await checkPassword(password, stored, cheap)).fits, true);
      const same = password.normalize("NFKC") === other.normalize("NFKC");
      assert.equal((await checkPassword(other, stored, cheap)).fits, same);
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("the same signs typed on another machine are the same password", async () => {
  const stored = await hashPassword("caf\u00e9 au lait, froid", randomBytes, cheap);
  assert.equal((await checkPassword("cafe\u0301 au lait, froid", stored, cheap)).fits, true);
});

test("nobody and a person without a password never fit, not even with the empty password", async () => {
  for (const password of ["", "\0", "a quiet river"])
    assert.deepEqual(await checkPassword(password, null, cheap), { fits: false, rehash: false });
});

test("an endless password costs nothing, and a stored text of another kind is a mistake of ours", async () => {
  const endless = "x".repeat(maximumPasswordLength + 1);
  await assert.rejects(hashPassword(endless, randomBytes, cheap), RangeError);
  assert.equal((await checkPassword(endless, null)).fits, false);
  for (const stored of [
    "",
    "plain",
    "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
  ])
    await assert.rejects(checkPassword("x", stored), TypeError);
});

test("a new password is refused when it is short, common, uniform or made of the name", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["short river", ["too-short"]],
    ["", ["too-short"]],
    ["password1234", ["too-common"]],
    ["P@ssw0rd2026!", ["too-common"]],
    ["passwordpassword", ["too-common"]],
    ["123456789012", ["too-common"]],
    ["x7&x7&x7&x7&", ["too-uniform"]],
    ["qwertyuiop2026", ["too-common"]],
    ["Administrator1", ["too-common"]],
    ["CorrectHorseBatteryStaple", ["too-common"]],
    ["aaaaaaaaaaaaaaa", ["too-uniform"]],
    ["abcdefghijklmno", ["too-uniform"]],
    ["123", ["too-short", "too-uniform"]],
    ["my maria moreno 9", ["contains-name"]],
    ["x".repeat(257), ["too-long"]],
    ["four grey herons wait", []],
    ["Zf8#kq2Lw9!p", []],
    ["五个安静的渡口在雨里等着我们", []],
    ["password of the old lighthouse", []],
  ];
  for (const [password, problems] of cases)
    assert.deepEqual(passwordProblems(password, ["maria.moreno", "Maria Moreno"]), problems, password);
});

test("the 3,000 commonest passwords are refused, as they are, made longer with digits and signs, and repeated", () => {
  const commonest = dictionary["passwords-common"].filter((word) => word.length >= 4).slice(0, 3000);
  assert.equal(commonest.length, 3000);
  const refused = ["too-common", "too-uniform"];
  for (const word of commonest)
    for (const password of [
      word,
      // Four or five digits with others after them are a number like any other.
      ...(/^[a-z]+$/.test(word) || word.length >= 6 ? [`${word}2026!`.padEnd(12, "!")] : []),
      word.repeat(Math.ceil(12 / word.length)),
    ])
      assert.ok(
        passwordProblems(password).some((problem) => refused.includes(problem)),
        password,
      );
  const long = dictionary["passwords-common"].filter((word) => [...word].length >= 12);
  assert.ok(long.length > 300);
  for (const password of long) assert.notDeepEqual(passwordProblems(password), [], password);
});

test("the length of a password is counted in signs, and 12 are enough", () => {
  assert.deepEqual(passwordProblems("🦉🌊🍞🔑🪁🧭🌿🎻🪵🛶🧂🕯️"), []);
  assert.deepEqual(passwordProblems("🦉🌊🍞🔑🪁🧭🌿🎻🪵🛶🧂"), ["too-short"]);
  assert.deepEqual(passwordProblems("Zf8#kq2Lw9!"), ["too-short"]);
});

test("no text makes the judge of passwords fail or hang", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.array(fc.string()), (password, names) => {
      assert.ok(Array.isArray(passwordProblems(password, names)));
    }),
    { numRuns: 500, seed: 11 },
  );
});
