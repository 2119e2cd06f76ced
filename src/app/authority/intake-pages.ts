import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import {
  type Digest,
  digestSchema,
  evidenceItemSchema,
  isUploadRefusal,
  type MatterView,
  matterIdSchema,
  mostPartBytes,
  type Origin,
  type UploadId,
  uploadIdSchema,
} from "../../cooperation/index.ts";
import { type Fault, type FormState, type FormValues, intakePage } from "../../publication/index.ts";
import {
  type Answer,
  authorisationOf,
  below,
  evidenceOf,
  faultAt,
  faultsOfEvidence,
  first,
  partialAuthorisation,
  textOf,
  tooLong,
} from "./evidence-visit.ts";
import { commandOf, type Reading, readingOf } from "./matter-pages.ts";
import { FormBroken, readForm } from "./multipart.ts";
import { allowOwnScript } from "./security-headers.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { bring } from "./uploading.ts";
import { DeskProblem, formFits, goTo, type SignedIn, show, tokenOf, type Visit } from "./visit.ts";

function uploadOf(around: DeskSurroundings, sent: FormValues): UploadId {
  const read = uploadIdSchema.safeParse(first(sent, "upload"));
  return read.success ? read.data : uploadIdSchema.parse(around.newId());
}

function showIntake(
  around: DeskSurroundings,
  visit: Visit,
  view: MatterView,
  state: Omit<FormState, "command">,
  status: 200 | 409 | 422 = 200,
): Answer {
  const { words, desk } = visit;
  allowOwnScript(visit.context);
  const bytes = first(state.values, "here");
  const here = {
    upload: uploadOf(around, state.values),
    name: first(state.values, "fileName"),
    bytes: /^\d{1,15}$/.test(bytes) ? Number(bytes) : undefined,
  };
  const content = intakePage(view, { ...state, command: around.newId() }, here, desk, words);
  const page = { title: words.text("evidence.add"), faults: state.faults, content };
  return show(visit, below(visit, view, page, "evidence", "new"), status);
}

/** The form by which evidence or a document comes in. */
async function showNewEvidence(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { view } = await readingOf(around, visit);
  evidenceOf(around);
  if (!around.service.permitted(view, visit.worker).has("attachment-added")) throw new DeskProblem("not-allowed");
  const values = { kind: ["digital"], origin: ["received"] };
  return await showIntake(around, visit, view, { values, faults: [] });
}

interface Typed {
  readonly faults: readonly Fault[];
  readonly origin: Origin;
}

/** What is lacking in the form of an item before anything is asked of the service. */
function checkIntake(visit: Visit, sent: FormValues, here: boolean): Typed {
  const faults: Fault[] = tooLong(visit, sent);
  const kind = first(sent, "kind");
  const need = (name: string): void => {
    if (textOf(sent, name) === undefined) faults.push(faultAt(visit, name, "evidence.mandatory"));
  };
  const authorisation = authorisationOf(sent);
  let origin: Origin = { kind: "identified" };
  if (kind !== "document") {
    need("exhibitNumber");
    need("description");
    need("reason");
    const number = textOf(sent, "exhibitNumber");
    if (number !== undefined && !evidenceItemSchema.shape.exhibitNumber.safeParse(number).success)
      faults.push(faultAt(visit, "exhibitNumber", "evidence.badNumber"));
    const root = textOf(sent, "rootExhibitNumber");
    if (root !== undefined && !evidenceItemSchema.shape.exhibitNumber.safeParse(root).success)
      faults.push(faultAt(visit, "rootExhibitNumber", "evidence.badNumber"));
    switch (first(sent, "origin")) {
      case "received":
        need("from");
        faults.push(...partialAuthorisation(visit, sent));
        origin = {
          kind: "received",
          from: first(sent, "from"),
          ...(authorisation === undefined ? {} : { authorisation }),
        };
        break;
      case "acquired":
        need("tool");
        need("authorisation.kind");
        need("authorisation.reference");
        if (authorisation !== undefined) origin = { kind: "acquired", tool: first(sent, "tool"), authorisation };
        break;
      case "identified":
        break;
      default:
        faults.push(faultAt(visit, "origin", "evidence.mandatory"));
    }
  }
  const expected = textOf(sent, "expected");
  if (expected !== undefined && !digestSchema.safeParse(expected.toLowerCase()).success)
    faults.push(faultAt(visit, "expected", "evidence.badDigest"));
  const wantsFile = kind === "document" || (kind === "digital" && origin.kind !== "identified");
  if (!["digital", "physical", "document"].includes(kind)) faults.push(faultAt(visit, "kind", "evidence.mandatory"));
  else if (wantsFile && !here) faults.push(faultAt(visit, "file", "evidence.noFile"));
  else if (!wantsFile && here) faults.push(faultAt(visit, "file", "evidence.superfluousFile"));
  return { faults, origin };
}

async function takeIn(around: DeskSurroundings, visit: Visit, reading: Reading, sent: FormValues): Promise<Response> {
  const { view } = reading;
  const here = first(sent, "here") !== "";
  const { faults, origin } = checkIntake(visit, sent, here);
  const again = (wrong: readonly Fault[], status: 409 | 422): Answer =>
    showIntake(around, visit, view, { values: sent, faults: wrong }, status);
  if (faults.length > 0) return await again(faults, 422);
  const kind = first(sent, "kind");
  const expected: Digest | undefined = digestSchema.safeParse(first(sent, "expected").toLowerCase()).data;
  const upload = uploadOf(around, sent);
  // What came meanwhile does not change what is brought; only the same number twice would.
  const asked = { command: commandOf(around, sent), matter: view.matter.id, expectedSequence: view.matter.sequence };
  const name = textOf(sent, "fileName") ?? "file";
  const service = evidenceOf(around);
  const outcome =
    kind === "document"
      ? await service.attach(visit.worker, {
          ...asked,
          upload,
          name: name.slice(0, 500),
          expected,
          shared: first(sent, "shared") === "yes",
        })
      : await service.takeInItem(visit.worker, {
          ...asked,
          item: evidenceItemSchema.parse({
            exhibitNumber: first(sent, "exhibitNumber"),
            kind,
            description: first(sent, "description"),
            rootExhibitNumber: textOf(sent, "rootExhibitNumber"),
            sourceDevice: textOf(sent, "sourceDevice"),
            collector: textOf(sent, "collector"),
            place: textOf(sent, "place"),
            ...(here ? { fileName: name.slice(0, 255) } : {}),
          }),
          origin,
          reason: first(sent, "reason"),
          place: textOf(sent, "place"),
          upload: here ? upload : undefined,
          expected,
        });
  if (outcome.kind === "upload-refused") {
    const at = outcome.refusal.code === "upload.content-changed" && expected !== undefined ? "expected" : "file";
    const lost = outcome.refusal.code === "upload.unknown" ? { here: [], fileName: [] } : {};
    const text = faultAt(visit, at, outcome.refusal.code);
    return await showIntake(around, visit, view, { values: { ...sent, ...lost }, faults: [text] }, 422);
  }
  const inputs = ["exhibitNumber", "description", "reason", "authorisation.kind", "tool", "from"];
  const refused = await faultsOfEvidence(visit, reading, outcome, inputs);
  if (refused !== undefined) return await again(refused.faults, refused.status);
  around.changed();
  return goTo(visit, ["matters", view.matter.id, "evidence"], { done: "here" });
}

/** Takes in what the script has brought in parts. */
async function takeInUploaded(around: DeskSurroundings, visit: Visit): Promise<Response> {
  return await takeIn(around, visit, await readingOf(around, visit), visit.sent);
}

/** Takes in a form with its file in one piece, as it arrives. */
async function takeInWhole(around: DeskSurroundings, visit: Visit, reading: Reading): Promise<Response> {
  const { context, worker } = visit;
  let here: FormValues = {};
  let wrong: Fault | undefined;
  let fields: FormValues;
  const mayBeOurs = (sent: FormValues): void => {
    if (!formFits(around, tokenOf(around, context, "session"), sent)) throw new DeskProblem("form");
  };
  try {
    fields = await readForm(context.req.raw, async (sent, { name, content }) => {
      mayBeOurs(sent);
      const upload = uploadOf(around, sent);
      const brought = await bring(evidenceOf(around), worker, reading.view.matter.id, upload, content);
      if (brought === "not-allowed") throw new DeskProblem("not-allowed");
      if ("code" in brought) wrong = faultAt(visit, "file", brought.code);
      else here = { fileName: [name], here: [String(brought.bytes)], upload: [upload] };
    });
  } catch (error) {
    if (!(error instanceof FormBroken)) throw error;
    const faults = [faultAt(visit, "file", "evidence.stopped")];
    return await showIntake(around, visit, reading.view, { values: {}, faults }, 422);
  }
  mayBeOurs(fields);
  const sent = { ...fields, ...here };
  if (wrong !== undefined) return await showIntake(around, visit, reading.view, { values: sent, faults: [wrong] }, 422);
  return await takeIn(around, visit, reading, sent);
}

/** Takes the next part of an upload, or says how much is here; the answer is `{ received }`. */
async function takePart(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { context, worker } = visit;
  const csrf = context.req.header("x-csrf");
  if (csrf === undefined || !formFits(around, tokenOf(around, context, "session"), { csrf: [csrf] }))
    return context.json({ problem: "form" }, 403);
  const matter = matterIdSchema.safeParse(context.req.param("matter"));
  const upload = uploadIdSchema.safeParse(context.req.param("upload"));
  if (!matter.success || !upload.success) return context.json({ problem: "unknown" }, 404);
  const service = evidenceOf(around);
  if (context.req.header("x-begin") === "yes") {
    const received = await service.beginUpload(worker, matter.data, upload.data);
    return received === undefined ? context.json({ problem: "not-allowed" }, 403) : context.json({ received });
  }
  const offset = Number(context.req.header("x-offset"));
  const digest = digestSchema.safeParse(context.req.header("x-digest"));
  if (!Number.isSafeInteger(offset) || offset < 0 || !digest.success) return context.json({ problem: "part" }, 400);
  const bytes = new Uint8Array(await context.req.arrayBuffer());
  const answer = await service.addPart(worker, matter.data, upload.data, { offset, bytes, digest: digest.data });
  if (answer === undefined) return context.json({ problem: "not-allowed" }, 403);
  if (isUploadRefusal(answer)) return context.json({ received: answer.received, problem: answer.code }, 409);
  return context.json({ received: answer });
}

/**
 * The doors for files, which other forms are not allowed to be as large as. To be mounted before their limit.
 *
 * @param visitOf - The visit of whoever is signed in, before anything of the body is read; undefined when nobody is.
 */
export function uploadRoutes(
  around: DeskSurroundings,
  visitOf: (context: Context) => Promise<Visit | undefined>,
  signIn: (context: Context) => Response,
): Hono {
  const app = new Hono();
  app.post("/:language/matters/:matter/evidence/new", async (context) => {
    const visit = await visitOf(context);
    if (visit === undefined) return signIn(context);
    return await takeInWhole(around, visit, await readingOf(around, visit));
  });
  app.put(
    "/:language/matters/:matter/evidence/uploads/:upload",
    bodyLimit({ maxSize: mostPartBytes, onError: (context) => context.json({ problem: "part" }, 413) }),
    async (context) => {
      const visit = await visitOf(context);
      return visit === undefined ? context.json({ problem: "not-signed-in" }, 401) : await takePart(around, visit);
    },
  );
  return app;
}

/** The form by which evidence comes in, and its end when the script has brought the file. */
export function intakeRoutes(around: DeskSurroundings, signedIn: SignedIn): void {
  signedIn("get", "/matters/:matter/evidence/new", (visit) => showNewEvidence(around, visit));
  signedIn("post", "/matters/:matter/evidence/uploaded", (visit) => takeInUploaded(around, visit));
}
