import { textWidth } from "./drawing.ts";

/** An event with its place above the frame of a figure. */
export interface PlacedEvent {
  readonly from: string;
  readonly until: string | undefined;
  /** Its number, with its name where there is room for it. */
  readonly text: string;
  /** Where the text begins, in pixels from the left edge of the figure. */
  readonly left: number;
  /** Row above the frame, 0 next to it. */
  readonly row: number;
}

interface Frame {
  /** Pixels from the left edge of the figure. */
  readonly left: number;
  readonly right: number;
}

/**
 * Gives every event a row in which its label overlaps no other and no mark runs through it. Labels are never cut: where
 * there is no room for a name, the number stands for it, and the list below the figure names it.
 *
 * @param position - Pixels from the left edge of the figure to a day.
 * @param named - Whether names are tried at all.
 * @returns The events in the order given, and how many rows they take.
 */
export function placeEvents(
  events: readonly { readonly label: string; readonly from: string; readonly until: string | undefined }[],
  position: (day: string) => number,
  frame: Frame,
  named: boolean,
): { readonly placed: readonly PlacedEvent[]; readonly rows: number } {
  const marks = events.map(({ from }) => Math.min(Math.max(position(from), frame.left), frame.right));
  const placed: (PlacedEvent & { readonly right: number; readonly index: number })[] = [];
  // From the last to the first: the label of an earlier event then stands above, where no later mark runs through it.
  const order = events.map((event, index) => ({ event, index, at: marks[index] ?? frame.left }));
  for (const { event, index, at } of order.sort((a, b) => b.at - a.at || b.index - a.index)) {
    const number = String(index + 1);
    const { text, left, right } = labelSpan(number, named ? `${number} ${event.label}` : number, at, marks, frame);
    let row = 0;
    while (placed.some((other) => other.row === row && other.left < right + 6 && left < other.right + 6)) row += 1;
    placed.push({ from: event.from, until: event.until, text, left, right, row, index });
  }
  return {
    placed: placed.sort((a, b) => a.index - b.index),
    rows: Math.max(0, ...placed.map(({ row }) => row + 1)),
  };
}

/** The label from its mark to the right; else flush with the frame, if no earlier mark is there; else the number. */
function labelSpan(number: string, full: string, at: number, marks: readonly number[], frame: Frame) {
  const width = textWidth(full);
  if (at + width <= frame.right) return { text: full, left: at, right: at + width };
  const left = frame.right - width;
  if (left >= frame.left && !marks.some((mark) => mark >= left - 6 && mark < at))
    return { text: full, left, right: frame.right };
  const numberWidth = textWidth(number);
  const numberLeft = Math.min(at, frame.right - numberWidth);
  return { text: number, left: numberLeft, right: numberLeft + numberWidth };
}
