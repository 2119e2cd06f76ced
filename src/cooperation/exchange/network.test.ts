import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../words/index.ts";
import { digestOf } from "../words/index.ts";
import {
  announcementOf,
  deliverDue,
  type Envelope,
  envelopeText,
  openRecords,
  type Post,
  receive,
  reconcile,
  sendDue,
  sendPayloadsDue,
  submit,
  submitPayload,
} from "./index.ts";
import { ProcessKilled } from "./simulation/memory-store.ts";
import { applyOnce, SetClock, type SimulatedAuthority, seededChance, twoAuthorities } from "./simulation/node.ts";

interface Run {
  readonly seed: number;
  /** Messages in both directions together, every fiftieth with a payload of up to four chunks. */
  readonly messages: number;
  readonly killsPerNode: number;
  readonly cuts: number;
}

const loss = 0.2;
const duplication = 0.05;
const reordering = 0.25;
const cutLength = 30_000;
const spacing = 400;

/** What happened on the way, to show that the faults were there. */
interface Faults {
  posts: number;
  lost: number;
  duplicated: number;
  reordered: number;
  cut: number;
  kills: number;
}

/**
 * Two authorities with a bad line between them, on a clock of its own. One thing happens after the other, so that a seed
 * gives the same run again. Of a message that was held back the answer does not come, which is worse than a real line.
 */
async function simulate(run: Run) {
  const clock = new SetClock();
  const chance = seededChance(run.seed);
  const { arcadia, bensalem } = await twoAuthorities(clock, chance);
  const nodes = [arcadia, bensalem];
  const faults: Faults = { posts: 0, lost: 0, duplicated: 0, reordered: 0, cut: 0, kills: 0 };
  const length = run.messages * spacing;
  const start = clock.milliseconds;
  const cuts = Array.from({ length: run.cuts }, () => start + Math.floor(chance() * length));
  const killTimes = new Map(
    nodes.map((node) => [
      node,
      Array.from({ length: run.killsPerNode }, () => start + Math.floor(chance() * length)).sort((a, b) => b - a),
    ]),
  );
  const onTheWay: { readonly at: number; readonly to: SimulatedAuthority; readonly sealed: string }[] = [];
  const sent: { readonly envelope: Envelope; readonly to: SimulatedAuthority }[] = [];
  const payloads = new Map<string, Uint8Array>();

  /** Runs a step of a node; when the node is killed in it, it starts again. */
  const alive = async <Result>(node: SimulatedAuthority, step: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof ProcessKilled)) throw error;
      faults.kills += 1;
      node.start();
      return undefined;
    }
  };
  const arrive = async (to: SimulatedAuthority, sealed: string): Promise<string | undefined> => {
    const outcome = await alive(to, () => receive(to.node, sealed));
    return outcome !== undefined && "sealedAnswer" in outcome ? outcome.sealedAnswer : undefined;
  };
  const isCut = (): boolean => cuts.some((at) => at <= clock.milliseconds && clock.milliseconds < at + cutLength);
  const post =
    (to: SimulatedAuthority): Post =>
    async (_, sealed) => {
      faults.posts += 1;
      if (isCut()) {
        faults.cut += 1;
        return { problem: "cut off" };
      }
      if (chance() < duplication) {
        faults.duplicated += 1;
        onTheWay.push({ at: clock.milliseconds + chance() * 60_000, to, sealed });
      }
      if (chance() < loss) {
        faults.lost += 1;
        return { problem: "lost" };
      }
      if (chance() < reordering) {
        faults.reordered += 1;
        onTheWay.push({ at: clock.milliseconds + chance() * 60_000, to, sealed });
        return { problem: "no answer in time" };
      }
      const answer = await arrive(to, sealed);
      if (answer === undefined || isCut()) return { problem: "no answer" };
      if (chance() < loss) {
        faults.lost += 1;
        return { problem: "the answer was lost" };
      }
      return { sealedAnswer: answer };
    };
  const readChunk = async (source: string, offset: number, length: number): Promise<Uint8Array> =>
    (payloads.get(source) ?? new Uint8Array()).subarray(offset, offset + length);

  for (const node of nodes) {
    node.deliver = async (message, transaction) => {
      const fate = chance();
      if (fate < 0.02) throw new Error("the database of the authority stumbles");
      return fate < 0.04 ? "later" : applyOnce(message, transaction);
    };
  }
  const write = async (number: number): Promise<void> => {
    const [from, to] = number % 2 === 0 ? [arcadia, bensalem] : [bensalem, arcadia];
    const body: JsonObject = {
      number,
      text: "Ersuchen um Rechtshilfe · 司法协助请求 · طلب المساعدة القانونية ".repeat(1 + Math.floor(chance() * 20)),
      amounts: [chance(), -0.1, 1e21, 5e-7],
    };
    const bytes = Uint8Array.from({ length: Math.floor(chance() * 4000) }, () => Math.floor(chance() * 256));
    payloads.set(`file ${number}`, bytes);
    const submitted = await alive(from, () =>
      from.node.store.transaction((transaction) =>
        number % 50 === 0
          ? submitPayload(
              from.node,
              transaction,
              to.own.authority,
              announcementOf(bytes.length, digestOf(bytes), 1000),
              `file ${number}`,
              body,
            )
          : submit(from.node, transaction, {
              to: to.own.authority,
              kind: number % 3 === 0 ? "request" : "event",
              body,
            }),
      ),
    );
    // A process killed while it committed leaves what was kept; what was not kept was never promised.
    if (submitted === undefined) return;
    sent.push({ envelope: submitted.message, to });
  };

  let written = 0;
  const busy = (): boolean =>
    written < run.messages ||
    onTheWay.length > 0 ||
    nodes.some(
      ({ store: { tables } }) =>
        tables.waiting.size > 0 ||
        tables.accepted.size > 0 ||
        [...tables.outgoing.values()].some(({ state }) => state === "waiting"),
    );
  while (busy()) {
    for (
      let count = 0;
      count < 5 && written < run.messages && clock.milliseconds - start >= written * spacing;
      count += 1
    ) {
      written += 1;
      await write(written);
    }
    for (const node of nodes) {
      const kills = killTimes.get(node) ?? [];
      if ((kills.at(-1) ?? Number.POSITIVE_INFINITY) <= clock.milliseconds) {
        kills.pop();
        node.store.killAfter(Math.floor(chance() * 60));
      }
      const other = node === arcadia ? bensalem : arcadia;
      await alive(node, async () => {
        for (let count = 0; count < 8; count += 1) await sendDue(node.node, post(other), 1);
        await sendPayloadsDue(node.node, post(other), readChunk, 3);
        await deliverDue(node.node, 8);
      });
    }
    const arrived = onTheWay.filter(({ at }) => at <= clock.milliseconds);
    onTheWay.splice(0, onTheWay.length, ...onTheWay.filter(({ at }) => at > clock.milliseconds));
    for (const { to, sealed } of arrived) await arrive(to, sealed);
    clock.milliseconds += 1_000 + Math.floor(chance() * 1_000);
  }
  return { arcadia, bensalem, sent, payloads, faults, hours: (clock.milliseconds - start) / 3_600_000 };
}

async function checkRun(run: Run): Promise<string> {
  const { arcadia, bensalem, sent, payloads, faults, hours } = await simulate(run);
  const applied = arcadia.store.tables.applied.size + bensalem.store.tables.applied.size;
  const kept = arcadia.store.tables.outbox.size + bensalem.store.tables.outbox.size;
  for (const { envelope, to } of sent) {
    const key = `${envelope.from} ${envelope.id}`;
    assert.equal(to.store.tables.applied.get(key), envelopeText(envelope), "each message arrives, letter for letter");
    if (envelope.kind !== "payload") continue;
    const source = `file ${envelope.body.about instanceof Object && "number" in envelope.body.about ? envelope.body.about.number : ""}`;
    assert.equal(to.store.payloadDigest(envelope.from, envelope.id), digestOf(payloads.get(source) ?? ""));
  }
  const submissions = [arcadia, bensalem].flatMap(({ store }) =>
    [...store.tables.outbox.values()].filter(({ submission }) => submission !== null),
  );
  assert.equal(applied, submissions.length, "nothing arrives that was not sent, and nothing twice");
  assert.ok(sent.length <= submissions.length && submissions.length <= run.messages);
  const [ours, theirs] = [arcadia.store.evidenceSummaries(), bensalem.store.evidenceSummaries()];
  assert.deepEqual(reconcile(ours, theirs), { missingHere: [], missingThere: [], differing: [] });
  assert.equal(ours.length, submissions.length * 3 + kept - submissions.length);
  assert.deepEqual(openRecords(ours.filter(({ message }) => submissions.some(({ id }) => id === message))), []);
  for (const { store } of [arcadia, bensalem]) assert.equal(store.tables.refusals.size, 0);
  for (const { notes } of [arcadia, bensalem])
    assert.deepEqual(
      notes.filter(({ what }) => what !== "not-handed-over"),
      [],
    );
  assert.ok(faults.lost > 0 && faults.duplicated > 0 && faults.reordered > 0 && faults.cut > 0);
  assert.ok(faults.kills > run.killsPerNode, "the processes were killed");
  return JSON.stringify({ ...faults, messages: submissions.length, evidences: ours.length, hours: Math.round(hours) });
}

test("500 messages on a bad line between nodes that are killed arrive exactly once, letter for letter", async (context) => {
  context.diagnostic(await checkRun({ seed: 20260302, messages: 500, killsPerNode: 15, cuts: 3 }));
});

if (process.env.JUSTITIA_SLOW === "1")
  test("10,000 messages with 100 kills of each node arrive exactly once, letter for letter", async (context) => {
    context.diagnostic(await checkRun({ seed: 20260303, messages: 10_000, killsPerNode: 100, cuts: 20 }));
  });
