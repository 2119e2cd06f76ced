// A process that writes a log and a vault, to have its system calls failed: `writer.ts <folder> <identity>`. It says what is acknowledged.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { work } from "./work.ts";

const [folder = "", identity = ""] = process.argv.slice(2);
const say = (text: string): void => {
  writeSync(1, `${text}\n`);
};
// Everything is loaded and compiled before the first call that may fail.
await work(`${folder}-warm`, identity, () => undefined);
say("ready");
await new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
await work(folder, identity, say);
say("end");
process.exit(0);
