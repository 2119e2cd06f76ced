import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import {
  authorityIdSchema,
  type BlankPGlite,
  blankPGlite,
  type CommandOutcome,
  exampleValues,
  hashPassword,
  introductionFingerprint,
  type JsonObject,
  type MatterId,
  officeIdSchema,
  type PersonId,
  personIdSchema,
  type Role,
  stateCodeSchema,
  type Worker,
} from "../../cooperation/index.ts";
import { cooperationDefinitions } from "./definitions.ts";
import { playClosed } from "./demonstration-closed.ts";
import { playEvidence } from "./demonstration-evidence.ts";
import { type AuthorityFolder, makeAuthorityFolder } from "./folder.ts";
import { listeningFrom } from "./listening.ts";
import { newId, now, type RunningAuthority, runAuthority } from "./running.ts";

const office = officeIdSchema.parse("central-office");

/** The invented people of both authorities: who they are, and in which roles. */
const parts = [
  {
    id: "arcadia-central",
    state: "XA",
    name: "Central Authority of Arcadia",
    people: [
      ["Mira Oland", ["case-officer", "executing-officer"]],
      ["Tomas Werrin", ["approver"]],
      ["Helena Prasto", ["head-of-office", "approver"]],
      ["Ilya Norden", ["contact-point"]],
      ["Sana Audley", ["auditor"]],
      ["Ada Corvin", ["administrator"]],
    ],
  },
  {
    id: "bensalem-central",
    state: "XB",
    name: "Central Authority of Bensalem",
    people: [
      ["Jonas Bellamy", ["case-officer", "executing-officer"]],
      ["Rana Costil", ["approver"]],
      ["Pavel Dromer", ["head-of-office", "approver"]],
      ["Noor Estevan", ["contact-point"]],
      ["Yuki Farrow", ["auditor"]],
      ["Emil Santor", ["administrator"]],
    ],
  },
] as const satisfies readonly {
  readonly id: string;
  readonly state: string;
  readonly name: string;
  readonly people: readonly (readonly [string, readonly Role[]])[];
}[];

/** One side of the demonstration. */
export interface DemonstrationSide {
  readonly name: string;
  readonly address: string;
  readonly people: readonly {
    readonly name: string;
    readonly signInName: string;
    readonly roles: readonly Role[];
    readonly person: PersonId;
  }[];
}

export interface Demonstration {
  readonly sides: readonly DemonstrationSide[];
  /** The same for everybody; made anew for every demonstration. */
  readonly password: string;
  stop(): Promise<void>;
}

interface Side {
  readonly running: RunningAuthority;
  readonly folder: AuthorityFolder;
  readonly people: DemonstrationSide["people"];
}

/**
 * Two authorities of two invented States on this machine, introduced to each other, with people and a few matters that
 * went through the service itself. Everything is in a temporary folder, which goes when they stop.
 *
 * @param ports - Of the two; 0 lets the system choose.
 * @param closed - Whether some matters are over already, for the statistics, and a time limit of another is nearly over.
 * @param blank - What both databases begin from; made here unless it is at hand already.
 */
export async function demonstrate(
  ports: readonly [number, number],
  report: (text: string) => void,
  { closed = false, blank }: { readonly closed?: boolean; readonly blank?: BlankPGlite } = {},
): Promise<Demonstration> {
  const folder = await mkdtemp(join(tmpdir(), "justitia-authorities-"));
  const definitions = await cooperationDefinitions();
  const password = randomBytes(9).toString("base64url");
  const sides: Side[] = [];
  const stop = async (): Promise<void> => {
    for (const { running } of sides) await running.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const beginning = blank ?? (await blankPGlite(now()));
    const hash = await hashPassword(password, (bytes) => new Uint8Array(randomBytes(bytes)));
    for (const [index, part] of parts.entries()) {
      const people = part.people.map(([name, roles]) => ({
        name,
        signInName: name.toLowerCase().replace(" ", "."),
        roles,
        person: personIdSchema.parse(newId()),
      }));
      const about = {
        authority: authorityIdSchema.parse(part.id),
        state: stateCodeSchema.parse(part.state),
        name: part.name,
        office,
        invented: true,
        storage: "pglite" as const,
      };
      const unprotected = { kind: "unprotected" } as const;
      const kept = await makeAuthorityFolder(join(folder, part.id), about, unprotected, undefined, now());
      await writeDutyFiles(join(folder, part.id), people);
      const at = listeningFrom({ host: "127.0.0.1", port: ports[index] ?? 0, trustedProxies: [] });
      const running = await runAuthority(kept, definitions, at, report, beginning);
      sides.push({ running, folder: kept, people });
    }
    const [arcadia, bensalem] = sides;
    if (arcadia === undefined || bensalem === undefined) throw new Error("two sides were made");
    await introduceTo(arcadia, bensalem, hash);
    await introduceTo(bensalem, arcadia, hash);
    await someMatters(arcadia, bensalem);
    if (closed) await closedMatters(arcadia, bensalem);
    if (closed) await nearlyReleased(arcadia, bensalem);
    return {
      sides: sides.map(({ running, folder: { name }, people }) => ({ name, address: running.address, people })),
      password,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Says who is on duty when; in an invented authority nothing of it leaves the machine. */
async function writeDutyFiles(folder: string, people: DemonstrationSide["people"]): Promise<void> {
  const working = people.filter(({ roles }) => !roles.some((role) => role === "administrator" || role === "auditor"));
  const mailOf = (name: string): string => `${name}@authority.example`;
  const named = (role: Role): string[] =>
    working.filter(({ roles }) => roles.includes(role)).map(({ signInName }) => signInName);
  const roster = {
    people: working.map(({ signInName }) => ({ name: signInName, reachedBy: [{ mail: mailOf(signInName) }] })),
    offices: [
      {
        office,
        shifts: [{ from: "18:00", until: "08:00", people: [...named("contact-point"), ...named("head-of-office")] }],
      },
    ],
  };
  const settings = { mail: { host: "mail.authority.example", from: "duty@authority.example" } };
  await writeFile(join(folder, "duty-roster.yaml"), stringify(roster));
  await writeFile(join(folder, "notification.yaml"), stringify(settings));
}

/** Writes the directory of an authority, and has it know the other one. */
async function introduceTo({ running, people }: Side, other: Side, password: string): Promise<void> {
  await running.store.read({ kind: "system" }, async (directory) => {
    await directory.putOffice({ office, name: "Central office", data: {} });
    for (const { name, roles, person } of people)
      await directory.putPerson({ person, office, name, roles: [...roles], active: true, data: {} });
    const { authority, state, name } = other.folder;
    await directory.putPartner({
      authority,
      state,
      name,
      active: true,
      data: { address: `${other.running.address}/exchange` },
    });
  });
  for (const { person, signInName: name } of people)
    await running.people.addAccount({ person, name, password, oneTimeUntil: null });
  const { introduction } = other.folder;
  await running.authority.introduce(introduction, introductionFingerprint(introduction));
}

function worker({ people }: Side, role: Role): Worker {
  const found = people.find(({ roles }) => roles.includes(role));
  if (found === undefined) throw new Error(`nobody is ${role}`);
  return { person: found.person, office, role };
}

function matterOf(outcome: CommandOutcome): MatterId {
  if (outcome.kind !== "done") throw new Error(`the demonstration could not be made: ${JSON.stringify(outcome)}`);
  return outcome.matter;
}

async function act(
  { running }: Side,
  who: Worker,
  matter: MatterId,
  name: string,
  data: JsonObject = {},
): Promise<void> {
  const view = await running.authority.view(who, matter);
  if (view === undefined) throw new Error(`the demonstration could not be made: ${name} by ${who.role}`);
  const command = { id: newId(), matter, expectedSequence: view.matter.sequence, name, data };
  matterOf(await running.authority.command(who, command));
}

async function draft(from: Side, to: Side, type: string, given: JsonObject, reference: string): Promise<MatterId> {
  const { authority } = from.running;
  return matterOf(
    await authority.open(worker(from, type === "preservation" ? "contact-point" : "case-officer"), {
      command: newId(),
      type,
      side: "requesting",
      partner: to.folder.authority,
      values: { "own-reference": reference, ...given },
    }),
  );
}

const parties = (from: Side, to: Side): JsonObject => {
  return {
    "requesting-state": from.folder.state,
    "requested-state": to.folder.state,
    "requesting-authority": from.folder.name,
  };
};

async function complete(from: Side, to: Side, type: string, given: JsonObject, reference: string): Promise<MatterId> {
  const who = worker(from, type === "preservation" ? "contact-point" : "case-officer");
  const definition = from.running.authority.types.get(type);
  if (definition === undefined) throw new Error(`there is no matter type ${type}`);
  const matter = await draft(from, to, type, parties(from, to), reference);
  const values = exampleValues(definition, now(), { ...parties(from, to), ...given });
  await act(from, who, matter, "fields-set", { values });
  return matter;
}

async function someMatters(arcadia: Side, bensalem: Side): Promise<void> {
  const type = "mutual-legal-assistance";
  const contents = {
    "legal-bases": ["untoc"],
    proceeding: "Investigation of an organised group that sold stolen cultural property (invented).",
    facts:
      "In spring a group took three paintings from a museum in Arcadia and offered them for sale in Bensalem (invented).",
    "assistance-description": "Statements of two witnesses and the records of one bank account (invented).",
    "request-language": "en",
    urgency: "urgent",
    "urgency-reason": "One of the witnesses will leave Bensalem in six weeks (invented).",
  };
  await draft(arcadia, bensalem, type, parties(arcadia, bensalem), "XA-2026-003");
  const review = await complete(arcadia, bensalem, type, contents, "XA-2026-002");
  await act(arcadia, worker(arcadia, "case-officer"), review, "submitted");
  for (const [from, to, reference] of [
    [arcadia, bensalem, "XA-2026-001"],
    [bensalem, arcadia, "XB-2026-014"],
  ] as const) {
    const matter = await complete(from, to, type, contents, reference);
    await act(from, worker(from, "case-officer"), matter, "submitted");
    await act(from, worker(from, "approver"), matter, "approved");
    await act(from, worker(from, "case-officer"), matter, "sent");
  }
  await complete(arcadia, bensalem, "preservation", {}, "XA-2026-004");
  await settle(arcadia, bensalem);
  const { authority, newId: nextId } = bensalem.running;
  const head = worker(bensalem, "head-of-office");
  const players = { authority, newId: nextId, head, officer: worker(bensalem, "case-officer") };
  for await (const { matter } of authority.matters())
    if (matter.side === "requested") await playEvidence(players, matter.id);
  await settle(arcadia, bensalem);
}

async function closedMatters(arcadia: Side, bensalem: Side): Promise<void> {
  const head = worker(bensalem, "head-of-office");
  await playClosed({
    complete: (type, given, reference) => complete(arcadia, bensalem, type, given, reference),
    act: (side, role, matter, name, data) => {
      const acting = side === "from" ? arcadia : bensalem;
      return act(acting, worker(acting, role), matter, name, data);
    },
    arrived: async (reference) => {
      const { matters } = await bensalem.running.authority.queue(head, { named: reference }, { size: 1 });
      return matters[0]?.matter;
    },
    settle: () => settle(arcadia, bensalem),
  });
}

/** Days after which a person who was arrested for another State goes free without its documents, but for one. */
const daysInArrest = 39;

/** A person is in provisional arrest, and goes free tomorrow: what an alarm of the highest class looks like. */
async function nearlyReleased(arcadia: Side, bensalem: Side): Promise<void> {
  const reference = "XA-2026-005";
  const given = { "legal-bases": ["model-treaty"], "request-kind": "provisional-arrest" };
  const matter = await complete(arcadia, bensalem, "extradition", given, reference);
  await act(arcadia, worker(arcadia, "case-officer"), matter, "submitted");
  await act(arcadia, worker(arcadia, "approver"), matter, "approved");
  await act(arcadia, worker(arcadia, "case-officer"), matter, "sent");
  await settle(arcadia, bensalem);
  const head = worker(bensalem, "head-of-office");
  const { matters } = await bensalem.running.authority.queue(head, { named: reference }, { size: 1 });
  const arrived = matters[0]?.matter;
  if (arrived === undefined) throw new Error(`the demonstration could not be made: ${reference} did not come`);
  await act(bensalem, head, arrived, "acknowledged");
  const arrestedAt = new Date(Date.parse(now()) - daysInArrest * 86_400_000).toISOString();
  await act(bensalem, head, arrived, "arrested", { "arrested-at": arrestedAt });
  await settle(arcadia, bensalem);
}

/** Both sides do what waits until nothing does any more. */
async function settle(...sides: readonly Side[]): Promise<void> {
  for (let idle = 0, turns = 0; idle < 2 && turns < 50; turns += 1) {
    let done = 0;
    for (const { running } of sides) done += await running.turn();
    idle = done === 0 ? idle + 1 : 0;
  }
}
