import type { BuildEvent } from "../evidence/index.ts";

/** Where the program writes: results on one stream, what it says about its work on the other. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether a line may be written over while work goes on. */
  readonly interactive: boolean;
}

/** Shows a build while it runs: one line that is written over on a terminal, a line per finished step elsewhere. */
export function buildReporter(terminal: Terminal, elapsed: () => number): (event: BuildEvent) => void {
  let begun = elapsed();
  let doing = "";
  let before = 0;
  let shown = 0;
  const overwrite = (text: string): void => {
    if (!terminal.interactive) return;
    terminal.err(`\r${text.padEnd(shown)}`);
    shown = text.length;
  };
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
        terminal.err(`warning: ${event.message}\n`);
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
function progressText(event: Extract<BuildEvent, { type: "progress" }>, seconds: number): string {
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

/** Columns of text, each as wide as its widest cell; numbers to the right. */
export function textTable(rows: readonly (readonly (string | number)[])[]): string {
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
