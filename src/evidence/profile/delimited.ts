import { decide, type Finding, fault, quoted, seen } from "./finding.ts";

/** A record of delimited text: the physical line on which it begins, from 1, and its cells. */
export interface DelimitedRecord {
  readonly line: number;
  readonly cells: readonly string[];
  /** Whether a quote in it is never closed, so that it runs to the end of the text. */
  readonly unclosed: boolean;
}

/**
 * Takes delimited text apart, forgiving what a declared reader would refuse: a quote inside an unquoted cell is a letter.
 * Blank lines are left out.
 */
export function* delimitedRecords(
  text: string,
  delimiter: string,
  quote: string,
): Generator<DelimitedRecord, void, undefined> {
  let at = 0;
  let line = 1;
  let begun = 1;
  let cells: string[] = [];
  let unclosed = false;
  while (at < text.length) {
    let cell: string;
    if (quote !== "" && text[at] === quote) {
      let end = at + 1;
      for (;;) {
        const next = text.indexOf(quote, end);
        if (next === -1) {
          end = text.length;
          unclosed = true;
          break;
        }
        if (text[next + 1] !== quote) {
          end = next;
          break;
        }
        end = next + 2;
      }
      const inside = text.slice(at + 1, end);
      for (let found = inside.indexOf("\n"); found !== -1; found = inside.indexOf("\n", found + 1)) line += 1;
      cell = inside.includes(quote) ? inside.replaceAll(quote + quote, quote) : inside;
      at = Math.min(end + 1, text.length);
      const rest = endOfCell(text, at, delimiter);
      cell += text.slice(at, rest);
      at = rest;
    } else {
      const end = endOfCell(text, at, delimiter);
      cell = text.slice(at, end);
      at = end;
    }
    cells.push(cell);
    const sign = text[at];
    if (sign === delimiter) {
      at += 1;
      if (at === text.length) cells.push("");
      continue;
    }
    if (cells.length > 1 || cells[0] !== "") yield { line: begun, cells, unclosed };
    cells = [];
    at += sign === "\r" && text[at + 1] === "\n" ? 2 : 1;
    line += 1;
    begun = line;
  }
  if (cells.length > 0) yield { line: begun, cells, unclosed };
}

function endOfCell(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === delimiter || sign === "\n" || sign === "\r") return at;
  }
  return text.length;
}

export interface DelimiterChoice {
  readonly delimiter: string;
  readonly quote: string;
  readonly findings: readonly Finding[];
}

const names: Readonly<Record<string, string>> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar" };

/** Signs at the beginning of the text in which the delimiter is looked for, and records that are compared. */
const looked = { signs: 262_144, records: 400 } as const;

/**
 * What a first line of another width costs. It must outweigh the one cell that decimal commas add in a table with a header
 * (log2 3 - log2 2), and leave a table of two columns below a preamble its value (log2 2).
 */
const lateStart = 0.75;

/** The delimiter under which most records have the same number of cells, more cells counting for more. */
export function chooseDelimiter(text: string): DelimiterChoice {
  const head = text.slice(0, looked.signs);
  const cut = head.length < text.length ? head.slice(0, head.lastIndexOf("\n") + 1) || head : head;
  const quote = /(^|[,;\t|\n])'[^'\n]*'([,;\t|\r\n]|$)/.test(cut) && !cut.includes('"') ? "'" : '"';
  const tried = Object.keys(names).map((delimiter) => {
    const widths = new Map<number, number>();
    let records = 0;
    const sizes: number[] = [];
    for (const { cells } of delimitedRecords(cut, delimiter, quote)) {
      widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
      sizes.push(cells.length);
      records += 1;
      if (records >= looked.records) break;
    }
    const [width, count] = [...widths].sort(([a, n], [b, m]) => m - n || b - a)[0] ?? [1, 0];
    const first = sizes.indexOf(width);
    const share = records === 0 ? 0 : count / records;
    return { delimiter, width, share, score: width < 2 ? 0 : share * Math.log2(width) - (first > 0 ? lateStart : 0) };
  });
  const [best] = tried.sort((a, b) => b.score - a.score);
  if (best === undefined || best.score <= 0) {
    return {
      delimiter: ",",
      quote,
      findings: [decide("delimiter", "No delimiter divides the lines evenly: they are read as one column.")],
    };
  }
  const findings = [
    seen(
      "delimiter",
      `The delimiter is ${names[best.delimiter]}: ${Math.round(best.share * 100)} % of the first records have ${best.width} cells.`,
    ),
  ];
  if (quote === "'") findings.push(decide("quote", "Cells stand in single quotes, and no double quote was seen."));
  return { delimiter: best.delimiter, quote, findings };
}

/** Findings about rows whose number of cells is not that of the header. */
export function raggedFindings(
  ragged: readonly { readonly line: number; readonly cells: number }[],
  width: number,
  rows: number,
): Finding[] {
  if (ragged.length === 0) return [];
  const short = ragged.filter(({ cells }) => cells < width).length;
  const long = ragged.length - short;
  const lines = ragged
    .slice(0, 3)
    .map(({ line }) => line)
    .join(", ");
  const findings: Finding[] = [];
  const which = `first at line ${lines}${ragged.length > 3 ? " …" : ""}`;
  if (short > 0) {
    findings.push(
      decide(
        "ragged-rows",
        `${short} of ${rows} rows have fewer cells than the header's ${width} (${which}): they are kept apart, unless \`raggedRows: pad\` says that the missing cells are empty.`,
      ),
    );
  }
  if (long > 0) {
    findings.push(
      fault(
        "ragged-rows",
        `${long} of ${rows} rows have more cells than the header's ${width} (${which}): kept apart.`,
      ),
    );
  }
  return findings;
}

/** A line of text before the table, as a finding shows it. */
export function preambleFinding(lines: number, first: string): Finding {
  return decide(
    "preamble",
    `${lines} ${lines === 1 ? "line stands" : "lines stand"} before the table, the first is ${quoted(first)}.`,
  );
}
