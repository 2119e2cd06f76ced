// A process that writes logs and vaults, to have its system calls failed: `writer.ts <warm folder> <identity>`, then one
// folder a line. It says what is acknowledged, and `end` after each folder.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { work } from "./work.ts";

const [warm = "", identity = ""] = process.argv.slice(2);
const say = (text: string): void => {
  writeSync(1, `${text}\n`);
};
// Everything is loaded and compiled before the first call that may fail.
await work(warm, identity, () => undefined);
say("ready");
for await (const folder of createInterface({ input: process.stdin })) {
  await work(folder, identity, say);
  say("end");
}
