/** Something that was seen in a file, that a person must decide, or that cannot be read as it is. */
export interface Finding {
  /** Stable name, such as `profile.encoding`. */
  readonly code: string;
  readonly kind: "seen" | "decide" | "fault";
  /** Column of the source, when the finding is about one. */
  readonly column?: string | undefined;
  readonly message: string;
}

/** A finding about what is there. */
export function seen(code: string, message: string, column?: string): Finding {
  return { code: `profile.${code}`, kind: "seen", message, ...(column === undefined ? {} : { column }) };
}

/** A finding that the file alone does not settle. */
export function decide(code: string, message: string, column?: string): Finding {
  return { code: `profile.${code}`, kind: "decide", message, ...(column === undefined ? {} : { column }) };
}

/** A finding that keeps rows, or the file, from being read. */
export function fault(code: string, message: string, column?: string): Finding {
  return { code: `profile.${code}`, kind: "fault", message, ...(column === undefined ? {} : { column }) };
}

const longest = 60;

/** A piece of the file in a message: short, on one line, without control characters. */
export function quoted(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A share as a person reads it: never 100 % when something is missing, never 0 % when there is something. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const share = (part / whole) * 100;
  if (part > 0 && share < 0.1) return "under 0.1 %";
  if (part < whole && share > 99.9) return "over 99.9 %";
  return `${share.toFixed(1)} %`;
}
