import type { SnapshotEffects } from "./effects.ts";
import { headerValue } from "./location.ts";
import { type FailureCode, LocationError, StoreError, systemCode } from "./problem.ts";
import { isLasting, isPassing, type NetworkLimits, pauseBefore, retryAfter } from "./retry.ts";
import { redirectTarget, urlFault } from "./url-rules.ts";

/** A try that may go better the next time. */
export class Interruption extends Error {
  readonly code: FailureCode;
  /** Wait that the server asked for, in milliseconds. */
  readonly wait: number | undefined;

  constructor(code: FailureCode, message: string, wait?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = "Interruption";
    this.code = code;
    this.wait = wait;
  }
}

/** The head of an answer, and its body as it comes. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Chunks of the body, any coding of the transfer taken off. Throws Interruption when the connection is cut. */
  body(): AsyncGenerator<Uint8Array>;
  /** Ends the connection; needed unless the body was read to its end. */
  close(): Promise<void>;
}

/** Asks servers politely: one request after another, at most so many a second to each host. */
export interface Requester {
  /** One try, with redirects. Every status but a redirect is an answer. */
  ask(address: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
  /** Repeats work that is interrupted, with growing pauses, until there was no progress for too many tries. */
  persist<T>(work: () => Promise<T>, progress: () => number): Promise<T>;
}

/** When each host may be asked next, in milliseconds since 1970; shared by all streams of a store. */
export type HostPace = Map<string, number>;

export interface RequesterSettings {
  readonly effects: SnapshotEffects;
  readonly limits: NetworkLimits;
  readonly pace: HostPace;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly unencrypted: boolean;
  readonly requestsPerSecond: number | undefined;
  /** Whether redirects may lead to another origin. */
  readonly otherOrigins: boolean;
}

const defaultRequestsPerSecond = 4;
/** A server that gives a few bytes and cuts, again and again, must not hold a build for ever. */
const mostTries = 1_000;

/**
 * Makes a requester for one location.
 *
 * @throws LocationError when a header needs a variable of the environment that is not set.
 */
export function createRequester(settings: RequesterSettings): Requester {
  const { effects, limits, pace } = settings;
  const declared = declaredHeaders(settings);
  const interval = 1_000 / (settings.requestsPerSecond ?? defaultRequestsPerSecond);

  const awaitTurn = async (host: string): Promise<void> => {
    const now = effects.now().getTime();
    const turn = Math.max(now, pace.get(host) ?? 0);
    pace.set(host, turn + interval);
    if (turn > now) await effects.sleep(turn - now, effects.signal);
  };

  return {
    async ask(address, headers) {
      const fault = urlFault(address, settings.unencrypted);
      if (fault !== undefined) throw new LocationError("address-refused", fault);
      const origin = new URL(address).origin;
      let url = new URL(address);
      for (let hop = 0; hop <= limits.redirects; hop += 1) {
        await awaitTurn(url.host);
        // What is declared for one origin, secrets above all, is not for another.
        const own = url.origin === origin ? declared : {};
        const answer = await askOnce(url, { "accept-encoding": "identity", ...own, ...headers }, effects, limits);
        const target = answer.headers.get("location");
        if (![301, 302, 303, 307, 308].includes(answer.status) || target === null) return answer;
        await answer.close();
        const next = redirectTarget(url, target, settings.unencrypted);
        if ("fault" in next) throw new LocationError("redirect-refused", next.fault);
        if (next.url.origin !== origin && !settings.otherOrigins) {
          throw new LocationError(
            "redirect-refused",
            `the interface redirects to ${next.url.origin}; declare that address if it is right`,
          );
        }
        url = next.url;
      }
      throw new LocationError("redirect-refused", `the server redirected more than ${limits.redirects} times`);
    },

    async persist(work, progress) {
      let furthest = progress();
      for (let attempt = 1, tries = 1; ; attempt += 1, tries += 1) {
        effects.signal?.throwIfAborted();
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof Interruption)) throw error;
          if (progress() > furthest) {
            furthest = progress();
            attempt = 1;
          }
          const wait = error.wait;
          if (wait !== undefined && wait > limits.longestRetryAfter) {
            const minutes = Math.ceil(wait / 60_000);
            throw new LocationError(
              error.code,
              `${error.message}; the server asks to come back in ${minutes} minutes`,
              { cause: error },
            );
          }
          if (attempt >= limits.attempts || tries >= mostTries) {
            throw new LocationError(error.code, `${error.message} (${tries} tries)`, { cause: error });
          }
          await effects.sleep(Math.max(wait ?? 0, pauseBefore(attempt, effects.random(), limits)), effects.signal);
        }
      }
    },
  };
}

function declaredHeaders({ headers, effects }: RequesterSettings): Record<string, string> {
  const declared: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers ?? {})) {
    const found = headerValue(text, effects.environment);
    if ("unset" in found) {
      throw new LocationError(
        "environment-unset",
        `header ${name} needs the environment variable ${found.unset}, which is not set`,
      );
    }
    if (!/^[\t\x20-\x7e]*$/.test(found.value)) {
      throw new LocationError(
        "environment-unset",
        `the environment variable of header ${name} is not printable text on one line`,
      );
    }
    declared[name] = found.value;
  }
  return declared;
}

async function askOnce(
  url: URL,
  headers: Record<string, string>,
  effects: SnapshotEffects,
  limits: NetworkLimits,
): Promise<Answer> {
  const connection = new AbortController();
  const signal =
    effects.signal === undefined ? connection.signal : AbortSignal.any([effects.signal, connection.signal]);
  const within = async <T>(milliseconds: number, what: string, work: () => Promise<T>): Promise<T> => {
    const seconds = milliseconds / 1_000;
    const late = new Interruption("timeout", `${what} of ${url.host} did not come within ${seconds} s`);
    const timer = setTimeout(() => connection.abort(late), milliseconds);
    try {
      return await work();
    } catch (error) {
      effects.signal?.throwIfAborted();
      throw connection.signal.aborted ? late : networkError(error, url);
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await within(limits.headTimeout, "the answer", () =>
    effects.fetch(url.href, { method: "GET", headers, redirect: "manual", signal }),
  );
  return {
    status: response.status,
    headers: response.headers,
    async *body() {
      if (response.body === null) return;
      const reader = response.body.getReader();
      try {
        for (;;) {
          const { done, value } = await within(limits.idleTimeout, "the next part of the answer", () => reader.read());
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    },
    async close() {
      await response.body?.cancel().catch(() => undefined);
      connection.abort();
    },
  };
}

function networkError(error: unknown, url: URL): unknown {
  if (error instanceof StoreError || error instanceof LocationError || error instanceof Interruption) return error;
  const code = systemCode(error);
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  if (isLasting(code))
    return new LocationError("network", `${url.host} cannot be reached (${reason})`, { cause: error });
  return new Interruption("network", `the connection to ${url.host} failed (${reason})`, undefined, { cause: error });
}

/**
 * The answer when its status is one of those expected. Closes it otherwise.
 *
 * @throws Interruption for a status that passes; LocationError for any other.
 */
export async function expectStatus(answer: Answer, statuses: readonly number[], now: Date): Promise<Answer> {
  if (statuses.includes(answer.status)) return answer;
  await answer.close();
  const message = `the server answered with status ${answer.status}${statusHint(answer.status)}`;
  if (isPassing(answer.status)) {
    throw new Interruption("http-status", message, retryAfter(answer.headers.get("retry-after"), now));
  }
  throw new LocationError("http-status", message);
}

function statusHint(status: number): string {
  if (status === 401 || status === 403) return " (access needs a permission; see headers)";
  if (status === 404 || status === 410) return " (nothing is there any more)";
  if (status === 429) return " (too many requests)";
  return "";
}
