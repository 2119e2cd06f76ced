import { type Definitions, type Indicator, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { type Html, html } from "../html.ts";
import { countUnitLabel, iccsLabel } from "../labels.ts";

/** How an indicator is made, in sentences that are written from its definition. */
export function methodSection(definitions: Definitions, indicator: Indicator, messages: Messages): Html {
  const lines = [
    measureSentence(definitions, indicator, messages),
    messages.text("method.frequency", { frequency: messages.text(`frequency.${indicator.frequency}`) }),
    indicator.numerator.iccs === undefined
      ? messages.text("method.iccsAll")
      : messages.text("method.iccs", {
          codes: indicator.numerator.iccs.map((code) => iccsLabel(messages, code)).join("; "),
        }),
    messages.text("method.facts", { facts: indicator.numerator.facts.join(", ") }),
    intervalSentence(indicator, messages),
    messages.text(indicator.areas.rollUp === "complete" ? "method.rollUpComplete" : "method.rollUpAvailable"),
  ];
  if (indicator.measure === "rate") {
    const population = definitions.populations.get(indicator.denominator.population)?.value;
    if (population !== undefined) {
      const interpolation = messages.text(`interpolation.${population.interpolation}`);
      lines.push(messages.text("method.populationInterpolated", { interpolation }));
    }
  }
  if (hasMasks(definitions, indicator)) {
    lines.push(messages.text(indicator.masked === "midpoint" ? "method.masked" : "method.maskedBounds"));
  }
  return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function measureSentence(definitions: Definitions, indicator: Indicator, messages: Messages): string {
  const unit = countUnitLabel(definitions, messages, indicator);
  switch (indicator.measure) {
    case "count":
      return messages.text("method.count", { unit });
    case "rate": {
      const population = definitions.populations.get(indicator.denominator.population)?.value;
      return messages.text("method.rate", {
        unit,
        per: messages.number(indicator.per),
        population:
          population === undefined ? indicator.denominator.population : textIn(population.title, messages.language),
      });
    }
    case "share":
      return messages.text("method.share");
    case "share-of-areas":
      return messages.text("method.shareOfAreas", { level: indicator.of, above: messages.number(indicator.above) });
    default:
      return indicator satisfies never;
  }
}

function intervalSentence(indicator: Indicator, messages: Messages): string {
  if (indicator.measure === "count" || indicator.interval === "none") return messages.text("method.noInterval");
  return messages.text("method.interval", {
    method: messages.text(`interval.${indicator.interval}`),
    level: messages.number(indicator.intervalLevel * 100),
  });
}

function hasMasks(definitions: Definitions, indicator: Indicator): boolean {
  return indicator.numerator.facts.some((reference) => {
    const [id = "", facts = ""] = reference.split("/");
    const stream = definitions.streams.get(id)?.value;
    const count = stream?.facts.find((set) => set.facts === facts)?.count;
    if (stream === undefined || count === undefined || count === "rows") return false;
    return Object.keys(stream.columns[count.column]?.masked ?? {}).length > 0;
  });
}
