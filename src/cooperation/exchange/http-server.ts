import { Hono } from "hono";
import { readLimited } from "./limited-body.ts";
import type { Answer } from "./receiver.ts";
import type { Refused } from "./refusal.ts";
import { longestSealed } from "./sealed.ts";

/** Media type of a compact JOSE serialisation (RFC 7515, 9.2). */
export const joseMediaType = "application/jose";
/** Where messages are posted to, below the address of an authority. It says nothing of whom, what or which matter. */
export const messagesPath = "/messages";

export interface ExchangeRoutesOptions {
  /** Takes a message; `receive` with a node. */
  readonly receive: (sealed: string) => Promise<Answer | Refused>;
  /** Takes note of a failure of our own, such as a database that is down. */
  readonly report: (error: unknown) => void;
  /** Milliseconds that a sender has to bring a message over; a minute unless said otherwise. */
  readonly bodyTimeout?: number;
  /**
   * Milliseconds after which a refusal is answered, counted from the request, so that the time does not tell how far a
   * message came; a quarter of a second unless said otherwise.
   */
  readonly refusalAfter?: number;
}

const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;
/** The one refusal: the same bytes whatever the reason. */
const refusalBody = '{"refused":true}';
const refusal = (): Response =>
  new Response(refusalBody, { status: 400, headers: { ...headers, "content-type": "application/json" } });
const notNow = (): Response =>
  new Response('{"refused":false}', { status: 503, headers: { ...headers, "content-type": "application/json" } });

/** The routes of an authority that other authorities talk to, to be mounted below its address. */
export function exchangeRoutes(options: ExchangeRoutesOptions): Hono {
  const { receive, report, bodyTimeout = 60_000, refusalAfter = 250 } = options;
  const routes = new Hono();
  routes.post(messagesPath, async (context) => {
    let timer: NodeJS.Timeout | undefined;
    const floor = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, refusalAfter);
    });
    try {
      const announced = Number(context.req.header("content-length") ?? 0);
      const ofType = context.req.header("content-type") === joseMediaType;
      const body =
        ofType && announced <= longestSealed
          ? await readLimited(context.req.raw.body, longestSealed, bodyTimeout)
          : ({ problem: "too-large" } as const);
      const outcome = "text" in body ? await receive(body.text) : body;
      if ("sealedAnswer" in outcome) {
        clearTimeout(timer);
        return new Response(outcome.sealedAnswer, {
          status: 200,
          headers: { ...headers, "content-type": joseMediaType },
        });
      }
    } catch (error) {
      clearTimeout(timer);
      report(error);
      return notNow();
    }
    await floor;
    return refusal();
  });
  routes.notFound(refusal);
  return routes;
}
