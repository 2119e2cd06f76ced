import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import {
  type AuthorityRecords,
  certificatesInPem,
  type Instant,
  nodeDisk,
  obtainTimeStamp,
  type Stamping,
  type Stamps,
  stampsOf,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";

const file = "time-stamps.json";
const settingsSchema = z.strictObject({
  /** Where the service takes requests (RFC 3161, 3.4); http will do, since its answers are signed. */
  address: z.url({ protocol: /^https?$/ }),
  /** PEM file with the certificate that the service publishes, or of who issued its own. */
  anchors: z.string().min(1),
  /** Further certificates that lead from the service to the anchor, where its tokens do not bring them. */
  between: z.string().min(1).optional(),
  policy: z
    .string()
    .regex(/^\d+(?:\.\d+)+$/)
    .optional(),
});

const waitsFor = 10_000;
const everyHour = 3_600_000;

/**
 * The time stamps of an authority whose folder names a service in `time-stamps.json`; undefined when it names none.
 * Throws a UserError for settings that cannot be used.
 */
export async function readTimeStamps(
  folder: string,
  records: Pick<AuthorityRecords, "log">,
  around: { readonly now: () => Instant; readonly random: (bytes: number) => Uint8Array },
): Promise<Stamps | undefined> {
  const path = join(folder, file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const settings = settingsSchema.safeParse(jsonOf(text));
  if (!settings.success)
    throw new UserError(`${path} cannot be used:\n${z.prettifyError(settings.error)}`, exitCodes.invalid);
  const { address, anchors, between, policy } = settings.data;
  const trust = {
    anchors: await certificatesIn(folder, anchors),
    between: between === undefined ? [] : await certificatesIn(folder, between),
  };
  const service = { address, trust, ...(policy === undefined ? {} : { policy }) };
  return stampsOf(records, {
    disk: await nodeDisk(join(folder, "time-stamps")),
    now: around.now,
    obtain: (digest) =>
      obtainTimeStamp(
        service,
        { algorithm: "SHA-256", digest },
        { fetch: globalThis.fetch, nonce: around.random(16), now: around.now(), timeout: waitsFor },
      ),
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function certificatesIn(folder: string, name: string) {
  const path = isAbsolute(name) ? name : join(folder, name);
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(
      `The file ${path} with the certificate of the time-stamp service cannot be read.`,
      exitCodes.invalid,
    );
  });
  const certificates = certificatesInPem(text);
  if (certificates === null)
    throw new UserError(`The file ${path} holds no certificate, or one that is damaged (PEM).`, exitCodes.invalid);
  return certificates;
}

/** What somebody should know of an attempt; undefined when all is well. */
export function stampingSentence(stamping: Stamping): string | undefined {
  if (stamping.kind === "failed") return `The log was not time-stamped today; it is tried again. ${stamping.because}`;
  if (stamping.kind !== "stamped" || stamping.clock === undefined) return undefined;
  const seconds = Math.round(Math.abs(stamping.clock) / 1000);
  return `The clock of this machine is ${seconds} seconds ${stamping.clock > 0 ? "behind" : "ahead of"} that of the time-stamp service: one of the two is wrong.`;
}

/** Stamps soon, and then looks every hour, until it is ended. A service that is away holds nothing else up. */
export function stampHourly(
  stamps: Pick<Stamps, "stampToday">,
  report: (text: string) => void,
  failed: (error: unknown) => void,
): { end(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let running: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      const sentence = stampingSentence(await stamps.stampToday());
      if (sentence !== undefined) report(sentence);
    } catch (error) {
      failed(error);
    }
    if (!ended) timer = setTimeout(begin, everyHour);
  };
  const begin = (): void => {
    running = turn();
  };
  timer = setTimeout(begin, 10_000);
  return {
    end: async () => {
      ended = true;
      clearTimeout(timer);
      await running;
    },
  };
}
