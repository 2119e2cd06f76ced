import {
  choicesOf,
  type FieldDefinition,
  fieldValues,
  isMandatory,
  type Json,
  type JsonObject,
  type MatterView,
  type Option,
  withGroundsFor,
} from "../../../cooperation/index.ts";
import { iccsTitle, parseIccsCode } from "../../../iccs/index.ts";
import { type Html, html } from "../../html.ts";
import { entryKeys, isObject } from "../form-values.ts";
import { type Desk, deskAddress, form, inputId } from "../frame.ts";
import { choiceLabel, type FormDrawing, fieldInputs } from "../inputs.ts";
import { clockTime, type DeskWords } from "../messages.ts";
import { actorName, type Names, refusalText, roleName } from "../names.ts";
import type { FormState } from "./simple-forms.ts";
import { takenOver } from "./taken-over.ts";

const drawingOf = (view: MatterView, state: FormState, words: DeskWords): FormDrawing => {
  return { type: view.type, words, values: state.values, faults: state.faults, attachments: view.matter.attachments };
};
const back = (view: MatterView, words: DeskWords): Html =>
  html`<p><a href="${deskAddress(words, ["matters", view.matter.id])}">${words.text("form.back")}</a></p>`;

/**
 * The fields of a section that our side gives and that may be changed freely now, and the others.
 *
 * @param may - Whether the reader may change contents at all.
 */
export function fieldsOfSection(
  view: MatterView,
  section: string,
  may = true,
): { readonly own: readonly FieldDefinition[]; readonly other: readonly FieldDefinition[] } {
  const { type, matter } = view;
  const fields = type.fields.filter((field) => field.section === section);
  const editable = type.states.find(({ id }) => id === matter.state)?.editable === true;
  const free = (field: FieldDefinition): boolean =>
    may &&
    matter.open &&
    (field.setBy === "either" || field.setBy === matter.side) &&
    (editable || field.setBy !== "requesting");
  return { own: fields.filter(free), other: fields.filter((field) => !free(field)) };
}

/** One section of the contents: what our side gives as a form, the rest as text. */
export function sectionPage(
  {
    view,
    may,
    mayCorrect,
  }: { readonly view: MatterView; readonly may: boolean; readonly mayCorrect: (field: FieldDefinition) => boolean },
  section: string,
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const { own, other } = fieldsOfSection(view, section, may);
  const values = fieldValues(view.matter);
  const drawing = drawingOf(view, state, words);
  return html`${
    own.length === 0
      ? ""
      : form(
          desk,
          deskAddress(words, ["matters", view.matter.id, "sections", section]),
          html`${own.map((field) => html`${fieldInputs(drawing, field, isMandatory(field, values))}${takenOver(view, field.id, words)}`)}<p><button name="then" value="return">${words.text("form.save")}</button> <button class="quiet" name="then" value="next">${words.text("form.saveNext")}</button></p>`,
          { command: state.command, sequence: String(view.matter.sequence) },
        )
  }${
    other.length === 0
      ? ""
      : html`<p class="hint">${words.text("form.readOnly")}</p><dl>${other.map(
          (field) =>
            html`<dt id="${inputId(field.id)}">${words.label(field.label)}</dt><dd>${shownValue(view, field, values[field.id], words)}${
              mayCorrect(field)
                ? html` <a href="${deskAddress(words, ["matters", view.matter.id, "corrections", field.id])}" aria-label="${words.text("correct.title", { field: words.label(field.label) })}">${words.text("correct.link")}</a>`
                : ""
            }</dd>`,
        )}</dl>`
  }${back(view, words)}`;
}

/** A value for a reader. */
export function shownValue(
  { type, matter }: Pick<MatterView, "type" | "matter">,
  field: FieldDefinition,
  value: Json | undefined,
  words: DeskWords,
): Html {
  if (value === undefined || value === null) return html`<em>${words.text("form.notGiven")}</em>`;
  if (isObject(value) && typeof value.unavailable === "string")
    return html`${words.text("form.unavailable")}: <span dir="auto">${value.unavailable}</span>`;
  if (typeof value === "boolean") return html`${words.text(value ? "form.yes" : "form.no")}`;
  if (field.type === "instant")
    return html`<time datetime="${String(value)}">${clockTime(String(value), "UTC")} UTC</time>`;
  if (choicesOf(type, field) !== undefined) {
    const ids = Array.isArray(value) ? value.map(String) : [String(value)];
    return html`${ids.map((id) => choiceLabel(type, field, id, words)).join("; ")}`;
  }
  if (field.type === "attachment-list" && Array.isArray(value))
    return html`${value.map((digest: Json) => matter.attachments.find((one) => one.digest === digest)?.name ?? String(digest)).join("; ")}`;
  if (Array.isArray(value))
    return html`<ul>${value.map((entry: Json) => html`<li>${isObject(entry) && (field.type === "person-list" || field.type === "offence-list") ? entryText(entry, field.type, words) : html`<bdi>${String(entry)}</bdi>`}</li>`)}</ul>`;
  if (field.type === "language")
    return html`<bdi>${String(value)}</bdi> (<bdi>${languageName(String(value), words)}</bdi>)`;
  if (isObject(value)) return html`<span class="ltr">${Object.values(value).join(" ")}</span>`;
  return html`<span dir="auto">${String(value)}</span>`;
}

/** A language as the reader calls it, such as `Arabic` for `ar`. */
function languageName(code: string, words: DeskWords): string {
  try {
    return new Intl.DisplayNames(words.tag, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** What was said with a step (grounds, conditions, the result, its use), with its labels; nothing where nothing was. */
export function particularsGiven(view: MatterView, data: JsonObject, words: DeskWords): Html | string {
  const given = view.type.particulars.filter(({ id }) => data[id] !== undefined && data[id] !== "");
  if (given.length === 0) return "";
  return html`<dl>${given.map(
    (field) => html`<dt>${words.label(field.label)}</dt><dd>${shownValue(view, field, data[field.id], words)}</dd>`,
  )}</dl>`;
}

/** One person or offence of a list: each of its cells with its name, in the order of the form. */
function entryText(
  entry: Readonly<Record<string, Json>>,
  kind: "person-list" | "offence-list",
  words: DeskWords,
): Html {
  const one = kind === "person-list" ? "person" : "offence";
  const cells = entryKeys[kind].flatMap((key) => {
    const value = entry[key];
    if (value === undefined || value === null || value === "") return [];
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    const name = words.dynamic(`read.${one}.${key}`, words.dynamic(`${one}.${key}`, key));
    return [html`${name}: <bdi${key === "born" ? html` dir="ltr"` : ""}>${cellText(key, text, words)}</bdi>`];
  });
  return html`${cells.map((cell, index) => html`${index === 0 ? "" : "; "}${cell}`)}`;
}

function cellText(key: string, text: string, words: DeskWords): string {
  if (key === "sex") return words.dynamic(`sex.${text}`, text);
  if (key === "role") return words.dynamic(`concerned.${text}`, text);
  if (key !== "iccs") return text;
  const code = parseIccsCode(text);
  return "code" in code ? `${text} ${iccsTitle(code.code, words.language)}` : text;
}

/** A step: what it needs, who has to approve it, and why it is not possible when it is not. */
export function stepPage(
  view: MatterView,
  option: Option,
  state: FormState,
  names: Names,
  desk: Desk,
  words: DeskWords,
): Html {
  const { type, matter } = view;
  const transition = type.transitions.find(({ name }) => name === option.name);
  const step = words.label(option.label);
  const drawing = { ...drawingOf(view, state, words), type: withGroundsFor(type, fieldValues(matter)) };
  const particulars = [...option.needs, ...option.accepts].flatMap((id) => {
    const field = type.particulars.find((one) => one.id === id);
    return field === undefined ? [] : [field];
  });
  const { proposal } = matter;
  const approves = option.by === "approve" && proposal !== undefined;
  if (option.waitsFor.length > 0)
    return html`<p class="said">${words.text("next.waits", {
      step,
      roles: words.list(option.waitsFor.map((role) => roleName(words, role))),
    })}</p>${back(view, words)}`;
  return html`${transition?.article === undefined ? "" : html`<p>${words.text("step.article", { article: transition.article })}</p>`}
${
  option.refusals.length === 0
    ? ""
    : html`<h2>${words.text("matter.notNow")}</h2><ul>${option.refusals.map((refusal) => html`<li>${refusalText(refusal, type, words)}</li>`)}</ul>`
}
${option.by === "propose" ? html`<p class="said">${words.text("step.fourEyes")}</p>` : ""}
${
  approves
    ? html`<p class="said">${words.text("step.approves", { person: actorName(proposal.by, names, words) })}</p>${particularsGiven(view, proposal.data, words)}`
    : ""
}
${form(
  desk,
  deskAddress(words, ["matters", matter.id, "steps", option.name]),
  html`${approves ? "" : particulars.map((field) => fieldInputs(drawing, field, option.needs.includes(field.id)))}
${
  !approves && particulars.some((field) => field.type === "grounds") && type.notAllowed.length > 0
    ? html`<p>${words.text("step.notAllowed")}: ${type.notAllowed.map(({ label, article }) => `${words.label(label)} (${article})`).join("; ")}</p>`
    : ""
}
<button>${option.by === "command" ? words.text("step.confirm", { step }) : words.text(`step.${option.by}`, { step })}</button>`,
  { command: state.command, sequence: String(matter.sequence), by: option.by },
)}${back(view, words)}`;
}
