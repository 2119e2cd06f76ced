/** Each door at which a person who proved long ago who they are has to prove it again, and that nothing is done before. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
  type Administration,
  eventIdSchema,
  evidenceItemSchema,
  hashPassword,
  type Instant,
  instantSchema,
  type MatterView,
  matterIdSchema,
  memoryPeople,
  newMessageId,
  officeIdSchema,
  type Person,
  personIdSchema,
  type Role,
} from "../../cooperation/index.ts";
import { cooperationDefinitions } from "./definitions.ts";
import { cookieIn, random, serviceWithoutMatters, simulatedDesk } from "./simulation/desk.ts";
import type { DeskSurroundings } from "./surroundings.ts";

const office = officeIdSchema.parse("central-office");
const cost = { memory: 64, passes: 1, parallelism: 1 };
const password = "seven herons by the lake";
const begun = Date.UTC(2026, 4, 4, 8);
const at = instantSchema.parse(new Date(begun).toISOString());
const id = () => newMessageId(at, random);
const matter = matterIdSchema.parse(id());
const item = eventIdSchema.parse(id());

/** Says that a door was opened which should have asked first. */
const reached = (): never => {
  throw new Error("done without a proof");
};

async function viewFor(reader: Person): Promise<MatterView> {
  const { types } = await cooperationDefinitions();
  const type = types.find((one) => one.id === "mutual-legal-assistance") ?? assert.fail();
  const described = evidenceItemSchema.parse({ exhibitNumber: "E-1", kind: "digital", description: "A disk" });
  return {
    type,
    matter: {
      id: matter,
      type: type.id,
      typeVersion: type.version,
      side: "requesting",
      partner: undefined,
      follows: undefined,
      state: "signed",
      open: true,
      sequence: 3,
      openedAt: at,
      changedAt: at,
      known: false,
      fields: {},
      corrections: [],
      assignments: [],
      consultations: [],
      questions: [],
      attachments: [],
      evidence: [
        {
          id: item,
          item: described,
          events: [],
          state: {
            item: described,
            sequence: 1,
            stage: "received",
            at,
            digest: undefined,
            seal: undefined,
            usedSeals: [],
            custodian: undefined,
            results: [],
            integrity: "intact",
            standing: "in-custody",
          },
          destruction: undefined,
        },
      ],
      notes: [],
      proposal: undefined,
      drafters: [],
      sealing: undefined,
      admitted: [],
      conflicts: [],
      hold: undefined,
      erasure: undefined,
      settled: [],
      clocks: [],
      steps: [],
      events: [],
    },
    office,
    assignee: undefined,
    history: [],
    seen: 3,
    missing: [],
    clocks: [],
    exchange: [],
    reader: { id: reader.person, roles: reader.roles, offices: [office] },
    emergency: undefined,
  };
}

describe("who proved long ago who they are proves it again", () => {
  let clock = begun;
  const now = (): Instant => instantSchema.parse(new Date(clock).toISOString());
  const people = memoryPeople();
  const workers: Person[] = [];
  let hash: string;
  before(async () => {
    hash = await hashPassword(password, random, cost);
  });

  async function worker(role: Role): Promise<Person> {
    const person = personIdSchema.parse(id());
    const one: Person = { person, office, name: role, roles: [role], active: true, data: {} };
    workers.push(one);
    assert.ok(await people.addAccount({ person, name: role, password: hash, oneTimeUntil: null }));
    return one;
  }

  /** Signs in, waits eleven minutes, and sends a form. */
  async function later(
    more: Parameters<typeof simulatedDesk>[0],
    role: Role,
    path: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { desk, reports } = simulatedDesk({ ...more, now }, people, workers);
    const cookies = new Map<string, string>();
    const ask = async (to: string, init: RequestInit = {}): Promise<string> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
      const response = await desk.request(to, { ...init, headers });
      for (const what of ["session", "visit"]) {
        const name = `justitia-aldoria-central-${what}`;
        const value = cookieIn(response, name);
        if (value !== undefined) cookies.set(name, value);
      }
      return await response.text();
    };
    const token = (page: string): string => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const send = (to: string, page: string, values: Readonly<Record<string, string>>) =>
      ask(to, { method: "POST", body: new URLSearchParams({ csrf: token(page), ...values }) });
    await send("/en/sign-in", await ask("/en/sign-in"), { person: role, password });
    const account = await ask("/en/account/password");
    clock += 11 * 60_000;
    const answer = await send(path, account, fields);
    assert.deepEqual(reports, [], path);
    return answer;
  }

  test("before each act of an administrator", async () => {
    const { person } = await worker("administrator");
    const administration: Administration = {
      staff: reached,
      offices: reached,
      partners: reached,
      acts: reached,
      resetsByOthers: reached,
      addPerson: reached,
      changePerson: reached,
      setPersonActive: reached,
      resetPerson: reached,
      addOffice: reached,
      renameOffice: reached,
      addPartner: reached,
      changePartner: reached,
      setPartnerActive: reached,
      revokePartnerKey: reached,
      announceKeys: reached,
    };
    for (const path of [
      "/people/new",
      `/people/${person}`,
      `/people/${person}/password`,
      `/people/${person}/shut-out`,
      `/people/${person}/let-in`,
      "/offices",
      "/offices/central-office",
      "/partners/new",
      "/partners/bensalem-central",
      "/partners/bensalem-central/aside",
      "/partners/bensalem-central/up",
      "/partners/bensalem-central/revoke",
    ]) {
      const asked = await later({ administration, introduction: reached }, "administrator", `/en${path}`, {
        name: "typed",
      });
      assert.match(asked, /Prove that it is you/, path);
      assert.match(asked, /name="name" value="typed"/, `${path}: what was typed goes along`);
    }
  });

  test("before a step is approved, evidence destroyed, or a matter erased", async () => {
    const head = await worker("head-of-office");
    const view = await viewFor(head);
    const service: DeskSurroundings["service"] = {
      ...serviceWithoutMatters(workers),
      view: async () => view,
      partners: async () => [],
      options: () => [
        { name: "sent", label: view.type.title, by: "approve", waitsFor: [], refusals: [], needs: [], accepts: [] },
      ],
      permitted: () => new Set(),
    };
    for (const [path, fields] of [
      ["steps/sent", {}],
      [`evidence/items/${item}/destruction`, { command: id(), reason: "typed" }],
      ["erasure", { act: "erase", sure: "yes", command: id(), proposal: id() }],
    ] as const)
      assert.match(
        await later({ service }, "head-of-office", `/en/matters/${matter}/${path}`, fields),
        /Prove that it is you/,
        path,
      );
  });
});
