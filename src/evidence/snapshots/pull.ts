import { createHash } from "node:crypto";
import type { Delivery, DeliveryPart } from "./delivery.ts";
import type { SnapshotEffects } from "./effects.ts";
import { advance, type Through } from "./increment.ts";
import { type ApiSettings, addressText } from "./location.ts";
import type { ObjectStore, StoredObject } from "./objects.ts";
import { countAddress, firstPage, type PageReading, readCount, readPage, type Since } from "./paging.ts";
import { LocationError } from "./problem.ts";
import { createPullJournal, type PulledPage, type PullJournal } from "./pull-journal.ts";
import { expectStatus, Interruption, type Requester } from "./requests.ts";
import type { NetworkLimits } from "./retry.ts";
import { versionMarks } from "./version-marks.ts";

/** A page is read whole into memory to be understood. */
const maximumPageBytes = 256 * 1024 ** 2;
const maximumPages = 1_000_000;

export interface PullContext {
  readonly directory: string;
  readonly stream: string;
  readonly requester: Requester;
  readonly objects: ObjectStore;
  readonly effects: SnapshotEffects;
  readonly limits: NetworkLimits;
  /** The newest delivery, when it came from this very interface; an incremental pull goes on from it. */
  readonly earlier: Delivery | undefined;
  readonly onPage: (part: string, bytes: number, rows: number, totalRows: number | undefined) => void;
}

/** All pages of an interface. */
export interface Pulled {
  readonly parts: readonly DeliveryPart[];
  /** When the last page was there. */
  readonly receivedAt: string;
  /** Forgets the journal; to be called when the delivery is kept. */
  readonly finished: () => Promise<void>;
}

/** The source changed between two pages. */
class SourceChanged extends Error {}

/**
 * Keeps all pages of an interface as they were received, or none: pages are only delivered when all are there and
 * agree on how many rows there are.
 *
 * @throws LocationError with the reason; what is there so far stays in the journal, and the next pull goes on from it.
 */
export async function pull(api: ApiSettings, context: PullContext): Promise<Pulled> {
  const column = api.incremental?.column;
  const through = context.earlier?.parts.at(-1)?.through;
  const boundary = column !== undefined && through?.column === column ? through : undefined;
  const kept = boundary === undefined ? [] : (context.earlier?.parts ?? []);
  const since: Since | undefined = boundary;
  const first = firstPage(api, since);
  const continued = boundary === undefined ? undefined : context.earlier?.deliveryHash;
  const key = createHash("sha256")
    .update(JSON.stringify([api.kind, first, column, continued]))
    .digest("hex");
  const journal = createPullJournal(context.directory, context.stream, key, context.objects);
  for (let start = 1; ; start += 1) {
    try {
      const pages = await pullPages({ api, since, first, boundary, journal, keptParts: kept.length }, context);
      return { ...assemble(kept, pages, boundary), finished: () => journal.end() };
    } catch (error) {
      if (!(error instanceof SourceChanged)) throw error;
      await journal.end();
      if (start >= context.limits.freshStarts) {
        throw new LocationError("answer-changing", `${error.message}, ${start} times`, { cause: error });
      }
    }
  }
}

interface PullPlan {
  readonly api: ApiSettings;
  readonly since: Since | undefined;
  readonly first: string;
  readonly boundary: Through | undefined;
  readonly journal: PullJournal;
  readonly keptParts: number;
}

async function pullPages(plan: PullPlan, context: PullContext): Promise<readonly PulledPage[]> {
  const { journal } = plan;
  const { effects } = context;
  const resumed = await journal.resume(effects.now());
  const pages = resumed?.pages ?? [];
  let counted = resumed?.start.total;
  if (resumed === undefined) {
    counted = await countRows(plan, context);
    await journal.begin({
      startedAt: effects.now().toISOString(),
      ...(counted === undefined ? {} : { total: counted }),
    });
  }
  const asked = new Set<string>();
  for (let next = pages.length === 0 ? plan.first : pages.at(-1)?.next; next !== undefined; ) {
    if (asked.has(next))
      throw new LocationError("answer-unexpected", "the link to the next page leads back to an earlier one");
    if (pages.length >= maximumPages)
      throw new LocationError("answer-unexpected", `there are more than ${maximumPages} pages`);
    asked.add(next);
    const page = await fetchPage(plan, context, next, pages, counted);
    await journal.append(page);
    pages.push(page);
    next = page.next;
  }
  const rows = sumOfRows(pages);
  const total = counted ?? totalOf(pages);
  if (total !== undefined && total !== rows) {
    throw new SourceChanged(`the interface says ${total} rows, but its pages brought ${rows}`);
  }
  if (counted !== undefined && pages.length > 1 && (await countRows(plan, context)) !== counted) {
    throw new SourceChanged("the number of rows changed while they were fetched");
  }
  return pages;
}

async function fetchPage(
  plan: PullPlan,
  context: PullContext,
  address: string,
  before: readonly PulledPage[],
  counted: number | undefined,
): Promise<PulledPage> {
  const { api } = plan;
  const rowsBefore = sumOfRows(before);
  const { stored, bytesRead, headers, reading } = await context.requester.persist(
    () => receivePage(context, address, (body) => readPage(api, plan.first, address, body, rowsBefore)),
    () => 0,
  );
  const edition = reading.edition ?? headers.get("x-soda2-truth-last-modified") ?? undefined;
  const previous = before.at(-1);
  if (differ(totalOf(before), reading.total)) {
    throw new SourceChanged(`the number of rows changed from ${totalOf(before)} to ${reading.total} between two pages`);
  }
  if (differ(before.find((page) => page.edition !== undefined)?.edition, edition)) {
    throw new SourceChanged("the data were renewed between two pages");
  }
  const progress =
    api.incremental === undefined
      ? { through: undefined, newRows: reading.rows.length }
      : advance(previous?.through ?? plan.boundary, plan.boundary, api.incremental.column, reading.rows);
  if ("fault" in progress) throw new LocationError("answer-unexpected", progress.fault);
  const number = plan.keptParts + before.filter((page) => page.part !== undefined).length + 1;
  const part: DeliveryPart = {
    name: `page-${String(number).padStart(6, "0")}.json`,
    ...stored,
    url: addressText(address),
    ...versionMarks(headers),
  };
  // The empty page that ends some lists says nothing, unless it is the whole answer.
  const worthKeeping = reading.rows.length > 0 || (before.length === 0 && plan.keptParts === 0);
  const total = counted ?? reading.total;
  context.onPage(part.name, bytesRead, rowsBefore + reading.rows.length, total);
  return {
    ...(worthKeeping ? { part } : {}),
    rows: reading.rows.length,
    newRows: progress.newRows,
    ...(reading.total === undefined ? {} : { total: reading.total }),
    ...(edition === undefined ? {} : { edition }),
    ...(reading.next === undefined || (counted !== undefined && rowsBefore + reading.rows.length === counted)
      ? {}
      : { next: reading.next }),
    ...(progress.through === undefined ? {} : { through: progress.through }),
    receivedAt: context.effects.now().toISOString(),
  };
}

interface ReceivedPage {
  readonly stored: StoredObject;
  readonly bytesRead: number;
  readonly headers: Headers;
  readonly reading: PageReading;
}

async function receivePage(
  context: PullContext,
  address: string,
  read: (body: unknown) => ReturnType<typeof readPage>,
): Promise<ReceivedPage> {
  const { headers, bytes, body } = await receiveJson(context, address);
  const reading = read(body);
  if ("fault" in reading) {
    if (reading.lasting) throw new LocationError("answer-unexpected", reading.fault);
    throw new Interruption("answer-unexpected", reading.fault);
  }
  const writer = await context.objects.create();
  try {
    await writer.write(bytes);
    return { stored: await writer.finish(), bytesRead: bytes.byteLength, headers, reading };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function receiveJson(
  context: PullContext,
  address: string,
): Promise<{ readonly headers: Headers; readonly bytes: Uint8Array; readonly body: unknown }> {
  const { requester, effects } = context;
  const headers = { accept: "application/json", "accept-encoding": "gzip, identity" };
  const answer = await expectStatus(await requester.ask(address, headers), [200], effects.now());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body()) {
    length += chunk.byteLength;
    if (length > maximumPageBytes) {
      throw new LocationError(
        "too-large",
        `a page is longer than ${maximumPageBytes} bytes; choose a smaller pageSize`,
      );
    }
    chunks.push(chunk);
  }
  const announced = answer.headers.get("content-length");
  if (announced !== null && answer.headers.get("content-encoding") === null && Number(announced) !== length) {
    throw new Interruption("answer-incomplete", `the page ended after ${length} of ${announced} bytes`);
  }
  const bytes = Buffer.concat(chunks);
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return { headers: answer.headers, bytes, body };
  } catch (error) {
    throw new Interruption("answer-unexpected", "the page is no JSON in UTF-8", undefined, { cause: error });
  }
}

/** Rows in all, as the interface counts them; undefined when it cannot be asked. */
async function countRows(plan: PullPlan, context: PullContext): Promise<number | undefined> {
  const address = countAddress(plan.api, plan.since);
  if (address === undefined) return undefined;
  const { body } = await context.requester.persist(
    () => receiveJson(context, address),
    () => 0,
  );
  return readCount(body);
}

/** Rows of all pages as the first page says that tells it. */
function totalOf(pages: readonly PulledPage[]): number | undefined {
  return pages.find((page) => page.total !== undefined)?.total;
}

/** Whether two marks contradict each other; one that is absent says nothing. */
function differ<T extends string | number>(a: T | undefined, b: T | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function sumOfRows(pages: readonly PulledPage[]): number {
  return pages.reduce((sum, page) => sum + page.rows, 0);
}

/** The parts that are kept from before, and the new ones, if any of their rows is new. */
function assemble(
  kept: readonly DeliveryPart[],
  pages: readonly PulledPage[],
  boundary: Through | undefined,
): Pick<Pulled, "parts" | "receivedAt"> {
  const last = pages.at(-1);
  if (last === undefined) throw new RangeError("a pull has at least one page");
  const { receivedAt } = last;
  const newRows = pages.reduce((sum, page) => sum + page.newRows, 0);
  if (boundary !== undefined && newRows === 0) return { parts: kept, receivedAt };
  const parts = pages.flatMap((page) => (page.part === undefined ? [] : [page.part]));
  const end = parts.at(-1);
  if (end === undefined || last.through === undefined) return { parts: [...kept, ...parts], receivedAt };
  return { parts: [...kept, ...parts.slice(0, -1), { ...end, through: last.through }], receivedAt };
}
