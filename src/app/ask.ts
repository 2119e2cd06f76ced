import type { ReadStream } from "node:tty";

/** Asks the person at the terminal for one line. */
export type Ask = (question: string, hidden: boolean) => Promise<string>;

/**
 * Questions on a terminal. What is hidden is not shown while it is typed, and never stands among the arguments of the
 * program, which everybody on the machine can read.
 */
export function askOnTerminal(input: ReadStream, write: (text: string) => void): Ask {
  return (question, hidden) =>
    new Promise((resolve, reject) => {
      let typed = "";
      const end = (done: () => void): void => {
        input.off("data", take);
        input.setRawMode(false);
        input.pause();
        write("\n");
        done();
      };
      const take = (chunk: Buffer | string): void => {
        for (const sign of String(chunk)) {
          if (sign === "\r" || sign === "\n") {
            end(() => resolve(typed));
            return;
          }
          if (sign === "\u0003" || sign === "\u0004") {
            end(() => reject(new Error("interrupted")));
            return;
          }
          if (sign === "\u007f" || sign === "\b") {
            if (typed !== "" && !hidden) write("\b \b");
            typed = [...typed].slice(0, -1).join("");
          } else if (sign >= " ") {
            typed += sign;
            if (!hidden) write(sign);
          }
        }
      };
      write(`${question} `);
      input.setRawMode(true);
      input.setEncoding("utf8");
      input.on("data", take);
      input.resume();
    });
}
