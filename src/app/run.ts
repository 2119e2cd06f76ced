import { askOnTerminal } from "./ask.ts";
import { main } from "./main.ts";

/** Runs the command line with the real world around it. Gives the exit code. */
export async function run(): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error("interrupted"));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // A reader that goes away, such as `head`, is no fault.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  return main(process.argv.slice(2), {
    terminal: {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      interactive: process.stderr.isTTY === true,
    },
    environment: process.env,
    signal: controller.signal,
    ask:
      process.stdin.isTTY === true && process.stderr.isTTY === true
        ? askOnTerminal(process.stdin, (text) => void process.stderr.write(text))
        : undefined,
  });
}
