// One of two authorities as a process of its own, to be killed: `authority-process.ts <file of its part>`, then a task a
// line. It says on which port it listens, and which tasks are done.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as shortly } from "node:timers/promises";
import { serve } from "@hono/node-server";
import {
  digestOf,
  exampleValues,
  exchangeRoutes,
  type JsonObject,
  type MatterId,
  type MatterView,
  uploadIdSchema,
  type Worker,
} from "../../src/cooperation/index.ts";
import { clockOf, openPart, readPart, workers } from "./own-part.ts";
import { type Task, taskSchema } from "./tasks.ts";

const part = await readPart(process.argv[2] ?? "");
const now = clockOf(part);
// One system call, so that a kill leaves a whole line or none.
const say = (what: object): void => {
  writeSync(1, `${JSON.stringify(what)}\n`);
};
const failed = (error: unknown): void => say({ failed: error instanceof Error ? String(error.stack) : String(error) });
const { authority } = await openPart(part);
const { officer, approver, head } = workers;
const today = (): string => now().slice(0, 10);

/** The matter with this reference; waits until it was sent, or has arrived. */
async function matterOf(reference: string): Promise<MatterId> {
  for (;;) {
    const { matters } = await authority.queue(head, { named: reference }, { size: 1 });
    const [found] = matters;
    const view = found === undefined ? undefined : await authority.view(head, found.matter);
    if (view?.matter.known === true) return view.matter.id;
    await shortly(200);
  }
}

/** Does something in a matter as the matter stands, again when somebody else was quicker, and not twice. */
async function untilDone(
  who: Worker,
  matter: MatterId,
  id: Task["ids"][number] | undefined,
  work: (at: MatterView, id: Task["ids"][number]) => Promise<{ readonly kind: string }>,
): Promise<void> {
  if (id === undefined) throw new RangeError("the task has too few identifiers");
  for (;;) {
    // Who approved does not see what was sent meanwhile; the head does.
    const seen = await authority.view(head, matter);
    if (seen?.matter.events.some((event) => event.id === id) === true) return;
    const view = await authority.view(who, matter);
    if (view === undefined) throw new Error(`${who.role} does not see ${matter}`);
    const outcome = await work(view, id);
    if (outcome.kind === "done") return;
    if (outcome.kind !== "conflict") throw new Error(JSON.stringify(outcome));
  }
}

const act = (
  who: Worker,
  matter: MatterId,
  id: Task["ids"][number] | undefined,
  name: string,
  data: JsonObject = {},
): Promise<void> =>
  untilDone(who, matter, id, (view, command) =>
    authority.command(who, { id: command, matter, expectedSequence: view.matter.sequence, name, data }),
  );

async function request({ reference, ids, text }: Extract<Task, { kind: "request" }>): Promise<void> {
  const type = authority.types.get("mutual-legal-assistance");
  const [opening, writing, submitting, approving, sending] = ids;
  if (type === undefined || opening === undefined) throw new Error("nothing to open a matter with");
  const opened = await authority.open(officer, {
    command: opening,
    type: type.id,
    side: "requesting",
    partner: part.partner,
  });
  if (opened.kind !== "done") throw new Error(JSON.stringify(opened));
  const given = { "own-reference": reference, "legal-bases": ["untoc"], facts: text };
  const values: JsonObject = exampleValues(type, now(), given);
  await act(officer, opened.matter, writing, "fields-set", { values });
  await act(officer, opened.matter, submitting, "submitted");
  await act(approver, opened.matter, approving, "approved");
  await act(officer, opened.matter, sending, "sent");
}

/** The matter, assigned to the officer where it came from outside. */
async function atHand({ reference, ids }: Task): Promise<MatterId> {
  const matter = await matterOf(reference);
  const data = { person: officer.person, office: officer.office };
  await untilDone(head, matter, ids[1], async ({ matter: { side, sequence: expectedSequence }, assignee }, id) =>
    side === "requesting" || assignee !== undefined
      ? { kind: "done" }
      : await authority.command(head, { id, matter, expectedSequence, name: "assigned", data }),
  );
  return matter;
}

async function tell(task: Extract<Task, { kind: "tell" }>): Promise<void> {
  const data = { held: today(), summary: task.text };
  await act(officer, await atHand(task), task.ids[0], "consultation-held", data);
}

async function share(task: Extract<Task, { kind: "share" }>): Promise<void> {
  const { evidence } = authority;
  const matter = await atHand(task);
  const bytes = Buffer.from(task.content, "base64");
  await untilDone(officer, matter, task.ids[0], async (view, command) => {
    const upload = uploadIdSchema.parse(command);
    const begun = await evidence?.beginUpload(officer, matter, upload);
    if (begun === undefined) throw new Error("nothing can be taken in here");
    const rest = bytes.subarray(begun);
    if (rest.length > 0)
      await evidence?.addPart(officer, matter, upload, { offset: begun, bytes: rest, digest: digestOf(rest) });
    const { sequence: expectedSequence } = view.matter;
    const name = `document ${task.number}`;
    const order = { command, matter, expectedSequence, upload, name, expected: digestOf(bytes), shared: true };
    return (await evidence?.attach(officer, order)) ?? { kind: "nowhere" };
  });
}

async function perform(task: Task): Promise<void> {
  if (task.kind === "request") await request(task);
  else if (task.kind === "tell") await tell(task);
  else await share(task);
  say({ done: task.number });
}

serve({
  fetch: exchangeRoutes({ receive: authority.receive, report: failed }).fetch,
  hostname: "127.0.0.1",
  port: 0,
}).once("listening", function (this: { address(): unknown }) {
  const address = this.address();
  if (typeof address === "object" && address !== null && "port" in address) say({ port: address.port });
});

async function workOn(): Promise<void> {
  for (;;) {
    const { sent, delivered } = await authority.tick();
    if (sent + delivered === 0) await shortly(300);
  }
}
workOn().catch(failed);

for await (const line of createInterface({ input: process.stdin }))
  perform(taskSchema.parse(JSON.parse(line))).catch(failed);
process.exit(0);
