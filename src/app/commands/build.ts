import { type BuildResult, buildId, type Manifest } from "../../evidence/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { buildObservatory, type OpenObservatory } from "../observatory.ts";
import { buildReporter, textTable, visible } from "../terminal.ts";
import { timeOf } from "./limits.ts";
import { openedWith } from "./opened.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

export interface BuildOptions extends CommonOptions {
  readonly asOf?: string;
  readonly offline?: boolean;
  readonly verify?: boolean;
  /** Commander's negation of `--no-wait`. */
  readonly wait?: boolean;
}

/** `justitia build`: streams → snapshots → records → facts → indicators, doing only what has changed. */
export async function buildCommand(
  folder: string,
  options: BuildOptions,
  around: CommandSurroundings,
): Promise<number> {
  const begun = performance.now();
  const observatory = await openedWith(folder, options, around);
  const result = await runBuild(observatory, options, around);
  const seconds = (performance.now() - begun) / 1000;
  if (options.json === true) {
    around.terminal.out(`${JSON.stringify({ ...result, build: buildId(result.manifest), seconds })}\n`);
  } else {
    around.terminal.out(`${summaryText(result.manifest)}\n`);
    const name = buildId(result.manifest);
    around.terminal.out(
      `${result.changed ? `Built ${name}` : `Nothing has changed since ${name}`} in ${seconds.toFixed(2)} s.\n`,
    );
    if (options.asOf !== undefined)
      around.terminal.out(
        `It tells of the past and does not become the newest. Show it with: justitia serve ${folder} --build ${name}\n`,
      );
  }
  if (result.complete) return exitCodes.done;
  return keptEverything(result.manifest) ? exitCodes.incomplete : exitCodes.storage;
}

/** Whether every delivery could be kept: a full disk is no fault of a source. */
function keptEverything({ streams }: Manifest): boolean {
  const storage = ["snapshots.store-full", "snapshots.store-not-writable"];
  return Object.values(streams).every(({ problems }) => problems.every(({ code }) => !storage.includes(code)));
}

/** Builds and shows how it goes. */
export async function runBuild(
  observatory: OpenObservatory,
  options: BuildOptions,
  around: CommandSurroundings,
): Promise<BuildResult> {
  const report = options.json === true ? () => undefined : buildReporter(around.terminal, () => performance.now());
  for (const { file, line, message } of observatory.warnings)
    report({ type: "warning", message: `${file}:${line}: ${message}` });
  return buildObservatory(observatory, {
    asOf: options.asOf === undefined ? undefined : timeOf("--as-of", options.asOf),
    offline: options.offline,
    verify: options.verify,
    wait: options.wait ?? true,
    signal: around.signal,
    listen: report,
  });
}

/** Rows in and how they ended, stream by stream; then what could not be made and why. */
export function summaryText(manifest: Manifest): string {
  const rows: (string | number)[][] = [["stream", "rows in", "accepted", "flagged", "quarantined", "set aside"]];
  const notes: string[] = [];
  for (const [id, { summary, problems }] of Object.entries(manifest.streams)) {
    if (summary === null) rows.push([id, "-", "-", "-", "-", "-"]);
    else rows.push([id, summary.rowsIn, summary.accepted, summary.flagged, summary.quarantined, summary.setAside]);
    for (const { message, hint } of problems)
      notes.push(visible(`${message.startsWith(`${id}: `) ? "" : `${id}: `}${message}\n  ${hint}`));
    for (const total of summary?.totals ?? []) {
      if (!total.agrees)
        notes.push(
          `${id}: the published total "${total.total}" is ${total.expected}, found ${total.found} (${total.source}).`,
        );
    }
  }
  for (const [id, { problem }] of Object.entries(manifest.indicators))
    if (problem !== null) notes.push(`${id}: ${problem}`);
  return [textTable(rows), ...notes].join("\n");
}
