/** A small observatory in a temporary folder, and the program run on it as a user runs it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export const program = fileURLToPath(new URL("../../bin/justitia.js", import.meta.url));

/** The delivery that every test begins with: five records in two areas, nothing wrong. */
export const soundDelivery = `id,area,day,offence,victims
1,R1,2023-01-05,murder,1
2,R1,2023-02-06,theft,1
3,R2,2023-02-07,theft,2
4,R2,2024-03-08,murder,1
5,R1,2024-04-09,theft,3
`;

const files: Readonly<Record<string, string>> = {
  "observatory.yaml": `observatory: trial
title: Trial
description: A small observatory for trials.
timezone: UTC
areas: { file: areas.csv }
`,
  "areas.csv": "code,parent,level,title_en\nC,,country,Country\nR1,C,region,North\nR2,C,region,South\n",
  "crosswalks/penal-code.yaml": `crosswalk: penal-code
version: "1"
title: Penal code
authority: Invented
scheme: Penal code
rules: { file: penal-code.csv }
`,
  "crosswalks/penal-code.csv":
    "code,title,iccs,weight,from,until,basis,authority,note\nmurder,Murder,0101,,,,exact,,\ntheft,Theft,0502,,,,exact,,\n",
  "indicators/recorded.yaml": `indicator: recorded
title: Recorded offences
description: What was recorded.
limits: What was not reported is not in it.
measure: count
numerator: { facts: [incidents/annual] }
frequency: A
breakdowns: [[iccs]]
`,
  "raw/incidents.csv": soundDelivery,
};

/** The stream definition, with other lines for the location, the format or the columns where a test wants them. */
export function streamDefinition(
  change: {
    readonly location?: string;
    readonly format?: string;
    readonly columns?: string;
    readonly rules?: string;
  } = {},
): string {
  return `stream: incidents
title: Incidents
kind: register
publisher: Police
licence: CC0-1.0
locations:
  - ${change.location ?? "file: raw/incidents.csv"}
obtain: Ask the police for the file.
format: ${change.format ?? "{ kind: csv }"}
columns:
${
  change.columns ??
  `  id: { required: true }
  area: { required: true, areas: true }
  day: { type: date, required: true, minimum: 1990-01-01, maximum: 2030-12-31 }
  offence: { required: true }
  victims: { type: integer, required: true, minimum: 0 }`
}
rules:
${
  change.rules ??
  `  - rule: one-row-each
    unique: [id]`
}
facts:
  - facts: annual
    countUnit: victims
    count: { column: victims }
    period: { column: day, frequency: A }
    area: { column: area }
    classification: { crosswalk: penal-code, column: offence }
`;
}

export interface ProgramRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Has the modes of files count for root too, which may read and write everything otherwise. */
  readonly heedingModes?: boolean;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** A shell command that sets limits before the program is run, such as `ulimit -f 100`. */
  readonly limits?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Takes the process as soon as it runs. */
  readonly started?: (kill: () => void) => void;
  /** Takes all that the program has said so far on its error output, whenever it says more. */
  readonly heard?: (err: string) => void;
}

/** Runs the command line of the program and waits for its end. */
export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<ProgramRun> {
  const node = [process.execPath, ...(options.node ?? []), program, ...args];
  const limited =
    options.limits === undefined ? node : ["/bin/sh", "-c", `${options.limits} && exec "$0" "$@"`, ...node];
  // Another user might not be let in to where the program lies, so it stays root and gives up root's rights.
  const privileges = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"];
  const heeding = options.heedingModes === true && process.getuid?.() === 0;
  const [command = "", ...parameters] = heeding ? [...privileges, ...limited] : limited;
  const child = spawn(command, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", ...options.environment },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    options.heard?.(err);
  });
  options.started?.(() => child.kill("SIGKILL"));
  return new Promise((ended, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => ended({ code, signal, out, err }));
  });
}

/** What these tests read of `build --json`. */
const streamSchema = z.object({
  problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
  parts: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.number() })),
  summary: z
    .object({
      rowsIn: z.number(),
      accepted: z.number(),
      flagged: z.number(),
      quarantined: z.number(),
      setAside: z.number(),
      rules: z.array(z.object({ rule: z.string(), end: z.string(), rows: z.number(), expected: z.string() })),
    })
    .nullable(),
});
const builtSchema = z.object({
  manifest: z.object({
    streams: z.record(z.string(), streamSchema),
    indicators: z.record(z.string(), z.object({ key: z.string().nullable(), problem: z.string().nullable() })),
  }),
  changed: z.boolean(),
  complete: z.boolean(),
});

export type Manifest = z.infer<typeof builtSchema>["manifest"];
export type StreamResult = z.infer<typeof streamSchema>;

export interface Build extends ProgramRun {
  /** Undefined when the program ended without a build. */
  readonly manifest: Manifest | undefined;
  /** What became of the stream `incidents`. */
  readonly stream: StreamResult | undefined;
}

export interface TrialObservatory extends AsyncDisposable {
  readonly folder: string;
  readonly state: string;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Runs any command on the observatory. */
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<ProgramRun>;
  build(args?: readonly string[], options?: RunOptions): Promise<Build>;
}

/** Makes the observatory; `changes` are further files, or other contents of its files. */
export async function openObservatory(
  changes: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<TrialObservatory> {
  const folder = await mkdtemp(join(tmpdir(), "justitia-faults-"));
  const state = join(folder, ".justitia");
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  for (const [path, content] of Object.entries({
    ...files,
    "streams/incidents.yaml": streamDefinition(),
    ...changes,
  }))
    await write(path, content);
  const run: TrialObservatory["run"] = (command, args = [], options = {}) =>
    runProgram([command, folder, "--threads", "1", "--memory", "512MB", ...args], options);
  return {
    folder,
    state,
    write,
    run,
    async build(args = [], options = {}) {
      const ended = await run("build", ["--json", ...args], options);
      const manifest = ended.out === "" ? undefined : builtSchema.parse(JSON.parse(ended.out)).manifest;
      return { ...ended, manifest, stream: manifest?.streams.incidents };
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The row's ends of a stream: how many came in, and what became of them. Fails when they do not add up. */
export function endsOf(stream: StreamResult | undefined): {
  rowsIn: number;
  accepted: number;
  flagged: number;
  quarantined: number;
  rules: Record<string, number>;
} {
  assert.ok(stream?.summary, `no summary: ${JSON.stringify(stream?.problems)}`);
  const { rowsIn, accepted, flagged, quarantined, setAside, rules } = stream.summary;
  assert.equal(rowsIn, accepted + flagged + quarantined + setAside, "every row has one end");
  const counted = rules.filter(({ rows }) => rows > 0).map(({ rule, rows }) => [rule, rows] as const);
  return { rowsIn, accepted, flagged, quarantined, rules: Object.fromEntries(counted) };
}

/** The one problem for which a delivery was refused; nothing may have been made of it. */
export function refusalOf({ code, stream, manifest, err }: Build): StreamResult["problems"][number] {
  assert.equal(code, 4, `built, but not complete: ${err}`);
  assert.ok(stream !== undefined && manifest !== undefined);
  assert.equal(stream.summary, null);
  assert.equal(manifest.indicators.recorded?.key, null);
  assert.match(manifest.indicators.recorded?.problem ?? "", /see the stream incidents/);
  const [problem, ...others] = stream.problems;
  assert.ok(problem !== undefined && others.length === 0, JSON.stringify(stream.problems));
  assert.notEqual(problem.hint, "");
  assert.ok(problem.message.length < 2_000, "a message is for reading");
  return problem;
}

const quarantineSchema = z.object({
  rows: z.array(
    z.object({
      line: z.number().nullable(),
      row: z.number().nullable(),
      rule: z.string(),
      found: z.string().nullable(),
      expected: z.string().nullable(),
      delivered: z.string().nullable(),
    }),
  ),
});

/** The rows that were put apart, as `quarantine --json` lists them. */
export async function quarantineOf(observatory: TrialObservatory): Promise<z.infer<typeof quarantineSchema>["rows"]> {
  const { code, out, err } = await observatory.run("quarantine", ["incidents", "--json"]);
  assert.equal(code, 0, err);
  return quarantineSchema.parse(JSON.parse(out)).rows;
}

/** How many bytes the files below a folder hold. */
export async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  return sum;
}

/** Every file below a folder with its bytes, by its path in it. */
export async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await readFile(path));
  }
  return found;
}
