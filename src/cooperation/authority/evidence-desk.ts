import { createHash } from "node:crypto";
import { custodyEventName, stageRules } from "../custody/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { type Command, type HeldItem, heldItem } from "../matter/index.ts";
import type { Action } from "../rights/index.ts";
import { FileErased, fileIdOf, isUploadRefusal, type StoredFile, VaultDamaged } from "../vault/index.ts";
import { type Digest, digestSchema, type EventId } from "../words/index.ts";
import { actionsFor, factsOf, factsOfStored } from "./access.ts";
import { type Carried, carryOut } from "./carry-out.ts";
import { outcomeOf } from "./commanding.ts";
import { sendExhibit } from "./content-sending.ts";
import {
  actSteps,
  assumedFile,
  type CustodyStep,
  custodyCommand,
  foreseen,
  intakeSteps,
  since,
} from "./custody-steps.ts";
import type {
  CustodyOrder,
  CustodyOutcome,
  DocumentOrder,
  EvidenceService,
  HandedOut,
  IntakeOrder,
  IntakeOutcome,
} from "./evidence-service.ts";
import { exportFor } from "./export.ts";
import { claimUpload, filesOf, forgetUpload, noteFile, ownsUpload } from "./kept-files.ts";
import { NotSendable } from "./not-sendable.ts";
import { addLogAlarm } from "./partner-logs.ts";
import { mayOneOf, personAtWork, scopeOf } from "./reading.ts";
import type { AuthorityRecords } from "./records.ts";
import type { CommandOutcome, Worker } from "./service.ts";
import { matterFrom, type TypedMatter, type Workshop } from "./workshop.ts";

/** The matter, when the person may do one of the actions in it. */
async function permitted(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  matter: Command["matter"],
  actions: readonly Action[] | ((typed: TypedMatter) => readonly Action[]),
): Promise<TypedMatter | undefined> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  const stored = person === undefined ? undefined : await own.matter(matter);
  const history = stored === undefined || stored.erasedAt !== undefined ? [] : await own.events(matter);
  if (person === undefined || history.length === 0) return undefined;
  const typed = matterFrom(
    workshop,
    history.map(({ event }) => event),
  );
  const asked = typeof actions === "function" ? actions(typed) : actions;
  const facts = factsOf(typed.type, typed.matter, workshop.parts.intake);
  return mayOneOf(workshop, person, asked, facts).allowed ? typed : undefined;
}

/** Whether the person may have what is left of a matter whose contents were erased, as one file. */
async function mayExportErased(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  matter: Command["matter"],
): Promise<boolean> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  const stored = await own.matter(matter);
  const type = stored === undefined ? undefined : workshop.typeOf(stored.type, Number(stored.typeVersion));
  if (person === undefined || stored?.erasedAt === undefined || type === undefined) return false;
  return mayOneOf(workshop, person, ["export"], factsOfStored(type, stored, false)).allowed;
}

/** Records one custody event after the other, all or none; as the person. */
async function recordSteps(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  { type, matter }: TypedMatter,
  expectedSequence: number,
  steps: readonly CustodyStep[],
): Promise<CommandOutcome> {
  let held = matter;
  let outcome: CommandOutcome | undefined;
  for (const [index, step] of steps.entries()) {
    const command = custodyCommand(workshop, held, step, index === 0 ? expectedSequence : held.sequence);
    const order = { type, before: held, command, actor: scopeOf(who), side: matter.side, scope: scopeOf(who) };
    const carried: Carried = await carryOut(workshop, transaction, order);
    if (carried.kind === "refused" && carried.refusals.some(({ code }) => code === "changed-meanwhile"))
      return { kind: "conflict", since: since(matter, expectedSequence) };
    // What came before is taken back with it.
    if (carried.kind === "refused" && index > 0) throw new NotSendable(carried.refusals);
    if (carried.kind !== "done") return outcomeOf(carried);
    held = carried.matter;
    outcome = outcomeOf(carried);
  }
  if (outcome === undefined) throw new TypeError("there is at least one step");
  return outcome;
}

const notAllowed: CommandOutcome = { kind: "not-allowed" };

/** The evidence of an authority's matters, over its vault. */
export function evidenceService(workshop: Workshop, records: AuthorityRecords): EvidenceService {
  const { node, parts } = workshop;
  const { uploads, vault } = records;
  const within = async <Value>(work: (transaction: AuthorityTransaction) => Promise<Value>) =>
    node.store.transaction(work);
  const commanded = async (work: (transaction: AuthorityTransaction) => Promise<CommandOutcome>) => {
    try {
      return await within(work);
    } catch (error) {
      if (error instanceof NotSendable) return { kind: "refused", refusals: error.refusals } as const;
      throw error;
    }
  };
  const mayTakeIn = (who: Worker, matter: Command["matter"]): Promise<TypedMatter | undefined> =>
    within((transaction) => permitted(workshop, transaction, who, matter, ["upload-evidence"]));

  /** Whether a form was carried out before; only who sent it is told. */
  const repeated = ({ matter }: TypedMatter, command: EventId, who: Worker): CommandOutcome | undefined =>
    matter.events.some(({ id, by }) => id === command && by.kind === "person" && by.person === who.person)
      ? { kind: "done", matter: matter.id, sequence: matter.sequence, repeated: true }
      : undefined;

  async function finished(
    who: Worker,
    { matter, upload, expected }: Pick<DocumentOrder, "matter" | "upload" | "expected">,
  ): Promise<StoredFile | IntakeOutcome> {
    if (!(await within((transaction) => ownsUpload(transaction, upload, matter, who.person)))) return notAllowed;
    const stored = await uploads.finish(upload, expected, [records.recipient]);
    return isUploadRefusal(stored) ? { kind: "upload-refused", refusal: stored } : stored;
  }

  async function takeInItem(who: Worker, order: IntakeOrder): Promise<IntakeOutcome> {
    const typed = await mayTakeIn(who, order.matter);
    if (typed === undefined) return notAllowed;
    const before = repeated(typed, order.command, who);
    if (before !== undefined) return before;
    const { upload } = order;
    // Before anything large is read or written.
    const assumed = upload === undefined ? undefined : assumedFile;
    const refused = foreseen(workshop, who, typed, order.expectedSequence, intakeSteps(parts.name, order, assumed));
    if (refused !== undefined) return refused;
    const stored = upload === undefined ? undefined : await finished(who, { ...order, upload });
    if (stored !== undefined && "kind" in stored) return stored;
    const outcome = await commanded(async (transaction) => {
      const now = await permitted(workshop, transaction, who, order.matter, ["upload-evidence"]);
      if (now === undefined) return notAllowed;
      const steps = intakeSteps(parts.name, order, stored);
      const kept = await recordSteps(workshop, transaction, who, now, order.expectedSequence, steps);
      if (kept.kind === "done" && stored !== undefined && upload !== undefined) {
        await noteFile(transaction, order.matter, stored, order.item.fileName ?? "", parts.now());
        await forgetUpload(transaction, upload);
      }
      return kept;
    });
    if (outcome.kind === "done" && upload !== undefined) await uploads.abandon(upload);
    return outcome;
  }

  async function attach(who: Worker, order: DocumentOrder): Promise<IntakeOutcome> {
    const typed = await mayTakeIn(who, order.matter);
    if (typed === undefined) return notAllowed;
    const before = repeated(typed, order.command, who);
    if (before !== undefined) return before;
    const stored = await finished(who, order);
    if ("kind" in stored) return stored;
    const outcome = await commanded(async (transaction) => {
      const now = await permitted(workshop, transaction, who, order.matter, ["upload-evidence"]);
      if (now === undefined) return notAllowed;
      const command: Command = {
        id: order.command,
        matter: order.matter,
        expectedSequence: order.expectedSequence,
        name: "attachment-added",
        data: {
          digest: stored.plaintext,
          name: order.name,
          mediaType: "application/octet-stream",
          bytes: stored.bytes,
          shared: order.shared,
        },
      };
      // Noted first: what is sent because of the event is found by it.
      await noteFile(transaction, order.matter, stored, order.name, parts.now());
      const { type, matter } = now;
      const actor = scopeOf(who);
      const carried = await carryOut(workshop, transaction, {
        type,
        before: matter,
        command,
        actor,
        side: matter.side,
        scope: actor,
      });
      if (carried.kind === "refused" && carried.refusals.some(({ code }) => code === "changed-meanwhile"))
        return { kind: "conflict", since: since(matter, order.expectedSequence) };
      // The note of the file is taken back with it.
      if (carried.kind === "refused") throw new NotSendable(carried.refusals);
      if (carried.kind === "done") await forgetUpload(transaction, order.upload);
      return outcomeOf(carried);
    });
    if (outcome.kind === "done") await uploads.abandon(order.upload);
    return outcome;
  }

  /** SHA-256 of what the vault holds, read now. */
  async function found(file: Digest): Promise<Digest> {
    const hash = createHash("sha256");
    for await (const piece of vault.read(file, [records.identity])) hash.update(piece);
    return digestSchema.parse(hash.digest("hex"));
  }

  async function damaged(matter: Command["matter"], error: Error): Promise<CustodyOutcome> {
    const message = `A file of matter ${matter} cannot be read: ${error.message}`.slice(0, 500);
    await within(async (transaction) => {
      await transaction.enter({ kind: "system" });
      const { name } = records.log.signer;
      await addLogAlarm(transaction, {
        at: parts.now(),
        log: name,
        saidBy: parts.authority,
        code: "vault.changed",
        message,
      });
    });
    parts.reportLog?.(message);
    return { kind: "damaged", message: error.message };
  }

  async function record(who: Worker, order: CustodyOrder): Promise<CustodyOutcome> {
    const actions = (typed: TypedMatter): readonly Action[] =>
      actionsFor(typed.type, typed.matter, custodyEventName, { custody: { stage: order.stage } });
    const typed = await within((transaction) => permitted(workshop, transaction, who, order.matter, actions));
    if (typed === undefined) return notAllowed;
    const before = repeated(typed, order.command, who);
    if (before !== undefined) return before;
    const held = heldItem(typed.matter, order.exhibit);
    if (held === undefined) return { kind: "unknown-matter" };
    const file = fileOf(held);
    const compares = ["same", "compared"].includes(stageRules[order.stage].content);
    let hashAfter = order.found;
    let copy: StoredFile | undefined;
    try {
      const like = order.stage === "copied" && file !== undefined ? await vault.describe(file) : undefined;
      const presumed = actSteps(parts.name, order, held, compares ? held.state.digest : hashAfter, like);
      const refused = foreseen(workshop, who, typed, order.expectedSequence, presumed);
      if (refused !== undefined) return refused;
      if (file !== undefined && compares && held.state.standing !== "destroyed") {
        hashAfter = await found(file);
        if (order.stage === "copied" && hashAfter === held.state.digest)
          copy = await vault.store(vault.read(file, [records.identity]), [records.recipient]);
      }
    } catch (error) {
      if (error instanceof VaultDamaged) return await damaged(order.matter, error);
      if (!(error instanceof FileErased)) throw error;
    }
    const outcome = await commanded(async (transaction) => {
      const now = await permitted(workshop, transaction, who, order.matter, actions);
      if (now === undefined) return notAllowed;
      const steps = actSteps(parts.name, order, held, hashAfter, copy);
      const kept = await recordSteps(workshop, transaction, who, now, order.expectedSequence, steps);
      if (kept.kind !== "done") return kept;
      if (copy !== undefined) await noteFile(transaction, order.matter, copy, held.item.fileName ?? "", parts.now());
      if (order.stage === "transmitted" && file !== undefined && !kept.repeated)
        await sendExhibit(workshop, records, transaction, now, { held, file, order });
      return kept;
    });
    if (outcome.kind === "done" && order.stage === "destroyed" && file !== undefined) await vault.erase(file);
    // What no entry names is not kept readable.
    if (outcome.kind !== "done" && copy !== undefined) await vault.erase(fileIdOf(copy));
    return outcome;
  }

  async function handOut(file: Digest, name: string): Promise<HandedOut | undefined> {
    const stored = await vault.describe(file);
    if (stored === undefined) return undefined;
    // Asked before anything is said to be on its way.
    await vault.key(file);
    return { name, bytes: stored.bytes, content: vault.read(file, [records.identity]) };
  }

  return {
    beginUpload: async (who, matter, upload) => {
      if ((await mayTakeIn(who, matter)) === undefined) return undefined;
      const own = await within((transaction) => claimUpload(transaction, upload, matter, who.person, parts.now()));
      return own ? await uploads.begin(upload) : undefined;
    },
    addPart: async (who, matter, upload, { offset, bytes, digest }) => {
      if ((await mayTakeIn(who, matter)) === undefined) return undefined;
      const own = await within((transaction) => ownsUpload(transaction, upload, matter, who.person));
      return own ? await uploads.add(upload, offset, bytes, digest) : undefined;
    },
    abandonUpload: async (who, matter, upload) => {
      const own = await within((transaction) => ownsUpload(transaction, upload, matter, who.person));
      if (!own) return;
      await uploads.abandon(upload);
      await within((transaction) => forgetUpload(transaction, upload));
    },
    takeInItem,
    attach,
    record,
    open: async (who, matter, exhibit, reason) => {
      const found = await within(async (transaction) => {
        const typed = await permitted(workshop, transaction, who, matter, ["open-evidence"]);
        const held = typed === undefined ? undefined : heldItem(typed.matter, exhibit);
        const file = held === undefined ? undefined : fileOf(held);
        if (held === undefined || file === undefined || held.state.standing === "destroyed") return undefined;
        if (held.state.seal !== undefined) return "sealed";
        const own = await transaction.enter(scopeOf(who));
        await own.logRead(parts.now(), [{ matter, what: "content of an exhibit", reason: `${exhibit}: ${reason}` }]);
        return { file, name: held.item.fileName ?? exhibit };
      });
      return found === undefined || found === "sealed" ? found : handOut(found.file, found.name);
    },
    openDocument: async (who, matter, digest, reason) => {
      const found = await within(async (transaction) => {
        const typed = await permitted(workshop, transaction, who, matter, ["open-evidence"]);
        const named = typed?.matter.attachments.find((one) => one.digest === digest);
        const kept = (await filesOf(transaction, matter)).find((one) => one.digest === digest);
        if (named === undefined || kept === undefined) return undefined;
        const own = await transaction.enter(scopeOf(who));
        await own.logRead(parts.now(), [{ matter, what: "content of a document", reason: `${named.name}: ${reason}` }]);
        return { file: kept.file, name: named.name };
      });
      return found === undefined ? undefined : handOut(found.file, found.name);
    },
    documents: (who, matter) =>
      within(async (transaction) => {
        const typed = await permitted(workshop, transaction, who, matter, ["open-evidence"]);
        const files = typed === undefined ? [] : await filesOf(transaction, matter);
        return new Set(files.map(({ digest }) => digest));
      }),
    exportMatter: (who, order) =>
      exportFor(workshop, records, order, async (transaction) => {
        const typed = await permitted(workshop, transaction, who, order.matter, ["export"]);
        if (typed === undefined && !(await mayExportErased(workshop, transaction, who, order.matter))) return false;
        const own = await transaction.enter(scopeOf(who));
        await own.logRead(parts.now(), [{ matter: order.matter, what: "export", reason: order.reason }]);
        return true;
      }),
    exportAsSystem: (order) =>
      exportFor(workshop, records, order, async (transaction) => {
        const view = await transaction.enter({ kind: "system" });
        if ((await view.matter(order.matter)) === undefined) return false;
        await view.logRead(parts.now(), [{ matter: order.matter, what: "export", reason: order.reason }]);
        return true;
      }),
  };
}

/** The file that holds the content of an item. */
function fileOf({ events }: Pick<HeldItem, "events">): Digest | undefined {
  return events.findLast(({ file }) => file !== undefined)?.file;
}
