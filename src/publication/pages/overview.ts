import { type Observation, type ObservatoryReader, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { amountText, reasonText, valueText } from "../labels.ts";
import { periodLabel } from "../periods.ts";
import { numberCell, renderTable, wholeCell } from "./table.ts";

/** The first page: what the observatory is, every indicator with its latest figure, and where they come from. */
export function overviewPage(
  reader: ObservatoryReader,
  messages: Messages,
  latest: ReadonlyMap<string, Observation | undefined>,
): Html {
  const { definitions, manifest } = reader;
  const { language } = messages;
  const rows = [...definitions.indicators].map(([id, { value: indicator }]) => {
    const observation = latest.get(id);
    const problem = manifest.indicators[id]?.problem ?? null;
    const link = html`<a href="${address([language, "indicators", id])}">${textIn(indicator.title, language)}</a>`;
    if (observation === undefined) {
      return [
        { content: link },
        problem === null ? messages.text("indicator.noFigures") : messages.text("home.notMade", { reason: problem }),
        "",
      ];
    }
    const reason = observation.value === null ? "" : reasonText(messages, indicator, observation);
    const target = address([language, "explain", id], { area: observation.area, by: "", period: observation.period });
    const lineBack = messages.text("column.lineBack");
    return [
      { content: link },
      {
        content: html`${
          observation.value === null
            ? valueText(messages, indicator, observation)
            : amountText(definitions, messages, indicator, observation.value)
        }${reason === "" ? "" : html` <span class="mark">${reason}</span>`}<br><a class="small" href="${target}" aria-label="${lineBack}: ${textIn(indicator.title, language)}">${lineBack}</a>`,
      },
      wholeCell(periodLabel(observation.period, observation.frequency)),
    ];
  });
  const streams = [...definitions.streams].map(([id, { value: stream }]) => {
    const summary = manifest.streams[id]?.summary ?? null;
    const number = (value: number | undefined) =>
      numberCell(value === undefined ? messages.text("dimension._U") : messages.number(value, 0));
    return [
      { content: html`<a href="${address([language, "quarantine", id])}">${textIn(stream.title, language)}</a>` },
      number(summary?.rowsIn),
      number(summary?.accepted),
      number(summary?.flagged),
      number(summary?.quarantined),
      number(summary?.setAside),
    ];
  });
  return html`<p class="lead">${textIn(definitions.observatory.value.description, language)}</p>
<h2>${messages.text("home.indicators")}</h2>
${
  rows.length === 0
    ? html`<p>${messages.text("home.none")}</p>`
    : renderTable(
        messages.text("home.indicators"),
        [messages.text("home.indicator"), messages.text("home.latest"), messages.text("home.period")],
        rows,
        true,
      )
}
<h2>${messages.text("home.streams")}</h2>
${renderTable(
  messages.text("home.streams"),
  [
    messages.text("sources.stream"),
    numberCell(messages.text("sources.in")),
    numberCell(messages.text("sources.accepted")),
    numberCell(messages.text("sources.flagged")),
    numberCell(messages.text("sources.quarantined")),
    numberCell(messages.text("sources.setAside")),
  ],
  streams,
  true,
)}`;
}
