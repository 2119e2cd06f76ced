import { FormatError } from "../../formats/index.ts";
import type { Definitions, Stream } from "../definitions/index.ts";
import { UnreadableDelivery } from "../rows/index.ts";
import type { Delivery, SnapshotStore } from "../snapshots/index.ts";
import type { StepStore } from "../steps/index.ts";
import type { Engine } from "../store/index.ts";
import { makeCoverages, makeIndicators } from "./indicator-steps.ts";
import type { BuildLedger, Manifest, StreamResult } from "./manifest.ts";
import type { BuildListener } from "./progress.ts";
import { makeStream, type StreamOutcome } from "./stream-steps.ts";
import { createWorkshop, type Workshop } from "./workshop.ts";

/** Everything a build needs from outside. */
export interface BuildInput {
  readonly definitions: Definitions;
  /** Texts of the definition files, which are kept with the build. */
  readonly texts: Readonly<Record<string, string>>;
  readonly snapshots: SnapshotStore;
  readonly steps: StepStore;
  readonly builds: BuildLedger;
  readonly openEngine: () => Promise<Engine>;
  readonly listen: BuildListener;
  readonly now: () => Date;
  /** A clock for durations, in milliseconds. */
  readonly elapsed: () => number;
  /** Version of the program, for the manifest. */
  readonly program: string;
  /** Build from the deliveries that were there at this time, and fetch nothing. */
  readonly asOf?: Date | undefined;
  readonly offline?: boolean | undefined;
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuildResult {
  readonly manifest: Manifest;
  /** False when the build says what the one before it said. */
  readonly changed: boolean;
  /** Whether every stream could be had and every indicator be made. */
  readonly complete: boolean;
}

/** Streams → snapshots → records → facts → indicators, doing only what has changed. The caller holds the build lock. */
export async function build(input: BuildInput): Promise<BuildResult> {
  const { definitions, snapshots, steps } = input;
  await steps.sweep();
  const workshop = createWorkshop({ ...input, snapshotPath: (sha256) => snapshots.path(sha256) });
  try {
    const streams: Record<string, StreamResult> = {};
    const outcomes = new Map<string, StreamOutcome>();
    for (const [id, { value: stream }] of definitions.streams) {
      input.signal?.throwIfAborted();
      input.listen({ type: "stream", stream: id, phase: "retrieve" });
      const found = await obtain(input, stream);
      const made = found.delivery === undefined ? {} : await readableOrProblem(input, workshop, stream, found.delivery);
      if (made.outcome !== undefined) outcomes.set(id, made.outcome);
      const problems = made.problem === undefined ? found.problems : [...found.problems, made.problem];
      streams[id] = streamResult(made.delivery ?? found.delivery, made.outcome, problems);
    }
    const coverages = await makeCoverages(workshop, outcomes);
    const indicators = await makeIndicators(workshop, outcomes, coverages);
    const said: Manifest = {
      format: 1,
      observatory: definitions.observatory.value.observatory,
      program: input.program,
      builtAt: input.now().toISOString(),
      asOf: input.asOf?.toISOString() ?? null,
      definitions: await input.builds.keepDefinitions(input.texts),
      streams,
      coverages: Object.fromEntries([...coverages].map(([id, { key }]) => [id, key])),
      indicators,
    };
    const manifest = await input.builds.add(said);
    const complete =
      Object.values(streams).every(({ delivery, problems }) => delivery !== null && problems.length === 0) &&
      Object.values(indicators).every(({ problem }) => problem === null);
    return { manifest, changed: manifest === said, complete };
  } finally {
    await workshop.close();
  }
}

/** The outcome of a delivery, or why it cannot be read: one bad delivery does not keep the others from being built. */
async function madeOrProblem(
  workshop: Workshop,
  stream: Stream,
  delivery: Delivery,
): Promise<{ readonly outcome?: StreamOutcome; readonly problem?: StreamResult["problems"][number] }> {
  try {
    return { outcome: await makeStream(workshop, stream, delivery) };
  } catch (error) {
    if (error instanceof UnreadableDelivery)
      return { problem: { code: error.code, message: error.message, hint: error.hint } };
    if (error instanceof FormatError) {
      const { code, message, found, expected, hint } = error.problem;
      return { problem: { code, message: `${stream.stream}: ${message} Found ${found}; expected ${expected}.`, hint } };
    }
    throw error;
  }
}

/**
 * The outcome of a delivery. One that cannot be read does not push aside the one before it: the newest that can be read is
 * taken, and the problem stays with the stream until a readable one comes.
 */
async function readableOrProblem(
  input: BuildInput,
  workshop: Workshop,
  stream: Stream,
  newest: Delivery,
): Promise<Awaited<ReturnType<typeof madeOrProblem>> & { readonly delivery?: Delivery }> {
  const made = await madeOrProblem(workshop, stream, newest);
  if (made.problem === undefined) return made;
  const before = (await input.snapshots.deliveries(stream.stream)).filter(
    ({ retrievedAt }) => retrievedAt < newest.retrievedAt,
  );
  for (const delivery of before.reverse()) {
    const { outcome } = await madeOrProblem(workshop, stream, delivery);
    if (outcome === undefined) continue;
    const message = `${stream.stream}: the newest delivery cannot be read; the one of ${delivery.retrievedAt} is used.`;
    input.listen({ type: "warning", message });
    return { outcome, delivery, problem: made.problem };
  }
  return made;
}

interface Obtained {
  readonly delivery: Delivery | undefined;
  readonly problems: StreamResult["problems"];
}

/** The delivery to build from: a new one, or the newest kept one with a word on why there is no newer. */
async function obtain(input: BuildInput, stream: Stream): Promise<Obtained> {
  const { snapshots, definitions } = input;
  if (input.asOf !== undefined) {
    const delivery = await snapshots.deliveryAsOf(stream.stream, input.asOf);
    if (delivery !== undefined) return { delivery, problems: [] };
    const message = `${stream.stream}: nothing had been delivered by ${input.asOf.toISOString()}.`;
    return { delivery, problems: [{ code: "stream.not-yet-delivered", message, hint: "Choose a later time." }] };
  }
  const result = await snapshots.retrieve(
    { id: stream.stream, locations: stream.locations, licence: stream.licence, obtain: stream.obtain },
    { folder: definitions.directory, verify: input.verify, offline: input.offline },
  );
  if ("delivery" in result) return { delivery: result.delivery, problems: [] };
  const problems = result.problems.map(({ code, message, hint }) => ({ code, message, hint }));
  const kept = await snapshots.deliveryAsOf(stream.stream, undefined);
  if (kept !== undefined) {
    input.listen({
      type: "warning",
      message: `${stream.stream}: no newer delivery could be had; the one of ${kept.retrievedAt} is used.`,
    });
  }
  return { delivery: kept, problems };
}

function streamResult(
  delivery: Delivery | undefined,
  outcome: StreamOutcome | undefined,
  problems: StreamResult["problems"],
): StreamResult {
  const refused = (outcome?.refused ?? []).map((total) => ({
    code: "stream.total-refused",
    message: `The published total "${total}" does not agree, and its rule refuses the delivery.`,
    hint: "See the summary of the stream; mend the definition or ask the source.",
  }));
  return {
    delivery: delivery?.deliveryHash ?? null,
    retrievedAt: delivery?.retrievedAt ?? null,
    location: delivery?.location ?? null,
    licence: delivery?.licence ?? null,
    parts: (delivery?.parts ?? []).map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
    rows: outcome?.rows.key ?? null,
    records: outcome?.records.key ?? null,
    summary: outcome?.summary ?? null,
    facts: Object.fromEntries([...(outcome?.facts ?? [])].map(([name, { key }]) => [name, key])),
    problems: [...problems, ...refused],
  };
}
