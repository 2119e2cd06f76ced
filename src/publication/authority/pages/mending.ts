import type { FieldDefinition, Json, MatterView } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, exactTimeOf, form, timeOf } from "../frame.ts";
import { fieldInputs, textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import { actorName, eventName, fieldName, type Names, partnerName } from "../names.ts";
import { shownValue } from "./forms.ts";
import type { FormState } from "./simple-forms.ts";

type Message = MatterView["exchange"][number];

const back = (view: MatterView, words: DeskWords): Html =>
  html`<p><a href="${deskAddress(words, ["matters", view.matter.id])}">${words.text("form.back")}</a></p>`;

/**
 * A content as it stands and as it shall be.
 *
 * @param direct - Whether it takes effect at once; otherwise it is asked for.
 */
export function correctionPage(
  { view, field, direct }: { readonly view: MatterView; readonly field: FieldDefinition; readonly direct: boolean },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const { type, matter } = view;
  const drawing = { type, words, values: state.values, faults: state.faults, attachments: matter.attachments };
  return html`<p class="said">${words.text(direct ? "correct.direct" : "correct.request")}</p>
<dl><dt>${words.text("correct.now")}</dt><dd>${shownValue(view, field, matter.fields[field.id]?.value, words)}</dd></dl>
${form(
  desk,
  deskAddress(words, ["matters", matter.id, "corrections", field.id]),
  html`<h2>${words.text("correct.after")}</h2>${fieldInputs(drawing, field, true)}${textInput(state, {
    name: "reason",
    label: `${words.text("correct.reason")} (${words.text("form.mandatory")})`,
    kind: "paragraphs",
  })}<button>${words.text(direct ? "correct.button" : "correct.ask")}</button>`,
  { command: state.command, sequence: String(matter.sequence) },
)}${back(view, words)}`;
}

/** A correction that somebody asked for, beside what it would replace. */
export interface AskedCorrection {
  readonly field: FieldDefinition;
  readonly value: Json;
  readonly reason: string;
}

/** The correction that waits for approval in a matter; undefined where none does. */
export function askedCorrection({ type, matter }: Pick<MatterView, "type" | "matter">): AskedCorrection | undefined {
  const { proposal } = matter;
  if (proposal?.name !== "field-corrected") return undefined;
  const field = type.fields.find(({ id }) => id === proposal.data.field);
  return field === undefined
    ? undefined
    : { field, value: proposal.data.value ?? null, reason: String(proposal.data.reason ?? "") };
}

/** What an approver sees of a correction before it is approved. */
export function correctionApprovalPage(
  { view, asked, names }: { readonly view: MatterView; readonly asked: AskedCorrection; readonly names: Names },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const { matter } = view;
  const { proposal } = matter;
  return html`${
    proposal === undefined
      ? ""
      : html`<p class="said" dir="auto">${words.text("correct.asked", {
          person: actorName(proposal.by, names, words),
          time: words.distance(proposal.at, desk.now),
          reason: asked.reason,
        })}</p>`
  }<h2>${words.label(asked.field.label)}</h2>
<dl><dt>${words.text("correct.now")}</dt><dd>${shownValue(view, asked.field, matter.fields[asked.field.id]?.value, words)}</dd>
<dt>${words.text("correct.after")}</dt><dd>${shownValue(view, asked.field, asked.value, words)}</dd></dl>
${form(
  desk,
  deskAddress(words, ["matters", matter.id, "corrections"]),
  html`<button>${words.text("correct.approve")}</button>`,
  { command: state.command, sequence: String(matter.sequence) },
)}<p><a href="${deskAddress(words, ["matters", matter.id, "entries", "decline"])}">${words.text("matter.decline")}</a></p>${back(view, words)}`;
}

/** What was corrected in a matter, by whom and why. */
export function correctionList(
  { view, names }: { readonly view: MatterView; readonly names: Names },
  desk: Desk,
  words: DeskWords,
): Html | string {
  const { matter, type } = view;
  if (matter.corrections.length === 0) return "";
  return html`<h2>${words.text("correct.list")}</h2><ul>${matter.corrections.map((one) => {
    const field = type.fields.find(({ id }) => id === one.field);
    return html`<li><span dir="auto">${words.text("correct.entry", {
      field: fieldName(type, one.field, words),
      person: actorName(one.by, names, words),
      time: words.distance(one.at, desk.now),
      reason: one.reason,
    })}</span>${
      field === undefined
        ? ""
        : html`<dl><dt>${words.text("correct.now")}</dt><dd>${shownValue(view, field, one.after, words)}</dd></dl>`
    }</li>`;
  })}</ul>`;
}

/** Whether the other side will not learn of a message unless somebody acts. */
const hasFailed = ({ direction, state }: Message): boolean =>
  direction === "outgoing" && (state === "given-up" || state === "rejected" || state === "not-delivered");

function reasonText(message: Message, words: DeskWords): string {
  const reasons = message.evidence.flatMap((one) => one.reasons);
  const said = reasons.map(({ code, details }) => {
    const known = words.dynamic(`reason.${code}`, "");
    const text =
      known === ""
        ? words.dynamic(`refusal.${code}`, code, { field: details, found: "", expected: "", step: "" })
        : known;
    return text.replace(/[.。]$/, "");
  });
  return [...new Set(said)].join("; ");
}

/** Steps of ours that the other side did not take, with what happened there meanwhile and what to do. */
export function crossedNotice({ view }: { readonly view: MatterView }, desk: Desk, words: DeskWords): Html | string {
  const { matter, type } = view;
  const failed = view.exchange.filter((message) => hasFailed(message) && !matter.settled.includes(message.message));
  if (failed.length === 0) return "";
  return html`<section class="watch" aria-labelledby="crossed"><h2 id="crossed">${words.text("crossed.title")}</h2><ul>${failed.map(
    (message) => {
      const step = eventName(type, message.event, words);
      const time = words.clock(message.at, desk.timeZone);
      const since = matter.events.filter(({ by, at }) => by.kind === "authority" && at >= message.at);
      const before = matter.events.filter(({ by, at }) => by.kind === "authority" && at < message.at).slice(-1);
      const what = (since.length > 0 ? since : before)
        .map((event) => `${eventName(type, event.name, words)} (${words.clock(event.at, desk.timeZone)})`)
        .join("; ");
      const link = html`<a href="${deskAddress(words, ["matters", matter.id, "messages", message.message])}">${words.text("crossed.look")}</a>`;
      return message.state === "given-up"
        ? html`<li>${words.text("crossed.givenUp", { step, time })} ${link}</li>`
        : html`<li>${words.text("crossed.step", { step, time, reasons: reasonText(message, words) || words.text(`message.${message.state}`) })}
${what === "" ? words.text("crossed.nothing") : words.text("crossed.meanwhile", { what })}
${words.text(matter.open ? "crossed.open" : "crossed.closed")} ${link}</li>`;
    },
  )}</ul></section>`;
}

/** A message of a matter: where it stands, what is attested about it, and what can be done when it failed. */
export function messagePage(
  {
    view,
    message,
    names,
    permitted,
  }: {
    readonly view: MatterView;
    readonly message: Message;
    readonly names: Names;
    readonly permitted: ReadonlySet<string>;
  },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const { matter } = view;
  const settled = matter.settled.includes(message.message);
  const acts = (["resume", "settle"] as const).filter((act) =>
    act === "resume"
      ? message.state === "given-up" && permitted.has("sending-resumed")
      : hasFailed(message) && !settled && permitted.has("failure-settled"),
  );
  return html`<dl class="facts"><dt>${words.text("messages.state")}</dt><dd><strong>${words.text(`message.${message.state}`)}</strong>${settled ? html` — ${words.text("messages.settled")}` : ""}</dd>
<dt>${words.text(`matter.${message.direction}`)}</dt><dd>${timeOf(message.at, desk)}</dd></dl>
<h2 id="attested">${words.text("messages.evidences")}</h2>${
    message.evidence.length === 0
      ? html`<p>${words.text("messages.none")}</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="attested"><table><thead><tr>${(
          ["evidence", "issuer", "when", "reasons", "log"] as const
        ).map(
          (head) => html`<th scope="col">${words.text(head === "when" ? "matter.when" : `messages.${head}`)}</th>`,
        )}</tr></thead><tbody>${message.evidence.map(
          (
            one,
          ) => html`<tr><th scope="row">${words.text(`attested.${one.evidence}`)} <span class="small ltr" lang="en">${one.evidence}</span></th><td>${partnerName(names, one.issuer)}</td>
<td>${exactTimeOf(one.at, desk)}</td><td lang="en">${one.reasons.map(({ code, details }) => [code, details].filter((part) => part !== "").join(": ")).join("; ")}</td>
<td class="ltr">${one.log === null ? "—" : `${one.log.origin} ${one.log.index}`}</td></tr>`,
        )}</tbody></table></div>`
  }
${message.evidence.slice(0, 1).map((one) => html`<p class="hint">${words.text("messages.digest")}: <span class="hash ltr">${one.messageDigest}</span></p>`)}
${acts.map(
  (act) =>
    html`<section aria-labelledby="act-${act}"><h2 id="act-${act}">${words.text(`messages.${act}`)}</h2><p>${words.text(`messages.${act}Hint`)}</p>${form(
      desk,
      deskAddress(words, ["matters", matter.id, "messages", message.message]),
      html`${textInput(state, {
        name: `${act}.reason`,
        label: `${words.text("messages.reason")} (${words.text("form.mandatory")})`,
      })}<button>${words.text(`messages.${act}`)}</button>`,
      { act, command: state.command, sequence: String(matter.sequence) },
    )}</section>`,
)}${back(view, words)}`;
}
