/** The weekly facts of Chicago by a build: `node justitia-chicago.ts <observatory> <folder to work in>`. */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { buildObservatory, openObservatory } from "../../src/app/index.ts";
import { startMeasurement } from "./measured.ts";

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
const write = startMeasurement();
const opened = await openObservatory(folder, { limits: { memoryLimit: "1GB", threads: 2 }, environment: {} });
const { manifest } = await buildObservatory(opened, {
  wait: true,
  listen: (event) => {
    if (event.type === "step") steps[`${event.kind} ${event.name}`] = event.milliseconds;
  },
});
const facts = join(opened.state, "steps", "facts", manifest.streams.incidents?.facts.weekly ?? "", "facts.parquet");
write({ steps, facts });
