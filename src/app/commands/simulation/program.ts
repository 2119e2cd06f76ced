import { main } from "../../main.ts";

/** What a run of the program came to. */
export interface ProgramRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program as on a terminal that nobody watches, within this process and with an empty environment. */
export async function run(...argv: readonly string[]): Promise<ProgramRun> {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string): void => {
      out += text;
    },
    err: (text: string): void => {
      err += text;
    },
    interactive: false,
  };
  const code = await main(argv, { terminal, environment: {}, signal: new AbortController().signal });
  return { code, out, err };
}
