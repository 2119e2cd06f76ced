/** Patience with servers and networks. All times in milliseconds. */
export interface NetworkLimits {
  /** Tries without any progress before a location is given up. */
  readonly attempts: number;
  /** First pause; each further one is twice as long. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Longest wait that a server may ask for with Retry-After. */
  readonly longestRetryAfter: number;
  /** Longest wait for the head of an answer. */
  readonly headTimeout: number;
  /** Longest wait for the next bytes of an answer. */
  readonly idleTimeout: number;
  readonly redirects: number;
  /** How often a retrieval begins anew because the source changed meanwhile. */
  readonly freshStarts: number;
}

export const defaultNetworkLimits: NetworkLimits = {
  attempts: 6,
  firstPause: 1_000,
  longestPause: 60_000,
  longestRetryAfter: 600_000,
  headTimeout: 120_000,
  idleTimeout: 60_000,
  redirects: 10,
  freshStarts: 3,
};

/** Pause before the next try, in milliseconds: doubling, the upper half at random so that many clients spread. */
export function pauseBefore(
  attempt: number,
  random: number,
  limits: Pick<NetworkLimits, "firstPause" | "longestPause">,
): number {
  const whole = Math.min(limits.longestPause, limits.firstPause * 2 ** (attempt - 1));
  return Math.round(whole / 2 + (whole / 2) * random);
}

/** A Retry-After header (seconds or an HTTP date) in milliseconds from now, or undefined when it says nothing. */
export function retryAfter(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** Whether the same request may be answered well later (RFC 9110 and RFC 6585). */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status === 500 || (status >= 502 && status <= 504);
}

/** Errors of name, route or certificate that do not pass by waiting a few seconds. */
export function isLasting(systemCode: string | undefined): boolean {
  return (
    systemCode !== undefined &&
    /^(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ERR_TLS_.*|.*CERT.*|UNABLE_TO_.*)$/.test(systemCode)
  );
}
