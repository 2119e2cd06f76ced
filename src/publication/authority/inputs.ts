import { choicesOf, type FieldDefinition, type Label, type MatterType } from "../../cooperation/index.ts";
import { iccsCodes, iccsTitle } from "../../iccs/index.ts";
import { type Html, html } from "../html.ts";
import { entriesOf, type FormValues } from "./form-values.ts";
import { type Fault, inputId } from "./frame.ts";
import type { AuthorityMessageKey, DeskWords } from "./messages.ts";

/** What the inputs of a form are drawn from. */
export interface FormDrawing {
  readonly type: MatterType;
  readonly words: DeskWords;
  readonly values: FormValues;
  readonly faults: readonly Fault[];
  /** Documents of the matter that may be named, by digest. */
  readonly attachments: readonly { readonly digest: string; readonly name: string }[];
}

const firstOf = (values: FormValues, name: string): string => values[name]?.[0] ?? "";

export function faultsAt(faults: readonly Fault[], input: string): readonly Fault[] {
  return faults.filter((fault) => fault.input === input);
}

/** Identifiers of what describes an input: its hint and its fault. */
function described(id: string, hint: boolean, wrong: boolean): Html | string {
  const ids = [...(hint ? [`${id}-hint`] : []), ...(wrong ? [`${id}-fault`] : [])];
  if (ids.length === 0) return "";
  return html` aria-describedby="${ids.join(" ")}"${wrong ? html` aria-invalid="true"` : ""}`;
}

export function faultText(id: string, faults: readonly Fault[]): Html | string {
  if (faults.length === 0) return "";
  return html`<p class="fault" id="${id}-fault">${faults
    .map(({ text, article }) => (article === undefined ? text : `${text} (${article})`))
    .join(" ")}</p>`;
}

export interface TextInput {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  /** `username` and `new-password` tell a password manager what belongs here. */
  readonly kind?: "line" | "paragraphs" | "password" | "new-password" | "username" | "short";
  readonly list?: string | undefined;
}

/** A text input with its label, hint and fault. */
export function textInput(drawing: Pick<FormDrawing, "values" | "faults">, input: TextInput): Html {
  const { name, label, hint, kind = "line" } = input;
  const id = inputId(name);
  const faults = faultsAt(drawing.faults, name);
  const secret = kind === "password" || kind === "new-password";
  const about = described(id, hint !== undefined, faults.length > 0);
  const direction = kind === "short" ? html` class="short" dir="ltr"` : html` dir="auto"`;
  const complete =
    kind === "password" ? "current-password" : kind === "new-password" || kind === "username" ? kind : "off";
  return html`<div class="field${faults.length > 0 ? " wrong" : ""}"><label for="${id}">${label}</label>
${hint === undefined ? "" : html`<p class="hint" id="${id}-hint">${hint}</p>`}${faultText(id, faults)}
${
  kind === "paragraphs"
    ? html`<textarea id="${id}" name="${name}" rows="6" dir="auto"${about}>\n${firstOf(drawing.values, name)}</textarea>`
    : html`<input id="${id}" name="${name}" type="${secret ? "password" : "text"}"${direction} autocomplete="${complete}"${secret ? "" : html` value="${firstOf(drawing.values, name)}"`}${input.list === undefined ? "" : html` list="${input.list}"`}${about}>`
}</div>`;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
}

/** One of several in a list that opens. */
export function selectInput(
  drawing: Pick<FormDrawing, "values" | "faults">,
  input: { readonly name: string; readonly label: string; readonly empty: string; readonly choices: readonly Choice[] },
): Html {
  const id = inputId(input.name);
  const faults = faultsAt(drawing.faults, input.name);
  const chosen = firstOf(drawing.values, input.name);
  return html`<div class="field${faults.length > 0 ? " wrong" : ""}"><label for="${id}">${input.label}</label>${faultText(id, faults)}
<div><select id="${id}" name="${input.name}"${described(id, false, faults.length > 0)}><option value="">${input.empty}</option>${input.choices.map(
    (choice) =>
      html`<option value="${choice.id}"${choice.id === chosen ? html` selected` : ""}>${choice.label}</option>`,
  )}</select></div></div>`;
}

interface ChoiceGroup {
  readonly name: string;
  readonly label: string;
  readonly kind: "radio" | "checkbox";
  readonly choices: readonly Choice[];
  readonly hint?: string | undefined;
}

/** Choices that are all seen at once: one of them, or any number. */
export function choiceInputs(drawing: Pick<FormDrawing, "values" | "faults">, group: ChoiceGroup): Html {
  const id = inputId(group.name);
  const faults = faultsAt(drawing.faults, group.name);
  const chosen = drawing.values[group.name] ?? [];
  return html`<fieldset class="field${faults.length > 0 ? " wrong" : ""}" id="${id}" tabindex="-1"${described(id, group.hint !== undefined, false)}><legend>${group.label}</legend>
${group.hint === undefined ? "" : html`<p class="hint" id="${id}-hint">${group.hint}</p>`}${faultText(id, faults)}
${group.choices.map(
  (
    choice,
  ) => html`<div class="choice"><input type="${group.kind}" id="${id}-${choice.id}" name="${group.name}" value="${choice.id}"${chosen.includes(choice.id) ? html` checked` : ""}>
<label for="${id}-${choice.id}">${choice.label}${choice.hint === undefined ? "" : html` <span class="hint">${choice.hint}</span>`}</label></div>`,
)}</fieldset>`;
}

const sexes = ["female", "male", "other", "not-known"] as const;
const concerned = ["suspect", "accused", "convicted", "victim", "witness", "expert", "owner", "other"] as const;

/** The label of one of the choices of a field. */
export function choiceLabel(type: MatterType, field: FieldDefinition, id: string, words: DeskWords): string {
  const known: Label | undefined = [...(field.choices ?? []), ...type.instruments, ...type.grounds].find(
    (one) => one.id === id,
  )?.label;
  return known === undefined ? id : words.label(known);
}

function articleOf(type: MatterType, field: FieldDefinition, id: string): string | undefined {
  return [
    ...(field.choices ?? []),
    ...(field.choicesFrom === "instruments" ? type.instruments : []),
    ...type.grounds,
  ].find((one) => one.id === id)?.article;
}

/** All inputs of a field. `mandatory` is said in words, never by colour alone. */
export function fieldInputs(drawing: FormDrawing, field: FieldDefinition, mandatory: boolean): Html {
  const { type, words } = drawing;
  const label = `${words.label(field.label)} (${words.text(mandatory ? "form.mandatory" : "form.optional")})`;
  const basis = field.article === undefined ? undefined : words.text("form.basis", { article: field.article });
  const joined = (...hints: (string | undefined)[]): string | undefined =>
    hints.filter((hint) => hint !== undefined).join(" · ") || undefined;
  const line = (kind: TextInput["kind"], key?: AuthorityMessageKey): Html =>
    textInput(drawing, {
      name: field.id,
      label,
      kind: kind ?? "line",
      hint: joined(key === undefined ? undefined : words.text(key), basis),
    });
  const choices = (choicesOf(type, field) ?? []).map((id) => {
    return { id, label: choiceLabel(type, field, id, words), hint: articleOf(type, field, id) };
  });
  const group = (kind: ChoiceGroup["kind"], of: readonly Choice[]): Html =>
    choiceInputs(drawing, { name: field.id, label, kind, choices: of, hint: basis });
  switch (field.type) {
    case "text":
      return withReason(drawing, field, line("line"));
    case "long-text":
      return withReason(drawing, field, line("paragraphs"));
    case "choice":
      return group("radio", choices);
    case "choices":
    case "grounds":
      return group("checkbox", choices);
    case "date":
      return line("short", "form.dateHint");
    case "instant":
      return line("short", "form.instantHint");
    case "country":
      return line("short", "form.countryHint");
    case "language":
      return line("short", "form.languageHint");
    case "number":
      return line("short");
    case "boolean":
      return group("radio", [
        { id: "yes", label: words.text("form.yes") },
        { id: "no", label: words.text("form.no") },
        { id: "unsaid", label: words.text("form.unsaid") },
      ]);
    case "money":
      return grouped(drawing, field.id, label, basis, [
        textInput(drawing, { name: `${field.id}.amount`, label: words.text("form.amount"), kind: "short" }),
        textInput(drawing, { name: `${field.id}.currency`, label: words.text("form.currency"), kind: "short" }),
      ]);
    case "attachment-list":
      return drawing.attachments.length === 0
        ? grouped(drawing, field.id, label, basis, [html`<p>${words.text("form.noAttachments")}</p>`])
        : group(
            "checkbox",
            drawing.attachments.map(({ digest, name }) => ({ id: digest, label: name })),
          );
    case "person-list":
    case "offence-list":
      return withReason(drawing, field, entryInputs(drawing, field, label, basis));
    default:
      return field.type satisfies never;
  }
}

function withReason(drawing: FormDrawing, field: FieldDefinition, inputs: Html): Html {
  if (!field.orReason) return inputs;
  return html`${inputs}${textInput(drawing, {
    name: `${field.id}.unavailable`,
    label: `${drawing.words.label(field.label)}: ${drawing.words.text("form.unavailable")}`,
    kind: "paragraphs",
  })}`;
}

function grouped(
  drawing: FormDrawing,
  name: string,
  label: string,
  hint: string | undefined,
  inputs: readonly Html[],
): Html {
  const id = inputId(name);
  const faults = faultsAt(drawing.faults, name);
  return html`<fieldset class="field${faults.length > 0 ? " wrong" : ""}" id="${id}" tabindex="-1"><legend>${label}</legend>
${hint === undefined ? "" : html`<p class="hint">${hint}</p>`}${faultText(id, faults)}${inputs}</fieldset>`;
}

function entryInputs(drawing: FormDrawing, field: FieldDefinition, label: string, basis: string | undefined): Html {
  const { words } = drawing;
  const person = field.type === "person-list";
  const hint = words.text(person ? "form.personHint" : "form.offenceHint");
  const entries = Array.from({ length: entriesOf(field, drawing.values) + (isLastFilled(drawing, field) ? 1 : 0) });
  return grouped(drawing, field.id, label, [hint, basis].filter((part) => part !== undefined).join(" · "), [
    ...entries.map((_, index) => {
      const title = words.text(person ? "form.person" : "form.offence", { number: index + 1 });
      return html`<fieldset><legend>${title}</legend>${
        person ? personInputs(drawing, `${field.id}.${index}`) : offenceInputs(drawing, `${field.id}.${index}`)
      }</fieldset>`;
    }),
    ...(person ? [] : [offenceCodes(words)]),
  ]);
}

/** Whether room for one more entry is wanted. */
function isLastFilled(drawing: FormDrawing, field: FieldDefinition): boolean {
  const last = entriesOf(field, drawing.values) - 1;
  const prefix = `${field.id}.${last}.`;
  return (
    last < 0 ||
    Object.entries(drawing.values).some(([name, texts]) => name.startsWith(prefix) && texts.some((one) => one !== ""))
  );
}

function personInputs(drawing: FormDrawing, prefix: string): Html {
  const { words } = drawing;
  const line = (key: "name" | "born" | "age" | "nationality" | "location" | "identification", short = false): Html =>
    textInput(drawing, {
      name: `${prefix}.${key}`,
      label: words.text(`person.${key}`),
      kind: short ? "short" : "line",
    });
  const choose = (key: "sex" | "role", choices: readonly Choice[]): Html =>
    selectInput(drawing, {
      name: `${prefix}.${key}`,
      label: words.text(`person.${key}`),
      empty: words.text("form.choose"),
      choices,
    });
  return html`${line("name")}${choose(
    "sex",
    sexes.map((id) => ({ id, label: words.text(`sex.${id}`) })),
  )}${line("born", true)}${line("age", true)}${line("nationality", true)}${line("location")}${line("identification")}${choose(
    "role",
    concerned.map((id) => ({ id, label: words.text(`concerned.${id}`) })),
  )}`;
}

function offenceInputs(drawing: FormDrawing, prefix: string): Html {
  const { words } = drawing;
  const line = (key: "national" | "date" | "place" | "maximumPenalty"): Html =>
    textInput(drawing, { name: `${prefix}.${key}`, label: words.text(`offence.${key}`) });
  return html`${line("national")}${textInput(drawing, {
    name: `${prefix}.iccs`,
    label: words.text("offence.iccs"),
    hint: words.text("offence.iccsHint"),
    kind: "short",
    list: "iccs-codes",
  })}${line("date")}${line("place")}${line("maximumPenalty")}`;
}

function offenceCodes(words: DeskWords): Html {
  return html`<datalist id="iccs-codes">${iccsCodes().map(
    (code) => html`<option value="${code}">${iccsTitle(code, words.language)}</option>`,
  )}</datalist>`;
}
