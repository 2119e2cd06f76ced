import { FormatError } from "./problem.ts";

export type TextEncoding = "utf-8" | "windows-1252" | "iso-8859-1" | "utf-16le" | "utf-16be";

const lineFeed = 10;

/**
 * Text as UTF-8 without a byte order mark, from the declared encoding. `iso-8859-1` is read as windows-1252, its superset
 * in every character that text uses (WHATWG Encoding Standard).
 *
 * @throws FormatError with line and byte offset of the first fault when the bytes are not of that encoding.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  /** Bytes of a character whose rest has not come yet, and where they begin. */
  let open: Uint8Array = new Uint8Array();
  let offset = 0;
  let line = 1;
  for await (const piece of bytes) {
    const announced = offset === 0 ? announcedEncoding(piece) : undefined;
    // Bytes of UTF-16 are characters in the other order too, and in windows-1252: the mark alone tells.
    if (announced !== undefined && announced !== encoding) throw wrongEncoding(encoding, piece, 0, 1);
    const text = decoded(decoder, piece);
    const undecoded = open.length === 0 ? piece : Buffer.concat([open, piece]);
    if (text === undefined) throw wrongEncoding(encoding, undecoded, offset, line);
    const given = Buffer.from(text);
    const mark = offset === 0 ? markLength(undecoded, encoding) : 0;
    const used = text === "" ? 0 : mark + (encoding === "utf-8" ? given.length : text.length * unitBytes(encoding));
    open = Uint8Array.prototype.slice.call(undecoded, used);
    offset += used;
    line += lineFeeds(given);
    if (text !== "") yield given;
  }
  const rest = decoded(decoder);
  if (rest === undefined) throw wrongEncoding(encoding, open, offset, line);
  if (rest !== "") yield Buffer.from(rest);
}

/**
 * Text as UTF-8 as {@link decodeText} gives it, with each fault replaced by U+FFFD: no fault takes a delimiter, a quote or
 * the end of a line with it (WHATWG Encoding Standard), so that records stay where they are.
 */
export async function* replaceFaults(
  bytes: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of bytes) yield Buffer.from(decoder.decode(piece, { stream: true }));
  yield Buffer.from(decoder.decode());
}

function decoded(decoder: InstanceType<typeof TextDecoder>, piece?: Uint8Array): string | undefined {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch {
    return undefined;
  }
}

function unitBytes(encoding: TextEncoding): number {
  return encoding === "utf-16le" || encoding === "utf-16be" ? 2 : 1;
}

/** Bytes of the byte order mark at the beginning, which the decoder takes away. */
function markLength(start: Uint8Array, encoding: TextEncoding): number {
  return announcedEncoding(start) === encoding ? (encoding === "utf-8" ? 3 : 2) : 0;
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}

/** `bytes` begin with a whole character at `offset` in line `line`, and the fault lies within them. */
function wrongEncoding(encoding: TextEncoding, bytes: Uint8Array, offset: number, line: number): FormatError {
  const announced = offset === 0 ? announcedEncoding(bytes) : undefined;
  const marked = announced !== undefined && announced !== encoding;
  const { sound, cut } = marked ? { sound: 0, cut: false } : soundBytes(encoding, bytes, offset === 0);
  const at = offset + sound;
  const atLine = line + lineFeeds(bytes.subarray(0, sound));
  const shown = [...bytes.subarray(sound, sound + 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new FormatError({
    code: "text.wrong-encoding",
    message: `Line ${atLine}: the text is not ${encoding}; the first fault is at byte ${at}.`,
    line: atLine,
    offset: at,
    found: cut ? "the end of the file inside a character" : `the bytes ${shown}, which are no character`,
    expected: `text in ${encoding}`,
    hint: !marked
      ? "Declare the encoding in the stream's format: utf-8, windows-1252, utf-16le or utf-16be."
      : `The file begins with the byte order mark of ${announced}: declare \`encoding: ${announced}\` in the stream's format.`,
  });
}

/** How many bytes from the beginning are whole characters, and whether only the end of the text is missing there. */
function soundBytes(encoding: TextEncoding, bytes: Uint8Array, begins: boolean): { sound: number; cut: boolean } {
  const prefix = (length: number): string | undefined =>
    decoded(new TextDecoder(encoding, { fatal: true }), bytes.subarray(0, length));
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (prefix(middle) === undefined) high = middle - 1;
    else low = middle;
  }
  const text = prefix(low) ?? "";
  const mark = begins && low > 0 ? markLength(bytes, encoding) : 0;
  const given = encoding === "utf-8" ? Buffer.byteLength(text) : text.length * unitBytes(encoding);
  return { sound: text === "" ? 0 : mark + given, cut: low === bytes.length };
}

/** The encoding that a byte order mark at the beginning announces; undefined when there is none. */
export function announcedEncoding(start: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return "utf-8";
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return undefined;
}

/**
 * Passes text on as long as no line is longer than `maximumBytes`, so that a file without line breaks cannot fill the
 * memory of what reads it.
 *
 * @throws FormatError with the line's number.
 */
export async function* guardLines(bytes: AsyncIterable<Uint8Array>, maximumBytes: number): AsyncIterable<Uint8Array> {
  let open = 0;
  let line = 1;
  for await (const piece of bytes) {
    let begin = 0;
    for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, begin)) {
      if (open + end - begin > maximumBytes) throw lineTooLong(line, maximumBytes);
      open = 0;
      line += 1;
      begin = end + 1;
    }
    open += piece.length - begin;
    if (open > maximumBytes) throw lineTooLong(line, maximumBytes);
    yield piece;
  }
}

/** Bytes that can be read from any place. */
export interface BytesInPlace {
  readonly bytes: number;
  /** Reads from `begin`: `length` bytes, or fewer at the end. They are valid until the next reading. */
  read(begin: number, length: number): Promise<Uint8Array>;
}

const windowBytes = 65_536;

/**
 * Whether any line is longer than `maximumBytes`. Looks only at the last line break within reach of each line's beginning,
 * so that a file of short lines is hardly read at all; which line is too long, `guardLines` tells.
 */
export async function hasLineBeyond(text: BytesInPlace, maximumBytes: number): Promise<boolean> {
  for (let begin = 0; text.bytes - begin > maximumBytes; ) {
    const end = await lastLineFeed(text, begin, begin + maximumBytes + 1);
    if (end === undefined) return true;
    begin = end + 1;
  }
  return false;
}

/** The place of the last line feed from `begin` and before `end`. */
async function lastLineFeed(text: BytesInPlace, begin: number, end: number): Promise<number | undefined> {
  for (let until = Math.min(end, text.bytes); until > begin; until -= windowBytes) {
    const from = Math.max(begin, until - windowBytes);
    const found = (await text.read(from, until - from)).lastIndexOf(lineFeed);
    if (found !== -1) return from + found;
  }
  return undefined;
}

function lineTooLong(line: number, maximumBytes: number): FormatError {
  return new FormatError({
    code: "text.line-too-long",
    message: `Line ${line} is longer than ${maximumBytes} bytes.`,
    line,
    found: `more than ${maximumBytes} bytes without a line break`,
    expected: `lines of at most ${maximumBytes} bytes`,
    hint: "Check that this is a text file. If the line is right, raise `maximumLineBytes` in the stream's format.",
  });
}
