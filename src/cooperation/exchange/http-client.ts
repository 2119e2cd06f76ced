import type { AuthorityId } from "../words/index.ts";
import { joseMediaType, messagesPath } from "./http-server.ts";
import { readLimited } from "./limited-body.ts";
import { longestAnswer } from "./sealed.ts";
import type { Post, PostOutcome } from "./sender.ts";

export interface HttpPostOptions {
  /** `fetch`, or one that presents our client certificate (mutual TLS). */
  readonly fetch: typeof globalThis.fetch;
  /** The address of an authority's exchange, such as `https://central.example/exchange`; nothing when there is none. */
  readonly addressOf: (to: AuthorityId) => Promise<string | undefined>;
  /** Milliseconds for the whole exchange of message and answer; a minute unless said otherwise. */
  readonly timeout?: number;
}

/** Brings sealed messages over HTTPS. Redirections are not followed: who answers elsewhere is not who was asked. */
export function httpPost(options: HttpPostOptions): Post {
  const { addressOf, timeout = 60_000 } = options;
  return async (to: AuthorityId, sealed: string): Promise<PostOutcome> => {
    try {
      const address = await addressOf(to);
      if (address === undefined) return { problem: "no address is known" };
      const response = await options.fetch(`${address.replace(/\/$/, "")}${messagesPath}`, {
        method: "POST",
        body: sealed,
        headers: { "content-type": joseMediaType },
        redirect: "manual",
        signal: AbortSignal.timeout(timeout),
      });
      const answered = response.status === 200 && response.headers.get("content-type") === joseMediaType;
      const body = await readLimited(response.body, longestAnswer, timeout);
      if (!answered)
        return { problem: response.status === 400 ? "refused" : `answered with status ${response.status}` };
      return "text" in body ? { sealedAnswer: body.text } : { problem: `the answer was ${body.problem}` };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
      return { problem: `not reached (${error instanceof Error ? error.message : "unknown"}${cause})` };
    }
  };
}
