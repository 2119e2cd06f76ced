export interface RecordRules {
  readonly delimiter: string;
  /** Empty when the file knows no quotes. */
  readonly quote: string;
}

/** A record of a CSV file: a row, or an empty line. */
export interface RecordPlace {
  /** Number of the record within the file, from 1; a row that takes several lines is one. */
  readonly number: number;
  /** Physical line on which it begins, from 1. */
  readonly line: number;
  readonly empty: boolean;
}

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Tells of each record of a CSV file in UTF-8 on which physical line it begins, until `each` answers false. A quote opens
 * only at the beginning of a cell; broken ones end with their line, as {@link unclosedQuote} holds. A file whose first piece
 * has no line feed has lines that end with carriage returns.
 *
 * @see RFC 4180
 */
export async function eachRecord(
  bytes: AsyncIterable<Uint8Array>,
  rules: RecordRules,
  each: (place: RecordPlace) => boolean,
): Promise<void> {
  const quote = rules.quote === "" ? -1 : rules.quote.charCodeAt(0);
  const delimiter = Buffer.from(rules.delimiter).at(-1);
  let lineEnd: number | undefined;
  let state: "cell" | "plain" | "quoted" | "closing" | "broken" = "cell";
  let number = 1;
  let begun = 1;
  let line = 1;
  let length = 0;
  for await (const piece of bytes) {
    lineEnd ??= piece.includes(lineFeed) || !piece.includes(carriageReturn) ? lineFeed : carriageReturn;
    let nextQuote = quote === -1 ? piece.length : whereFrom(piece, quote, 0);
    for (let at = 0; at < piece.length; at += 1) {
      if (nextQuote < at) nextQuote = whereFrom(piece, quote, at);
      if (length === 0 && state === "cell") {
        // A line without any quote is passed over as a whole.
        const end = piece.indexOf(lineEnd, at);
        if (end !== -1 && end < nextQuote) {
          const empty = end === at || (end === at + 1 && piece[at] === carriageReturn);
          if (!each({ number, line, empty })) return;
          number += 1;
          line += 1;
          begun = line;
          at = end;
          continue;
        }
      }
      const byte = piece[at];
      if (byte === lineEnd) line += 1;
      if (byte === lineEnd && state !== "quoted") {
        if (!each({ number, line: begun, empty: length === 0 })) return;
        number += 1;
        begun = line;
        length = 0;
        state = "cell";
        continue;
      }
      if (byte !== carriageReturn || lineEnd === carriageReturn) length += 1;
      if (state === "quoted") {
        if (byte === quote) state = "closing";
      } else if (state === "closing") {
        if (byte === quote) state = "quoted";
        else if (byte === delimiter) state = "cell";
        else if (byte !== carriageReturn) state = "broken";
      } else if (state === "cell" && byte === quote) state = "quoted";
      else if (state !== "broken") state = byte === delimiter ? "cell" : "plain";
    }
  }
  if (length > 0) each({ number, line: begun, empty: false });
}

/** The bytes behind the first lines; a line ends with LF, CR LF or CR. */
export async function* withoutLines(bytes: AsyncIterable<Uint8Array>, count: number): AsyncIterable<Uint8Array> {
  let left = count;
  let returned = false;
  for await (const piece of bytes) {
    let begin = 0;
    while (begin < piece.length && (left > 0 || returned)) {
      const byte = piece[begin];
      if (left === 0 && byte !== lineFeed) break;
      if (byte === carriageReturn || (byte === lineFeed && !returned)) left -= 1;
      returned = byte === carriageReturn;
      begin += 1;
    }
    if (begin === piece.length) continue;
    returned = false;
    yield piece.subarray(begin);
  }
}

function whereFrom(piece: Uint8Array, byte: number, from: number): number {
  const found = piece.indexOf(byte, from);
  return found === -1 ? piece.length : found;
}
