import { custodyEventName } from "../custody/index.ts";
import { announcementOf, type ReadChunk, submitPayload } from "../exchange/index.ts";
import type { AuthorityTransaction, Correspondence } from "../exchange-store/index.ts";
import type { HeldItem, Matter, Refusal } from "../matter/index.ts";
import { fileIdOf, type StoredFile } from "../vault/index.ts";
import { type Digest, digestSchema, type JsonObject, jsonObjectSchema } from "../words/index.ts";
import type { CustodyOrder } from "./evidence-service.ts";
import { filesOf } from "./kept-files.ts";
import { NotSendable } from "./not-sendable.ts";
import { withoutUndefined } from "./payload-about.ts";
import type { AuthorityRecords } from "./records.ts";
import type { TypedMatter, Workshop } from "./workshop.ts";

/** Bytes of a chunk; fewer messages for the same content. */
const chunkSize = 1024 * 1024;

function notSendable(expected: string): NotSendable {
  const code = "data-invalid";
  const where = { field: "partner", guard: undefined, article: undefined, found: "" };
  const refusal: Refusal = { code, message: `refusal.${code}`, ...where, expected };
  return new NotSendable([refusal]);
}

async function sendContent(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  {
    correspondence,
    about,
    stored,
    event,
  }: {
    readonly correspondence: Correspondence;
    readonly about: JsonObject;
    readonly stored: StoredFile;
    readonly event: string;
  },
): Promise<void> {
  const { node, parts } = workshop;
  const { partner, matter } = correspondence;
  const announced = announcementOf(stored.bytes, stored.plaintext, chunkSize);
  const sent = await submitPayload(node, transaction, partner, announced, fileIdOf(stored), about);
  if (!sent.accepted) throw notSendable(sent.evidence.evidence.reasons.map(({ details }) => details).join("; "));
  await transaction.correspondence.addMessage({
    sender: parts.authority,
    message: sent.message.id,
    matter,
    direction: "outgoing",
    event,
    at: sent.message.sentAt,
  });
}

/** Sends the content of an exhibit to the other side, in the transaction of its custody event. */
export async function sendExhibit(
  workshop: Workshop,
  { vault }: AuthorityRecords,
  transaction: AuthorityTransaction,
  { matter }: TypedMatter,
  { held, file, order }: { readonly held: HeldItem; readonly file: Digest; readonly order: CustodyOrder },
): Promise<void> {
  const correspondence = await transaction.correspondence.of(matter.id);
  if (correspondence === undefined) throw notSendable("a request that went through the exchange");
  const stored = await vault.describe(file);
  if (stored === undefined) throw notSendable("an exhibit whose content is here");
  const about = jsonObjectSchema.parse({
    version: 1,
    content: "exhibit",
    correspondence: correspondence.request,
    event: order.command,
    item: withoutUndefined(held.item),
    reason: order.reason,
    ...(order.authorisation === undefined ? {} : { authorisation: withoutUndefined(order.authorisation) }),
  });
  await sendContent(workshop, transaction, { correspondence, about, stored, event: custodyEventName });
}

/**
 * Sends the documents that the other side gets to know of now: all shared ones with the request, later each with its
 * event. A document whose content is not in the vault was announced by its digest alone.
 */
export async function sendDocuments(
  workshop: Workshop,
  { vault }: AuthorityRecords,
  transaction: AuthorityTransaction,
  matter: Matter,
  attachments: Matter["attachments"],
): Promise<void> {
  const shared = attachments.filter((one) => one.shared && one.by.kind === "person");
  if (shared.length === 0) return;
  const correspondence = await transaction.correspondence.of(matter.id);
  if (correspondence === undefined) return;
  const kept = await filesOf(transaction, matter.id);
  for (const { digest, name } of shared) {
    const file = kept.find((one) => one.digest === digest);
    const stored = file === undefined ? undefined : await vault.describe(file.file);
    if (stored === undefined) continue;
    const about = { version: 1, content: "document", correspondence: correspondence.request, digest, name };
    await sendContent(workshop, transaction, { correspondence, about, stored, event: "attachment-added" });
  }
}

/**
 * Reads contents out of the vault for sending. Chunks are asked for one after the other, so each file is read on from
 * where it was; only after a pause or a cut it is read again from its beginning.
 *
 * @param most - Files that are held open at a time.
 */
export function chunkReader({ vault, identity }: AuthorityRecords, most = 8): ReadChunk {
  interface Open {
    readonly pieces: AsyncGenerator<Uint8Array>;
    at: number;
    rest: Uint8Array;
  }
  const open = new Map<string, Open>();
  const begin = (source: string): Open => ({
    pieces: vault.read(digestSchema.parse(source), [identity]),
    at: 0,
    rest: new Uint8Array(),
  });
  /** The next bytes, of which there may be fewer at the end. */
  async function take(file: Open, length: number): Promise<Uint8Array> {
    const taken: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      if (file.rest.length === 0) {
        const next = await file.pieces.next();
        if (next.done === true) break;
        file.rest = next.value;
      }
      const piece = file.rest.subarray(0, missing);
      file.rest = file.rest.subarray(piece.length);
      taken.push(piece);
      missing -= piece.length;
    }
    const bytes = Buffer.concat(taken);
    file.at += bytes.length;
    return bytes;
  }
  return async (source, offset, length) => {
    const held = open.get(source);
    open.delete(source);
    const file = held !== undefined && held.at === offset ? held : begin(source);
    if (file !== held) await held?.pieces.return(undefined);
    while (file.at < offset) {
      const skipped = await take(file, Math.min(chunkSize, offset - file.at));
      if (skipped.length === 0) break;
    }
    const bytes = await take(file, length);
    open.set(source, file);
    const [oldest] = open.keys();
    if (open.size > most && oldest !== undefined) {
      await open.get(oldest)?.pieces.return(undefined);
      open.delete(oldest);
    }
    return bytes;
  };
}
