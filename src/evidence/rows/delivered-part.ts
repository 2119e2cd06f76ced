import { decodeText, openPayload } from "../../formats/index.ts";
import type { Format } from "../definitions/index.ts";
import { UnreadableDelivery } from "./columns.ts";

/** Most bytes after decompression that are believed when the stream does not say otherwise: 200 times what was sent. */
function believedBytes(bytes: number): number {
  return Math.max(2 ** 30, 200 * bytes);
}

export interface DeliveredPart {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Set when the transfer's own coding has been taken off: a name ending in .gz may hold plain text. */
  readonly decoded?: boolean | undefined;
}

/** What a rows step is made from. */
export interface RowsInput {
  readonly format: Format;
  /** JSON Pointer to the rows when the parts are pages of a JSON interface. */
  readonly rowsPath: string | undefined;
  readonly parts: readonly DeliveredPart[];
  readonly directory: string;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

/** Does work on a part; what the engine cannot read becomes a problem of the delivery. */
export async function unreadable<T>(name: string, kind: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // A full disk or too little memory is no fault of the delivery.
    if (/out of memory|could not write|no space left|file too large/i.test(reason)) throw error;
    throw new UnreadableDelivery(
      "rows.unreadable",
      `${name} cannot be read as ${kind}: ${reason}`,
      "Check the declared format, or the file.",
      { cause: error },
    );
  }
}

/** The bytes of a part as the format declares them: decompressed, and as UTF-8 without a byte order mark. */
export function textOf(input: Pick<RowsInput, "format">, part: DeliveredPart): AsyncIterable<Uint8Array> {
  return decodeText(payloadOf(input, part), input.format.encoding);
}

/** The bytes of a part, decompressed. */
export function payloadOf(input: Pick<RowsInput, "format">, part: DeliveredPart): AsyncIterable<Uint8Array> {
  const { compression, member, maximumBytes } = input.format;
  return openPayload(part.path, {
    compression: part.decoded === true && compression === "gzip" ? "none" : compression,
    maximumBytes: maximumBytes ?? believedBytes(part.bytes),
    ...(member === undefined ? {} : { member }),
  });
}
