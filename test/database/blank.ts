/** The database that trials on PGlite begin from: made once, kept beside what else is kept of a run of the tests. */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BlankPGlite, blankPGlite } from "../../src/cooperation/index.ts";
import { minute } from "./matters.ts";

const cache = fileURLToPath(new URL("../../node_modules/.cache/justitia-tests", import.meta.url));
const store = fileURLToPath(new URL("../../src/cooperation/store", import.meta.url));
const engine = dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
let made: Promise<BlankPGlite> | undefined;

/** The same for every test of this machine, until the migrations or the engine change. */
export function blankDatabase(): Promise<BlankPGlite> {
  made ??= read();
  return made;
}

async function read(): Promise<BlankPGlite> {
  const of = createHash("sha256").update(readFileSync(join(engine, "..", "package.json")));
  for (const file of ["migrate.ts", ...globSync("migrations/*.ts", { cwd: store }).sort()])
    of.update(readFileSync(join(store, file)));
  const kept = join(cache, `pglite-${of.digest("hex").slice(0, 16)}.tar`);
  const found = await readFile(kept).catch(() => undefined);
  if (found !== undefined) return new Blob([found]);
  const blank = await blankPGlite(minute(0));
  await mkdir(cache, { recursive: true });
  // Two processes may make it at once; each puts a whole one in its place.
  const own = `${kept}.${process.pid}`;
  await writeFile(own, Buffer.from(await blank.arrayBuffer()));
  await rename(own, kept);
  return blank;
}
