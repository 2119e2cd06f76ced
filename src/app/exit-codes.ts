/** Exit codes of the program; they stand in docs/reference/commands.md, which a test holds against this table. */
export const exitCodes = {
  /** Everything asked for was done. */
  done: 0,
  /** A mistake of the program itself. */
  failure: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** A definition, an argument or a delivery is faulty; nothing was published from it. */
  invalid: 3,
  /** The build was made, but a stream could not be had or an indicator could not be made. */
  incomplete: 4,
  /** Another build holds the observatory. */
  locked: 5,
  /** The disk is full or a folder cannot be written. */
  storage: 6,
  /** Interrupted by the user; what was finished is kept. */
  interrupted: 130,
} as const;

/** Tells the user something and ends the program with a code: no stack, for it is no mistake of the program. */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.name = "UserError";
    this.exitCode = exitCode;
  }
}

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "no permission",
};

/** Why a file that the user named cannot be read, as an error for the user; undefined for an error of another kind. */
export function fileProblem(path: string, error: unknown): UserError | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = fileReasons[code];
  return reason === undefined ? undefined : new UserError(`${path} cannot be read: ${reason}.`, exitCodes.invalid);
}
