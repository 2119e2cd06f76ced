import assert from "node:assert/strict";
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { test } from "node:test";
import { type Instant, instantSchema, personIdSchema } from "../words/index.ts";
import {
  addPasskey,
  memoryPeople,
  passkeyRegistrationOptions,
  passkeySignInOptions,
  personOfPasskey,
  type RelyingParty,
} from "./index.ts";

const party: RelyingParty = {
  id: "authority.example.org",
  name: "Central Authority of Bensalem",
  origins: ["https://authority.example.org"],
};
const officer = personIdSchema.parse("00000000-0000-7000-8000-000000000001");
const other = personIdSchema.parse("00000000-0000-7000-8000-000000000002");
const noon = instantSchema.parse("2026-03-02T12:00:00.000Z");
const after = (milliseconds: number): Instant =>
  instantSchema.parse(new Date(Date.parse(noon) + milliseconds).toISOString());

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();

/** CBOR (RFC 8949) of what an authenticator writes: integers, byte strings, texts, maps. */
type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;
function cbor(value: Cbor): Buffer {
  const head = (major: number, length: number): Buffer => {
    if (length < 24) return Buffer.from([(major << 5) | length]);
    if (length < 256) return Buffer.from([(major << 5) | 24, length]);
    return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
  };
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
}

interface Behaviour {
  readonly origin?: string;
  readonly domain?: string;
  readonly verified?: boolean;
  readonly counter?: number;
  readonly challenge?: string;
  readonly handle?: string;
  readonly crossType?: boolean;
}

/** An authenticator in software: one ES256 key, as WebAuthn level 2 describes it. */
function authenticator() {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = pair.publicKey.export({ format: "jwk" });
  const key = createPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const id = randomBytes(16);
  const coordinate = (value: string | undefined): Buffer => Buffer.from(value ?? "", "base64url");
  const cose = cbor(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(jwk.x)],
      [-3, coordinate(jwk.y)],
    ]),
  );
  const dataOf = ({ domain = party.id, verified = true, counter = 0 }: Behaviour, attested: boolean): Buffer => {
    const flags = 0x01 | (verified ? 0x04 : 0) | (attested ? 0x40 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const length = Buffer.from([0, id.length]);
    const credential = attested ? [Buffer.alloc(16), length, id, cose] : [];
    return Buffer.concat([sha256(domain), Buffer.from([flags]), count, ...credential]);
  };
  const clientData = (
    type: string,
    challenge: string,
    { origin = "https://authority.example.org" }: Behaviour,
  ): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const named = { id: text(id), rawId: text(id), type: "public-key", clientExtensionResults: {} };
  return {
    create(challenge: string, how: Behaviour = {}) {
      const type = how.crossType === true ? "webauthn.get" : "webauthn.create";
      const attestation = new Map<string, Cbor>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", dataOf(how, true)],
      ]);
      const data = clientData(type, how.challenge ?? challenge, how);
      const response = {
        clientDataJSON: text(data),
        attestationObject: text(cbor(attestation)),
        transports: ["internal"],
      };
      return { ...named, response };
    },
    get(challenge: string, how: Behaviour = {}) {
      const type = how.crossType === true ? "webauthn.create" : "webauthn.get";
      const data = clientData(type, how.challenge ?? challenge, how);
      const authenticatorData = dataOf(how, false);
      const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(data)]), key);
      const userHandle = how.handle ?? text(Buffer.from(officer));
      const response = {
        clientDataJSON: text(data),
        authenticatorData: text(authenticatorData),
        signature: text(signature),
        userHandle,
      };
      return { ...named, response };
    },
  };
}

async function registered() {
  const store = memoryPeople();
  const device = authenticator();
  const who = { person: officer, signInName: "m.moreno", name: "María Moreno" };
  const options = await passkeyRegistrationOptions(store, party, who, noon, randomBytes);
  const outcome = await addPasskey(store, party, officer, device.create(options.challenge), noon);
  assert.ok(outcome.added);
  const challenge = async (at = noon) => (await passkeySignInOptions(store, party, at, randomBytes)).challenge;
  return { store, device, passkey: outcome.passkey, challenge };
}

test("a passkey is registered, verified by the library, and signs its owner in", async () => {
  const { store, device, passkey, challenge } = await registered();
  assert.equal(passkey.person, officer);
  assert.deepEqual(passkey.transports, ["internal"]);
  for (const counter of [1, 2]) {
    const outcome = await personOfPasskey(store, party, device.get(await challenge(), { counter }), after(counter));
    assert.deepEqual(outcome, { verified: true, person: officer, passkey: passkey.id });
    assert.equal((await store.findPasskey(passkey.id))?.counter, counter);
    assert.equal((await store.findPasskey(passkey.id))?.usedAt, after(counter));
  }
});

test("the options ask for a passkey that verifies the person, and those for signing in name nobody", async () => {
  const { store, passkey } = await registered();
  const who = { person: officer, signInName: "m.moreno", name: "María Moreno" };
  const options = await passkeyRegistrationOptions(store, party, who, noon, randomBytes);
  assert.equal(options.authenticatorSelection?.userVerification, "required");
  assert.deepEqual(
    options.excludeCredentials?.map(({ id }) => id),
    [passkey.id],
  );
  assert.equal(Buffer.from(options.challenge, "base64url").length, 32);
  const signIn = await passkeySignInOptions(store, party, noon, randomBytes);
  assert.equal(signIn.userVerification, "required");
  assert.deepEqual(signIn.allowCredentials ?? [], []);
});

test("a challenge is answered once, in time, by whom it was given to, and for what it was given", async () => {
  const { store, device, challenge } = await registered();
  const refused = { verified: false, because: "challenge" };
  const answer = device.get(await challenge());
  assert.equal((await personOfPasskey(store, party, answer, noon)).verified, true);
  assert.deepEqual(await personOfPasskey(store, party, answer, noon), refused);
  assert.deepEqual(await personOfPasskey(store, party, device.get(text(randomBytes(32))), noon), refused);
  const late = device.get(await challenge());
  assert.deepEqual(await personOfPasskey(store, party, late, after(5 * 60_000)), refused);

  const another = authenticator();
  const who = { person: officer, signInName: "m.moreno", name: "María Moreno" };
  const forOfficer = (await passkeyRegistrationOptions(store, party, who, noon, randomBytes)).challenge;
  assert.deepEqual(await addPasskey(store, party, other, another.create(forOfficer), noon), {
    added: false,
    because: "challenge",
  });
  const forRegistration = (await passkeyRegistrationOptions(store, party, who, noon, randomBytes)).challenge;
  assert.deepEqual(await personOfPasskey(store, party, device.get(forRegistration), noon), refused);
  assert.deepEqual(await addPasskey(store, party, officer, another.create(await challenge()), noon), {
    added: false,
    because: "challenge",
  });
});

test("another site, another domain, an unverified person, a wrong kind of answer and a false signature are refused", async () => {
  const { store, device, challenge } = await registered();
  const refused = { verified: false, because: "refused" };
  const behaviours: readonly Behaviour[] = [
    { origin: "https://authority.example.net" },
    { origin: "http://authority.example.org" },
    { domain: "example.org" },
    { verified: false },
    { crossType: true },
  ];
  for (const how of behaviours) {
    assert.deepEqual(await personOfPasskey(store, party, device.get(await challenge(), how), noon), refused);
    const who = { person: other, signInName: "a.other", name: "Another" };
    const options = await passkeyRegistrationOptions(store, party, who, noon, randomBytes);
    assert.deepEqual(await addPasskey(store, party, other, authenticator().create(options.challenge, how), noon), {
      added: false,
      because: "refused",
    });
  }
  const [mine, thief] = [await challenge(), authenticator()];
  const forged = { ...thief.get(mine), id: device.get(mine).id, rawId: device.get(mine).id };
  assert.deepEqual(await personOfPasskey(store, party, forged, noon), refused);
});

test("a counter that does not rise shows a copied key and is refused", async () => {
  const { store, device, challenge } = await registered();
  assert.equal(
    (await personOfPasskey(store, party, device.get(await challenge(), { counter: 7 }), noon)).verified,
    true,
  );
  for (const counter of [7, 6, 0]) {
    const outcome = await personOfPasskey(store, party, device.get(await challenge(), { counter }), noon);
    assert.deepEqual(outcome, { verified: false, because: "refused" }, String(counter));
  }
});

test("an unknown passkey, one of somebody else, and one registered already are told apart for the log", async () => {
  const { store, device, challenge } = await registered();
  assert.deepEqual(await personOfPasskey(store, party, authenticator().get(await challenge()), noon), {
    verified: false,
    because: "unknown",
  });
  const handle = text(Buffer.from(other));
  assert.deepEqual(await personOfPasskey(store, party, device.get(await challenge(), { handle }), noon), {
    verified: false,
    because: "unknown",
  });
  const who = { person: other, signInName: "a.other", name: "Another" };
  const options = await passkeyRegistrationOptions(store, party, who, noon, randomBytes);
  assert.deepEqual(await addPasskey(store, party, other, device.create(options.challenge), noon), {
    added: false,
    because: "known",
  });
});

test("what is not an answer of a browser is refused without failing", async () => {
  const { store, device, challenge } = await registered();
  const good = device.get(await challenge());
  const odd: readonly unknown[] = [
    null,
    7,
    "x",
    [],
    {},
    { ...good, id: "" },
    { ...good, type: "password" },
    { ...good, response: { ...good.response, signature: "not base64!" } },
    { ...good, response: { ...good.response, clientDataJSON: "A".repeat(70_000) } },
  ];
  for (const answer of odd) {
    assert.deepEqual(await personOfPasskey(store, party, answer, noon), { verified: false, because: "malformed" });
    assert.deepEqual(await addPasskey(store, party, officer, answer, noon), { added: false, because: "malformed" });
  }
  for (const part of ["clientDataJSON", "authenticatorData", "signature"] as const) {
    const fresh = device.get(await challenge());
    const broken = { ...fresh, response: { ...fresh.response, [part]: "AAAA" } };
    assert.equal((await personOfPasskey(store, party, broken, noon)).verified, false, part);
  }
});
