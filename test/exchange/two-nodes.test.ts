/** Two authorities as processes of their own on PostgreSQL, which are killed while a bad line lies between them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as shortly } from "node:timers/promises";
import { z } from "zod";
import {
  type Authority,
  authorityIdSchema,
  createStore,
  generatePrivateKey,
  instantSchema,
  introductionFingerprint,
  newIdentity,
  openPostgres,
  stateCodeSchema,
} from "../../src/cooperation/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { keysOfMatters } from "../database/matters.ts";
import { noPostgres, type PostgresServer, startPostgres } from "../database/server.ts";
import { makeAuthority, temporaryFolder } from "../database/trial.ts";
import { type BadLine, type Badness, openLine } from "./bad-line.ts";
import { KilledNode, killAgainAndAgain } from "./killed-node.ts";
import { type OwnPart, office, openPart, workers } from "./own-part.ts";
import { type Task, tasksOf } from "./tasks.ts";

interface Run {
  readonly seed: number;
  /** Messages that persons cause: requests, events of matters, and documents with their contents. */
  readonly messages: number;
  readonly killsPerNode: number;
  readonly cuts: number;
  /** Real milliseconds of a cut. */
  readonly cutLength: number;
  /** How much faster the clock of both goes, so that pauses between attempts are waited for. */
  readonly speed: number;
}

const badness: Badness = { loss: 0.2, doubling: 0.05, reordering: 0.25, longestDelay: 1500 };
const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Both authorities with keys, people and each other, each with a database on the server. */
async function twoParts(
  server: PostgresServer,
  folder: string,
  line: BadLine,
  speed: number,
): Promise<readonly [OwnPart, OwnPart]> {
  const clock = { from: Date.now(), speed };
  const [from, until] = ["2026-01-01T00:00:00.000Z", "2099-12-31T00:00:00.000Z"].map((at) => instantSchema.parse(at));
  assert.ok(from && until);
  const make = async (name: string, state: string, partner: string): Promise<OwnPart> => ({
    authority: authorityIdSchema.parse(`${name}-central`),
    state: stateCodeSchema.parse(state),
    database: (await makeAuthority(server, name)).application,
    folder: join(folder, name),
    partner: authorityIdSchema.parse(`${partner}-central`),
    line: line.addressOf(`${partner}-central`),
    keys: [await generatePrivateKey("signing", from, until), await generatePrivateKey("encryption", from, until)],
    vault: await newIdentity(),
    clock,
  });
  const [arcadia, bensalem] = [await make("arcadia", "XA", "bensalem"), await make("bensalem", "XB", "arcadia")];
  for (const [own, other] of [
    [arcadia, bensalem],
    [bensalem, arcadia],
  ] as const) {
    const database = await openPostgres({ connectionString: own.database }, keysOfMatters);
    await createStore(database).read({ kind: "system" }, async (directory) => {
      await directory.putOffice({ office, name: "Central office", data: {} });
      await directory.putPartner({
        authority: other.authority,
        state: other.state,
        name: other.authority,
        active: true,
        data: {},
      });
      for (const { person, role } of Object.values(workers))
        await directory.putPerson({ person, office, name: role, roles: [role], active: true, data: {} });
    });
    await database.close();
    await using opened = await openPart(own);
    const introduction = { authority: other.authority, keys: other.keys.map((key) => key.public) };
    const known = await opened.authority.introduce(introduction, introductionFingerprint(introduction));
    assert.ok(!("problem" in known));
  }
  return [arcadia, bensalem];
}

/** Waits until neither database holds anything that is still to be sent, handed over or noted. */
async function untilQuiet(server: PostgresServer, nodes: readonly KilledNode[], line: BadLine): Promise<void> {
  const waiting = `SELECT
    (SELECT count(*) FROM cooperation.exchange_outbox WHERE state = 'waiting')
    + (SELECT count(*) FROM cooperation.exchange_inbox WHERE state IN ('accepted', 'awaiting-payload'))
    + (SELECT count(*) FROM cooperation.exchange_outgoing_payload WHERE state = 'waiting') AS waiting`;
  for (let quiet = 0; quiet < 3; ) {
    const counts = await Promise.all(
      nodes.map(async ({ part }) => {
        const [found] = await server.asSuperuser(part.authority.replace("-central", ""), waiting);
        return Number(found?.rows[0]?.waiting);
      }),
    );
    quiet = counts.every((count) => count === 0) && line.onTheWay() === 0 ? quiet + 1 : 0;
    if (nodes.some(({ faults }) => faults.length > 0)) return;
    await shortly(300);
  }
}

type Rows = ReadonlyMap<string, { readonly kind: string; readonly digest: string; readonly state: string }>;
const rowSchema = z.array(z.object({ id: z.string(), kind: z.string(), digest: z.string(), state: z.string() }));

/** Messages by identifier, each with the SHA-256 of the text that is kept of it. */
async function messagesIn(server: PostgresServer, { authority }: OwnPart, box: "outbox" | "inbox"): Promise<Rows> {
  const [found] = await server.asSuperuser(
    authority.replace("-central", ""),
    `SELECT id::text, kind, state, digest FROM cooperation.exchange_${box} WHERE kind <> 'payload-chunk'`,
  );
  return new Map(rowSchema.parse(found?.rows).map(({ id, ...row }) => [id, row]));
}

const ofPersons = ["request", "event", "payload"];

/** Each message of persons arrived once and whole, and was handed over; nothing arrived that was not sent. */
async function checkMessages(server: PostgresServer, from: OwnPart, to: OwnPart): Promise<number> {
  const [sent, arrived] = [await messagesIn(server, from, "outbox"), await messagesIn(server, to, "inbox")];
  const digests = (rows: Rows) => [...rows].map(([id, { kind, digest }]) => `${id} ${kind} ${digest}`).sort();
  assert.deepEqual(digests(arrived), digests(sent));
  for (const { state } of sent.values()) assert.equal(state, "acknowledged");
  for (const { kind, state } of arrived.values())
    assert.equal(state, kind === "evidence" ? "settled" : "delivered", kind);
  return [...sent.values()].filter(({ kind }) => ofPersons.includes(kind)).length;
}

/** SHA-256 of what the persons of both did, as this authority has it, by the task that it came of. */
async function contentsAt(authority: Authority, tasks: readonly Task[]): Promise<ReadonlyMap<number, string>> {
  const byEvent = new Map(tasks.flatMap((task) => task.ids.map((id) => [id, task] as const)));
  const found = new Map<number, string>();
  const add = ({ number }: Task, content: string): void => {
    assert.ok(!found.has(number), `task ${number} had its effect once`);
    found.set(number, content);
  };
  for await (const { matter } of authority.matters()) {
    const request = tasks.find(
      ({ kind, reference }) => kind === "request" && reference === matter.fields["own-reference"]?.value,
    );
    assert.ok(request);
    add(request, sha256(String(matter.fields.facts?.value)));
    for (const { id } of matter.events) {
      const task = byEvent.get(id);
      const told = matter.consultations.find(({ event }) => event === id);
      if (task?.kind === "tell" && told !== undefined) add(task, sha256(told.summary));
      const attached = matter.attachments.find(({ event }) => event === id);
      if (task?.kind !== "share" || attached === undefined) continue;
      const opened = await authority.evidence?.openDocument(workers.officer, matter.id, attached.digest, "to compare");
      assert.ok(opened, `the content of document ${task.number} is there`);
      const hash = createHash("sha256");
      for await (const piece of opened.content) hash.update(piece);
      add(task, hash.digest("hex"));
    }
  }
  return found;
}

/** Both hold the same evidences, and of every message of persons that it was sent, taken and handed over. */
async function checkEvidences(authorities: readonly Authority[], messages: number): Promise<number> {
  const [ours = [], theirs = []] = await Promise.all(
    authorities.map(async (authority) => (await authority.evidences()).map((one) => JSON.stringify(one)).sort()),
  );
  assert.deepEqual(ours, theirs);
  const names = ours.map((text) => evidenceNames.parse(JSON.parse(text)));
  const delivered = names.filter(({ evidence }) => evidence === "Delivery").map(({ message }) => message);
  assert.ok(delivered.length >= messages);
  for (const wanted of ["SubmissionAcceptance", "RelayREMMDAcceptance"]) {
    const proved = new Set(names.filter(({ evidence }) => evidence === wanted).map(({ message }) => message));
    assert.deepEqual(
      delivered.filter((message) => !proved.has(message)),
      [],
    );
  }
  const failures = names.filter(({ evidence }) => /Rejection|Failure|Non/.test(evidence));
  assert.deepEqual(failures, []);
  return ours.length;
}
const evidenceNames = z.object({ message: z.string(), evidence: z.string() });

async function exchange(run: Run): Promise<string> {
  const drawn = createRandom(run.seed, 1);
  const chance = (): number => drawn.uniform();
  await using folder = await temporaryFolder();
  await using server = await startPostgres();
  await using line = await openLine(["arcadia-central", "bensalem-central"], badness, chance);
  const parts = await twoParts(server, folder.path, line, run.speed);
  const tasks = tasksOf(
    parts.map(({ authority }) => authority),
    run.messages,
    chance,
  );
  const nodes: KilledNode[] = [];
  for (const part of parts) {
    const file = join(folder.path, `${part.authority}.json`);
    await writeFile(file, JSON.stringify(part), { mode: 0o600 });
    nodes.push(new KilledNode(part, file, line, tasks.get(part.authority) ?? []));
  }
  const noFaults = (): void => {
    for (const { faults } of nodes) assert.deepEqual(faults, []);
  };
  try {
    for (const node of nodes) node.start();
    const cutting = (async () => {
      const [node] = nodes;
      for (let cut = 1; cut <= run.cuts; cut += 1) {
        await node?.until(Math.floor(((node.total - 1) * cut) / (run.cuts + 1)));
        const before = line.seen.cut;
        do {
          line.cut(run.cutLength);
          await shortly(run.cutLength);
          // On a busy machine it may be that nobody wrote meanwhile.
        } while (line.seen.cut === before && nodes.every(({ faults }) => faults.length === 0));
      }
    })();
    await Promise.all([cutting, ...nodes.map((node) => killAgainAndAgain(node, run.killsPerNode, chance))]);
    for (const node of nodes) await node.until(node.total);
    noFaults();
    await untilQuiet(server, nodes, line);
    noFaults();
  } finally {
    for (const node of nodes) await node.kill();
  }
  const [arcadia, bensalem] = parts;
  const messages = (await checkMessages(server, arcadia, bensalem)) + (await checkMessages(server, bensalem, arcadia));
  assert.equal(messages, run.messages);
  await using one = await openPart(arcadia);
  await using other = await openPart(bensalem);
  const authorities = [one.authority, other.authority];
  const all = [...tasks.values()].flat();
  const expected = all
    .map((task) => `${task.number} ${sha256("text" in task ? task.text : Buffer.from(task.content, "base64"))}`)
    .sort();
  for (const authority of authorities) {
    const found = [...(await contentsAt(authority, all))].map(([number, digest]) => `${number} ${digest}`).sort();
    assert.deepEqual(found, expected);
    const check = await authority.checkRecords();
    assert.deepEqual(check?.problems, []);
  }
  const evidences = await checkEvidences(authorities, messages);
  const { seen } = line;
  for (const what of ["lost", "lostAnswers", "doubled", "reordered", "cut"] as const)
    assert.ok(seen[what] > 0, `${what} happened`);
  const kills = nodes.map((node) => node.kills - 1);
  assert.deepEqual(
    kills,
    nodes.map(() => run.killsPerNode),
  );
  return JSON.stringify({ messages, evidences, kills, ...seen });
}

test("24 messages between two processes that are killed arrive exactly once over a bad line, byte for byte", {
  skip: noPostgres,
}, async (t) => {
  t.diagnostic(
    await exchange({ seed: 20_260_401, messages: 24, killsPerNode: 1, cuts: 1, cutLength: 500, speed: 150 }),
  );
});

if (process.env.JUSTITIA_SLOW === "1") {
  const messages = Number(process.env.JUSTITIA_MESSAGES ?? 10_000);
  test(`${messages} messages between two processes that are killed again and again arrive exactly once, byte for byte`, {
    skip: noPostgres,
  }, async (t) => {
    const [killsPerNode, cuts] = [Math.ceil(messages / 100), Math.ceil(messages / 500)];
    t.diagnostic(await exchange({ seed: 20_260_402, messages, killsPerNode, cuts, cutLength: 30_000, speed: 60 }));
  });
}
