import { type Definitions, type Indicator, type Observation, textIn } from "../evidence/index.ts";
import { iccsTitle, parseIccsCode } from "../iccs/index.ts";
import type { Messages } from "./catalogue.ts";

/** The name of an area in the language of the page; its code where the list has no name. */
export function areaLabel(definitions: Definitions, messages: Messages, code: string): string {
  if (code === "_U") return messages.text("dimension._U");
  const area = definitions.areas.get(code);
  return area === undefined ? code : textIn(area.title, messages.language);
}

/** What a dimension is called: a column of the standard words, or the name that the observatory gave it. */
export function dimensionLabel(messages: Messages, name: string): string {
  return messages.dynamic(`column.${name}`, name.replaceAll("_", " "));
}

/** The value of a dimension in words: sexes, age groups, ICCS titles, yes and no; else as it is. */
export function valueLabel(messages: Messages, dimension: string, value: string): string {
  if (dimension === "iccs") return iccsLabel(messages, value);
  const word = messages.dynamic(`${dimension}.${value}`, "");
  if (word !== "") return word;
  if (dimension === "age") return ageLabel(messages, value);
  return messages.dynamic(`dimension.${value}`, value);
}

/** An ICCS code with its title in the language of the page, or in English where that language has none. */
export function iccsLabel(messages: Messages, value: string): string {
  if (value === "_U") return messages.text("iccs._U");
  const parsed = parseIccsCode(value);
  return parsed.kind === "problem" ? value : `${value} ${iccsTitle(parsed.code, messages.language)}`;
}

/** SDMX age groups: Y0T17 from 0 to 17, Y_GE18 18 and over, Y15 one year. */
function ageLabel(messages: Messages, value: string): string {
  const band = /^Y(\d+)T(\d+)$/.exec(value);
  if (band !== null) return messages.text("age.band", { low: band[1] ?? "", high: band[2] ?? "" });
  const open = /^Y_GE(\d+)$/.exec(value);
  if (open !== null) return messages.text("age.open", { low: open[1] ?? "" });
  return value;
}

/** The unit of an indicator's values in words. */
export function unitLabel(definitions: Definitions, messages: Messages, indicator: Indicator): string {
  if (indicator.measure === "share" || indicator.measure === "share-of-areas") return messages.text("unit.percent");
  const unit = countUnitLabel(definitions, messages, indicator);
  return indicator.measure === "rate"
    ? messages.text("unit.rate", { unit, per: messages.number(indicator.per) })
    : unit;
}

/** The count unit of an indicator's numerator. */
function countUnitOf(definitions: Definitions, indicator: Indicator): string {
  const [stream = "", set = ""] = (indicator.numerator.facts[0] ?? "").split("/");
  return definitions.streams.get(stream)?.value.facts.find(({ facts }) => facts === set)?.countUnit ?? "";
}

/** The count unit of an indicator's numerator in words. */
export function countUnitLabel(definitions: Definitions, messages: Messages, indicator: Indicator): string {
  const unit = countUnitOf(definitions, indicator);
  return messages.dynamic(`unit.${unit}`, unit);
}

/** The factor that turns a value as it is kept into a value as it is shown: shares are shown in percent. */
export function shownFactor(indicator: Indicator): number {
  return indicator.measure === "share" || indicator.measure === "share-of-areas" ? 100 : 1;
}

/**
 * A value, or a bound of it, as every page shows it: percent with one decimal, a rate with three digits that count, a
 * count whole unless it is a weighted sum.
 */
export function shownNumber(messages: Messages, indicator: Indicator, value: number): string {
  switch (indicator.measure) {
    case "share":
    case "share-of-areas":
      return messages.number(value * 100, 1);
    case "rate":
      return messages.significant(value);
    case "count":
      return messages.number(value, Number.isInteger(value) ? 0 : 1);
    default:
      return indicator satisfies never;
  }
}

/** A value with its unit as it is said: "1 victim", "0.12 victims per 100,000 population", "3.4 percent". */
export function amountText(
  definitions: Definitions,
  messages: Messages,
  indicator: Indicator,
  value: number,
  unit = countUnitOf(definitions, indicator),
): string {
  const shown = shownNumber(messages, indicator, value);
  if (indicator.measure === "share" || indicator.measure === "share-of-areas")
    return messages.text("amount.percent", { value: shown });
  const amount = messages.dynamic(`amount.${unit}`, `${shown} ${unit}`, { value: shown, count: value });
  return indicator.measure === "rate"
    ? messages.text("amount.rate", { amount, per: messages.number(indicator.per) })
    : amount;
}

/** The value of an observation as text; what is not known is said in words, never as zero or as an empty cell. */
export function valueText(messages: Messages, indicator: Indicator, observation: Observation): string {
  if (observation.value !== null) return shownNumber(messages, indicator, observation.value);
  return reasonText(messages, indicator, observation);
}

/** Why there is no value, or why it is marked; empty for an unmarked value. */
export function reasonText(messages: Messages, indicator: Indicator, observation: Observation): string {
  const { low, high, reason, status, value } = observation;
  if (reason === null) return value === null ? messages.text(`status.${status}`) : "";
  if (reason === "not-known" && status !== "normal") return messages.text(`status.${status}`);
  if (reason === "masked" && low !== null && high !== null) {
    const bounds = { low: messages.number(low), high: messages.number(high) };
    return messages.text(indicator.measure === "count" ? "reason.masked" : "reason.masked-count", bounds);
  }
  const parts = { parts: observation.parts ?? 0, expected: observation.expected ?? 0 };
  return messages.dynamic(`reason.${reason}`, messages.text(`status.${status}`), { ...parts, low: "?", high: "?" });
}

/** The name of a level of areas, such as region. */
export function levelLabel(messages: Messages, level: string): string {
  return messages.dynamic(`level.${level}`, level.replaceAll(/[-_]/g, " "));
}

/** What one line of a figure is: the values of its dimensions, or the total. */
export function seriesLabel(messages: Messages, observation: Observation | undefined): string {
  const parts = Object.entries(observation?.dimensions ?? {})
    .filter(([, value]) => value !== "_T")
    .map(([name, value]) => valueLabel(messages, name, value));
  return parts.length === 0 ? messages.text("indicator.total") : parts.join(messages.text("punctuation.list"));
}
