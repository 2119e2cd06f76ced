import {
  custodyProblems,
  custodyStages,
  type HeldItem,
  type MatterView,
  type stageRules,
} from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, exactTimeOf, form, timeOf } from "../frame.ts";
import { textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import { actorName, type Names, partnerName } from "../names.ts";
import { matterTitle } from "./matter.ts";
import type { FormState } from "./simple-forms.ts";

type Stage = keyof typeof stageRules;
type CustodyEvent = HeldItem["events"][number];

const under = (view: MatterView, words: DeskWords, ...path: string[]): string =>
  deskAddress(words, ["matters", view.matter.id, ...path]);

export const stageName = (stage: Stage, words: DeskWords): string => words.text(`stage.${stage}`);
export const actName = (stage: Stage, words: DeskWords): string => words.text(`act.${stage}`);

const bytesText = (bytes: number | undefined, words: DeskWords): string =>
  bytes === undefined ? "—" : words.text("evidence.bytes", { bytes });

/** What a page about the evidence of a matter is drawn from. */
export interface EvidenceReading {
  readonly view: MatterView;
  readonly names: Names;
  readonly permitted: ReadonlySet<string>;
  /** Documents whose content is here, by SHA-256. */
  readonly documents: ReadonlySet<string>;
}

/** The items of evidence of a matter, and its documents. */
export function evidencePage({ view, permitted, documents }: EvidenceReading, desk: Desk, words: DeskWords): Html {
  const { evidence, attachments } = view.matter;
  return html`${permitted.has("attachment-added") ? html`<p><a class="go" href="${under(view, words, "evidence", "new")}">${words.text("evidence.add")}</a></p>` : ""}
<h2 id="items">${words.text("evidence.items")}</h2>
${
  evidence.length === 0
    ? html`<p>${words.text("evidence.none")}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="items"><table><thead><tr>${(
        ["exhibit", "description", "stage", "standing", "size"] as const
      ).map((head) => html`<th scope="col">${words.text(`evidence.${head}`)}</th>`)}</tr></thead>
<tbody>${evidence.map(
        ({ id, item, state }) =>
          html`<tr><th scope="row"><a class="ltr" href="${under(view, words, "evidence", "items", id)}">${item.exhibitNumber}</a></th><td dir="auto">${item.description}</td>
<td>${stageName(state.stage, words)} <span class="small">(${timeOf(state.at, desk)})</span></td>
<td>${words.text(`evidence.standing.${state.standing}`)}${state.integrity === "broken" ? html`<br><strong>${words.text("evidence.integrity.broken")}</strong>` : ""}</td>
<td>${bytesText(item.bytes, words)}</td></tr>`,
      )}</tbody></table></div>`
}
<h2>${words.text("evidence.documents")}</h2>
${
  attachments.length === 0
    ? html`<p>${words.text("evidence.documentsNone")}</p>`
    : html`<ul>${attachments.map(
        ({ digest, name, bytes, at }) =>
          html`<li>${
            documents.has(digest)
              ? html`<a href="${under(view, words, "documents", digest)}" dir="auto">${name}</a>`
              : html`<span dir="auto">${name}</span> (${words.text("evidence.notHere")})`
          } <span class="small">${bytesText(bytes, words)}, ${timeOf(at, desk)}</span><br><span class="hash ltr">${digest}</span></li>`,
      )}</ul>`
}
<p><a href="${under(view, words)}">${words.text("form.back")}</a></p>`;
}

/** Stages that a form on the page of an item can record; the others come with an upload, a payload, or a second person. */
const actsOfPages: readonly Stage[] = custodyStages.filter(
  (stage) => !["identified", "acquired", "destroyed"].includes(stage),
);
/** Rules that a form can still meet: what is typed into it, and what is computed. */
const met = new Set(["custody.missing", "custody.hash-differs", "custody.before-last", "custody.by-nobody"]);

/** What can be done to an item now. Pure. */
export function possibleActs(view: MatterView, { item, state, events }: HeldItem): readonly Stage[] {
  const last = events.at(-1);
  if (last === undefined) return [];
  return actsOfPages.filter((stage) => {
    if (stage === "transmitted" && (!view.matter.known || item.bytes === undefined)) return false;
    if (stage === "received" && state.standing === "in-custody") return false;
    if (stage === "collected" && state.stage !== "identified") return false;
    const { id, exhibitNumber, at, by, authority, reason } = last;
    const before = state.digest === undefined ? {} : { hashBefore: state.digest };
    const probe = { id, exhibitNumber, at, by, authority, reason, stage, sequence: state.sequence + 1, ...before };
    return custodyProblems(item, state, probe).every(({ code }) => met.has(code));
  });
}

function authorisationText(one: CustodyEvent["authorisation"]): string {
  return one === undefined
    ? ""
    : [one.kind, one.reference, one.article].filter((part) => part !== undefined).join(", ");
}

function custodianText(one: CustodyEvent["to"]): string {
  return one === undefined ? "" : [one.holder, one.place].filter((part) => part !== undefined).join(", ");
}

function facts(view: MatterView, { item, state }: HeldItem, words: DeskWords): Html {
  const rows: readonly (readonly [Parameters<DeskWords["text"]>[0], string | undefined])[] = [
    ["look.which", matterTitle(view, words)],
    ["evidence.description", item.description],
    ["evidence.kind", words.text(`evidence.kind.${item.kind}`)],
    ["evidence.root", item.rootExhibitNumber],
    ["evidence.fileName", item.fileName],
    ["evidence.sourceDevice", item.sourceDevice],
    ["evidence.collector", item.collector],
    ["evidence.place", item.place],
    ["evidence.size", item.bytes === undefined ? undefined : bytesText(item.bytes, words)],
    ["evidence.custodian", state.custodian === undefined ? undefined : custodianText(state.custodian)],
    ["evidence.seal", state.seal],
    ["evidence.standing", words.text(`evidence.standing.${state.standing}`)],
    ["evidence.integrity", words.text(`evidence.integrity.${state.integrity}`)],
  ];
  return html`<dl class="facts">${rows
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => html`<dt>${words.text(key)}</dt><dd><bdi>${value}</bdi></dd>`)}${
    state.digest === undefined
      ? ""
      : html`<dt>${words.text("evidence.digest")}</dt><dd><span class="hash ltr">${state.digest}</span></dd>`
  }</dl>`;
}

/** The hash before and the hash after; said once where they are the same. */
function hashes({ hashBefore, hashAfter }: CustodyEvent, words: DeskWords): Html | string {
  if (hashBefore === undefined && hashAfter === undefined) return "";
  const hash = (text: string): Html => html`<span class="hash ltr">${text}</span>`;
  if (hashBefore === hashAfter)
    return html`<br><span class="small">${words.text("evidence.hashes")} ${hash(hashBefore ?? "")}</span>`;
  return html`<br><span class="small">${words.text("evidence.digest")} ${
    hashBefore === undefined ? "" : html`${words.text("evidence.before")} ${hash(hashBefore)} `
  }${hashAfter === undefined ? "" : html`${words.text("evidence.after")} ${hash(hashAfter)}`}</span>`;
}

function chain({ events }: HeldItem, { names }: Pick<EvidenceReading, "names">, desk: Desk, words: DeskWords): Html {
  const detail = (event: CustodyEvent): readonly (readonly [string, string])[] =>
    (
      [
        [words.text("evidence.authorisation"), authorisationText(event.authorisation)],
        [words.text("evidence.seal"), event.seal ?? ""],
        [words.text("evidence.from"), custodianText(event.from)],
        [words.text("evidence.to"), custodianText(event.to)],
        [words.text("evidence.tool"), event.tool ?? ""],
        [words.text("evidence.result"), event.result ?? ""],
      ] as const
    ).filter(([, value]) => value !== "");
  return html`<h2 id="chain">${words.text("evidence.chain")}</h2>
<ol class="chain">${events.map(
    (
      event,
    ) => html`<li><strong>${stageName(event.stage, words)}</strong>, ${exactTimeOf(event.at, desk)}, ${actorName(event.by, names, words)}
<br>${words.text("evidence.reason")}: <span dir="auto">${event.reason}</span>
${detail(event).map(([label, value]) => html`<br>${label}: <span dir="auto">${value}</span>`)}
${hashes(event, words)}</li>`,
  )}</ol>`;
}

/** One item: what it is, where it stands, what happened to it, and what can be done. */
export function evidenceItemPage(
  { view, names, permitted }: EvidenceReading,
  held: HeldItem,
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const path = ["evidence", "items", held.id] as const;
  const acts = permitted.has("custody-recorded") ? possibleActs(view, held) : [];
  const { destruction } = held;
  const readable = held.item.bytes !== undefined && held.state.standing !== "destroyed";
  const last = view.history.at(-1);
  return html`${facts(view, held, words)}
${held.state.standing === "destroyed" ? html`<p class="said">${words.text("evidence.destroyedHint")}</p>` : ""}
${chain(held, { names }, desk, words)}
${last === undefined ? "" : html`<p class="hint">${words.text("document.asOf", { time: last.event.at, sequence: last.event.sequence, digest: last.digest })}</p>`}
<div class="on-screen">${
    acts.length === 0 && !permitted.has("destruction-proposed")
      ? ""
      : html`<h2>${words.text("evidence.acts")}</h2>${
          acts.length === 0
            ? html`<p>${words.text("evidence.actsNone")}</p>`
            : html`<ul class="steps">${acts.map(
                (stage) =>
                  html`<li><a href="${under(view, words, ...path, "acts", stage)}">${actName(stage, words)}</a></li>`,
              )}</ul>`
        }`
  }
${
  destruction === undefined
    ? permitted.has("destruction-proposed") && held.state.standing === "in-custody"
      ? html`<p><a href="${under(view, words, ...path, "destruction")}">${words.text("evidence.destroyPropose")}</a></p>`
      : ""
    : html`<p class="said">${destructionProposed(destruction, names, words)} <a href="${under(view, words, ...path, "destruction")}">${words.text("act.destroyed")}</a></p>`
}
${
  readable && permitted.has("custody-recorded")
    ? html`<h2>${words.text("evidence.download")}</h2>${
        held.state.seal === undefined
          ? reasonForm(state, desk, words, under(view, words, ...path, "content"), "evidence.download")
          : html`<p>${words.text("evidence.sealedHint", { seal: held.state.seal })}</p>`
      }`
    : ""
}
<p><a href="${under(view, words, "evidence")}">${words.text("evidence.back")}</a></p></div>`;
}

/** Who proposed to destroy an item, why, and on which authorisation. */
export const destructionProposed = (
  { by, reason, authorisation }: NonNullable<HeldItem["destruction"]>,
  names: Names,
  words: DeskWords,
): string =>
  words.text("evidence.destroyProposed", {
    person: actorName(by, names, words),
    reason,
    authorisation: authorisationText(authorisation),
  });

function reasonForm(state: FormState, desk: Desk, words: DeskWords, target: string, button: "evidence.download"): Html {
  return form(
    desk,
    target,
    html`${textInput(state, {
      name: "reason",
      label: `${words.text("evidence.reason")} (${words.text("form.mandatory")})`,
      hint: words.text("evidence.downloadHint"),
    })}<button>${words.text(button)}</button>`,
  );
}

/** A document of the matter, before it is downloaded. */
export function documentContentPage(
  view: MatterView,
  document: MatterView["matter"]["attachments"][number],
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  return html`<dl class="facts"><dt>${words.text("evidence.size")}</dt><dd>${bytesText(document.bytes, words)}</dd>
<dt>${words.text("evidence.digest")}</dt><dd><span class="hash ltr">${document.digest}</span></dd></dl>
${reasonForm(state, desk, words, under(view, words, "documents", document.digest), "evidence.download")}
<p><a href="${under(view, words, "evidence")}">${words.text("evidence.back")}</a></p>`;
}

/** The name of the other side, for the form of a transmission. */
export const otherSideName = (view: MatterView, names: Names): string => partnerName(names, view.matter.partner);
