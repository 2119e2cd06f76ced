import { availableParallelism } from "node:os";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { EngineLimits } from "../observatory.ts";
import type { CommonOptions } from "./surroundings.ts";

/** Memory and threads of the engine: 1 GB and every processor unless the user says otherwise. */
export function limitsOf(options: CommonOptions): EngineLimits {
  const memoryLimit = options.memory ?? "1GB";
  if (!/^\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i.test(memoryLimit)) {
    throw new UserError(`--memory ${memoryLimit}: expected a size such as 512MB or 2GB.`, exitCodes.usage);
  }
  const threads = options.threads === undefined ? availableParallelism() : Number(options.threads);
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new UserError(`--threads ${options.threads}: expected a whole number from 1.`, exitCodes.usage);
  }
  return { memoryLimit, threads };
}

/** A point in time from the command line: a date (its last moment, UTC) or an ISO 8601 time. */
export function timeOf(option: string, text: string): Date {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text;
  const time = new Date(whole);
  if (
    Number.isNaN(time.getTime()) ||
    !/^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ||
    (text.length === 10 && !time.toISOString().startsWith(text))
  ) {
    throw new UserError(
      `${option} ${text}: expected a date such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z.`,
      exitCodes.usage,
    );
  }
  return time;
}
