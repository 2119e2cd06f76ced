import { custodyEventName, type EvidenceItem, exhibitNumberSchema } from "../custody/index.ts";
import { type ArrivedMessage, type DeliveryOutcome, payloadBodySchema } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { heldItem, type Matter } from "../matter/index.ts";
import { eraseAgain } from "../store/index.ts";
import { fileIdOf, isUploadRefusal, type StoredFile, uploadIdSchema } from "../vault/index.ts";
import { type AuthorityId, digestOf, jsonObjectSchema } from "../words/index.ts";
import { carryOut } from "./carry-out.ts";
import { eventAfter } from "./identifier.ts";
import { noteFile } from "./kept-files.ts";
import { type About, aboutSchema, withoutUndefined } from "./payload-about.ts";
import type { AuthorityRecords } from "./records.ts";
import { matterFrom, type TypedMatter, type Workshop } from "./workshop.ts";

/** Puts an arrived payload into the vault before it is handed over, outside any transaction; a repeat goes on where it was. */
export async function keepPayload(
  { uploads, recipient }: AuthorityRecords,
  message: ArrivedMessage["envelope"],
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const upload = uploadIdSchema.parse(message.id);
  const { payload } = payloadBodySchema.parse(message.body);
  const begun = await uploads.begin(upload);
  let at = 0;
  for await (const bytes of chunks) {
    if (at >= begun && bytes.length > 0) {
      const added = await uploads.add(upload, at, bytes, digestOf(bytes));
      if (isUploadRefusal(added)) break;
    }
    at += bytes.length;
  }
  const stored = await uploads.finish(upload, payload.digest, [recipient]);
  if (isUploadRefusal(stored)) throw new Error(`payload ${message.id}: ${stored.message}`);
}

/** Takes a payload in: an exhibit begins its chain here as received, a document gets its content. */
export async function takePayload(
  workshop: Workshop,
  { uploads, recipient }: AuthorityRecords,
  { envelope, receivedAt }: ArrivedMessage,
  transaction: AuthorityTransaction,
  patient: boolean,
): Promise<DeliveryOutcome> {
  const body = payloadBodySchema.safeParse(envelope.body);
  const about = aboutSchema.safeParse(body.data?.about);
  if (!body.success || !about.success)
    return { notDelivered: [{ code: "bad-payload", details: "what the payload is cannot be read" }] };
  const correspondence = await transaction.correspondence.with(envelope.from, about.data.correspondence);
  if (correspondence === undefined)
    return patient
      ? "later"
      : { notDelivered: [{ code: "unknown-correspondence", details: "nothing arrived that this belongs to" }] };
  const stored = await uploads.finish(uploadIdSchema.parse(envelope.id), body.data.payload.digest, [recipient]);
  if (isUploadRefusal(stored)) return "later";
  const view = await transaction.enter({ kind: "system" });
  if ((await view.matter(correspondence.matter))?.erasedAt !== undefined) {
    await transaction.correspondence.addMessage({
      sender: envelope.from,
      message: envelope.id,
      matter: correspondence.matter,
      direction: "incoming",
      event: about.data.content === "exhibit" ? custodyEventName : "attachment-added",
      at: receivedAt,
    });
    await noteFile(transaction, correspondence.matter, stored, "", receivedAt);
    await eraseAgain(transaction.sql, correspondence.matter);
    return { notDelivered: [{ code: "matter-closed", details: "" }] };
  }
  const history = await view.events(correspondence.matter);
  const typed = matterFrom(
    workshop,
    history.map(({ event }) => event),
  );
  const outcome =
    about.data.content === "exhibit"
      ? await receiveExhibit(workshop, transaction, typed, envelope, about.data, stored)
      : await receiveDocument(workshop, transaction, typed, about.data, stored, patient);
  if (outcome === "delivered")
    await transaction.correspondence.addMessage({
      sender: envelope.from,
      message: envelope.id,
      matter: typed.matter.id,
      direction: "incoming",
      event: about.data.content === "exhibit" ? custodyEventName : "attachment-added",
      at: receivedAt,
    });
  return outcome;
}

/** A number for the exhibit that is not taken in this matter. */
function freeNumber(matter: Matter, { exhibitNumber }: EvidenceItem, from: AuthorityId) {
  if (heldItem(matter, exhibitNumber) === undefined) return exhibitNumber;
  for (let count = 1; ; count += 1) {
    const ending = count === 1 ? "" : `-${count}`;
    const number = `${from}.${exhibitNumber}`.slice(0, 64 - ending.length) + ending;
    if (heldItem(matter, number) === undefined) return exhibitNumberSchema.parse(number);
  }
}

async function receiveExhibit(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  { type, matter }: TypedMatter,
  { from, id }: ArrivedMessage["envelope"],
  about: Extract<About, { content: "exhibit" }>,
  stored: StoredFile,
): Promise<DeliveryOutcome> {
  const directory = await transaction.enter({ kind: "system" });
  const sender = (await directory.partners()).find(({ authority }) => authority === from)?.name ?? from;
  const exhibitNumber = freeNumber(matter, about.item, from);
  const item = withoutUndefined({ ...about.item, exhibitNumber, bytes: stored.bytes });
  const custody = {
    exhibitNumber,
    stage: "received",
    authority: workshop.parts.authority,
    reason: about.reason,
    ...(about.authorisation === undefined ? {} : { authorisation: withoutUndefined(about.authorisation) }),
    from: { holder: sender },
    to: { holder: workshop.parts.name, place: "vault" },
    hashAfter: stored.plaintext,
    file: fileIdOf(stored),
  };
  const carried = await carryOut(workshop, transaction, {
    type,
    before: matter,
    command: {
      id: eventAfter(id, "received"),
      matter: matter.id,
      expectedSequence: matter.sequence,
      name: custodyEventName,
      data: jsonObjectSchema.parse({ custody, item }),
    },
    actor: { kind: "authority", authority: from },
    side: matter.side,
    scope: { kind: "system" },
    key: id,
  });
  if (carried.kind === "not-appended" && carried.outcome.kind === "conflict") return "later";
  if (carried.kind === "refused")
    return { notDelivered: carried.refusals.slice(0, 16).map(({ code }) => ({ code, details: "" })) };
  if (carried.kind === "not-appended") return { notDelivered: [{ code: carried.outcome.kind, details: "" }] };
  await noteFile(transaction, matter.id, stored, about.item.fileName ?? "", workshop.parts.now());
  return "delivered";
}

async function receiveDocument(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  { matter }: TypedMatter,
  about: Extract<About, { content: "document" }>,
  stored: StoredFile,
  patient: boolean,
): Promise<DeliveryOutcome> {
  // The event that names the document may still be on its way.
  if (!matter.attachments.some(({ digest }) => digest === about.digest) || about.digest !== stored.plaintext)
    return patient && about.digest === stored.plaintext
      ? "later"
      : { notDelivered: [{ code: "unknown-document", details: about.digest }] };
  await noteFile(transaction, matter.id, stored, about.name, workshop.parts.now());
  return "delivered";
}
