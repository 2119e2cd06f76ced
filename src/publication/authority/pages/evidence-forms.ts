import { type HeldItem, type MatterId, type MatterView, stageRules } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, inputId } from "../frame.ts";
import { choiceInputs, faultsAt, faultText, textInput } from "../inputs.ts";
import type { AuthorityMessageKey, DeskWords } from "../messages.ts";
import type { Names } from "../names.ts";
import { uploadScriptAddress } from "../upload-script.ts";
import { actName, destructionProposed, otherSideName } from "./evidence.ts";
import type { FormState } from "./simple-forms.ts";

type Stage = keyof typeof stageRules;

const under = (view: MatterView, words: DeskWords, ...path: string[]): string =>
  deskAddress(words, ["matters", view.matter.id, ...path]);

/** An input with the sentence whether it has to be given. */
function line(
  state: FormState,
  words: DeskWords,
  name: string,
  key: AuthorityMessageKey,
  { mandatory, hint }: { readonly mandatory: boolean | "sometimes"; readonly hint?: AuthorityMessageKey },
): Html {
  const said = mandatory === "sometimes" ? "" : ` (${words.text(mandatory ? "form.mandatory" : "form.optional")})`;
  return textInput(state, {
    name,
    label: `${words.text(key)}${said}`,
    hint: hint === undefined ? undefined : words.text(hint),
  });
}

function authorisationInputs(state: FormState, words: DeskWords, mandatory: boolean | "sometimes"): Html {
  return html`<fieldset><legend>${words.text("evidence.authorisation")}</legend>
${mandatory === "sometimes" ? html`<p class="hint">${words.text("evidence.forAcquired")}</p>` : ""}
${line(state, words, "authorisation.kind", "evidence.authorisation.kind", { mandatory })}
${line(state, words, "authorisation.reference", "evidence.authorisation.reference", { mandatory })}
${line(state, words, "authorisation.article", "evidence.authorisation.article", { mandatory: false })}</fieldset>`;
}

const back = (view: MatterView, words: DeskWords, ...path: string[]): Html =>
  html`<p><a href="${under(view, words, ...path)}">${words.text("evidence.back")}</a></p>`;

/** What of an upload is here already, when a form is shown again. */
export interface UploadHere {
  readonly upload: string;
  readonly name: string;
  readonly bytes: number | undefined;
}

/** The form by which an item or a document comes in: the file last, so that all else is read before it. */
export function intakePage(view: MatterView, state: FormState, here: UploadHere, desk: Desk, words: DeskWords): Html {
  const id = inputId("file");
  const faults = faultsAt(state.faults, "file");
  const given = (name: string): string => state.values[name]?.[0] ?? "";
  const optional = { mandatory: false } as const;
  const choose = (name: "kind" | "origin", key: "evidence.kind" | "evidence.origin", ids: readonly string[]): Html =>
    choiceInputs(state, {
      name,
      label: words.text(key),
      kind: "radio",
      choices: ids.map((one) => ({ id: one, label: words.dynamic(`${key}.${one}`, one) })),
    });
  return html`<form method="post" enctype="multipart/form-data" action="${under(view, words, "evidence", "new")}" novalidate
 data-upload="${under(view, words, "evidence", "uploads")}" data-whole="${under(view, words, "evidence", "uploaded")}">
<input type="hidden" name="csrf" value="${desk.csrf}"><input type="hidden" name="command" value="${state.command}">
<input type="hidden" name="upload" value="${here.upload}"><input type="hidden" name="fileName" value="${here.name}"><input type="hidden" name="here" value="${here.bytes ?? ""}">
${choose("kind", "evidence.kind", ["digital", "physical", "document"])}
${line(state, words, "exhibitNumber", "evidence.exhibit", { mandatory: "sometimes", hint: "evidence.exhibitForItems" })}
${line(state, words, "description", "evidence.description", { mandatory: "sometimes", hint: "evidence.forItems" })}
${line(state, words, "reason", "evidence.reason", { mandatory: "sometimes", hint: "evidence.reasonForItems" })}
${choose("origin", "evidence.origin", ["received", "acquired", "identified"])}
${line(state, words, "from", "evidence.from", { mandatory: "sometimes", hint: "evidence.forReceived" })}
${line(state, words, "tool", "evidence.tool", { mandatory: "sometimes", hint: "evidence.forAcquired" })}
${authorisationInputs(state, words, "sometimes")}
${line(state, words, "rootExhibitNumber", "evidence.root", optional)}
${line(state, words, "sourceDevice", "evidence.sourceDevice", optional)}
${line(state, words, "collector", "evidence.collector", optional)}
${line(state, words, "place", "evidence.place", optional)}
<div class="choice"><input type="checkbox" id="i-shared" name="shared" value="yes"${given("shared") === "yes" ? html` checked` : ""}><label for="i-shared">${words.text("evidence.shared")}</label></div>
${line(state, words, "expected", "evidence.expected", { mandatory: false, hint: "evidence.expectedHint" })}
<div class="field${faults.length > 0 ? " wrong" : ""}"><label for="${id}">${words.text("evidence.file")}</label>
<p class="hint" id="${id}-hint">${words.text("evidence.fileHint")}</p>${faultText(id, faults)}
${here.bytes === undefined ? "" : html`<p class="said"><bdi>${here.name}</bdi>: ${words.text("evidence.bytes", { bytes: here.bytes })}</p>`}
<input id="${id}" name="file" type="file" aria-describedby="${id}-hint${faults.length > 0 ? ` ${id}-fault` : ""}"${faults.length > 0 ? html` aria-invalid="true"` : ""}></div>
<p hidden data-progress><label for="i-progress">${words.text("evidence.progress")}</label> <progress id="i-progress" max="1" value="0"></progress> <span class="ltr" data-percent></span></p>
<p role="status" data-said data-interrupted="${words.text("evidence.interrupted")}" data-ended="${words.text("evidence.ended")}" data-checking="${words.text("evidence.checking")}"></p>
<button>${words.text("evidence.send")}</button></form>
<script src="${uploadScriptAddress}" defer></script>
${back(view, words, "evidence")}`;
}

/** The form of something that is done to an item: what its stage needs, and why. */
export function custodyActPage(
  view: MatterView,
  held: HeldItem,
  stage: Stage,
  state: FormState,
  names: Names,
  desk: Desk,
  words: DeskWords,
): Html {
  const rule = stageRules[stage];
  const needs: readonly string[] = rule.needs;
  const mandatory = { mandatory: true } as const;
  const byHand = rule.content === "compared" && held.item.bytes === undefined;
  return html`${
    stage === "transmitted"
      ? html`<p>${words.text("evidence.transmitHint", { partner: otherSideName(view, names) })}</p>`
      : ""
  }${form(
    desk,
    under(view, words, "evidence", "items", held.id, "acts", stage),
    html`${line(state, words, "reason", "evidence.reason", { mandatory: true, hint: "evidence.reasonHint" })}
${needs.includes("seal") ? line(state, words, "seal", "evidence.seal", mandatory) : ""}
${
  needs.includes("to") && stage !== "transmitted"
    ? html`${line(state, words, "to.holder", "evidence.to", mandatory)}${line(state, words, "to.place", "evidence.toPlace", { mandatory: false })}`
    : ""
}
${needs.includes("tool") ? line(state, words, "tool", "evidence.tool", mandatory) : ""}
${needs.includes("result") ? line(state, words, "result", "evidence.result", { mandatory: true, hint: "evidence.exhibitHint" }) : ""}
${byHand ? line(state, words, "found", "evidence.found", { mandatory: false, hint: "evidence.foundHint" }) : ""}
${authorisationInputs(state, words, needs.includes("authorisation"))}
<button>${actName(stage, words)}</button>`,
    { command: state.command, sequence: String(view.matter.sequence) },
  )}${back(view, words, "evidence", "items", held.id)}`;
}

/** The two halves of a destruction: one person proposes it, another agrees or declines. */
export function destructionPage(
  view: MatterView,
  held: HeldItem,
  state: FormState,
  names: Names,
  desk: Desk,
  words: DeskWords,
): Html {
  const target = under(view, words, "evidence", "items", held.id, "destruction");
  const { destruction } = held;
  const own = destruction?.by.kind === "person" && destruction.by.person === view.reader.id;
  const agree = html`<button name="then" value="agree">${words.text("evidence.destroyAgree")}</button> `;
  const hidden = { command: state.command, sequence: String(view.matter.sequence) };
  const reason = line(state, words, "reason", "evidence.reason", { mandatory: true, hint: "evidence.reasonHint" });
  return html`<p class="said">${words.text("evidence.destroyHint")}</p>${
    destruction === undefined
      ? form(
          desk,
          target,
          html`${reason}${authorisationInputs(state, words, true)}<button name="then" value="propose">${words.text("evidence.destroyPropose")}</button>`,
          hidden,
        )
      : form(
          desk,
          target,
          html`<p dir="auto">${destructionProposed(destruction, names, words)}</p>${own ? html`<p>${words.text("evidence.destroyWaits")}</p>` : ""}${reason}<p>${own ? "" : agree}<button class="quiet" name="then" value="decline">${words.text("evidence.destroyDecline")}</button></p>`,
          hidden,
        )
  }${back(view, words, "evidence", "items", held.id)}`;
}

/**
 * The form by which a matter is exported.
 *
 * @param erased - Whether its contents were erased, so that there is nothing to be opened by anybody.
 */
export function exportPage(
  matter: MatterId,
  { erased }: { readonly erased: boolean },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const at = ["matters", matter];
  return html`<p>${words.text(erased ? "erasure.exportHint" : "export.hint")}</p>${form(
    desk,
    deskAddress(words, [...at, "export"]),
    erased
      ? html`<p class="hint">${words.text("erasure.exportLogged")}</p><button>${words.text("export.button")}</button>`
      : html`${textInput(state, {
          name: "reason",
          label: `${words.text("export.reason")} (${words.text("form.mandatory")})`,
          hint: words.text("export.logged"),
        })}${textInput(state, {
          name: "recipient",
          label: `${words.text("export.recipient")} (${words.text("form.optional")})`,
          hint: words.text("export.recipientHint"),
        })}<button>${words.text("export.button")}</button>`,
  )}<p><a href="${deskAddress(words, at)}">${words.text("form.back")}</a></p>`;
}
