import {
  type Authority,
  digestOf,
  type EventId,
  evidenceItemSchema,
  type JsonObject,
  type MatterId,
  uploadIdSchema,
  type Worker,
} from "../../cooperation/index.ts";

/** Who does what in the demonstration of evidence. */
export interface EvidencePlayers {
  readonly authority: Authority;
  readonly newId: () => EventId;
  readonly head: Worker;
  readonly officer: Worker;
}

const authorisation = { kind: "Order of the investigating judge (invented)", reference: "XB-INV-7/2026" };

async function sequenceOf({ authority }: EvidencePlayers, who: Worker, matter: MatterId): Promise<number> {
  const view = await authority.view(who, matter);
  if (view === undefined) throw new Error("the demonstration could not be made: the matter is not seen");
  return view.matter.sequence;
}

async function act(
  players: EvidencePlayers,
  who: Worker,
  matter: MatterId,
  name: string,
  data: JsonObject = {},
): Promise<EventId> {
  const id = players.newId();
  const command = { id, matter, expectedSequence: await sequenceOf(players, who, matter), name, data };
  const outcome = await players.authority.command(who, command);
  if (outcome.kind !== "done") throw new Error(`the demonstration could not be made: ${JSON.stringify(outcome)}`);
  return id;
}

/** An arrived request is assigned, acknowledged and accepted; then a bank record comes in, is sealed, opened and verified. */
export async function playEvidence(players: EvidencePlayers, matter: MatterId): Promise<void> {
  const { authority, officer, head } = players;
  await act(players, head, matter, "assigned", { person: officer.person, office: officer.office });
  await act(players, officer, matter, "acknowledged");
  const proposal = await act(players, officer, matter, "proposed", { name: "accepted", data: {} });
  await act(players, head, matter, "accepted", { proposal });

  const { evidence } = authority;
  if (evidence === undefined) throw new Error("the demonstration keeps evidence");
  const lines = ["date,amount,currency,counterparty (invented)"];
  for (let day = 1; day <= 28; day += 1)
    lines.push(`2026-02-${String(day).padStart(2, "0")},${day * 100}.00,XBD,A-${day}`);
  const content = Buffer.from(`${lines.join("\n")}\n`);
  const command = players.newId();
  const upload = uploadIdSchema.parse(command);
  await evidence.beginUpload(officer, matter, upload);
  await evidence.addPart(officer, matter, upload, { offset: 0, bytes: content, digest: digestOf(content) });
  const taken = await evidence.takeInItem(officer, {
    command,
    matter,
    expectedSequence: await sequenceOf(players, officer, matter),
    item: evidenceItemSchema.parse({
      exhibitNumber: "XB-1",
      kind: "digital",
      description: "Records of one bank account, February 2026 (invented)",
      fileName: "account-records.csv",
      collector: "First Bank of Bensalem (invented)",
    }),
    origin: { kind: "acquired", tool: "Export of the bank", authorisation },
    reason: "Execution of the request",
    place: undefined,
    upload,
    expected: digestOf(content),
  });
  if (taken.kind !== "done") throw new Error(`the demonstration could not be made: ${JSON.stringify(taken)}`);
  const order = { matter, exhibit: "XB-1" } as const;
  for (const step of [
    { stage: "sealed", seal: "B-000117", reason: "Kept under seal until the result is prepared" },
    { stage: "opened", seal: "B-000117", reason: "Preparing the result" },
    { stage: "verified", reason: "Checked before it is used" },
  ] as const) {
    const expectedSequence = await sequenceOf(players, officer, matter);
    const done = await evidence.record(officer, { ...order, ...step, command: players.newId(), expectedSequence });
    if (done.kind !== "done") throw new Error(`the demonstration could not be made: ${JSON.stringify(done)}`);
  }
}
