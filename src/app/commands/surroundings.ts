import type { Ask } from "../ask.ts";
import type { Terminal } from "../terminal.ts";

/** What every command is handed: where to write, the environment, and a signal that asks to stop. */
export interface CommandSurroundings {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Asks the person at the terminal; undefined where nobody sits there. */
  readonly ask?: Ask | undefined;
}

/** Options that most commands know. */
export interface CommonOptions {
  readonly state?: string;
  readonly json?: boolean;
  readonly memory?: string;
  readonly threads?: string;
}
