import type { EndedMatter, ErasedMatter } from "../../../cooperation/index.ts";
import { erasureGrounds } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { choiceInputs, textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import { actorName, eventName, type Names, partnerName, stateName } from "../names.ts";
import type { FormState } from "./simple-forms.ts";

/** What the pages about keeping and erasing one matter are drawn from. */
export interface EndedReading {
  readonly ended: EndedMatter;
  readonly names: Names;
}

const titleOf = ({ type, reference, sealed }: EndedMatter, words: DeskWords): string =>
  sealed ? words.text("erasure.sealed") : `${words.label(type.title)}${reference === undefined ? "" : ` ${reference}`}`;

/** How a matter is called on the pages about keeping and erasing it. */
export const endedTitle = (ended: EndedMatter, words: DeskWords): string =>
  `${words.text("erasure.one")}: ${titleOf(ended, words)}`;

/** Matters that are due for erasure, and those that somebody wants erased. */
export function duePage(due: readonly EndedMatter[], desk: Desk, words: DeskWords): Html {
  const about = html`<p>${words.text("erasure.about")}</p>`;
  if (due.length === 0) return html`${about}<p>${words.text("erasure.none")}</p>`;
  return html`${about}<div class="scroll" role="region" tabindex="0" aria-label="${words.text("erasure.title")}"><table>
<thead><tr><th scope="col">${words.text("erasure.matter")}</th><th scope="col">${words.text("erasure.ended")}</th><th scope="col">${words.text("erasure.kept")}</th><th scope="col">${words.text("erasure.state")}</th></tr></thead>
<tbody>${due.map(
    (
      one,
    ) => html`<tr><th scope="row"><a href="${deskAddress(words, ["matters", one.matter, "erasure"])}"><span dir="auto">${titleOf(one, words)}</span></a></th>
<td>${one.ended === undefined ? "—" : timeOf(one.ended, desk)}</td><td>${keptText(one, words)}</td>
<td>${one.proposal !== undefined ? words.text("erasure.proposedShort") : one.hold !== undefined ? words.text("erasure.heldShort") : "—"}</td></tr>`,
  )}</tbody></table></div>`;
}

function keptText({ retention }: EndedMatter, words: DeskWords): string {
  return retention === undefined ? words.text("erasure.noRule") : retention.until;
}

/** One matter that has ended: until when it is kept, holds, and the two steps of erasing it. */
export function endedPage(reading: EndedReading, state: FormState, desk: Desk, words: DeskWords): Html {
  const { ended, names } = reading;
  const { hold, proposal, retention, may } = ended;
  const because =
    retention === undefined
      ? words.text("erasure.noRule")
      : retention.by === "field"
        ? words.text("erasure.by.field")
        : `${words.text("erasure.by.rule")}${retention.article === undefined ? "" : ` (${retention.article})`}`;
  return html`${
    ended.ended === undefined
      ? html`<p>${words.text("erasure.stillOpen")}</p>`
      : html`<dl><dt>${words.text("erasure.ended")}</dt><dd>${timeOf(ended.ended, desk)}</dd>
<dt>${words.text("erasure.kept")}</dt><dd>${keptText(ended, words)}</dd><dt>${words.text("erasure.because")}</dt><dd dir="auto">${because}</dd></dl>`
  }
${
  hold === undefined
    ? ""
    : html`<p class="watch" dir="auto">${words.text("erasure.held", {
        person: actorName(hold.by, names, words),
        time: words.distance(hold.at, desk.now),
        reason: hold.reason,
      })}</p>`
}${
  proposal === undefined
    ? ""
    : html`<p class="said" dir="auto">${words.text("erasure.proposed", {
        person: actorName(proposal.by, names, words),
        time: words.distance(proposal.at, desk.now),
        ground: words.text(`erasure.ground.${proposal.ground}`),
        reason: proposal.reason,
      })}</p>`
}
${proposal !== undefined ? eraseForms(reading, state, desk, words) : may.propose && hold === undefined ? proposeForm(ended, state, desk, words) : ""}
${may.hold ? holdForm(ended, state, desk, words) : ""}
<p><a href="${deskAddress(words, ["erasure"])}">${words.text("erasure.title")}</a>${
    !ended.readable
      ? ""
      : html` · <a href="${deskAddress(words, ["matters", ended.matter])}">${words.text("erasure.toMatter")}</a>`
  }</p>`;
}

const target = ({ matter }: EndedMatter, words: DeskWords): string =>
  deskAddress(words, ["matters", matter, "erasure"]);

function warning(words: DeskWords): Html {
  return html`<p>${words.text("erasure.warning")}</p><ul><li>${words.text("erasure.backups")}</li><li>${words.text("erasure.partner")}</li></ul>`;
}

function proposeForm(ended: EndedMatter, state: FormState, desk: Desk, words: DeskWords): Html {
  return html`<section aria-labelledby="propose"><h2 id="propose">${words.text("erasure.propose")}</h2>${warning(words)}${form(
    desk,
    target(ended, words),
    html`${choiceInputs(state, {
      name: "ground",
      label: words.text("erasure.ground"),
      kind: "radio",
      choices: erasureGrounds.map((ground) => ({ id: ground, label: words.text(`erasure.ground.${ground}`) })),
    })}${textInput(state, {
      name: "propose.reason",
      label: words.text("erasure.reason"),
      hint: words.text("erasure.reasonHint"),
      kind: "paragraphs",
    })}<button>${words.text("erasure.propose")}</button>`,
    { command: state.command, act: "propose" },
  )}</section>`;
}

function eraseForms({ ended }: EndedReading, state: FormState, desk: Desk, words: DeskWords): Html {
  const { proposal, may } = ended;
  if (proposal === undefined) return html``;
  const decline = form(
    desk,
    target(ended, words),
    html`${textInput(state, {
      name: "decline.reason",
      label: words.text("erasure.declineReason"),
      kind: "paragraphs",
    })}<button class="quiet">${words.text("erasure.decline")}</button>`,
    { command: state.command, act: "decline", proposal: proposal.event },
  );
  if (!may.approve) return html`<p>${words.text("erasure.waits")}</p>${may.propose ? decline : ""}`;
  return html`<section aria-labelledby="erase"><h2 id="erase">${words.text("erasure.erase")}</h2>${warning(words)}${form(
    desk,
    target(ended, words),
    html`${choiceInputs(state, {
      name: "sure",
      label: words.text("erasure.erase"),
      kind: "checkbox",
      choices: [{ id: "yes", label: words.text("erasure.sure") }],
    })}<button>${words.text("erasure.erase")}</button>`,
    { command: state.command, act: "erase", proposal: proposal.event },
  )}</section>
<section aria-labelledby="decline"><h2 id="decline">${words.text("erasure.decline")}</h2>${decline}</section>`;
}

function holdForm(ended: EndedMatter, state: FormState, desk: Desk, words: DeskWords): Html {
  const lifting = ended.hold !== undefined;
  const title = words.text(lifting ? "erasure.liftHold" : "erasure.placeHold");
  return html`<section aria-labelledby="hold"><h2 id="hold">${title}</h2>${lifting ? "" : html`<p>${words.text("erasure.placeHint")}</p>`}${form(
    desk,
    target(ended, words),
    html`${textInput(state, {
      name: "hold.reason",
      label: words.text("erasure.reason"),
      kind: "paragraphs",
    })}<button class="quiet">${title}</button>`,
    { command: state.command, act: lifting ? "lift" : "hold" },
  )}</section>`;
}

/** What is left of a matter whose contents were erased. */
export function erasedPage(
  { erased: found, names }: { readonly erased: ErasedMatter; readonly names: Names },
  desk: Desk,
  words: DeskWords,
): Html {
  const { stored, type, erased, remains, exportable } = found;
  const { ground, first, keptUntil, article } = erased.data;
  const said = words.text("erasure.erasedSaid", {
    date: words.clock(erased.at, desk.timeZone),
    person: actorName(erased.by, names, words),
    ground: words.text(`erasure.ground.${ground}`, { date: first ?? "" }),
  });
  const until =
    keptUntil === undefined
      ? ""
      : article === undefined
        ? words.text("erasure.erasedUntilPlain", { date: keptUntil })
        : words.text("erasure.erasedUntil", { date: keptUntil, article });
  const side = stored.side === "requesting" ? type.sides.requesting : type.sides.requested;
  return html`<p class="watch" dir="auto">${said} ${until}</p><p>${words.text("erasure.left")}</p>
<dl><dt>${words.text("erasure.side")}</dt><dd>${words.label(side)}</dd><dt>${words.text("erasure.partnerLabel")}</dt><dd>${partnerName(names, stored.partner)}</dd>
<dt>${words.text("erasure.opened")}</dt><dd>${timeOf(stored.openedAt, desk)}</dd><dt>${words.text("erasure.state.label")}</dt><dd>${stateName(type, stored.state, words)}</dd></dl>
<h2>${words.text("erasure.steps")}</h2><ol>${remains.map(
    ({
      head,
      digest,
    }) => html`<li><strong>${eventName(type, head.name, words)}</strong> — ${actorName(head.by, names, words)}, ${timeOf(head.at, desk)}
<details><summary>${words.text("erasure.proof")}</summary><code class="break" dir="ltr">${digest}</code></details></li>`,
  )}</ol>
${exportable ? html`<p><a href="${deskAddress(words, ["matters", stored.matter, "export"])}">${words.text("erasure.export")}</a></p>` : ""}`;
}
