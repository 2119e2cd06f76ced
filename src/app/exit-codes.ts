/** Exit codes of the program; they stand in docs/reference/command-line.md, which a test holds against this table. */
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
