import type { Alarm, ListedMatters, MatterType, StoredMatter } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, timeOf } from "../frame.ts";
import type { DeskWords } from "../messages.ts";
import { type Names, partnerName, personName, stateName } from "../names.ts";
import { type EmergencyEntry, emergencyList } from "./access.ts";

/** Which matters a queue shows. */
export interface QueueChoice {
  readonly whose: "office" | "mine" | "nobody";
  readonly open: boolean;
  /** Part of a reference, or an identifier; empty for any. */
  readonly named: string;
  /** Identifier of a matter type; empty for all. */
  readonly type: string;
  /** Identifier of an authority; empty for all. */
  readonly partner: string;
  readonly urgent: boolean;
  /** Whether it is the first page. */
  readonly first: boolean;
}

/** What a queue page is drawn from. */
export interface QueueReading {
  readonly choice: QueueChoice;
  readonly page: ListedMatters;
  readonly types: ReadonlyMap<string, MatterType>;
  readonly names: Names;
  readonly alarms: readonly Alarm[];
  /** Whether there may be more alarms than are shown. */
  readonly moreAlarms: boolean;
}

const referenceOf = ({ reference, matter }: Pick<StoredMatter, "reference" | "matter">, words: DeskWords): string =>
  reference ?? words.text("queue.noReference", { id: matter.slice(-6) });

/** The matters of an office or of a person, the nearest deadline first. */
export function queuePage(reading: QueueReading, desk: Desk, words: DeskWords): Html {
  const { choice, page, types, alarms } = reading;
  const emergencies = alarms.filter(({ kind }) => kind === "break-glass");
  return html`${
    emergencies.length === 0
      ? ""
      : emergencyList(
          emergencies.map((alarm) => emergencyOf(alarm, reading.names, words)),
          desk,
          words,
        )
  }${alarmList(
    alarms.filter(({ kind }) => kind !== "break-glass"),
    reading.moreAlarms,
    desk,
    words,
  )}
<form class="choose" method="get" action="${deskAddress(words, [])}">
${chooser(
  "whose",
  words.text("queue.whose"),
  [
    ["office", words.text("queue.office")],
    ["mine", words.text("queue.mine")],
    ["nobody", words.text("queue.unassigned")],
  ],
  choice.whose,
)}
${chooser(
  "open",
  words.text("queue.which"),
  [
    ["yes", words.text("queue.open")],
    ["no", words.text("queue.closed")],
  ],
  choice.open ? "yes" : "no",
)}
${chooser(
  "type",
  words.text("queue.type"),
  [["", words.text("queue.all")], ...[...types.values()].map(({ id, title }) => [id, words.label(title)] as const)],
  choice.type,
)}
${chooser(
  "partner",
  words.text("queue.partner"),
  [["", words.text("queue.all")], ...reading.names.partners.map(({ authority, name }) => [authority, name] as const)],
  choice.partner,
)}
${chooser(
  "urgency",
  words.text("queue.urgency"),
  [
    ["", words.text("queue.all")],
    ["urgent", words.text("queue.urgent")],
  ],
  choice.urgent ? "urgent" : "",
)}
<p><label for="q-named">${words.text("queue.named")}</label> <input id="q-named" name="named" type="search" value="${choice.named}" dir="auto" autocomplete="off" maxlength="100"></p>
<button>${words.text("queue.show")}</button>${isNarrowed(choice) ? html` <a href="${deskAddress(words, [])}">${words.text("queue.everything")}</a>` : ""}</form>
${page.matters.length === 0 ? html`<p>${words.text("queue.none")}</p>` : queueTable(reading, desk, words)}
${
  choice.first && page.next === undefined
    ? ""
    : html`<p class="turn">${
        choice.first
          ? ""
          : html`<a href="${deskAddress(words, [], queryOf(choice))}">${words.text("queue.firstPage")}</a> `
      }${
        page.next === undefined
          ? ""
          : html`<a href="${deskAddress(words, [], {
              ...queryOf(choice),
              after: page.next.matter,
              due: page.next.dueAt ?? undefined,
            })}">${words.text("queue.more")}</a>`
      }</p>`
}
${types.size === 0 ? "" : html`<p><a class="go" href="${deskAddress(words, ["new"])}">${words.text("new.title")}</a></p>`}
<p><a href="${deskAddress(words, ["emergency"])}">${words.text("emergency.title")}</a></p>`;
}

/** The choice as an address carries it; what is not chosen is not in it. */
export const queryOf = (choice: QueueChoice): Readonly<Record<string, string | undefined>> => ({
  whose: choice.whose === "office" ? undefined : choice.whose,
  open: choice.open ? undefined : "no",
  type: choice.type || undefined,
  partner: choice.partner || undefined,
  urgency: choice.urgent ? "urgent" : undefined,
  named: choice.named || undefined,
});

const isNarrowed = (choice: QueueChoice): boolean => Object.values(queryOf(choice)).some((one) => one !== undefined);

function emergencyOf(alarm: Alarm, names: Names, words: DeskWords): EmergencyEntry {
  return {
    who: personName(names, alarm.about),
    at: alarm.at,
    reason: alarm.reason ?? "",
    matter: alarm.sealed
      ? undefined
      : {
          title: referenceOf(alarm, words),
          address: deskAddress(words, ["matters", alarm.matter]),
        },
  };
}

function chooser(name: string, label: string, options: readonly (readonly [string, string])[], chosen: string): Html {
  return html`<p><label for="q-${name}">${label}</label> <select id="q-${name}" name="${name}">${options.map(
    ([id, text]) => html`<option value="${id}"${id === chosen ? html` selected` : ""}>${text}</option>`,
  )}</select></p>`;
}

function queueTable({ page, types, names, choice }: QueueReading, desk: Desk, words: DeskWords): Html {
  const heads = ["reference", "deadline", "urgency", "state", "type", "partner"] as const;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.text("queue.title")}"><table><caption>${words.text(page.next === undefined && choice.first ? "queue.count" : "queue.countShown", { count: page.matters.length })}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${words.text(`queue.${head}`)}</th>`)}</tr></thead>
<tbody>${page.matters.map((matter) => {
    const type = types.get(matter.type);
    return html`<tr><th scope="row"><a href="${deskAddress(words, ["matters", matter.matter])}">${referenceOf(matter, words)}</a>${page.unseen.has(matter.matter) ? html` <strong class="new">${words.text("queue.new")}</strong>` : ""}</th>
<td>${
      matter.dueAt === null
        ? words.text("queue.noDeadline")
        : html`${words.distance(matter.dueAt, desk.now)} <span class="small">(${timeOf(matter.dueAt, desk)})</span>`
    }</td>
<td>${matter.urgent ? html`<strong class="mark">${words.text("queue.urgent")}</strong>` : words.text("queue.ordinary")}</td>
<td>${type === undefined ? matter.state : stateName(type, matter.state, words)}</td>
<td>${type === undefined ? matter.type : words.label(type.title)}</td>
<td>${partnerName(names, matter.partner)}</td></tr>`;
  })}</tbody></table></div>`;
}

function alarmList(alarms: readonly Alarm[], more: boolean, desk: Desk, words: DeskWords): Html | string {
  if (alarms.length === 0) return "";
  return html`<section aria-labelledby="alarms"><h2 id="alarms">${words.text("queue.alarms")}</h2><ul>${alarms.map(
    (alarm) =>
      html`<li><strong>${words.text(`alarm.${alarm.kind}`)}</strong> (${words.text(`alarm.${alarm.grade}`)}): <a href="${deskAddress(words, ["matters", alarm.matter])}">${referenceOf(alarm, words)}</a>${alarm.due === undefined ? "" : html`, ${words.distance(alarm.due, desk.now)}`}</li>`,
  )}</ul>${
    more
      ? html`<p><a href="${deskAddress(words, [], { alarms: "all" })}">${words.text("queue.moreAlarms")}</a></p>`
      : ""
  }</section>`;
}
