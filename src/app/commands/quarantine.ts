import { nearest } from "../../evidence/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { textTable, visibleLine } from "../terminal.ts";
import { openedWith } from "./opened.ts";
import { readBuild } from "./read-build.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

/** `justitia quarantine`: what was put apart or flagged, by stream and rule, and the rows themselves. */
export async function quarantineCommand(
  folder: string,
  stream: string | undefined,
  options: CommonOptions & { readonly limit?: string },
  around: CommandSurroundings,
): Promise<number> {
  const limit = Number(options.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 0)
    throw new UserError(`--limit ${options.limit}: expected a whole number.`, exitCodes.usage);
  const observatory = await openedWith(folder, options, around);
  const { reader, engine } = await readBuild(observatory, {});
  try {
    const { manifest } = reader;
    if (stream !== undefined && manifest.streams[stream] === undefined) {
      const near = nearest(stream, Object.keys(manifest.streams));
      throw new UserError(
        `There is no stream "${stream}".${near === undefined ? "" : ` Did you mean "${near}"?`}`,
        exitCodes.usage,
      );
    }
    const chosen = stream === undefined ? Object.keys(manifest.streams) : [stream];
    const rules = chosen.flatMap((id) =>
      (manifest.streams[id]?.summary?.rules ?? [])
        .filter(({ rows }) => rows > 0)
        .map((rule) => ({ stream: id, ...rule })),
    );
    const rows = stream === undefined ? [] : await reader.quarantine(stream, limit, 0);
    if (options.json === true) {
      around.terminal.out(`${JSON.stringify({ rules, rows })}\n`);
      return exitCodes.done;
    }
    if (rules.length === 0) around.terminal.out("No row was put apart or flagged.\n");
    else
      around.terminal.out(
        `${textTable([["stream", "rule", "end", "rows", "expected"], ...rules.map((rule) => [rule.stream, rule.rule, rule.end, rule.rows, rule.expected])])}\n`,
      );
    for (const row of rows) {
      const part = stream === undefined ? undefined : manifest.streams[stream]?.parts[row.part];
      const file = part?.name ?? `part ${row.part + 1}`;
      const place = row.line === null ? `${file}, row ${row.row}` : `${file}, line ${row.line}`;
      const found = `${place}: ${row.rule}: found ${row.found ?? "nothing"}, expected ${row.expected ?? ""}`;
      around.terminal.out(
        `${[found, ...(row.delivered === null ? [] : [`  ${row.delivered}`])].map(visibleLine).join("\n")}\n`,
      );
    }
    return exitCodes.done;
  } finally {
    engine.close();
  }
}
