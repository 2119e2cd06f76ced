/** Builds Examplia anew, again, and with one changed stream: `node rebuild.ts <folder> <rounds>`. */

import { existsSync } from "node:fs";
import { appendFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { copyDefinitions } from "../../observatories/examplia/definitions.ts";
import { generateExamplia } from "../../observatories/examplia/generate.ts";
import { buildObservatory, openObservatory } from "../../src/app/index.ts";

const [folder = "", rounds = "3"] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await copyDefinitions(folder);
const raw = join(folder, "raw");
if (!existsSync(join(raw, "truth.json"))) await generateExamplia({ directory: raw, seed: 20_250_101, scale: 1 });
const remade = new Set<string>();

async function timed(listening: boolean): Promise<number> {
  const begun = performance.now();
  const opened = await openObservatory(folder, { limits: { memoryLimit: "1GB", threads: 2 }, environment: {} });
  await buildObservatory(opened, {
    wait: true,
    listen: (event) => {
      if (listening && event.type === "step" && !event.reused) remade.add(`${event.kind} ${event.name}`);
    },
  });
  return performance.now() - begun;
}

const full: number[] = [];
const unchanged: number[] = [];
const oneStream: number[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  await rm(join(folder, ".justitia"), { recursive: true, force: true });
  full.push(await timed(false));
  unchanged.push(await timed(false));
  await appendFile(join(raw, "prisons.tsv"), `R01\t${2030 + round}-03-31\tmale\tsentenced\t3000\n`);
  oneStream.push(await timed(true));
}
await rm(raw, { recursive: true });
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  `${JSON.stringify({ milliseconds: 0, peakBytes, full, unchanged, oneStream, remade: [...remade].sort() })}\n`,
);
