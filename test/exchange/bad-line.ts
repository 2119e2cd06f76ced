import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What a line does to what goes over it; shares of all posts, and milliseconds. */
export interface Badness {
  /** Of posts before they arrive, and again of answers on the way back. */
  readonly loss: number;
  readonly doubling: number;
  /** Posts that arrive after later ones; their answers do not come back. */
  readonly reordering: number;
  /** For how long something is held back at most. */
  readonly longestDelay: number;
}

/** What happened on a line. */
export interface Seen {
  posts: number;
  lost: number;
  lostAnswers: number;
  doubled: number;
  reordered: number;
  cut: number;
  /** Came to a door that was shut, because nobody was there. */
  unreached: number;
}

/** A line over TCP between authorities, with an address for each end that loses, doubles and holds back what is posted. */
export interface BadLine extends AsyncDisposable {
  readonly seen: Seen;
  /** Where those write who write to an authority. */
  addressOf(name: string): string;
  /** Where an authority is reached behind the line; undefined while it is down. */
  connect(name: string, port: number | undefined): void;
  /** Nothing goes through in any direction for so many milliseconds. */
  cut(milliseconds: number): void;
  /** What is still held back. */
  onTheWay(): number;
}

/** @param chance - From 0 up to but not including 1. */
export async function openLine(
  names: readonly string[],
  { loss, doubling, reordering, longestDelay }: Badness,
  chance: () => number,
): Promise<BadLine> {
  const seen: Seen = { posts: 0, lost: 0, lostAnswers: 0, doubled: 0, reordered: 0, cut: 0, unreached: 0 };
  const doors = new Map<string, number | undefined>();
  let cutUntil = 0;
  let held = 0;
  const isCut = (): boolean => performance.now() < cutUntil;

  const forward = async (name: string, request: IncomingMessage, body: Buffer): Promise<Response | undefined> => {
    const port = doors.get(name);
    try {
      if (port === undefined) throw new Error("nobody is there");
      const { method = "POST", url = "/", headers } = request;
      const response = await fetch(`http://127.0.0.1:${port}${url}`, {
        method,
        headers: { "content-type": headers["content-type"] ?? "" },
        body: new Uint8Array(body),
      });
      return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
    } catch {
      seen.unreached += 1;
      return undefined;
    }
  };
  const later = (work: () => Promise<unknown>): void => {
    held += 1;
    setTimeout(() => {
      void (isCut() ? Promise.resolve() : work()).finally(() => {
        held -= 1;
      });
    }, chance() * longestDelay);
  };
  const carry = async (name: string, request: IncomingMessage, answer: ServerResponse): Promise<void> => {
    seen.posts += 1;
    const nothing = (): void => void request.socket.destroy();
    if (isCut()) {
      seen.cut += 1;
      return nothing();
    }
    const body = await buffer(request);
    if (chance() < doubling) {
      seen.doubled += 1;
      later(() => forward(name, request, body));
    }
    if (chance() < loss) {
      seen.lost += 1;
      return nothing();
    }
    if (chance() < reordering) {
      seen.reordered += 1;
      later(() => forward(name, request, body));
      return nothing();
    }
    const response = await forward(name, request, body);
    if (response === undefined || isCut()) return nothing();
    if (chance() < loss) {
      seen.lostAnswers += 1;
      return nothing();
    }
    answer.writeHead(response.status, { "content-type": response.headers.get("content-type") ?? "" });
    answer.end(new Uint8Array(await response.arrayBuffer()));
  };

  const ends = await Promise.all(
    names.map(async (name) => {
      const server = createServer((request, answer) => {
        // Whoever is killed while posting breaks the connection off.
        carry(name, request, answer).catch(() => request.socket.destroy());
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      const { port } = server.address() as AddressInfo;
      return { name, server, address: `http://127.0.0.1:${port}` };
    }),
  );
  return {
    seen,
    addressOf: (name) => ends.find((end) => end.name === name)?.address ?? "",
    connect: (name, port) => void doors.set(name, port),
    cut: (milliseconds) => {
      cutUntil = Math.max(cutUntil, performance.now() + milliseconds);
    },
    onTheWay: () => held,
    async [Symbol.asyncDispose]() {
      for (const { server } of ends) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
    },
  };
}
