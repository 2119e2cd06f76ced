import { nearest, type ObservatoryReader, periodText } from "../../evidence/index.ts";
import { messagesOf, reasonText } from "../../publication/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { textTable, visibleLine } from "../terminal.ts";
import { openedWith } from "./opened.ts";
import { readBuild } from "./read-build.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

export interface ExplainOptions extends CommonOptions {
  readonly by?: string;
  readonly asOf?: string;
  readonly build?: string;
}

/** `justitia explain`: from one figure to the facts, the rules, the rows of the source and the hash of its bytes. */
export async function explainCommand(
  folder: string,
  figure: string,
  options: ExplainOptions,
  around: CommandSurroundings,
): Promise<number> {
  const [indicator = "", area = "", period = "", ...rest] = figure.split("/");
  if (indicator === "" || area === "" || period === "" || rest.length > 0) {
    throw new UserError(
      `"${figure}": expected indicator/area/period, such as homicide-rate/R01/2023.`,
      exitCodes.usage,
    );
  }
  const observatory = await openedWith(folder, options, around);
  const { reader, engine } = await readBuild(observatory, options);
  try {
    const known = reader.definitions.indicators;
    if (!known.has(indicator)) {
      const near = nearest(indicator, known.keys());
      throw new UserError(
        `There is no indicator "${indicator}".${near === undefined ? "" : ` Did you mean "${near}"?`}`,
        exitCodes.usage,
      );
    }
    const problem = reader.manifest.indicators[indicator]?.problem ?? null;
    if (problem !== null)
      throw new UserError(`${indicator} was not made in the newest build. ${problem}`, exitCodes.invalid);
    const dimensions = dimensionsOf(options.by);
    const grouping = groupingOf(
      reader.definitions.indicators.get(indicator)?.value.breakdowns ?? [],
      Object.keys(dimensions),
    );
    const day = firstDay(period);
    const lineBack = await reader.lineBack(indicator, { area, grouping, from: day, until: day, dimensions });
    if (lineBack === undefined) {
      const by = options.by === undefined ? "" : ` by ${options.by}`;
      throw new UserError(
        `${indicator} has no figure for ${area} in ${period}${by}. ${await whatThereIs(reader, indicator, area, grouping)}`,
        exitCodes.usage,
      );
    }
    if (options.json === true) {
      around.terminal.out(`${JSON.stringify(lineBack)}\n`);
      return exitCodes.done;
    }
    const { observation } = lineBack;
    const shown =
      observation.value === null
        ? `no figure: ${reasonText(messagesOf("en"), lineBack.indicator, observation)}`
        : String(observation.value);
    around.terminal.out(
      `${indicator}, ${area}, ${period}${options.by === undefined ? "" : `, ${options.by}`}: ${shown} (${observation.status})\n`,
    );
    if (observation.lower !== null) around.terminal.out(`  interval  ${observation.lower} to ${observation.upper}\n`);
    if (observation.denominator !== null)
      around.terminal.out(`  ${observation.numerator} of ${observation.denominator}\n`);
    if (observation.coverage !== null)
      around.terminal.out(`  reported by units with ${(observation.coverage * 100).toFixed(1)} % of the population\n`);
    for (const set of lineBack.sets) {
      around.terminal.out(`\n${set.role}: ${set.stream}/${set.facts}, ${set.allRows} facts\n`);
      const shownFacts = set.rows.slice(0, 20);
      const further = shownFacts.some((fact) => fact.further !== "");
      const facts = shownFacts.map((fact) => [
        fact.area,
        fact.period.slice(0, 10),
        fact.iccs ?? "-",
        fact.sex,
        fact.age,
        ...(further ? [fact.further] : []),
        fact.value ?? fact.status,
        fact.records,
      ]);
      around.terminal.out(
        `${textTable([["area", "period", "ICCS", "sex", "age", ...(further ? ["further"] : []), "value", "records"], ...facts])}\n`,
      );
      if (set.crosswalk !== undefined) {
        around.terminal.out(`\n  classified by ${set.crosswalk.id} ${set.crosswalk.version}\n`);
        const rules = set.rules
          .slice(0, 30)
          .map((rule) => [
            rule.nationalCode,
            rule.iccs ?? "-",
            rule.weight,
            rule.records,
            rule.rule ?? "-",
            rule.line === null ? `${rule.part} row ${rule.row}` : `${rule.part} line ${rule.line}`,
            rule.note ?? "",
          ]);
        around.terminal.out(
          `${textTable([["national code", "ICCS", "weight", "records", "rule", "first row", "note"], ...rules])}\n`,
        );
      }
      around.terminal.out(`\n  from ${set.delivery.location}, retrieved ${set.delivery.retrievedAt}\n`);
      for (const part of set.delivery.parts.slice(0, 20))
        around.terminal.out(`  sha256 ${part.sha256}  ${part.bytes} bytes  ${visibleLine(part.name)}\n`);
    }
    return exitCodes.done;
  } finally {
    engine.close();
  }
}

/** What a reader can ask for instead: the areas, or the periods of the area. */
async function whatThereIs(
  reader: ObservatoryReader,
  indicator: string,
  area: string,
  grouping: string,
): Promise<string> {
  const { areas } = await reader.choices(indicator);
  if (!areas.includes(area)) {
    const near = nearest(area, areas);
    const some = `${areas.slice(0, 12).join(", ")}${areas.length > 12 ? " …" : ""}`;
    return `${near === undefined ? "" : `Did you mean the area "${near}"? `}It has figures for the areas ${some}.`;
  }
  const found = await reader.observations(indicator, { area, grouping });
  const periods = found.map((one) => periodText(one.period, one.frequency)).sort();
  return periods.length === 0 ? "" : `The area has figures from ${periods[0]} to ${periods.at(-1)}.`;
}

function dimensionsOf(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      if (name === "" || value === "")
        throw new UserError(`--by ${text}: expected name=value pairs, such as sex=F,age=Y0T17.`, exitCodes.usage);
      return [name.trim(), value.trim()];
    }),
  );
}

/** The declared breakdown that has exactly these dimensions, in its own order. */
function groupingOf(breakdowns: readonly (readonly string[])[], names: readonly string[]): string {
  if (names.length === 0) return "";
  const found = breakdowns.find(
    (declared) => declared.length === names.length && declared.every((name) => names.includes(name)),
  );
  if (found === undefined) {
    const some = breakdowns.map((declared) => declared.join(",")).join("; ");
    throw new UserError(
      `The indicator is not broken down by ${names.join(",")}. It is by: ${some === "" ? "nothing" : some}.`,
      exitCodes.usage,
    );
  }
  return found.join(",");
}

/** First day of a period written as 2023, 2023-Q2, 2023-05, 2023-W20 or 2023-05-01. */
function firstDay(period: string): string {
  const year = period.slice(0, 4);
  if (/^\d{4}$/.test(period)) return `${period}-01-01`;
  if (/^\d{4}-Q[1-4]$/.test(period))
    return `${year}-${String((Number(period.slice(6)) - 1) * 3 + 1).padStart(2, "0")}-01`;
  if (/^\d{4}-\d{2}$/.test(period)) return `${period}-01`;
  if (/^\d{4}-\d{2}-\d{2}$/.test(period)) return period;
  const week = /^\d{4}-W(\d{2})$/.exec(period);
  if (week !== null) {
    // The fourth of January is always in the first ISO week.
    const fourth = new Date(Date.UTC(Number(year), 0, 4));
    const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000;
    return new Date(monday + (Number(week[1]) - 1) * 7 * 86_400_000).toISOString().slice(0, 10);
  }
  throw new UserError(
    `"${period}": expected a period such as 2023, 2023-Q2, 2023-05, 2023-W20 or 2023-05-01.`,
    exitCodes.usage,
  );
}
