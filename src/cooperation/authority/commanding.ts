import { messageIdSchema, resume } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { type Command, oversightEvents } from "../matter/index.ts";
import type { PersonFacts } from "../rights/index.ts";
import type { Person } from "../store/index.ts";
import { factsOfNew } from "./access.ts";
import { type Carried, carryOut } from "./carry-out.ts";
import { matterOpenedBy } from "./identifier.ts";
import { messageRefusals } from "./message-mending.ts";
import { mayCause, whomOf } from "./permission.ts";
import { mayOneOf, personAtWork, scopeOf } from "./reading.ts";
import type { CommandOutcome, OpenRequest, OversightRequest, Worker } from "./service.ts";
import { matterFrom, type TypedMatter, type Workshop } from "./workshop.ts";

/** Opens a matter for a person. */
export async function openFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  request: OpenRequest,
): Promise<CommandOutcome> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  const type = newestOf(workshop.parts.types, request.type);
  if (person === undefined || type === undefined) return { kind: "not-allowed" };
  const id = matterOpenedBy(request.command);
  const facts = factsOfNew(type, id, request.side, who);
  const action = request.side === "requesting" ? "draft" : "acknowledge";
  if (!mayOneOf(workshop, person, [action], facts).allowed) return { kind: "not-allowed" };
  if ((await own.matter(id))?.erasedAt !== undefined) return { kind: "not-allowed" };
  // A form that is sent twice asks for what is there already.
  const history = await own.events(id);
  const before =
    history.length === 0
      ? undefined
      : matterFrom(
          workshop,
          history.map(({ event }) => event),
        ).matter;
  const values = request.values === undefined ? {} : { values: request.values };
  const { follows } = request;
  const data = {
    type: type.id,
    typeVersion: type.version,
    side: request.side,
    partner: request.partner,
    ...values,
    ...(follows === undefined ? {} : { follows: { matter: follows.matter, fields: [...follows.fields] } }),
  };
  const command: Command = { id: request.command, matter: id, expectedSequence: 0, name: "opened", data };
  const carried = await carryOut(workshop, transaction, {
    type:
      before === undefined
        ? type
        : matterFrom(
            workshop,
            history.map(({ event }) => event),
          ).type,
    before,
    command,
    actor: scopeOf(who),
    side: request.side,
    scope: scopeOf(who),
  });
  return outcomeOf(carried);
}

/** The newest version of a matter type. */
export function newestOf<Type extends { readonly id: string; readonly version: number }>(
  types: readonly Type[],
  id: string,
): Type | undefined {
  return types.filter((type) => type.id === id).sort((one, other) => other.version - one.version)[0];
}

/** Carries out a command of a person. */
export async function commandFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  command: Command,
): Promise<CommandOutcome> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  if (person === undefined) return { kind: "not-allowed" };
  const stored = await own.matter(command.matter);
  if (stored?.erasedAt !== undefined) return { kind: "not-allowed" };
  const history = stored === undefined ? [] : await own.events(command.matter);
  if (history.length === 0) return { kind: "unknown-matter" };
  const held = matterFrom(
    workshop,
    history.map(({ event }) => event),
  );
  return await judged(workshop, transaction, { who, person, held, people: await own.people() }, command, false);
}

/** Has a head of office say who may know of a matter, also where the matter itself is not shown to the head. */
export async function overseeFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  { id, matter, name, person: whom, reason }: OversightRequest,
): Promise<CommandOutcome> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  if (person === undefined) return { kind: "not-allowed" };
  const people = await own.people();
  const seen = (await own.matter(matter)) !== undefined;
  const blind = !seen && who.role === "head-of-office" && oversightEvents.includes(name);
  if (!seen && !blind) return { kind: "unknown-matter" };
  const reader = seen ? own : await transaction.enter({ kind: "system" });
  if ((await reader.matter(matter))?.erasedAt !== undefined) return { kind: seen ? "not-allowed" : "unknown-matter" };
  const history = await reader.events(matter);
  if (history.length === 0) return { kind: "unknown-matter" };
  const held = matterFrom(
    workshop,
    history.map(({ event }) => event),
  );
  const office = people.find((one) => one.person === whom)?.office;
  const data = name === "assigned" ? { person: whom, office: office ?? "", reason } : { person: whom, reason };
  // A command that is sent again meets the matter as it left it.
  const command = { id, matter, expectedSequence: held.matter.sequence, name, data };
  const outcome = await judged(workshop, transaction, { who, person, held, people }, command, blind);
  if (!blind) return outcome;
  if (outcome.kind === "done") return { ...outcome, sequence: 0 };
  if (outcome.kind === "conflict") return { kind: "conflict", since: [] };
  return outcome.kind === "not-allowed" ? { kind: "unknown-matter" } : outcome;
}

/** A person, and the matter that the person acts on. */
export interface Acting {
  readonly who: Worker;
  readonly person: PersonFacts;
  readonly held: TypedMatter;
  readonly people: readonly Person[];
}

export async function judged(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  { who, person, held, people }: Acting,
  command: Command,
  overseeing: boolean,
): Promise<CommandOutcome> {
  const { type, matter } = held;
  const { name, data } = command;
  // A repeat is judged as what it repeats, which was allowed then; the answer tells only what the person did.
  const repeated = matter.events.some(
    ({ id, by }) => id === command.id && by.kind === "person" && by.person === who.person,
  );
  if (!repeated) {
    const asked = mayCause(workshop, person, held, name, data);
    if (!asked.allowed) {
      if (asked.hidden) return { kind: "unknown-matter" };
      // Who may act here but not alone is told so by the rule of the matter type, which names it.
      if (asked.because !== "four-eyes") return { kind: "not-allowed" };
    }
    const whom = whomOf(name, data);
    const known = people.find((one) => one.person === whom);
    if (whom !== undefined && known === undefined) return { kind: "not-allowed" };
    const comes = name === "assigned" || name === "access-granted";
    if (comes && (known?.active !== true || (name === "assigned" && known.office !== data.office)))
      return { kind: "not-allowed" };
  }
  const unfit = repeated ? [] : await messageRefusals(transaction, matter, command);
  if (unfit.length > 0) return { kind: "refused", refusals: unfit };
  const carried = await carryOut(workshop, transaction, {
    type,
    before: matter,
    command,
    actor: scopeOf(who),
    side: matter.side,
    scope: scopeOf(who),
    overseeing,
  });
  if (carried.kind === "done" && !carried.repeated && name === "sending-resumed")
    await resume(workshop.node, transaction, messageIdSchema.parse(data.message));
  if (carried.kind === "refused" && carried.refusals.some(({ code }) => code === "changed-meanwhile")) {
    const since = matter.events.slice(command.expectedSequence).slice(-20);
    return { kind: "conflict", since: since.map(({ name, at, by }) => ({ name, at, by })) };
  }
  return outcomeOf(carried);
}

export function outcomeOf(carried: Carried): CommandOutcome {
  if (carried.kind === "refused") return carried;
  if (carried.kind === "done")
    return {
      kind: "done",
      matter: carried.matter.id,
      sequence: carried.matter.sequence,
      repeated: carried.repeated,
    };
  const { outcome } = carried;
  switch (outcome.kind) {
    case "conflict":
      return { kind: "conflict", since: outcome.since.map(({ name, at, by }) => ({ name, at, by })) };
    case "unknown-matter":
      return { kind: "unknown-matter" };
    case "erased":
    case "other-office":
    case "misattributed":
    case "command-reused":
      return { kind: "not-allowed" };
    case "not-storable":
      return { kind: "refused", refusals: [unstorable(outcome.at)] };
    default:
      return outcome satisfies never;
  }
}

function unstorable(at: string) {
  return {
    code: "data-invalid",
    message: "refusal.data-invalid",
    field: at.split("/").filter((part) => part !== "" && part !== "values")[0],
    guard: undefined,
    article: undefined,
    found: "",
    expected: "a text without control character U+0000 or half characters",
  } as const;
}
