import { compare, type Definitions, type Indicator, type Observation, yearEarlier } from "../evidence/index.ts";
import type { Messages } from "./catalogue.ts";
import { amountText, reasonText, shownFactor, shownNumber } from "./labels.ts";
import { periodWords } from "./periods.ts";

/**
 * What the latest whole figure says, in words: made from the same observations and by the same formatting as the figure
 * and the table, so that they cannot disagree. It is compared with the same period of the year before, and chance is
 * spoken of only where a proper test applies. What is newer but unknown or partial is said, never passed over.
 *
 * @param series - Observations of one area without a breakdown, by time.
 */
export function figureSentences(
  definitions: Definitions,
  messages: Messages,
  indicator: Indicator,
  series: readonly Observation[],
  labels: { readonly title: string; readonly area: string },
): string[] {
  const last = series.at(-1);
  if (last === undefined) return [];
  const words = (observation: Observation): string => periodWords(messages, observation.period, observation.frequency);
  const known = series.filter(({ value }) => value !== null);
  const current = known.findLast(({ status }) => status !== "partial") ?? latestOfMany(known);
  if (current === undefined || current.value === null) return [unknown(messages, indicator, last, words(last))];
  const shown = (value: number): string => shownNumber(messages, indicator, value);
  const amount = amountText(definitions, messages, indicator, current.value);
  const sentences = [
    current.area === "_U"
      ? messages.text("sentence.nowNowhere", { title: labels.title, period: words(current), amount })
      : messages.text("sentence.now", { ...labels, period: words(current), amount }),
  ];
  if (current.lower !== null && current.upper !== null) {
    const level = messages.number(indicator.intervalLevel * 100);
    sentences.push(
      messages.text("sentence.interval", { level, lower: shown(current.lower), upper: shown(current.upper) }),
    );
  }
  if (current.status === "partial") sentences.push(...partial(messages, current));
  if (current.status === "estimated") sentences.push(messages.text("sentence.estimated"));
  const earlier = yearEarlier(current.period, current.frequency);
  const before = series.find(({ period }) => period === earlier);
  if (before !== undefined) sentences.push(...comparison(messages, indicator, current, before, words(before)));
  if (last !== current && last.period > current.period) sentences.push(later(messages, indicator, last, words(last)));
  return sentences;
}

/** Where every figure is made from some of the areas: the latest with at least half as many as any had. */
function latestOfMany(known: readonly Observation[]): Observation | undefined {
  const most = Math.max(...known.map(({ parts }) => parts ?? 0));
  return known.findLast(({ parts }) => (parts ?? 0) * 2 >= most);
}

function unknown(messages: Messages, indicator: Indicator, observation: Observation, period: string): string {
  const { low, high, reason } = observation;
  if (low !== null && high !== null && reason === "masked" && indicator.measure === "count")
    return messages.text("sentence.bounds", { period, low: messages.number(low), high: messages.number(high) });
  return messages.text("sentence.none", { period, reason: reasonText(messages, indicator, observation) });
}

function later(messages: Messages, indicator: Indicator, observation: Observation, period: string): string {
  return observation.value === null
    ? unknown(messages, indicator, observation, period)
    : messages.text("sentence.laterPartial", { period });
}

function partial(messages: Messages, { coverage, parts, expected, reason }: Observation): string[] {
  if (reason === "available-parts" && parts !== null && expected !== null)
    return [messages.text("sentence.parts", { parts: messages.number(parts), expected: messages.number(expected) })];
  return coverage === null ? [] : [messages.text("sentence.partial", { coverage: messages.percent(coverage) })];
}

/** Below this a change is shown as 0.0. */
const leastShown = 0.05;

function comparison(
  messages: Messages,
  indicator: Indicator,
  current: Observation,
  before: Observation,
  period: string,
): string[] {
  const found = compare(indicator, current, before);
  if (found === undefined || before.value === null) return [];
  if (found.difference === 0) return [messages.text("sentence.same", { before: period })];
  const share = shownFactor(indicator) !== 1;
  const change = share ? found.difference * 100 : found.change === undefined ? undefined : found.change * 100;
  const sentences: string[] = [];
  if (change === undefined) {
    const value = shownNumber(messages, indicator, before.value);
    sentences.push(messages.text("sentence.before", { before: period, value }));
  } else if (Math.abs(change) < leastShown) {
    sentences.push(messages.text("sentence.nearlySame", { before: period }));
  } else {
    const key =
      change > 0 ? (share ? "sentence.morePoints" : "sentence.more") : share ? "sentence.lessPoints" : "sentence.less";
    sentences.push(messages.text(key, { change: messages.number(Math.abs(change), 1), before: period }));
  }
  if (found.pValue !== undefined && found.pValue > 1 - indicator.intervalLevel)
    sentences.push(messages.text("sentence.withinChance"));
  return sentences;
}
