import type { Definitions, Indicator, Observation } from "../evidence/index.ts";
import type { Messages } from "./catalogue.ts";
import { periodLabel, reasonText, shownFactor, unitLabel } from "./labels.ts";

/**
 * What the latest figure says, in words: made from the same observation as the figure and the table, so that they cannot
 * disagree. A comparison is only made between whole periods that follow each other, and says when it is within chance.
 */
export function figureSentences(
  definitions: Definitions,
  messages: Messages,
  indicator: Indicator,
  series: readonly Observation[],
  labels: { readonly title: string; readonly area: string },
): string[] {
  const known = series.filter(({ value }) => value !== null);
  const whole = known.filter(({ status }) => status !== "partial");
  const current = whole.at(-1) ?? latestOfMany(known);
  const last = series.at(-1);
  if (current === undefined || current.value === null) {
    if (last === undefined) return [messages.text("indicator.noFigures")];
    const period = periodLabel(last.period, last.frequency);
    if (last.low !== null && last.high !== null && last.reason === "masked") {
      return [messages.text("sentence.bounds", { low: messages.number(last.low), high: messages.number(last.high) })];
    }
    return [messages.text("sentence.none", { period, reason: reasonText(messages, last) })];
  }
  const factor = shownFactor(indicator);
  const shown = (value: number): string => messages.number(value * factor);
  const sentences = [
    messages.text("sentence.now", {
      ...labels,
      value: shown(current.value),
      unit: unitLabel(definitions, messages, indicator),
      period: periodLabel(current.period, current.frequency),
    }),
  ];
  if (current.lower !== null && current.upper !== null) {
    const level = messages.number(indicator.intervalLevel * 100);
    sentences.push(
      messages.text("sentence.interval", { level, lower: shown(current.lower), upper: shown(current.upper) }),
    );
  }
  if (current.status === "partial") {
    if (current.coverage !== null)
      sentences.push(messages.text("sentence.partial", { coverage: messages.percent(current.coverage) }));
    return sentences;
  }
  const before = series[series.indexOf(current) - 1];
  if (before !== undefined && before.value !== null && before.value !== 0 && before.status !== "partial") {
    sentences.push(...comparison(messages, current, before));
  }
  return sentences;
}

/** Where every figure is made from some of the areas: the latest with at least half as many as any had. */
function latestOfMany(known: readonly Observation[]): Observation | undefined {
  const most = Math.max(...known.map(({ parts }) => parts ?? 0));
  return known.findLast(({ parts }) => (parts ?? 0) * 2 >= most);
}

function comparison(messages: Messages, current: Observation, before: Observation): string[] {
  if (current.value === null || before.value === null) return [];
  const period = periodLabel(before.period, before.frequency);
  if (current.value === before.value) return [messages.text("sentence.same", { before: period })];
  const change = messages.number(Math.abs(current.value / before.value - 1) * 100, 1);
  const sentences = [
    messages.text(current.value > before.value ? "sentence.more" : "sentence.less", { change, before: period }),
  ];
  const overlap =
    current.lower !== null && current.upper !== null && before.lower !== null && before.upper !== null
      ? current.lower <= before.upper && before.lower <= current.upper
      : false;
  if (overlap) sentences.push(messages.text("sentence.withinChance"));
  return sentences;
}
