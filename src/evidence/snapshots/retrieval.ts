import type { Delivery, DeliveryPart } from "./delivery.ts";
import { download } from "./download.ts";
import type { RetrievalProgress, SnapshotEffects } from "./effects.ts";
import type { KnownFile, KnownSources } from "./known-sources.ts";
import { findFiles, identify, keepFile, sameIdentity } from "./local-files.ts";
import {
  type ApiLocation,
  addressText,
  type FileLocation,
  type FolderLocation,
  type Location,
  rowsPath,
  type UrlLocation,
} from "./location.ts";
import type { ObjectStore } from "./objects.ts";
import { LocationError } from "./problem.ts";
import { pull } from "./pull.ts";
import { createRequester, type HostPace, type Requester } from "./requests.ts";
import type { NetworkLimits } from "./retry.ts";

export interface RetrievalOptions {
  /** Absolute path of the observatory folder; local locations are relative to it. */
  readonly folder: string;
  /** Read every local file and fetch every address anew, even where nothing seems to have changed. */
  readonly verify?: boolean | undefined;
  /** Use no network. */
  readonly offline?: boolean | undefined;
}

/** What one location brought, and what to remember of it. */
export interface Retrieved {
  readonly parts: readonly DeliveryPart[];
  readonly known: KnownSources;
  /** Where pages of JSON hold their rows. */
  readonly rowsPath?: string | undefined;
  /** When the last byte was there; now, when absent. */
  readonly receivedAt?: string | undefined;
  /** To be called when the delivery is kept. */
  readonly finished?: (() => Promise<void>) | undefined;
}

export interface RetrievalContext {
  readonly directory: string;
  readonly stream: string;
  /** The location as text, without secrets. */
  readonly text: string;
  readonly options: RetrievalOptions;
  readonly objects: ObjectStore;
  readonly effects: SnapshotEffects;
  readonly limits: NetworkLimits;
  readonly pace: HostPace;
  readonly known: KnownSources;
  readonly newest: Delivery | undefined;
}

/**
 * Keeps what a location holds.
 *
 * @throws LocationError with the reason why it does not work; StoreError when the bytes cannot be kept.
 */
export function retrieveLocation(location: Location, context: RetrievalContext): Promise<Retrieved> {
  if ("file" in location || "folder" in location) return retrieveFiles(location, context);
  return "url" in location ? retrieveAddress(location, context) : retrievePages(location, context);
}

async function retrieveFiles(location: FileLocation | FolderLocation, context: RetrievalContext): Promise<Retrieved> {
  const { objects, effects, known, options } = context;
  const parts: DeliveryPart[] = [];
  const files: Record<string, KnownFile> = {};
  for (const file of await findFiles(location, options.folder)) {
    const remembered = options.verify === true ? undefined : known.files[file.path];
    if (remembered !== undefined && (await isUntouched(file.path, remembered, objects))) {
      files[file.path] = remembered;
      parts.push({ name: file.name, sha256: remembered.sha256, bytes: remembered.bytes });
      continue;
    }
    const { sha256, bytes, identity } = await keepFile(file, objects, effects, (read, totalBytes) => {
      report(context, { part: file.name, bytes: read, totalBytes });
    });
    if (identity !== undefined) files[file.path] = { sha256, bytes, identity };
    parts.push({ name: file.name, sha256, bytes });
  }
  return { parts, known: { files, urls: known.urls } };
}

async function isUntouched(path: string, remembered: KnownFile, objects: ObjectStore): Promise<boolean> {
  const now = await identify(path);
  return (
    now !== undefined &&
    sameIdentity(now, remembered.identity) &&
    (await objects.size(remembered.sha256)) === remembered.bytes
  );
}

async function retrieveAddress(location: UrlLocation, context: RetrievalContext): Promise<Retrieved> {
  const { objects, effects, limits, known, options } = context;
  const remembered = options.verify === true ? undefined : known.urls[location.url];
  const present = remembered !== undefined && (await objects.size(remembered.sha256)) === remembered.bytes;
  const requester = requesterFor(location, context, { otherOrigins: true, requestsPerSecond: undefined });
  const result = await download(location, {
    requester,
    objects,
    effects,
    limits,
    known: present ? remembered : undefined,
    onBytes: (bytes, totalBytes) => report(context, { part: addressText(location.url), bytes, totalBytes }),
  });
  return { parts: [result.part], known: { files: known.files, urls: { ...known.urls, [location.url]: result.known } } };
}

async function retrievePages({ api }: ApiLocation, context: RetrievalContext): Promise<Retrieved> {
  const { directory, stream, objects, effects, limits, newest, options } = context;
  const requester = requesterFor(api, context, { otherOrigins: false, requestsPerSecond: api.requestsPerSecond });
  const earlier = options.verify !== true && newest?.location === context.text ? newest : undefined;
  const pulled = await pull(api, {
    directory,
    stream,
    requester,
    objects,
    effects,
    limits,
    earlier,
    onPage: (part, bytes, rows, totalRows) => report(context, { part, bytes, rows, totalRows }),
  });
  return {
    parts: pulled.parts,
    known: context.known,
    rowsPath: rowsPath(api.kind),
    receivedAt: pulled.receivedAt,
    finished: pulled.finished,
  };
}

function requesterFor(
  location: Pick<UrlLocation, "url" | "headers" | "unencrypted">,
  context: RetrievalContext,
  manner: { readonly otherOrigins: boolean; readonly requestsPerSecond: number | undefined },
): Requester {
  if (context.options.offline === true) throw new LocationError("offline", "the network was not used, as was asked");
  const { effects, limits, pace } = context;
  return createRequester({
    effects,
    limits,
    pace,
    headers: location.headers,
    unencrypted: location.unencrypted === true,
    ...manner,
  });
}

function report(context: RetrievalContext, progress: Omit<RetrievalProgress, "stream" | "location">): void {
  context.effects.progress?.({ stream: context.stream, location: context.text, ...progress });
}
