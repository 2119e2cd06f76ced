import { fingerprint, parseVerifier, type RecordsCheck, type RecordsReading } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { clockTime, type DeskWords } from "../messages.ts";
import { type Names, partnerName } from "../names.ts";

/** How far the check of everything is, and what the last one found. */
export interface RecordsState {
  readonly running: boolean;
  readonly last: RecordsCheck | "failed" | undefined;
}

function checked({ running, last }: RecordsState, desk: Desk, words: DeskWords): Html {
  const now = running ? html`<p class="said">${words.text("log.checkRunning")}</p>` : "";
  if (last === undefined) return html`${now}`;
  if (last === "failed") return html`${now}<p class="fault">${words.text("log.checkFailed")}</p>`;
  const time = clockTime(last.at, desk.timeZone);
  const { entries, files, bytes, erased, events, sealed, unsealed, problems } = last;
  const rows = html`<p>${words.text("log.checkRows", { events, sealed, unsealed })}</p>`;
  return problems.length === 0
    ? html`${now}<p class="done">${words.text("log.checkGood", { time, entries, files, bytes, erased })}</p>${rows}`
    : html`${now}<p class="fault">${words.text("log.checkBad", { time, count: problems.length })}</p>${rows}
<ul>${problems.slice(0, 200).map(({ code, path, message }) => html`<li><code>${code}</code> <span class="ltr">${path}</span>: <span lang="en" dir="ltr">${message}</span></li>`)}</ul>`;
}

/** A key as a line for the command, and as it is read out by telephone. */
function key(id: string, title: string, text: string, words: DeskWords): Html {
  const verifier = parseVerifier(text);
  return html`<h2 id="${id}">${title}</h2><pre class="ltr scroll" tabindex="0" role="region" aria-labelledby="${id}">${text}</pre>${
    verifier === undefined
      ? ""
      : html`<p>${words.text("log.fingerprint")}: <code class="break ltr">${fingerprint(verifier)}</code></p>`
  }`;
}

/** Log and vault for auditors: sizes, heads and alarms, nothing of any matter. */
export function recordsPage(
  reading: RecordsReading,
  state: RecordsState,
  names: Names,
  desk: Desk,
  words: DeskWords,
): Html {
  const heads = (list: RecordsReading["cosigned"], none: "log.cosignedNone" | "log.watchedNone"): Html =>
    list.length === 0
      ? html`<p>${words.text(none)}</p>`
      : html`<ul>${list.map(
          ({ by, size, at }) =>
            html`<li>${words.text("log.head", { name: partnerName(names, by), size })} <span class="small">(${timeOf(at, desk)})</span></li>`,
        )}</ul>`;
  return html`<dl class="facts"><dt>${words.text("log.size")}</dt><dd>${reading.size}</dd>
<dt>${words.text("log.origin")}</dt><dd class="ltr">${reading.origin}</dd></dl>
<h2>${words.text("log.alarms")}</h2>
${
  reading.alarms.length === 0
    ? html`<p>${words.text("log.alarmsNone")}</p>`
    : html`<ul>${reading.alarms.map(
        ({ at, log, saidBy, code, message }) =>
          html`<li>${timeOf(at, desk)} <strong class="ltr">${log}</strong> — ${saidBy === undefined ? "" : partnerName(names, saidBy)}: <span lang="en" dir="ltr">${message}</span> <code>${code}</code></li>`,
      )}</ul>`
}
<h2>${words.text("log.cosigned")}</h2>${heads(reading.cosigned, "log.cosignedNone")}
<h2>${words.text("log.watched")}</h2>${heads(reading.watched, "log.watchedNone")}
<h2>${words.text("log.check")}</h2><p>${words.text("log.checkHint")}</p>
${checked(state, desk, words)}
${form(desk, deskAddress(words, ["log", "check"]), html`<button>${words.text("log.check")}</button>`)}
<h2 id="head">${words.text("log.checkpoint")}</h2><pre class="ltr scroll" tabindex="0" role="region" aria-labelledby="head">${reading.checkpoint}</pre>
${key("key", words.text("log.key"), reading.key, words)}
${key("witness", words.text("log.witnessKey"), reading.witnessKey, words)}
<p><a href="${deskAddress(words, [])}">${words.text("log.reads")}</a></p>`;
}

/** What an auditor sees first, with the way to log and vault. */
export function withLog(content: Html, words: DeskWords): Html {
  return html`<p><a class="go" href="${deskAddress(words, ["log"])}">${words.text("log.title")}</a></p>${content}`;
}
