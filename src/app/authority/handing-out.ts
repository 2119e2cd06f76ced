import { type ErasedMatter, type HandedOut, type MatterView, matterIdSchema } from "../../cooperation/index.ts";
import { deskAddress, documentContentPage, exportPage, type Fault, type FormState } from "../../publication/index.ts";
import { attachmentHeader } from "./download-name.ts";
import { type Answer, evidenceOf, faultAt, itemOf, showItemPage, textOf } from "./evidence-visit.ts";
import { pageOf, readingOf } from "./matter-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, type SignedIn, show, type Visit } from "./visit.ts";

/** A content as a file to be saved, which nothing shows or runs by itself. */
function handedOut({ context }: Visit, { name, bytes, content }: HandedOut): Response {
  return context.body(ReadableStream.from(content), 200, {
    "content-type": "application/octet-stream",
    "content-length": String(bytes),
    "content-disposition": attachmentHeader(name),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
}

/** Hands out the content of an item, when somebody has said why. */
async function downloadItem(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const held = itemOf(visit, reading.view);
  const reason = textOf(visit.sent, "reason");
  const again = (fault: Fault): Answer =>
    showItemPage(around, visit, reading, { values: visit.sent, faults: [fault], command: "" }, 422);
  if (reason === undefined) return await again(faultAt(visit, "reason", "evidence.mandatory"));
  const { matter } = reading.view;
  const found = await evidenceOf(around).open(visit.worker, matter.id, held.item.exhibitNumber, reason);
  if (found === undefined) throw new DeskProblem("not-allowed");
  if (found === "sealed") return await again(faultAt(visit, undefined, "custody.sealed"));
  return handedOut(visit, found);
}

function documentOf(visit: Visit, { matter }: MatterView) {
  const found = matter.attachments.find(({ digest }) => digest === visit.context.req.param("digest"));
  if (found === undefined) throw new DeskProblem("not-found");
  return found;
}

function showDocumentForm(visit: Visit, view: MatterView, state: FormState, status: 200 | 422 = 200): Answer {
  const found = documentOf(visit, view);
  const { words, desk } = visit;
  const content = documentContentPage(view, found, state, desk, words);
  return show(
    visit,
    pageOf(visit, view, { title: found.name, faults: state.faults, content, below: ["documents", found.digest] }),
    status,
  );
}

/** A document of the matter, before it is downloaded. */
async function showDocumentContent(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { view } = await readingOf(around, visit);
  return await showDocumentForm(visit, view, { values: {}, faults: [], command: "" });
}

/** Hands out a document, when somebody has said why. */
async function downloadDocument(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { view } = await readingOf(around, visit);
  const reason = textOf(visit.sent, "reason");
  if (reason === undefined) {
    const faults = [faultAt(visit, "reason", "evidence.mandatory")];
    return await showDocumentForm(visit, view, { values: visit.sent, faults, command: "" }, 422);
  }
  const { digest } = documentOf(visit, view);
  const found = await evidenceOf(around).openDocument(visit.worker, view.matter.id, digest, reason);
  if (found === undefined) throw new DeskProblem("not-allowed");
  return handedOut(visit, found);
}

/** A matter that can be exported: as it is, or what is left of it. */
type Exportable = MatterView | ErasedMatter;

async function exportableOf(around: DeskSurroundings, visit: Visit): Promise<Exportable> {
  const id = matterIdSchema.safeParse(visit.context.req.param("matter"));
  const erased = id.success ? await around.erasures.remains(visit.worker, id.data) : undefined;
  if (erased === undefined) return (await readingOf(around, visit)).view;
  if (!erased.exportable) throw new DeskProblem("not-allowed");
  return erased;
}

function showExportForm(visit: Visit, found: Exportable, state: FormState, status: 200 | 422 = 200): Answer {
  const { words, desk } = visit;
  const erased = "remains" in found;
  const id = erased ? found.stored.matter : found.matter.id;
  const content = exportPage(id, { erased }, state, desk, words);
  const page = { title: words.text("export.title"), faults: state.faults, content };
  if (!erased) return show(visit, pageOf(visit, found, { ...page, below: ["export"] }), status);
  const title = words.text("erasure.erasedTitle", { type: words.label(found.type.title) });
  const trail = [
    { title: words.text("site.queue"), address: deskAddress(words, []) },
    { title, address: deskAddress(words, ["matters", id]) },
  ];
  return show(visit, { ...page, path: ["matters", id, "export"], trail }, status);
}

/** The form by which a matter is exported. */
async function showExport(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const found = await exportableOf(around, visit);
  evidenceOf(around);
  return await showExportForm(visit, found, { values: {}, faults: [], command: "" });
}

/** An age recipient, as its program writes it: lower-case letters and digits after `age1`. */
const recipientForm = /^age1[a-z0-9]{20,3000}$/;

/** Exports a matter as one file. */
async function exportMatter(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const found = await exportableOf(around, visit);
  const { sent, worker, context } = visit;
  const matter = "remains" in found ? found.stored.matter : found.matter.id;
  const reason = "remains" in found ? "what is left of an erased matter" : textOf(sent, "reason");
  const recipient = textOf(sent, "recipient");
  const wrong = (fault: Fault): Answer =>
    showExportForm(visit, found, { values: sent, faults: [fault], command: "" }, 422);
  if (reason === undefined) return await wrong(faultAt(visit, "reason", "evidence.mandatory"));
  if (recipient !== undefined && !recipientForm.test(recipient))
    return await wrong(faultAt(visit, "recipient", "export.badRecipient"));
  const order = { matter, reason, recipient };
  const bundle = await evidenceOf(around).exportMatter(worker, order);
  if (bundle === undefined) throw new DeskProblem("not-allowed");
  if (bundle === "not-logged") return await wrong(faultAt(visit, undefined, "export.notLogged"));
  if (bundle === "bad-recipient") return await wrong(faultAt(visit, "recipient", "export.badRecipient"));
  return context.body(ReadableStream.from(bundle), 200, {
    "content-type": "application/octet-stream",
    "content-disposition": attachmentHeader(`matter-${matter}.justitia.zip`),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
}

/** The pages by which contents and matters are handed out. */
export function handingOutRoutes(around: DeskSurroundings, signedIn: SignedIn): void {
  const [document, whole] = ["/matters/:matter/documents/:digest", "/matters/:matter/export"];
  signedIn("post", "/matters/:matter/evidence/items/:item/content", (visit) => downloadItem(around, visit));
  signedIn("get", document, (visit) => showDocumentContent(around, visit));
  signedIn("post", document, (visit) => downloadDocument(around, visit));
  signedIn("get", whole, (visit) => showExport(around, visit));
  signedIn("post", whole, (visit) => exportMatter(around, visit));
}
