// Writes docs/reference/matter-types.md and the JSON Schema of matter types: `node scripts/matter-types.ts` (Node 24).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { matterTypeJsonSchema, matterTypesPage, readMatterTypes } from "../src/cooperation/index.ts";

const folder = fileURLToPath(new URL("../matter-types/", import.meta.url));
const page = fileURLToPath(new URL("../docs/reference/matter-types.md", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const { types, problems } = readMatterTypes(
  new Map(names.map((name) => [name, readFileSync(`${folder}${name}`, "utf8")])),
);
for (const { file, line, message } of problems) process.stderr.write(`matter-types/${file}:${line}: ${message}\n`);
if (problems.length > 0) process.exitCode = 1;
else {
  writeFileSync(page, matterTypesPage(types.values()));
  writeFileSync(`${folder}matter-type.schema.json`, `${JSON.stringify(matterTypeJsonSchema(), null, 2)}\n`);
}
