import { exitCodes } from "../exit-codes.ts";
import { textTable, visibleLine } from "../terminal.ts";
import { openedWith } from "./opened.ts";
import { readBuild } from "./read-build.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `justitia coverage`: how much of what was recorded reached which level of the ICCS, and who reported. */
export async function coverageCommand(
  folder: string,
  options: CommonOptions,
  around: CommandSurroundings,
): Promise<number> {
  const observatory = await openedWith(folder, options, around);
  const { reader, engine } = await readBuild(observatory, {});
  try {
    const crosswalks = await reader.crosswalkReports();
    const ledgers = await reader.coverageReports();
    if (options.json === true) {
      around.terminal.out(`${JSON.stringify({ crosswalks, ledgers })}\n`);
      return exitCodes.done;
    }
    for (const report of crosswalks) {
      around.terminal.out(
        `\nClassification of ${report.stream}/${report.facts}${report.crosswalk === undefined ? "" : ` by ${report.crosswalk}`}: share of records that reach each ICCS level\n`,
      );
      const rows = report.coverage.map((row) => [
        row.period.slice(0, 4),
        Math.round(row.records),
        ...row.reached.map(percent),
        percent(row.split),
        percent(row.notACrime),
        percent(row.unmapped),
      ]);
      around.terminal.out(
        `${textTable([["year", "records", "1", "2", "3", "4", "split", "no crime", "unmapped"], ...rows])}\n`,
      );
      for (const code of report.unmapped.slice(0, 20))
        around.terminal.out(`  unmapped ${visibleLine(code.code)}: ${code.records} (${percent(code.share)})\n`);
    }
    for (const report of ledgers) {
      around.terminal.out(`\nReporting: ${report.coverage}\n`);
      const late = report.units.filter(({ missing }) => missing.length > 0);
      around.terminal.out(`${report.units.length} units, ${late.length} with periods not reported\n`);
      const rows = late
        .slice(0, 40)
        .map((unit) => [
          unit.unit,
          unit.area,
          percent(unit.share),
          `${unit.reported}/${unit.periods}`,
          unit.missing.slice(0, 6).join(" "),
        ]);
      if (rows.length > 0)
        around.terminal.out(`${textTable([["unit", "area", "share", "reported", "missing from"], ...rows])}\n`);
    }
    return exitCodes.done;
  } finally {
    engine.close();
  }
}
