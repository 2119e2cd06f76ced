import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { SnapshotEffects } from "./effects.ts";
import {
  createSnapshotStore,
  type RetrievableStream,
  type RetrievalResult,
  type SnapshotStore,
} from "./snapshot-store.ts";

/** A request as the loopback server saw it. */
export interface SeenRequest {
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
}

export interface LoopbackServer extends AsyncDisposable {
  readonly origin: string;
  /** Every request so far, oldest first. */
  readonly seen: SeenRequest[];
}

/** Starts a server on 127.0.0.1 whose answers are given by a function of the request and its number, from 1. */
export async function startServer(
  answer: (request: SeenRequest, response: ServerResponse, number: number) => void,
): Promise<LoopbackServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const seenRequest = { url: new URL(request.url ?? "/", "http://127.0.0.1"), headers: request.headers };
    seen.push(seenRequest);
    answer(seenRequest, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the loopback server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sends a whole JSON answer. */
export function sendJson(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

/** A store in a new folder whose clock moves only when it sleeps. */
export interface TrialStore extends AsyncDisposable {
  readonly store: SnapshotStore;
  readonly folder: string;
  readonly directory: string;
  /** Every pause, in milliseconds. */
  readonly slept: number[];
  advance(milliseconds: number): void;
  retrieve(
    locations: RetrievableStream["locations"],
    options?: { verify?: boolean; offline?: boolean },
  ): Promise<RetrievalResult>;
  /** The bytes of the first part of the delivery, or a failure that says why there is none. */
  bytes(result: RetrievalResult): Promise<Buffer>;
}

export async function openTrialStore(
  effects: Partial<SnapshotEffects> = {},
  limits: Parameters<typeof createSnapshotStore>[0]["limits"] = {},
): Promise<TrialStore> {
  const folder = await mkdtemp(join(tmpdir(), "snapshots-"));
  const directory = join(folder, "state", "snapshots");
  const slept: number[] = [];
  let now = Date.parse("2026-01-01T00:00:00Z");
  const store = createSnapshotStore({
    directory,
    effects: {
      now: () => new Date(now),
      sleep: async (milliseconds, signal) => {
        signal?.throwIfAborted();
        slept.push(milliseconds);
        now += milliseconds;
      },
      random: () => 0,
      ...effects,
    },
    limits,
  });
  return {
    store,
    folder,
    directory,
    slept,
    advance(milliseconds) {
      now += milliseconds;
    },
    retrieve: (locations, options) =>
      store.retrieve({ id: "trial", locations, obtain: "Ask the ministry." }, { folder, ...options }),
    async bytes(result) {
      return readFile(store.path(deliveryOf(result).parts[0].sha256));
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The delivery of a retrieval that must have worked. */
export function deliveryOf(result: RetrievalResult) {
  if ("problems" in result) assert.fail(result.problems.map((problem) => problem.message).join("\n"));
  return result.delivery;
}

/** The only failure of a retrieval that must not have worked. */
export function failureOf(result: RetrievalResult) {
  if (!("problems" in result)) assert.fail("a delivery came although none was expected");
  const [problem] = result.problems;
  const [failure, ...more] = problem?.tried ?? [];
  assert.deepEqual(more, []);
  if (failure === undefined) assert.fail("no location was tried");
  return failure;
}

test("the loopback server numbers its requests", async () => {
  await using server = await startServer((_, response, number) => response.end(String(number)));
  assert.equal(await (await fetch(server.origin)).text(), "1");
  assert.equal(await (await fetch(server.origin)).text(), "2");
  assert.equal(server.seen.length, 2);
});
