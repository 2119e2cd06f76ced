import assert from "node:assert/strict";
import { before, test } from "node:test";
import { generateX25519Identity } from "age-encryption";
import fc from "fast-check";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import {
  commitment,
  createLog,
  diskWitnessMemory,
  logReader,
  noteSigner,
  openLog,
  parseVerifier,
  verifierText,
  witness,
} from "../log/index.ts";
import { fileIdOf, openVault, recipientOf } from "../vault/index.ts";
import {
  authorityIdSchema,
  contentsDigest,
  type Digest,
  digestOf,
  eventDigest,
  headOf,
  instantSchema,
  type MatterEvent,
  matterEventSchema,
  matterIdSchema,
  sealedEventDigest,
} from "../words/index.ts";
import { bundleInMemory } from "./bundle-file.ts";
import { contentOf, membersOf, writeContainer } from "./container.ts";
import { verifyBundle } from "./verify.ts";
import { type BundleInput, writeBundle } from "./write.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const matter = matterIdSchema.parse("01890a5d-ac96-774b-bcce-b302099a8057");
const signer = noteSigner("bensalem-central.example/log", "log", new Uint8Array(32).fill(1));
const impostor = noteSigner("bensalem-central.example/log", "log", new Uint8Array(32).fill(2));
const partner = noteSigner("ruritania-central.example/witness", "witness", new Uint8Array(32).fill(3));
const officer = {
  kind: "person",
  person: "01890a5d-ac96-774b-bcce-b302099a8058",
  office: "cyber",
  role: "evidence-custodian",
};
const evidence = Buffer.alloc(70_000, "log of the provider ");
const hash = digestOf(evidence);
const authorisation = { kind: "order", reference: "O 4/2026" };

async function whole(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function eventsOf(file: Digest): MatterEvent[] {
  const base = (sequence: number) => ({
    id: `01890a5d-ac96-774b-bcce-00000000000${sequence}`,
    at: `2026-03-01T10:0${sequence}:00.000Z`,
    by: officer,
  });
  const custody = (sequence: number, more: object) => ({
    custody: {
      ...base(sequence),
      exhibitNumber: "X-1",
      sequence: sequence - 1,
      authority: "bensalem-central",
      reason: "request 7",
      ...more,
    },
  });
  const item = { exhibitNumber: "X-1", kind: "digital", description: "connection log", bytes: evidence.length };
  const data = [
    ["drafted", { subject: "preservation" }],
    ["custody-recorded", { item, ...custody(2, { stage: "identified" }) }],
    ["custody-recorded", custody(3, { stage: "acquired", tool: "export 1", authorisation, hashAfter: hash, file })],
    ["custody-recorded", custody(4, { stage: "verified", hashBefore: hash, hashAfter: hash })],
  ] as const;
  return data.map(([name, content], at) =>
    matterEventSchema.parse({ ...base(at + 1), matter, sequence: at + 1, name, data: content }),
  );
}

let identity = "";
let input: BundleInput;
let bundle: Buffer;
before(async () => {
  identity = await generateX25519Identity();
  const vault = await openVault(simulatedDisk());
  const stored = await vault.store(once(evidence), [await recipientOf(identity)]);
  const events = eventsOf(fileIdOf(stored));
  const salt = new Uint8Array(32).fill(5);
  const disk = simulatedDisk();
  await createLog(disk, signer);
  const log = await openLog(disk, signer);
  await log.append([digestOf("an event of another matter")]);
  // The first has the salt of its entry, the last that of its contents, and those between were kept in the open.
  await log.append(
    events.map((event, at) =>
      at === 0
        ? commitment(eventDigest(event), salt)
        : at === events.length - 1
          ? sealedEventDigest(headOf(event), contentsDigest(event.data, salt))
          : eventDigest(event),
    ),
  );
  const { cosign } = witness({
    signer: partner,
    logs: [signer],
    memory: diskWitnessMemory(simulatedDisk()),
    seconds: () => 1_700_000_000,
  });
  const answer = await cosign({ checkpoint: log.checkpoint, from: 0, proof: [] });
  assert.ok("cosigned" in answer);
  await log.append(Array.from({ length: 20 }, (_, at) => digestOf(`later ${at}`)));
  input = {
    matter,
    authority: authorityIdSchema.parse("bensalem-central"),
    madeAt: instantSchema.parse("2026-04-01T00:00:00.000Z"),
    signer,
    events: events.map((event, at) => ({
      event,
      index: at + 1,
      ...(at === 0 ? { salt } : at === events.length - 1 ? { contentsSalt: salt } : {}),
    })),
    evidence: [
      { stored, ciphertext: () => vault.ciphertext(fileIdOf(stored)), key: await vault.key(fileIdOf(stored)) },
    ],
    log: {
      key: signer,
      witnesses: [partner],
      reader: logReader(disk),
      checkpoint: log.checkpoint,
      cosigned: answer.cosigned,
    },
  };
  bundle = await whole(writeBundle(input));
});

const codesOf = async (bytes: Uint8Array, settings: Parameters<typeof verifyBundle>[1] = {}) => [
  ...new Set((await verifyBundle(bundleInMemory(bytes), settings)).problems.map(({ code }) => code)),
];

/** The bundle with one member changed, as somebody would write it who has no key. */
async function withMember(path: string, change: (text: string) => string | undefined): Promise<Buffer> {
  const zip = await bundleInMemory(bundle).openZip();
  const members: { path: string; bytes: Buffer }[] = [];
  for (const [name, entry] of await membersOf(zip)) {
    const bytes = await whole(contentOf(zip, entry));
    const changed = name === path ? change(bytes.toString("utf8")) : bytes;
    if (changed !== undefined) members.push({ path: name, bytes: Buffer.from(changed) });
  }
  return whole(
    writeContainer(
      members.map(({ path: name, bytes }) => ({ path: name, bytes: bytes.length, content: () => once(bytes) })),
    ),
  );
}

test("a bundle verifies with nothing else, and says what it could not show", async () => {
  const report = await verifyBundle(bundleInMemory(bundle));
  assert.deepEqual(report.problems, []);
  assert.ok(report.checked.some((sentence) => sentence.includes("All 4 events of the matter are in the log")));
  assert.ok(report.checked.some((sentence) => sentence.includes("ruritania-central.example/witness has cosigned")));
  assert.ok(report.checked.some((sentence) => sentence.includes("custody of 1 items")));
  assert.equal(report.notChecked.filter((sentence) => sentence.includes("ask its holder")).length, 2);
  assert.ok(report.notChecked.some((sentence) => sentence.includes("after the export")));
  assert.deepEqual(await whole(writeBundle(input)), bundle);
});

test("with the keys told by another way and an identity, keys and content of the evidence are verified too", async () => {
  const trusted = [signer, partner].map((key) => parseVerifier(verifierText(key)) ?? key);
  const report = await verifyBundle(bundleInMemory(bundle), { trusted, identities: [identity] });
  assert.deepEqual(report.problems, []);
  assert.equal(report.notChecked.length, 1);
  assert.deepEqual(await codesOf(bundle, { identities: [await generateX25519Identity()] }), ["bundle.evidence"]);
  assert.deepEqual(await codesOf(bundle, { trusted: [impostor, partner] }), ["bundle.other-key"]);
});

test("a byte changed anywhere in a bundle is found", async (t) => {
  const at = fc.nat(bundle.length - 1);
  const seen = new Set<number>();
  const found = async (place: number, bit: number) => {
    const damaged = Buffer.from(bundle);
    damaged[place] = (damaged[place] ?? 0) ^ (1 << bit);
    assert.notDeepEqual(await codesOf(damaged), [], `byte ${place}`);
    seen.add(place);
  };
  await fc.assert(fc.asyncProperty(at, fc.nat(7), found), { numRuns: slow ? 20_000 : 400, seed: 11 });
  // The directory of the archive, where a change could hide from whoever only looks at the members.
  const directory = bundle.indexOf(Buffer.from("PK\u0001\u0002"));
  for (let place = directory; place < bundle.length; place += slow ? 1 : 13) await found(place, place % 8);
  t.diagnostic(`${seen.size} of ${bundle.length} bytes changed, all found`);
});

test("bytes added, cut off, or put before a bundle are found", async () => {
  for (const damaged of [
    Buffer.concat([bundle, Buffer.from("x")]),
    Buffer.concat([Buffer.from("x"), bundle]),
    bundle.subarray(0, -1),
    bundle.subarray(0, 100),
    Buffer.alloc(0),
    Buffer.from("no archive"),
  ])
    assert.deepEqual(await codesOf(damaged), ["bundle.container"]);
});

test("a member changed, taken away or added by somebody without the key is found", async () => {
  const tampered: readonly (readonly [string, (text: string) => string | undefined, string])[] = [
    ["events.jsonl", (text) => text.replace("preservation", "destruction!"), "bundle.not-in-log"],
    ["events.jsonl", (text) => text.split("\n").slice(1).join("\n"), "bundle.events"],
    ["manifest.json", (text) => text.replace("2026-04-01", "2026-04-02"), "bundle.signature"],
    ["manifest.json", (text) => text.replace("{", "{ "), "bundle.manifest"],
    ["manifest.sig", () => undefined, "bundle.signature"],
    ["log/checkpoint", (text) => text.replace("\n25\n", "\n26\n"), "bundle.checkpoint"],
    ["log/checkpoint-cosigned", (text) => text.replace("\n5\n", "\n4\n"), "bundle.cosignature"],
    ["log/consistency.json", (text) => text.replace(/"proof":\["./, '"proof":["0'), "bundle.member-changed"],
    ["custody.case.jsonld", (text) => text.replace("acquired", "verified"), "bundle.custody"],
    ["README.txt", (text) => `${text}Call this number.`, "bundle.member-changed"],
  ];
  for (const [path, change, code] of tampered) {
    const codes = await codesOf(await withMember(path, change));
    assert.ok(
      codes.some((found) => found === code),
      `${path}: ${codes.join(", ")}`,
    );
  }
});

test("a bundle that somebody else signed with a key of the same name is refused by whoever knows the key", async () => {
  const forged = await whole(writeBundle({ ...input, signer: impostor }));
  assert.deepEqual(await codesOf(forged), []);
  assert.deepEqual(await codesOf(forged, { trusted: [signer, partner] }), ["bundle.other-key"]);
});

test("the authority itself cannot leave out an event, or put one in that is not in the log", async () => {
  const { events } = input;
  const [first, second, ...rest] = events;
  assert.ok(first !== undefined && second !== undefined);
  const without = await whole(writeBundle({ ...input, events: [first, ...rest] }));
  assert.ok((await codesOf(without)).some((code) => code === "bundle.events"));
  const altered = events.map((one) => ("event" in one ? { ...one, event: { ...one.event, at: input.madeAt } } : one));
  for (const place of [0, 3]) {
    const forged = events.map((one, at) => (at === place ? (altered[at] ?? one) : one));
    assert.deepEqual(await codesOf(await whole(writeBundle({ ...input, events: forged, evidence: [] }))), [
      "bundle.not-in-log",
      "bundle.custody",
    ]);
  }
});

test("of a matter that was erased a bundle still proves which steps were taken when, by whom, and nothing else", async () => {
  const remains = input.events.slice(0, 4).map((one) => {
    if (!("event" in one)) return one;
    const { event, index, contentsSalt, salt } = one;
    const erased = headOf(event);
    if (contentsSalt !== undefined) return { erased, contents: contentsDigest(event.data, contentsSalt), index };
    const digest = eventDigest(event);
    return { erased, digest: salt === undefined ? digest : commitment(digest, salt), index };
  });
  const bytes = await whole(writeBundle({ ...input, events: remains, evidence: [] }));
  assert.ok(!bytes.includes("preservation") && !bytes.includes("connection log"));
  const report = await verifyBundle(bundleInMemory(bytes));
  assert.deepEqual(report.problems, []);
  assert.ok(report.notChecked.some((sentence) => /^What 4 events said/.test(sentence)));
  const lying = remains.map((one) => ("erased" in one ? { ...one, erased: { ...one.erased, at: input.madeAt } } : one));
  assert.deepEqual(await codesOf(await whole(writeBundle({ ...input, events: lying, evidence: [] }))), [
    "bundle.not-in-log",
  ]);
});

test("a withheld key and a destroyed one are said, and the rest still verifies", async () => {
  for (const [key, words] of [
    ["withheld", /is not in the bundle/],
    ["destroyed", /was destroyed/],
  ] as const) {
    const report = await verifyBundle(
      bundleInMemory(
        await whole(writeBundle({ ...input, evidence: input.evidence.map((file) => ({ ...file, key })) })),
      ),
    );
    assert.deepEqual(report.problems, []);
    assert.ok(report.notChecked.some((sentence) => words.test(sentence)));
  }
});

test("no bytes make the verification throw", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 400 }),
      fc.nat(bundle.length),
      fc.nat(2000),
      async (noise, from, width) => {
        const mixed = Buffer.concat([bundle.subarray(0, from), noise, bundle.subarray(from + width)]);
        if (!mixed.equals(bundle)) assert.notDeepEqual(await codesOf(mixed), []);
      },
    ),
    { numRuns: slow ? 20_000 : 100, seed: 12 },
  );
});
