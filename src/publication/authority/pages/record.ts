import { fieldValues, historyFaults, type MatterView } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, exactTimeOf, timeOf } from "../frame.ts";
import type { DeskWords } from "../messages.ts";
import { actorName, eventName, type Names, partnerName } from "../names.ts";
import { emergencyList } from "./access.ts";
import { shownValue } from "./forms.ts";
import { outcomes } from "./outcomes.ts";

/** The request as a document to be printed: every content that is shared with the other side. */
export function documentPage(view: MatterView, names: Names, desk: Desk, words: DeskWords): Html {
  const { type, matter } = view;
  const values = fieldValues(matter);
  const last = view.history.at(-1);
  const [from, to] =
    matter.side === "requesting"
      ? [desk.name, partnerName(names, matter.partner)]
      : [partnerName(names, matter.partner), desk.name];
  const settled = view.history.findLast(({ event }) => event.name === "approved" || event.name === "returned");
  const approved = settled?.event.name === "approved" ? settled : undefined;
  const draft = matter.side === "requesting" && !matter.known && approved === undefined;
  return html`<p class="hint on-screen">${words.text("document.print")}</p>${draft ? html`<p class="watch"><strong>${words.text("document.draft")}</strong></p>` : ""}
<dl><dt>${words.text("document.from")}</dt><dd>${from}</dd><dt>${words.text("document.to")}</dt><dd>${to}</dd>${
    approved === undefined
      ? ""
      : html`<dt>${words.text("document.approved")}</dt><dd>${actorName(approved.event.by, names, words)}, ${exactTimeOf(approved.event.at, desk)}</dd>`
  }</dl>
${type.sections.map((section) => {
  const fields = type.fields.filter(
    (field) => field.section === section.id && field.shared && values[field.id] !== undefined,
  );
  return fields.length === 0
    ? ""
    : html`<section class="document"><h2>${words.label(section.label)}</h2><dl>${fields.map(
        (field) =>
          html`<dt>${words.label(field.label)}${field.article === undefined ? "" : html` <span class="hint">${field.article}</span>`}</dt><dd>${shownValue(view, field, values[field.id], words)}</dd>`,
      )}</dl></section>`;
})}
${outcomes({ view, names }, true, desk, words)}
${
  last === undefined
    ? ""
    : html`<p class="hint">${words.text("document.asOf", { time: last.event.at, sequence: last.event.sequence, digest: last.digest })}</p>`
}
<p class="hint on-screen"><a href="${deskAddress(words, ["matters", matter.id])}">${words.text("form.back")}</a></p>`;
}

/** One look at a matter. */
export interface LoggedLook {
  readonly at: string;
  readonly who: string;
  /** As the log has it, such as `queue` or `content of exhibit 3`. */
  readonly what: string;
  readonly reason: string | null;
  /** Identifier of the matter. */
  readonly matter: string;
  /** Whether it is the record that somebody used emergency access. */
  readonly emergency: boolean;
}

/**
 * The events of a matter with their digests, checked now, and who looked.
 *
 * @param looks - Undefined where the reader may not see who looked.
 * @param complete - Whether the history is shown whole; what is masked cannot be checked against its digest.
 */
export function auditPage(
  at: {
    readonly view: MatterView;
    readonly names: Names;
    readonly looks: readonly LoggedLook[] | undefined;
    readonly complete: boolean;
  },
  desk: Desk,
  words: DeskWords,
): Html {
  const { view, names, looks } = at;
  const faults = at.complete ? historyFaults(view.history) : [];
  const said = !at.complete
    ? words.text("audit.masked")
    : faults.length === 0
      ? words.text("audit.intact", { count: view.history.length })
      : words.text("audit.broken", { count: faults.length });
  return html`<p class="said">${said}</p>
${faults.length === 0 ? "" : html`<ul>${faults.map(({ sequence, fault }) => html`<li>${words.text("audit.fault", { sequence, fault })}</li>`)}</ul>`}
<h2 id="digests">${words.text("audit.events")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="digests"><table><thead><tr><th scope="col">${words.text("audit.sequence")}</th><th scope="col">${words.text("matter.when")}</th><th scope="col">${words.text("matter.who")}</th><th scope="col">${words.text("matter.what")}</th><th scope="col">${words.text("audit.digest")}</th></tr></thead>
<tbody>${view.history.map(
    ({
      event,
      digest,
    }) => html`<tr><th scope="row">${event.sequence}</th><td>${timeOf(event.at, desk)}</td><td>${actorName(event.by, names, words)}</td>
<td>${eventName(view.type, event.name, words)}</td><td class="hash ltr">${digest}</td></tr>`,
  )}</tbody></table></div>
<h2>${words.text("audit.reads")}</h2>${
    looks === undefined
      ? html`<p>${words.text("audit.readsNone")}</p>`
      : html`<ul>${looks.map(
          (look) =>
            html`<li>${timeOf(look.at, desk)} ${look.who}: ${lookName(look.what, words)}${look.reason === null ? "" : html` — <span dir="auto">${look.reason}</span>`}</li>`,
        )}</ul>`
  }
<p><a href="${deskAddress(words, ["matters", view.matter.id])}">${words.text("form.back")}</a></p>`;
}

/** What was shown, in the reader's language; the log itself keeps it in one. */
function lookName(what: string, words: DeskWords): string {
  const [, kind, name = ""] = /^content of (?:an? )?(exhibit|document) ?(.*)$/s.exec(what) ?? [];
  if (kind === "exhibit" || kind === "document") return words.text(`look.${kind}`, { name }).trim();
  return words.dynamic(`look.${what}`, what);
}

/** Looks of one moment at several matters, such as those that a queue showed, as one. */
function together(looks: readonly LoggedLook[]): readonly (readonly [LoggedLook, ...LoggedLook[]])[] {
  const groups = new Map<string, [LoggedLook, ...LoggedLook[]]>();
  for (const look of looks) {
    const key = JSON.stringify([look.at, look.who, look.what, look.reason]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [look]);
    else group.push(look);
  }
  return [...groups.values()];
}

function mattersOf(looks: readonly LoggedLook[], words: DeskWords): Html {
  const named = looks.map(({ matter }) => html`<code>${matter}</code>`);
  return named.length === 1
    ? html`${named}`
    : html`<details><summary>${words.text("look.matters", { count: named.length })}</summary><ul>${named.map((one) => html`<li>${one}</li>`)}</ul></details>`;
}

/** Who looked at what, for auditors, the newest first: no content of a matter. */
export function readLogPage(looks: readonly LoggedLook[], desk: Desk, words: DeskWords): Html {
  const emergencies = looks.filter(({ emergency }) => emergency).reverse();
  return html`${emergencyList(
    emergencies.map(({ who, at, reason, matter }) => ({
      who,
      at,
      reason: reason ?? "",
      matter: { title: matter, address: undefined },
    })),
    desk,
    words,
  )}<h2 id="reads">${words.text("audit.reads")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="reads"><table><thead><tr><th scope="col">${words.text("matter.when")}</th><th scope="col">${words.text("matter.who")}</th><th scope="col">${words.text("audit.disclosed")}</th><th scope="col">${words.text("look.which")}</th><th scope="col">${words.text("audit.reason")}</th></tr></thead>
<tbody>${together([...looks].reverse()).map(
    (group) =>
      html`<tr><td>${timeOf(group[0].at, desk)}</td><td>${group[0].who}</td><td>${lookName(group[0].what, words)}</td><td>${mattersOf(group, words)}</td><td dir="auto">${group[0].reason ?? ""}</td></tr>`,
  )}</tbody></table></div>`;
}

/** The way back from a page that says a problem. */
export function backHome(words: DeskWords): Html {
  return html`<p><a href="${deskAddress(words, [])}">${words.text("site.queue")}</a></p>`;
}
