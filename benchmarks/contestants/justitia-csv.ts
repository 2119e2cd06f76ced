/** The same CSV file read and validated by a build: `node justitia-csv.ts <incidents.csv> <folder to work in>`. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { buildObservatory, openObservatory } from "../../src/app/index.ts";
import { startMeasurement } from "./measured.ts";

const [csv = "", folder = ""] = process.argv.slice(2);
await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, "streams"), { recursive: true });
const regions = Array.from({ length: 12 }, (_, index) => `R${String(index + 1).padStart(2, "0")}`);
await writeFile(
  join(folder, "areas.csv"),
  `code,parent,level,title_en\n${regions.map((code) => `${code},,region,${code}`).join("\n")}\n`,
);
await writeFile(
  join(folder, "observatory.yaml"),
  stringify({
    observatory: "ingest",
    title: "Ingest",
    description: "A benchmark",
    areas: { file: "areas.csv" },
    simulated: true,
  }),
);
await writeFile(
  join(folder, "streams", "incidents.yaml"),
  stringify({
    stream: "incidents",
    title: "Incidents",
    kind: "simulation",
    publisher: "Benchmark",
    licence: "Apache-2.0",
    locations: [{ file: csv }],
    obtain: "Run the benchmark.",
    format: { kind: "csv" },
    columns: {
      id: { type: "integer", required: true, minimum: 1 },
      offence: { required: true, pattern: "[0-9]{3}" },
      region: { required: true, areas: true },
      occurred_on: { type: "date", required: true, minimum: "2015-01-01", maximum: "2024-12-31" },
      sex: { values: { F: "F", M: "M" }, whenEmpty: "_U" },
      age: { type: "integer", minimum: 0, maximum: 120 },
      weapon: { codes: ["firearm", "knife", "other", "none"] },
      damage: { type: "number", minimum: 0 },
    },
    rules: [{ rule: "one-row-each", unique: ["id"] }],
  }),
);
const steps: Record<string, number> = {};
const write = startMeasurement();
const opened = await openObservatory(folder, { limits: { memoryLimit: "1GB", threads: 2 }, environment: {} });
const { manifest } = await buildObservatory(opened, {
  wait: true,
  listen: (event) => {
    if (event.type === "step") steps[event.kind] = event.milliseconds;
  },
});
write({ steps, summary: manifest.streams.incidents?.summary?.accepted });
