import type { BuildEvent } from "../evidence/index.ts";

/** Where the program writes: results on one stream, what it says about its work on the other. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether a line may be written over while work goes on. */
  readonly interactive: boolean;
}

/** Writes one line over and over, on a terminal; nothing elsewhere. */
function overwriting(terminal: Terminal): (text: string) => void {
  let shown = 0;
  return (text) => {
    if (!terminal.interactive) return;
    terminal.err(`\r${text.padEnd(shown)}`);
    shown = text.length;
  };
}

/** How far one step of long work has come. */
export interface WorkProgress {
  readonly doing: string;
  readonly unit: "rows" | "bytes";
  readonly done: number;
  readonly total: number;
}

/** Shows long work while it goes on: one line with rate and time left on a terminal, a line per step elsewhere. */
export function workReporter(
  terminal: Terminal,
  elapsed: () => number,
): { readonly show: (progress: WorkProgress) => void; readonly end: () => void } {
  const overwrite = overwriting(terminal);
  let step = "";
  let begun = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show: ({ doing, ...progress }) => {
      const now = elapsed();
      if (doing !== step) {
        step = doing;
        begun = now;
        shownAt = Number.NEGATIVE_INFINITY;
        if (!terminal.interactive) terminal.err(`${doing} …\n`);
      }
      if (now - shownAt < 100) return;
      shownAt = now;
      overwrite(`${doing}  ${progressText(progress, (now - begun) / 1000)}`);
    },
    end: () => {
      overwrite("");
      if (terminal.interactive) terminal.err("\r");
    },
  };
}

/** Shows a build while it runs: one line that is written over on a terminal, a line per finished step elsewhere. */
export function buildReporter(terminal: Terminal, elapsed: () => number): (event: BuildEvent) => void {
  let begun = elapsed();
  let doing = "";
  let before = 0;
  const overwrite = overwriting(terminal);
  return (event) => {
    switch (event.type) {
      case "stream":
        begun = elapsed();
        doing = `${event.stream}: ${phaseWords[event.phase]}`;
        overwrite(doing);
        return;
      case "computing":
        begun = elapsed();
        doing = `${event.what}: computing`;
        overwrite(doing);
        return;
      case "progress": {
        // Less than before: another statement has begun, with a pace of its own.
        if (event.done < before) begun = elapsed();
        before = event.done;
        const seconds = (elapsed() - begun) / 1000;
        overwrite(`${doing}  ${progressText(event, seconds)}`);
        return;
      }
      case "step":
        if (event.reused) return;
        overwrite("");
        if (terminal.interactive) terminal.err("\r");
        terminal.err(`  ${event.kind.padEnd(10)} ${event.name}  ${(event.milliseconds / 1000).toFixed(2)} s\n`);
        begun = elapsed();
        return;
      case "warning":
        overwrite("");
        terminal.err(`warning: ${visible(event.message)}\n`);
        return;
      default:
        event satisfies never;
    }
  };
}

const phaseWords = {
  retrieve: "looking for a delivery",
  read: "reading",
  validate: "validating",
  count: "counting",
} as const;

/** How far, how fast, and how long still: `45 %  210 MB/s  3 s left`. */
function progressText(
  event: { readonly unit: string; readonly done: number; readonly total?: number | undefined },
  seconds: number,
): string {
  // The first half second says nothing about the pace.
  const rate = seconds > 0.5 ? event.done / seconds : 0;
  const parts: string[] = [];
  if (event.total !== undefined && event.total > 0) parts.push(`${Math.floor((100 * event.done) / event.total)} %`);
  if (event.unit === "bytes" && rate > 0) parts.push(`${(rate / 1e6).toFixed(0)} MB/s`);
  if (event.unit === "rows") parts.push(`${whole(event.done)} rows`, ...(rate > 0 ? [`${whole(rate)} rows/s`] : []));
  if (event.total !== undefined && rate > 0 && event.done < event.total) {
    parts.push(`${Math.ceil((event.total - event.done) / rate)} s left`);
  }
  return parts.join("  ");
}

/** A whole number with gaps between thousands, the same in every language: 1 581 759. */
function whole(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

/**
 * Text of a source as a terminal may show it: what would move the cursor, colour or turn the text is written as its
 * number, so that a cell cannot forge a line. Line breaks and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (sign) =>
    sign === "\n" || sign === "\t" ? sign : `\\u{${sign.codePointAt(0)?.toString(16) ?? ""}}`,
  );
}

/** The same in one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Columns of text, each as wide as its widest cell; numbers to the right. */
export function textTable(table: readonly (readonly (string | number)[])[]): string {
  const rows = table.map((row) => row.map((cell) => (typeof cell === "number" ? cell : visibleLine(cell))));
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, String(cell).length);
    });
  return rows
    .map((row) =>
      row
        .map((cell, index) => {
          const width = widths[index] ?? 0;
          return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A number with its noun: `1 stream`, `2 streams`. */
export function counted(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : `${noun}s`}`;
}
