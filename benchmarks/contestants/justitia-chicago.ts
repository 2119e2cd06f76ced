/** The weekly facts of Chicago by a build: `node justitia-chicago.ts <observatory> <folder to work in>`. */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { buildObservatory, openObservatory } from "../../src/app/index.ts";

/** Milliseconds that all threads together have computed since then. */
function processor(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const [observatory = "", folder = ""] = process.argv.slice(2);
await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, "streams"), { recursive: true });
for (const name of ["observatory.yaml", "areas.csv", "community-areas.csv", "premises.csv", "crosswalks"]) {
  await cp(join(observatory, name), join(folder, name), { recursive: true });
}
const streamSchema = z.looseObject({
  locations: z.array(z.looseObject({ file: z.string().optional() })),
  facts: z.array(z.looseObject({ facts: z.string() })),
});
const stream = streamSchema.parse(parse(await readFile(join(observatory, "streams", "incidents.yaml"), "utf8")));
const locations = stream.locations.flatMap(({ file }) =>
  file === undefined ? [] : [{ file: resolve(observatory, file) }],
);
const only = { ...stream, locations, facts: stream.facts.filter(({ facts }) => facts === "weekly") };
await writeFile(join(folder, "streams", "incidents.yaml"), stringify(only));

const steps: Record<string, number> = {};
const begun = performance.now();
const used = process.cpuUsage();
const opened = await openObservatory(folder, { limits: { memoryLimit: "1GB", threads: 2 }, environment: {} });
const { manifest } = await buildObservatory(opened, {
  wait: true,
  listen: (event) => {
    if (event.type === "step") steps[`${event.kind} ${event.name}`] = event.milliseconds;
  },
});
const milliseconds = performance.now() - begun;
const facts = join(opened.state, "steps", "facts", manifest.streams.incidents?.facts.weekly ?? "", "facts.parquet");
process.stdout.write(
  `${JSON.stringify({ milliseconds, processorMilliseconds: processor(used), peakBytes: process.resourceUsage().maxRSS * 1024, steps, facts })}\n`,
);
