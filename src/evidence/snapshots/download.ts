import type { DeliveryPart } from "./delivery.ts";
import type { SnapshotEffects } from "./effects.ts";
import type { KnownUrl } from "./known-sources.ts";
import { addressText, type UrlLocation } from "./location.ts";
import type { ObjectStore, ObjectWriter, StoredObject } from "./objects.ts";
import { LocationError } from "./problem.ts";
import { type Answer, expectStatus, Interruption, type Requester } from "./requests.ts";
import type { NetworkLimits } from "./retry.ts";
import { type VersionMarks, versionMarks } from "./version-marks.ts";

const defaultMaximumBytes = 8 * 1024 ** 3;

/** What an address brought, and what to ask with the next time. */
export interface Downloaded {
  readonly part: DeliveryPart;
  readonly known: KnownUrl;
}

export interface DownloadContext {
  readonly requester: Requester;
  readonly objects: ObjectStore;
  readonly effects: SnapshotEffects;
  readonly limits: NetworkLimits;
  /** What this address brought before, when its bytes are still there. */
  readonly known: KnownUrl | undefined;
  readonly onBytes: (bytes: number, totalBytes: number | undefined) => void;
}

/**
 * Keeps what an address holds. Asks only for what is new since the last time; takes up a cut connection where it was
 * cut, but only when the server says that the rest belongs to the same version.
 *
 * @throws LocationError with the reason; StoreError when the bytes cannot be kept.
 */
export async function download(location: UrlLocation, context: DownloadContext): Promise<Downloaded> {
  const { objects, requester, effects } = context;
  const writer = await objects.create();
  const transfer = new Transfer(writer, location, context);
  try {
    const outcome = await requester.persist(
      () => transfer.attempt(),
      () => transfer.furthest,
    );
    if (outcome === "unchanged") {
      await writer.discard();
      if (context.known === undefined)
        throw new LocationError("answer-unexpected", "the server says that nothing changed, unasked");
      return downloaded(location, context.known, context.known);
    }
    effects.signal?.throwIfAborted();
    return downloaded(location, await writer.finish(), outcome);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** One download over as many connections as it takes. */
class Transfer {
  readonly #writer: ObjectWriter;
  readonly #address: string;
  readonly #maximumBytes: number;
  readonly #context: DownloadContext;
  #marks: VersionMarks = {};
  /** What If-Range may carry: a strong validator of the version that is being written. */
  #validator: string | undefined;
  #total: number | undefined;
  #freshStarts = 0;
  /** Most bytes that were ever there; beginning anew is no progress. */
  furthest = 0;

  constructor(writer: ObjectWriter, location: UrlLocation, context: DownloadContext) {
    this.#writer = writer;
    this.#address = location.url;
    this.#maximumBytes = location.maximumBytes ?? defaultMaximumBytes;
    this.#context = context;
  }

  async attempt(): Promise<"unchanged" | VersionMarks> {
    const { requester, effects, known } = this.#context;
    const resuming = this.#writer.bytes > 0 && this.#validator !== undefined;
    if (!resuming && this.#writer.bytes > 0) await this.#writer.restart();
    const answer = await requester.ask(this.#address, this.#conditions(resuming));
    if (answer.status === 416 && resuming) {
      await answer.close();
      await this.#beginAnew("the file became shorter while it was fetched");
      throw new Interruption("answer-changing", "the server no longer has the part that is missing");
    }
    const conditional = !resuming && known !== undefined;
    await expectStatus(answer, resuming ? [200, 206] : conditional ? [200, 304] : [200], effects.now());
    if (answer.status === 304) {
      await answer.close();
      return "unchanged";
    }
    if (answer.status === 206) await this.#continueWith(answer);
    else {
      if (resuming) await this.#beginAnew("the file changed while it was fetched");
      this.#beginWith(answer);
    }
    await this.#receive(answer);
    return this.#marks;
  }

  #conditions(resuming: boolean): Record<string, string> {
    if (resuming && this.#validator !== undefined) {
      return { range: `bytes=${this.#writer.bytes}-`, "if-range": this.#validator };
    }
    const { known } = this.#context;
    return {
      ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
      ...(known?.lastModified === undefined ? {} : { "if-modified-since": known.lastModified }),
    };
  }

  #beginWith(answer: Answer): void {
    const { headers } = answer;
    this.#marks = versionMarks(headers);
    const decoded = this.#marks.contentEncoding !== undefined;
    // Byte ranges and lengths are those of the coded body, which is not what is kept.
    this.#total = decoded ? undefined : lengthOf(headers.get("content-length"));
    this.#validator = decoded ? undefined : strongValidator(headers);
  }

  async #continueWith(answer: Answer): Promise<void> {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get("content-range") ?? "");
    const total = range?.[2] === undefined || range[2] === "*" ? undefined : Number(range[2]);
    const etag = answer.headers.get("etag");
    const same =
      range !== null &&
      Number(range[1]) === this.#writer.bytes &&
      (etag === null || etag === this.#marks.etag) &&
      (total === undefined || this.#total === undefined || total === this.#total);
    if (same) {
      this.#total ??= total;
      return;
    }
    await answer.close();
    await this.#beginAnew("the file changed while it was fetched");
    throw new Interruption("answer-changing", "the server sent a part of another version");
  }

  async #beginAnew(reason: string): Promise<void> {
    this.#freshStarts += 1;
    if (this.#freshStarts > this.#context.limits.freshStarts) {
      throw new LocationError("answer-changing", `${reason}, ${this.#freshStarts} times`);
    }
    this.#validator = undefined;
    this.#total = undefined;
    await this.#writer.restart();
  }

  async #receive(answer: Answer): Promise<void> {
    if (this.#total !== undefined && this.#total > this.#maximumBytes) {
      await answer.close();
      throw new LocationError(
        "too-large",
        `the file has ${this.#total} bytes, more than the ${this.#maximumBytes} that are believed`,
      );
    }
    for await (const chunk of answer.body()) {
      if (this.#writer.bytes + chunk.byteLength > this.#maximumBytes) {
        throw new LocationError(
          "too-large",
          `the answer is longer than the ${this.#maximumBytes} bytes that are believed`,
        );
      }
      await this.#writer.write(chunk);
      this.furthest = Math.max(this.furthest, this.#writer.bytes);
      this.#context.onBytes(this.#writer.bytes, this.#total);
    }
    if (this.#total !== undefined && this.#writer.bytes !== this.#total) {
      const { bytes } = this.#writer;
      if (bytes > this.#total) await this.#beginAnew("the answer was longer than announced");
      throw new Interruption("answer-incomplete", `the answer ended after ${bytes} of ${this.#total} bytes`);
    }
  }
}

function lengthOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** A validator that tells versions apart to the byte (RFC 9110, 8.8.1 and 8.8.2.2), or undefined. */
function strongValidator(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag !== null) return etag.startsWith("W/") ? undefined : etag;
  const modified = headers.get("last-modified");
  const answered = Date.parse(headers.get("date") ?? "");
  return modified !== null && answered - Date.parse(modified) >= 60_000 ? modified : undefined;
}

function downloaded(location: UrlLocation, stored: StoredObject, marks: VersionMarks): Downloaded {
  const { etag, lastModified, mediaType, contentEncoding } = marks;
  const known: KnownUrl = {
    sha256: stored.sha256,
    bytes: stored.bytes,
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
  };
  return { part: { name: nameOf(location.url), url: addressText(location.url), ...known }, known };
}

/** The last segment of an address, as the name of the part; never used as a path. */
function nameOf(address: string): string {
  const segment = new URL(address).pathname.split("/").findLast((text) => text !== "") ?? "body";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
