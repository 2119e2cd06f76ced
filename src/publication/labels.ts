import {
  type Definitions,
  type Frequency,
  type Indicator,
  type Observation,
  periodText,
  textIn,
} from "../evidence/index.ts";
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

/** The count unit of an indicator's numerator in words. */
export function countUnitLabel(definitions: Definitions, messages: Messages, indicator: Indicator): string {
  const [stream = "", set = ""] = (indicator.numerator.facts[0] ?? "").split("/");
  const unit = definitions.streams.get(stream)?.value.facts.find(({ facts }) => facts === set)?.countUnit ?? "";
  return messages.dynamic(`unit.${unit}`, unit);
}

/** A period as it is written on pages. */
export function periodLabel(date: string, frequency: Frequency): string {
  return periodText(date, frequency);
}

/** The factor that turns a value as it is kept into a value as it is shown: shares are shown in percent. */
export function shownFactor(indicator: Indicator): number {
  return indicator.measure === "share" || indicator.measure === "share-of-areas" ? 100 : 1;
}

/** The value of an observation as text; what is not known is said in words, never as zero or as an empty cell. */
export function valueText(messages: Messages, indicator: Indicator, observation: Observation): string {
  if (observation.value !== null) return messages.number(observation.value * shownFactor(indicator));
  return reasonText(messages, observation);
}

/** Why there is no value, or why it is marked; empty for an unmarked value. */
export function reasonText(messages: Messages, observation: Observation): string {
  if (observation.reason === null)
    return observation.value === null ? messages.text(`status.${observation.status}`) : "";
  if (observation.reason === "not-known" && observation.status !== "normal")
    return messages.text(`status.${observation.status}`);
  return messages.dynamic(`reason.${observation.reason}`, messages.text(`status.${observation.status}`), {
    low: observation.low === null ? "?" : messages.number(observation.low),
    high: observation.high === null ? "?" : messages.number(observation.high),
    parts: observation.parts ?? 0,
    expected: observation.expected ?? 0,
  });
}
