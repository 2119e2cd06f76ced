/** A small Examplia in a temporary folder, with hostile texts in it, built and served as a user does it. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { generateExamplia } from "../../observatories/examplia/generate.ts";

const program = fileURLToPath(new URL("../../bin/justitia.js", import.meta.url));
const examplia = fileURLToPath(new URL("../../observatories/examplia/", import.meta.url));

/** The English name of an area, which a page has to show as it is. */
export const hostileName = `Salt <b onmouseover="alert(1)">Desert</b> & "Dunes"`;
/** The code of a record on an impossible day, which the quarantine has to show as it is. */
export const hostileCode = "<img src=x onerror=alert(1)>";

export interface ServedObservatory {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly address: string;
  /** Folder with the deliveries. */
  readonly raw: string;
  stop(): Promise<void>;
}

/**
 * Builds and serves about 47,000 records: partial periods, masked counts, missing returns, events, unmapped codes,
 * quarantined rows, two languages.
 */
export async function serveObservatory(): Promise<ServedObservatory> {
  const folder = await mkdtemp(join(tmpdir(), "justitia-pages-"));
  const observatory = join(folder, "examplia");
  const raw = join(observatory, "raw");
  await cp(examplia, observatory, {
    recursive: true,
    filter: (source) => !["raw", ".justitia"].includes(basename(source)),
  });
  const areas = await readFile(join(observatory, "areas.csv"), "utf8");
  const changed = areas.replace("Salt Desert", `"${hostileName.replaceAll('"', '""')}"`);
  assert.notEqual(changed, areas);
  await writeFile(join(observatory, "areas.csv"), changed);
  await generateExamplia({ directory: raw, seed: 20_250_101, scale: 0.03 });
  await appendFile(
    join(raw, "incidents.csv"),
    `E2024-9999999;${hostileCode};R01;R01-1;30.02.2024 10:00;01.03.2024;none;0;\r\n`,
  );
  const build = spawn(process.execPath, [program, "build", observatory], { stdio: ["ignore", "ignore", "pipe"] });
  const said = textOf(build);
  const [code] = await once(build, "close");
  assert.equal(code, 0, await said);
  const server = spawn(process.execPath, [program, "serve", observatory, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = (await firstLine(server)).trim().replace(/\/$/, "");
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
  return {
    address,
    raw,
    async stop() {
      const ended = once(server, "close");
      server.kill("SIGINT");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function textOf(child: ChildProcess): Promise<string> {
  let text = "";
  child.stderr?.on("data", (chunk) => {
    text += String(chunk);
  });
  await once(child, "close");
  return text;
}

async function firstLine(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close").then(() => Promise.reject(new Error("the server ended before it was ready")));
  const [line] = await Promise.race([once(lines, "line"), ended]);
  ended.catch(() => undefined);
  return String(line);
}
