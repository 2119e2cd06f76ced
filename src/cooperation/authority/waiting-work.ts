import { deliverDue, type Post, sendDue, sendPayloadsDue } from "../exchange/index.ts";
import { carryOut, noteEvidence } from "./carry-out.ts";
import { finishErasures } from "./erasing.ts";
import { eventAfter } from "./identifier.ts";
import { writeLog } from "./log-keeping.ts";
import { noteFailure } from "./notification-service.ts";
import { sealRecords } from "./sealing.ts";
import type { TickOutcome } from "./service.ts";
import { offerCheckpoint } from "./witnessing.ts";
import { matterFrom, type Workshop } from "./workshop.ts";

const atOnce = 100;
const chunksAtOnce = 16;

/** Hands over what arrived, notes evidence, expires clocks, sends, seals records, and writes the log: in this order, once. */
export async function workThatWaits(workshop: Workshop, post: Post): Promise<TickOutcome> {
  const { node, parts } = workshop;
  const delivered = await deliverDue(node, atOnce);
  await noteEvidences(workshop);
  const expired = await expireClocks(workshop);
  const sent = await sendDue(node, post, atOnce);
  const { readChunk, records } = parts;
  const chunks = readChunk === undefined ? 0 : await sendPayloadsDue(node, post, readChunk, chunksAtOnce);
  await sealRecords(workshop);
  await writeLog(workshop);
  await finishErasures(workshop, records);
  if (records !== undefined) {
    await offerCheckpoint(workshop, records);
    await workshop.tidy();
  }
  return { sent: sent + chunks, delivered, expired };
}

/** Evidences that came since: each in a transaction of its own with what it does to its matter. */
async function noteEvidences(workshop: Workshop): Promise<void> {
  const { node } = workshop;
  const waiting = await node.store.transaction((transaction) => transaction.correspondence.unnoted(atOnce));
  for (const { evidence: signed, matter } of waiting) {
    await node.store.transaction(async (transaction) => {
      const { evidence, message } = signed.evidence;
      if (matter !== null && message.from === node.authority) {
        const view = await transaction.enter({ kind: "system" });
        // Of an erased matter nothing can be said any more; the evidence itself is kept.
        if ((await view.matter(matter))?.erasedAt === undefined) {
          const history = await view.events(matter);
          const held = matterFrom(
            workshop,
            history.map(({ event }) => event),
          );
          await noteEvidence(workshop, transaction, held, evidence, message.id);
          await noteFailure(workshop, transaction, matter, evidence, message.id);
        }
      }
      await transaction.correspondence.note(signed);
    });
  }
}

/** Records that clocks ended, with what their end brings about. A run expires once, however often it is found. */
async function expireClocks(workshop: Workshop): Promise<number> {
  const { node, parts } = workshop;
  const ended = await node.store.transaction(async (transaction) =>
    (await transaction.enter({ kind: "system" })).endedClocks(parts.now(), atOnce),
  );
  let expired = 0;
  for (const { matter: id, clock } of ended) {
    const done = await node.store.transaction(async (transaction) => {
      const view = await transaction.enter({ kind: "system" });
      const history = await view.events(id);
      const { type, matter } = matterFrom(
        workshop,
        history.map(({ event }) => event),
      );
      const { clock: name, startedBy } = clock.data;
      if (typeof name !== "string" || typeof startedBy !== "string") return false;
      const carried = await carryOut(workshop, transaction, {
        type,
        before: matter,
        command: {
          id: eventAfter(startedBy, `end of ${name}`),
          matter: id,
          expectedSequence: matter.sequence,
          name: "clock-expired",
          data: { clock: name },
        },
        actor: { kind: "system" },
        side: matter.side,
        scope: { kind: "system" },
      });
      return carried.kind === "done" && !carried.repeated;
    });
    if (done) expired += 1;
  }
  return expired;
}
