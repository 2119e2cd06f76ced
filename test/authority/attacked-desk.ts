import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Hono } from "hono";
import { createDesk, recordsDoor } from "../../src/app/index.ts";
import {
  authorityIdSchema,
  type CommandOutcome,
  createAdministration,
  createAuthority,
  createPeopleStore,
  createStore,
  csrfToken,
  type EventId,
  eventIdSchema,
  exampleValues,
  exchangeRoutes,
  exhibitNumberSchema,
  generatePrivateKey,
  hashPassword,
  type Instant,
  instantSchema,
  introductionFingerprint,
  type JsonObject,
  type MatterId,
  newIdentity,
  newMessageId,
  nodeDisk,
  officeIdSchema,
  openAuthorityRecords,
  openPGlite,
  personIdSchema,
  type Role,
  roles,
  startSession,
  stateCodeSchema,
  usableKey,
  type Worker,
} from "../../src/cooperation/index.ts";
import { keysOfMatters } from "../database/matters.ts";
import { temporaryFolder } from "../database/trial.ts";
import { programDefinitions } from "./definitions.ts";

/** Somebody at the pages: nobody in particular, or a person signed in under a role. */
export interface Visitor {
  readonly role: Role | undefined;
  readonly cookie: string;
  /** The token that forms of this visitor carry. */
  csrf(): string;
}

/** The pages of an authority at work, to be attacked. */
export interface AttackedDesk extends AsyncDisposable {
  readonly desk: Hono;
  /** What the program took for mistakes of its own. */
  readonly reports: unknown[];
  /** Visitors of each role with sessions that are open now, and one who is not signed in. */
  visitors(): Promise<readonly Visitor[]>;
}

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const now = (): Instant => instantSchema.parse(new Date().toISOString());
const newId = (): EventId => eventIdSchema.parse(newMessageId(now(), random));
const office = officeIdSchema.parse("central-office");
const [arcadia, bensalem] = ["arcadia-central", "bensalem-central"].map((name) => authorityIdSchema.parse(name));
const worker = (role: Role): Worker => ({
  person: personIdSchema.parse(`01900000-0000-7000-8000-${String(roles.indexOf(role)).padStart(12, "0")}`),
  office,
  role,
});

async function keysOf() {
  const until = instantSchema.parse("2099-12-31T00:00:00.000Z");
  const from = instantSchema.parse("2026-01-01T00:00:00.000Z");
  return [await generatePrivateKey("signing", from, until), await generatePrivateKey("encryption", from, until)];
}

/** An authority in memory whose partner is never reached, with its people. */
async function openAuthority(folder: string) {
  if (arcadia === undefined || bensalem === undefined) throw new RangeError("two authorities have names");
  const database = await openPGlite(undefined, now(), keysOfMatters);
  if ("heldBy" in database) throw new Error("memory is locked by nobody");
  const people = createPeopleStore(database);
  const password = await hashPassword("four grey herons wait for us", random);
  await createStore(database).read({ kind: "system" }, async (directory) => {
    await directory.putOffice({ office, name: "Central office", data: {} });
    const state = stateCodeSchema.parse("XB");
    await directory.putPartner({ authority: bensalem, state, name: "Bensalem", active: true, data: {} });
    for (const role of roles)
      await directory.putPerson({
        person: worker(role).person,
        office,
        name: role,
        roles: [role],
        active: true,
        data: {},
      });
  });
  for (const role of roles)
    await people.addAccount({ person: worker(role).person, name: role, password, oneTimeUntil: null });
  const of = (name: string): ReturnType<typeof nodeDisk> => nodeDisk(join(folder, name));
  const disks = {
    log: await of("log"),
    witness: await of("witness"),
    vault: await of("vault"),
    erasures: await of("erasures"),
  };
  const seeds = { log: Buffer.alloc(32, 1), witness: Buffer.alloc(32, 2), vault: await newIdentity() };
  const records = await openAuthorityRecords(arcadia, seeds, disks);
  const [signing, encryption] = await Promise.all((await keysOf()).map(usableKey));
  if (signing === undefined || encryption === undefined) throw new RangeError("two keys were made");
  const authority = createAuthority({
    ...programDefinitions(),
    authority: arcadia,
    state: stateCodeSchema.parse("XA"),
    name: "Arcadia",
    database,
    records,
    intake: office,
    keys: () => ({ signing: [signing], encryption: [encryption] }),
    now,
    random,
    post: async () => ({ problem: "not reached" }),
    report: () => undefined,
  });
  const introduction = { authority: bensalem, keys: (await keysOf()).map((key) => key.public) };
  await authority.introduce(introduction, introductionFingerprint(introduction));
  return { authority, database, people, records };
}
type Opened = Awaited<ReturnType<typeof openAuthority>>;

function matterOf(outcome: CommandOutcome | { readonly kind: "upload-refused" }): MatterId {
  if (outcome.kind !== "done") throw new Error(`the authority could not be made: ${JSON.stringify(outcome)}`);
  return outcome.matter;
}

/** A draft, a request that was sent, and one that came on paper, is assigned and has an exhibit. */
async function makeMatters({ authority }: Opened): Promise<void> {
  const [officer, approver, head] = [worker("case-officer"), worker("approver"), worker("head-of-office")];
  const type = authority.types.get("mutual-legal-assistance");
  if (type === undefined || bensalem === undefined) throw new Error("there is no such matter type");
  const values: JsonObject = exampleValues(type, now(), { "legal-bases": ["untoc"] });
  const act = async (who: Worker, matter: MatterId, name: string, data: JsonObject = {}): Promise<void> => {
    const expectedSequence = (await authority.view(who, matter))?.matter.sequence ?? 0;
    matterOf(await authority.command(who, { id: newId(), matter, expectedSequence, name, data }));
  };
  const open = async (side: "requesting" | "requested"): Promise<MatterId> => {
    const order = { command: newId(), type: type.id, side, partner: bensalem } as const;
    const matter = matterOf(await authority.open(officer, order));
    await act(officer, matter, "fields-set", { values });
    return matter;
  };
  await open("requesting");
  const sent = await open("requesting");
  await act(officer, sent, "submitted");
  await act(approver, sent, "approved");
  await act(officer, sent, "sent");
  const arrived = await open("requested");
  await act(head, arrived, "assigned", { person: officer.person, office });
  const taken = await authority.evidence?.takeInItem(officer, {
    command: newId(),
    matter: arrived,
    expectedSequence: (await authority.view(officer, arrived))?.matter.sequence ?? 0,
    item: { exhibitNumber: exhibitNumberSchema.parse("A-1"), kind: "physical", description: "A painting" },
    origin: { kind: "received", from: "Police" },
    reason: "Execution",
    place: "Room 3",
    upload: undefined,
    expected: undefined,
  });
  if (taken !== undefined) matterOf(taken);
}

/** Makes an authority with a few matters, and its pages. */
export async function attackedDesk(): Promise<AttackedDesk> {
  const folder = await temporaryFolder();
  const opened = await openAuthority(folder.path);
  await makeMatters(opened);
  const { authority, database, people, records } = opened;
  const reports: unknown[] = [];
  const report = (error: unknown): void => void reports.push(error);
  const formKey = random(32);
  const desk = createDesk({
    service: authority,
    oversight: authority.oversight,
    erasures: authority.erasures,
    administration: createAdministration({ authority: authority.authority, database, now, random }),
    passkeySite: () => ({ id: "localhost", name: authority.name, origins: ["http://localhost"] }),
    signIn: people,
    formKey,
    invented: false,
    https: false,
    askerOf: () => `192.0.2.${randomBytes(1)[0]}`,
    now,
    random,
    newId,
    looks: async (who) => (who.role === "auditor" ? [] : undefined),
    ...recordsDoor(authority, records, report),
    changed: () => undefined,
    report,
    exchange: exchangeRoutes({ receive: authority.receive, report, refusalAfter: 0 }),
  });
  const signIn = async (role: Role): Promise<Visitor> => {
    const { token, session } = await startSession(
      people,
      { person: worker(role).person, means: "password" },
      now(),
      random,
    );
    await people.chooseRole(session.digest, role);
    const cookie = `justitia-${authority.authority}-session=${token}`;
    return { role, cookie, csrf: () => csrfToken(formKey, session.digest, random) };
  };
  return {
    desk,
    reports,
    visitors: async () => {
      const visitors: Visitor[] = [];
      for (const role of roles) visitors.push(await signIn(role));
      return [...visitors, { role: undefined, cookie: "", csrf: () => "" }];
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
