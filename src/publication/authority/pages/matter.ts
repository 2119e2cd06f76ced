import { type ClockView, isSealed, type MatterType, type MatterView, type Option } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { isObject } from "../form-values.ts";
import { type Desk, deskAddress, inputId, timeOf } from "../frame.ts";
import type { DeskWords } from "../messages.ts";
import {
  actorName,
  eventName,
  fieldName,
  type Names,
  partnerName,
  personName,
  refusalText,
  roleName,
  stateName,
} from "../names.ts";
import { emergencyNotice } from "./access.ts";
import { followFacts, followLinks } from "./following.ts";
import { particularsGiven } from "./forms.ts";
import { correctionList, crossedNotice } from "./mending.ts";
import { outcomes } from "./outcomes.ts";

/** What the page of a matter is drawn from. */
export interface MatterReading {
  readonly view: MatterView;
  readonly options: readonly Option[];
  /** Events that all matters share which the reader may cause: what is not among them gets no link. */
  readonly permitted: ReadonlySet<string>;
  readonly names: Names;
  /** The newest version of each type, for what can follow. */
  readonly types?: ReadonlyMap<string, MatterType>;
}

/** The title of a matter: its type and its reference. */
export function matterTitle({ type, matter }: Pick<MatterView, "type" | "matter">, words: DeskWords): string {
  const reference = matter.fields["own-reference"]?.value;
  const shown =
    typeof reference === "string" ? reference : words.text("queue.noReference", { id: matter.id.slice(-6) });
  return `${words.label(type.title)}: ${shown}`;
}

/** A matter: what is missing, its contents, what can be done next, its deadlines and its history. */
export function matterPage(reading: MatterReading, desk: Desk, words: DeskWords): Html {
  const { emergency } = reading.view;
  return html`${emergency === undefined ? "" : emergencyNotice(emergency, desk, words)}${crossedNotice(reading, desk, words)}${unseenNotice(reading, words)}${facts(reading, words)}
${outcomes(reading, false, desk, words)}
${missingList(reading, words)}
${sections(reading, words)}
${nextSteps(reading, desk, words)}
${clocks(reading, desk, words)}
${consultations(reading, desk, words)}
${questions(reading, desk, words)}
${notes(reading, desk, words)}
${correctionList(reading, desk, words)}
${history(reading, desk, words)}
${messages(reading, desk, words)}`;
}

/** Whether an entry was made by somebody else since the reader last looked. */
const isUnseen = ({ seen, reader }: MatterView, { event: { sequence, by } }: MatterView["history"][number]): boolean =>
  sequence > seen && !(by.kind === "person" && by.person === reader.id);

/** What is new since the reader last looked; nothing at the first look, where all is. */
function unseenNotice({ view }: MatterReading, words: DeskWords): Html | string {
  const count = view.seen === 0 ? 0 : view.history.filter((entry) => isUnseen(view, entry)).length;
  return count === 0 ? "" : html`<p class="said"><a href="#history">${words.text("matter.unseen", { count })}</a></p>`;
}

const under = (view: MatterView, words: DeskWords, ...path: string[]): string =>
  deskAddress(words, ["matters", view.matter.id, ...path]);

/** To keep or erase the matter; a hold can be placed before it has ended. */
function keepingLink({ view, permitted }: Pick<MatterReading, "view" | "permitted">, words: DeskWords): Html | string {
  const may = ["hold-placed", "hold-lifted", "erasure-proposed", "erasure-declined"].some((name) =>
    permitted.has(name),
  );
  return may ? html` · <a href="${under(view, words, "erasure")}">${words.text("erasure.link")}</a>` : "";
}

function facts({ view, names, permitted, types }: MatterReading, words: DeskWords): Html {
  const { matter, type } = view;
  const acts = type.states.find(({ id }) => id === matter.state)?.acts ?? "none";
  const turn =
    acts === "none"
      ? words.text("matter.turnNone")
      : acts === "both"
        ? words.text("matter.turnBoth")
        : words.label(type.sides[acts]);
  return html`<dl class="facts"><dt>${words.text("matter.state")}</dt><dd><strong>${stateName(type, matter.state, words)}</strong></dd>
<dt>${words.text("matter.side")}</dt><dd>${words.label(type.sides[matter.side])}</dd>
<dt>${words.text("matter.partner")}</dt><dd>${partnerName(names, matter.partner)}</dd>
<dt>${words.text("matter.turn")}</dt><dd>${turn}</dd>
<dt>${words.text("matter.assigned")}</dt><dd>${view.assignee === undefined ? words.text("matter.nobody") : personName(names, view.assignee)}</dd>${followFacts(view, types, words)}</dl>
<p><a href="${under(view, words, "evidence")}">${words.text("evidence.title")}</a> (${matter.evidence.length + matter.attachments.length}) · <a href="${under(view, words, "document")}">${words.text("matter.document")}</a> · <a href="${under(view, words, "export")}">${words.text("evidence.export")}</a> · <a href="${under(view, words, "audit")}">${words.text("matter.audit")}</a> · <a href="${under(view, words, "access")}">${words.text("access.link")}</a>${keepingLink({ view, permitted }, words)}</p>`;
}

function missingList({ view }: MatterReading, words: DeskWords): Html | string {
  if (!view.matter.open) return "";
  const { missing, type } = view;
  return html`<section id="missing" aria-labelledby="missing-title"><h2 id="missing-title">${words.text("matter.missing")}</h2>${
    missing.length === 0
      ? html`<p>${words.text("matter.missingNone")}</p>`
      : html`<p>${words.text("matter.missingCount", { count: missing.length })}</p><ul>${missing.map(
          ({ field, section, article, orReason }) => {
            const name = fieldName(type, field, words);
            const link =
              section === undefined
                ? name
                : html`<a href="${under(view, words, "sections", section)}#${inputId(field)}">${name}</a>`;
            return html`<li>${link}${orReason ? ` (${words.text("matter.orReason")})` : ""}${article === undefined ? "" : html` <span class="hint">${article}</span>`}</li>`;
          },
        )}</ul>`
  }</section>`;
}

function sections({ view }: MatterReading, words: DeskWords): Html {
  const { type, matter } = view;
  return html`<h2>${words.text("matter.sections")}</h2><ol>${type.sections
    .map((section) => ({ section, fields: type.fields.filter((field) => field.section === section.id) }))
    .filter(({ fields }) => fields.length > 0)
    .map(({ section, fields }) => {
      const filled = fields.filter(({ id }) => matter.fields[id] !== undefined).length;
      return html`<li><a href="${under(view, words, "sections", section.id)}">${words.label(section.label)}</a> <span class="hint">${words.text("matter.filled", { filled, all: fields.length })}</span></li>`;
    })}</ol>`;
}

function nextSteps({ view, options, names, permitted, types }: MatterReading, desk: Desk, words: DeskWords): Html {
  const { type, matter } = view;
  const { proposal } = matter;
  const own = options.filter(({ waitsFor }) => waitsFor.length === 0);
  const ready = own.filter(({ refusals }) => refusals.length === 0);
  const barred = own.filter(({ refusals }) => refusals.length > 0);
  const others = options.filter(({ waitsFor }) => waitsFor.length > 0);
  const said = (option: Option): string => {
    const step = words.label(option.label);
    return option.by === "command" ? step : words.text(`step.${option.by}`, { step });
  };
  return html`<section id="next" aria-labelledby="next-title"><h2 id="next-title">${words.text("matter.next")}</h2>
${
  proposal === undefined
    ? ""
    : html`<p class="said">${words.text("matter.proposal", {
        step: eventName(type, proposal.name, words),
        person: actorName(proposal.by, names, words),
        time: words.distance(proposal.at, desk.now),
      })}${permitted.has("approve-correction") ? html` <a class="go" href="${under(view, words, "corrections")}">${words.text("correct.approve")}</a>` : ""}${permitted.has("proposal-declined") ? html` <a href="${under(view, words, "entries", "decline")}">${words.text("matter.decline")}</a>` : ""}</p>`
}
${options.length === 0 ? html`<p>${words.text("matter.nextNone")}</p>` : ""}
${
  ready.length === 0
    ? ""
    : html`<ul class="steps">${ready.map(
        (option) => html`<li><a class="go" href="${under(view, words, "steps", option.name)}">${said(option)}</a></li>`,
      )}</ul>`
}
${
  barred.length === 0
    ? ""
    : html`<h3>${words.text("matter.notNow")}</h3><ul>${barred.map(
        (option) =>
          html`<li><a href="${under(view, words, "steps", option.name)}">${said(option)}</a><ul>${refusalList(option, view, words)}</ul></li>`,
      )}</ul>`
}
${permitted.has("note") ? followLinks(view, types, words) : ""}
${othersToDo(others, view, desk, words)}
${permitted.has("assigned") ? html`<p><a href="${under(view, words, "entries", "assign")}">${words.text("matter.assign")}</a></p>` : ""}</section>`;
}

/** Why a step is not possible now; many missing contents are told as one, since they are listed above with their articles. */
function refusalList({ refusals }: Option, { type, missing }: MatterView, words: DeskWords): Html[] {
  const lacking = refusals.filter(({ field }) => missing.some((one) => one.field === field));
  const others = lacking.length > 1 ? refusals.filter((one) => !lacking.includes(one)) : refusals;
  const told = others.map((refusal) => html`<li>${refusalText(refusal, type, words)}</li>`);
  if (lacking.length <= 1) return told;
  const count = words.text("matter.missingCount", { count: lacking.length });
  return [html`<li><a href="#missing">${count}</a></li>`, ...told];
}

/** Steps that wait for somebody else, and for whom. */
function othersToDo(others: readonly Option[], view: MatterView, desk: Desk, words: DeskWords): Html | string {
  if (others.length === 0) return "";
  const { type, matter } = view;
  const role = desk.worker?.role;
  const nobody = isSealed(matter) && matter.admitted.length === 0;
  const wrote = ({ name }: Option): boolean => type.transitions.find((one) => one.name === name)?.fourEyes === "draft";
  return html`<h3>${words.text("next.others")}</h3><ul>${others.map(
    (option) =>
      html`<li>${words.text("next.waits", {
        step: words.label(option.label),
        roles: words.list(option.waitsFor.map((role) => roleName(words, role))),
      })}${wrote(option) ? html` <span class="hint">${words.text("next.wrote")}</span>` : role !== undefined && option.waitsFor.includes(role) ? html` <span class="hint">${words.text("next.notYou")}</span>` : ""}</li>`,
  )}</ul>${nobody ? html`<p class="said">${words.text("next.sealed")} <code>${matter.id}</code></p>` : ""}`;
}

function clockState({ run, deadline, assumed }: ClockView, desk: Desk, words: DeskWords): string {
  if (run.stoppedAt !== undefined)
    return words.text("matter.stopped", { time: words.distance(run.stoppedAt, desk.now) });
  if (run.expiredAt !== undefined)
    return words.text("matter.expired", { time: words.distance(run.expiredAt, desk.now) });
  if (deadline?.kind === "standing")
    return words.text("matter.standing", { time: words.distance(deadline.since, desk.now) });
  return words.text(assumed ? "matter.noCalendar" : "matter.running");
}

function clocks({ view }: MatterReading, desk: Desk, words: DeskWords): Html {
  if (view.clocks.length === 0)
    return html`<h2>${words.text("matter.clocks")}</h2><p>${words.text("matter.clocksNone")}</p>`;
  return html`<h2 id="clocks">${words.text("matter.clocks")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="clocks"><table><thead><tr>${(
    ["clock", "due", "clockState", "basis"] as const
  ).map((head) => html`<th scope="col">${words.text(`matter.${head}`)}</th>`)}</tr></thead><tbody>${view.clocks.map(
    (clock) => {
      const due = clock.deadline?.kind === "due" && clock.run.stoppedAt === undefined ? clock.deadline.due : undefined;
      return html`<tr><th scope="row">${words.label(clock.definition.label)}</th>
<td>${due === undefined ? "—" : html`${words.distance(due, desk.now)} <span class="small">(${timeOf(due, desk)})</span>`}</td>
<td>${clockState(clock, desk, words)}</td><td>${clock.definition.article}</td></tr>`;
    },
  )}</tbody></table></div>`;
}

function consultations({ view, names, permitted }: MatterReading, desk: Desk, words: DeskWords): Html {
  const { matter } = view;
  return html`<h2>${words.text("matter.consultations")}</h2>${
    matter.consultations.length === 0
      ? html`<p>${words.text("matter.consultationsNone")}</p>`
      : html`<ul>${matter.consultations.map(
          (one) =>
            html`<li><span class="ltr">${one.held}</span>, ${actorName(one.by, names, words)}: <span dir="auto">${one.summary}</span> <span class="hint">${timeOf(one.at, desk)}</span></li>`,
        )}</ul>`
  }${permitted.has("consultation-held") ? html`<p><a href="${under(view, words, "entries", "consultation")}">${words.text("matter.consult")}</a></p>` : ""}`;
}

function questions({ view, permitted }: MatterReading, desk: Desk, words: DeskWords): Html {
  const { matter, type } = view;
  return html`<h2>${words.text("matter.questions")}</h2>${
    matter.questions.length === 0
      ? html`<p>${words.text("matter.questionsNone")}</p>`
      : html`<ul>${matter.questions.map(
          (one) =>
            html`<li><strong>${words.label(type.sides[one.side])}</strong> ${timeOf(one.askedAt, desk)}: <span dir="auto">${one.text}</span><br>${
              one.answer === undefined
                ? html`${words.text("matter.unanswered")}${
                    one.side === matter.side || !permitted.has("information-supplied")
                      ? ""
                      : html` · <a href="${deskAddress(words, ["matters", matter.id, "entries", "answer"], { question: one.id })}">${words.text("matter.answer")}</a>`
                  }`
                : html`<span dir="auto">${one.answer.text}</span> <span class="hint">${timeOf(one.answer.at, desk)}</span>`
            }</li>`,
        )}</ul>`
  }${permitted.has("information-asked") ? html`<p><a href="${under(view, words, "entries", "question")}">${words.text("matter.ask")}</a></p>` : ""}`;
}

function notes({ view, names, permitted }: MatterReading, desk: Desk, words: DeskWords): Html {
  return html`<h2>${words.text("matter.notes")}</h2>${
    view.matter.notes.every(({ about }) => about !== undefined)
      ? ""
      : html`<ul>${view.matter.notes
          .filter(({ about }) => about === undefined)
          .map(
            (note) =>
              html`<li>${actorName(note.by, names, words)}, ${timeOf(note.at, desk)}: <span dir="auto">${note.text}</span></li>`,
          )}</ul>`
  }${permitted.has("note") ? html`<p><a href="${under(view, words, "entries", "note")}">${words.text("matter.note")}</a></p>` : ""}`;
}

function history({ view, names }: MatterReading, desk: Desk, words: DeskWords): Html {
  const { type } = view;
  return html`<h2 id="history">${words.text("matter.history")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="history"><table><thead><tr>${(
    ["when", "who", "what"] as const
  ).map((head) => html`<th scope="col">${words.text(`matter.${head}`)}</th>`)}</tr></thead><tbody>${view.history.map(
    ({
      event,
      ...entry
    }) => html`<tr><td>${timeOf(event.at, desk)}${view.seen > 0 && isUnseen(view, { event, ...entry }) ? html` <strong class="new">${words.text("queue.new")}</strong>` : ""}</td><td>${actorName(event.by, names, words)}</td>
<td>${eventName(type, event.name, words)}${eventDetail(view, event.name, event.data, names, words)}${proposedParticulars(view, event, words)}</td></tr>`,
  )}</tbody></table></div>`;
}

/** What was said with a step that somebody proposed; the step itself says it among the decisions. */
function proposedParticulars(
  view: MatterView,
  { name, data: { data } }: MatterView["history"][number]["event"],
  words: DeskWords,
): Html | string {
  return name === "proposed" && isObject(data) ? particularsGiven(view, data, words) : "";
}

/** Which fields, step or person an event was about, and the comment that was made with it. */
function eventDetail(
  { type }: Pick<MatterView, "type">,
  name: string,
  data: MatterView["history"][number]["event"]["data"],
  names: Names,
  words: DeskWords,
): Html {
  const { values, reason, reasons, person, field, custody, exhibitNumber } = data;
  const about: string[] = [];
  if (name === "fields-set" && typeof values === "object" && values !== null && !Array.isArray(values))
    about.push(
      Object.keys(values)
        .map((id) => fieldName(type, id, words))
        .join(", "),
    );
  if (name === "proposed" && typeof data.name === "string") about.push(eventName(type, data.name, words));
  if (typeof person === "string") about.push(personName(names, person));
  if (name === "field-corrected" && typeof field === "string") about.push(fieldName(type, field, words));
  const one = isObject(custody) ? custody : {};
  if (typeof one.exhibitNumber === "string")
    about.push(one.exhibitNumber, words.dynamic(`stage.${String(one.stage)}`, String(one.stage)));
  if (typeof exhibitNumber === "string") about.push(exhibitNumber);
  if (name === "attachment-added" && typeof data.name === "string") about.push(data.name);
  const comment = [one.reason, reason, reasons].filter((one) => typeof one === "string").join(" ");
  return html`${about.length === 0 ? "" : html`: ${about.map((part, index) => html`${index === 0 ? "" : words.language === "ar" ? "، " : ", "}<bdi>${part}</bdi>`)}`}${comment === "" ? "" : html` — <span dir="auto">${comment}</span>`}`;
}

function messages({ view }: MatterReading, desk: Desk, words: DeskWords): Html {
  return html`<h2>${words.text("matter.messages")}</h2>${
    view.exchange.length === 0
      ? html`<p>${words.text("matter.messagesNone")}</p>`
      : html`<ul>${view.exchange.map(
          (message) =>
            html`<li>${timeOf(message.at, desk)} ${words.text(`matter.${message.direction}`)}: ${eventName(view.type, message.event, words)} — <a href="${under(view, words, "messages", message.message)}">${words.text(`message.${message.state}`)}</a>${
              message.evidence.length === 0
                ? ""
                : html` <span class="small">(${words.text("attested.both", {
                    list: message.evidence.map(({ evidence }) => words.text(`attested.${evidence}`)).join("; "),
                  })})</span>`
            }</li>`,
        )}</ul>`
  }`;
}
