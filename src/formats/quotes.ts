export interface QuoteRules {
  readonly delimiter: string;
  readonly quote: string;
  /** Longest record that is believed. */
  readonly maximumBytes: number;
}

const lineFeed = 10;
const carriageReturn = 13;

/**
 * The line of the first quote that opens a cell and is not closed as the rules want it, so that it takes following lines
 * with it; undefined when there is none. A broken quote whose damage stays within its own line is none.
 *
 * A reader that goes on after such a quote loses the lines that it took, however many there are: what stands behind it
 * can no longer be told apart.
 *
 * @see RFC 4180
 */
export async function unclosedQuote(bytes: AsyncIterable<Uint8Array>, rules: QuoteRules): Promise<number | undefined> {
  const quote = rules.quote.charCodeAt(0);
  const delimiter = Buffer.from(rules.delimiter)[0];
  let state: "cell" | "plain" | "quoted" | "closing" | "broken" = "cell";
  let line = 1;
  let opened = 1;
  let length = 0;
  for await (const piece of bytes) {
    for (const byte of piece) {
      if (byte === lineFeed) line += 1;
      if (state === "quoted") {
        length += 1;
        if (byte === quote) state = "closing";
        else if (length > rules.maximumBytes && line > opened) return opened;
      } else if (state === "closing" && byte === quote) state = "quoted";
      else if (byte === lineFeed) state = "cell";
      else if (state === "broken") continue;
      else if (state === "closing") {
        if (byte === delimiter) state = "cell";
        else if (byte !== carriageReturn) {
          if (line > opened) return opened;
          state = "broken";
        }
      } else if (state === "cell" && byte === quote) {
        state = "quoted";
        opened = line;
        length = 0;
      } else state = byte === delimiter ? "cell" : "plain";
    }
  }
  return state === "quoted" ? opened : undefined;
}
