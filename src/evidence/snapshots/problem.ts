/** Why one location did not bring a delivery. */
export const failureCodes = [
  "file-missing",
  "file-unreadable",
  "no-file-matches",
  "file-changing",
  "file-outside-folder",
  "address-refused",
  "environment-unset",
  "offline",
  "network",
  "http-status",
  "timeout",
  "too-large",
  "answer-incomplete",
  "answer-unexpected",
  "answer-changing",
  "redirect-refused",
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** A location that was tried in vain. */
export interface LocationFailure {
  readonly code: FailureCode;
  /** The location as text, without secrets. */
  readonly location: string;
  /** Why, as a sentence. */
  readonly message: string;
}

/** A fault that ends a retrieval. */
export interface SnapshotProblem {
  readonly code: "snapshots.not-obtained" | "snapshots.store-full" | "snapshots.store-not-writable" | "snapshots.clock";
  readonly stream: string;
  readonly message: string;
  /** What the user should do: for `not-obtained`, the stream's own `obtain` text. */
  readonly hint: string;
  /** Every location that was tried, in order. */
  readonly tried: readonly LocationFailure[];
}

/** A location's failure on its way through the code; becomes a value at the border of the location. */
export class LocationError extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LocationError";
    this.code = code;
  }
}

/** The store itself cannot be written; trying another location would not help. */
export class StoreError extends Error {
  constructor(message: string, options: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
  }
}

/** The system's code of an error, such as `ENOENT`, also of the error that caused it; undefined when there is none. */
export function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if ("code" in current && typeof current.code === "string" && /^[A-Z][A-Z0-9_]+$/.test(current.code))
      return current.code;
  }
  return undefined;
}

/** A store error as a problem, with what to do about it. */
export function storeProblem(
  stream: string,
  directory: string,
  error: StoreError,
  tried: readonly LocationFailure[],
): SnapshotProblem {
  const system = systemCode(error);
  if (system === "ENOSPC" || system === "EDQUOT") {
    return {
      code: "snapshots.store-full",
      stream,
      message: `The delivery of ${stream} could not be kept: the disk of ${directory} is full (${system}).`,
      hint: "Free some space and build again; nothing half-written was left behind.",
      tried,
    };
  }
  return {
    code: "snapshots.store-not-writable",
    stream,
    message: `The delivery of ${stream} could not be kept in ${directory}: ${error.message}`,
    hint: "Check that the folder can be written by this user, or choose another state folder.",
    tried,
  };
}

/** No location worked: all of them with their reasons, and what the stream says about obtaining its data. */
export function notObtained(
  stream: string,
  obtain: string | undefined,
  tried: readonly LocationFailure[],
): SnapshotProblem {
  const lines = tried.map((failure) => `\n  ${failure.location}: ${failure.message}`);
  return {
    code: "snapshots.not-obtained",
    stream,
    message: `No location of ${stream} brought a delivery:${lines.join("")}`,
    hint: obtain ?? "Correct the locations of the stream.",
    tried,
  };
}
