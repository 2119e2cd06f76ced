import type { Terminal } from "../terminal.ts";

/** What every command is handed: where to write, the environment, and a signal that asks to stop. */
export interface CommandSurroundings {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Options that most commands know. */
export interface CommonOptions {
  readonly state?: string;
  readonly json?: boolean;
  readonly memory?: string;
  readonly threads?: string;
}
