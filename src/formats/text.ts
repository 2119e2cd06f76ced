import { FormatError } from "./problem.ts";

export type TextEncoding = "utf-8" | "windows-1252" | "iso-8859-1" | "utf-16le" | "utf-16be";

/**
 * Text as UTF-8 without a byte order mark, from the declared encoding. `iso-8859-1` is read as windows-1252, its superset
 * in every character that text uses (WHATWG Encoding Standard).
 *
 * @throws FormatError when the bytes are not of that encoding.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  for await (const piece of bytes) {
    const text = decoded(decoder, encoding, offset, piece);
    offset += piece.length;
    if (text !== "") yield Buffer.from(text);
  }
  const rest = decoded(decoder, encoding, offset);
  if (rest !== "") yield Buffer.from(rest);
}

function decoded(
  decoder: InstanceType<typeof TextDecoder>,
  encoding: TextEncoding,
  offset: number,
  piece?: Uint8Array,
): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch {
    throw new FormatError({
      code: "text.wrong-encoding",
      message: `The text is not ${encoding}: the first fault lies within or before the ${piece?.length ?? 0} bytes after byte ${offset}.`,
      offset,
      found: piece === undefined ? "the end of the file inside a character" : "bytes that are no character",
      expected: `text in ${encoding}`,
      hint: "Declare the encoding in the stream's format: utf-8, windows-1252, utf-16le or utf-16be.",
    });
  }
}

/** The encoding that a byte order mark at the beginning announces; undefined when there is none. */
export function announcedEncoding(start: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return "utf-8";
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return undefined;
}

const lineFeed = 10;

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
