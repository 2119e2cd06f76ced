import type { Instant } from "../words/index.ts";
import { type ImprintAlgorithm, type TimeStampQuestion, timeStampRequest } from "./request.ts";
import { openAnswer } from "./token.ts";
import { type TimeStampTrust, type TimeStampVerdict, verifyTimeStamp } from "./verify.ts";

/** A time-stamp service that an authority uses. */
export interface TimeStampService {
  readonly address: string;
  readonly trust: Pick<TimeStampTrust, "anchors" | "between">;
  readonly policy?: string;
}

export type Obtained =
  | { readonly obtained: true; readonly token: Uint8Array; readonly verdict: TimeStampVerdict & { verdict: "good" } }
  | { readonly obtained: false; readonly because: string };

/** What reaches the network: `fetch` of the platform. */
export type Fetch = (address: string, request: RequestInit) => Promise<Response>;

/** Bytes of an answer that are read. */
const largestAnswer = 256 * 1024;

/**
 * Asks a service for a time stamp over HTTP (RFC 3161, 3.4) and keeps nothing that does not verify to its anchors now.
 *
 * @param nonce 8 to 32 unpredictable bytes
 * @param timeout milliseconds
 * @returns what was wrong, in a sentence, when there is no good token; the network's failures too
 */
export async function obtainTimeStamp(
  service: TimeStampService,
  stamped: { readonly algorithm: ImprintAlgorithm; readonly digest: Uint8Array },
  around: { readonly fetch: Fetch; readonly nonce: Uint8Array; readonly now: Instant; readonly timeout: number },
): Promise<Obtained> {
  const question: TimeStampQuestion = {
    ...stamped,
    nonce: around.nonce,
    ...(service.policy === undefined ? {} : { policy: service.policy }),
  };
  const asked = await ask(service.address, timeStampRequest(question), around);
  if (typeof asked === "string") return { obtained: false, because: asked };
  const answer = openAnswer(asked);
  const verdict = await verifyTimeStamp(
    asked,
    {
      digests: { [stamped.algorithm]: stamped.digest },
      nonce: around.nonce,
      ...(service.policy === undefined ? {} : { policies: [service.policy] }),
    },
    { ...service.trust, stillValidAt: around.now },
  );
  if (verdict.verdict === "good" && answer.kind === "token") return { obtained: true, token: answer.token, verdict };
  if (verdict.verdict === "refused") return { obtained: false, because: verdict.message };
  return { obtained: false, because: "Its certificate leads to none of the anchors of this authority." };
}

async function ask(
  address: string,
  request: Uint8Array,
  network: { readonly fetch: Fetch; readonly timeout: number },
): Promise<Uint8Array | string> {
  try {
    const response = await network.fetch(address, {
      method: "POST",
      headers: { "content-type": "application/timestamp-query", accept: "application/timestamp-reply" },
      body: new Uint8Array(request),
      redirect: "error",
      signal: AbortSignal.timeout(network.timeout),
    });
    const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
    if (response.status !== 200 || type !== "application/timestamp-reply") {
      await response.body?.cancel();
      return `The service answered with status ${response.status} and not with a time-stamp reply.`;
    }
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of response.body ?? []) {
      size += piece.length;
      if (size > largestAnswer) return "The service answered with more than a time-stamp reply has.";
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (error) {
    return `The service could not be reached: ${error instanceof Error ? error.message : "no reason given"}.`;
  }
}
