import type { NoticeReading, NoticeRecord, Person } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, timeOf } from "../frame.ts";
import { type DeskLanguage, type DeskWords, deskWords } from "../messages.ts";

/** What a message to the duty says: that somebody is needed, where, and nothing else. */
export interface NoticeWords {
  readonly subject: string;
  readonly text: string;
}

/**
 * The words of a message that leaves the authority.
 *
 * @param address - Where people sign in.
 * @param trial - Whether nothing waits, and only the way is tried.
 */
export function noticeWords(
  language: DeskLanguage,
  urgent: boolean,
  authority: string,
  address: string,
  trial = false,
): NoticeWords {
  const words = deskWords(language);
  const said = words.text(urgent ? "notice.textUrgent" : "notice.text", { authority, address });
  const lines = [said, ...(trial ? [words.text("notice.trial")] : []), words.text("notice.why")];
  return {
    subject: words.text(urgent ? "notice.subjectUrgent" : "notice.subject", { authority }),
    text: `${plainText(lines.join("\n\n"))}\n`,
  };
}

/** Without the marks of direction that pages need: a mail program or a pager may show them as boxes. */
const plainText = (text: string): string => text.replace(/[⁦-⁩]/g, "");

/** What the page of messages to the duty is drawn from. */
export interface NoticesReading {
  /** Undefined where nobody is told outside the pages. */
  readonly reading: NoticeReading | undefined;
  readonly people: readonly Pick<Person, "person" | "name">[];
  /** Whether nothing leaves the machine. */
  readonly pretended: boolean;
  /** What is wrong with the roster as it stands in its file. */
  readonly faults: readonly string[];
}

/** What was sent to whom outside the pages, who is on duty, and what failed. */
export function noticesPage(
  { reading, people, pretended, faults }: NoticesReading,
  desk: Desk,
  words: DeskWords,
): Html {
  if (reading === undefined) return html`<p class="warning">${words.text("notices.off")}</p>`;
  const next = words.direction === "rtl" ? " ← " : " → ";
  return html`<p>${words.text("notices.intro")}</p>
${pretended ? html`<p class="notice">${words.text("notices.pretended")}</p>` : ""}
${
  faults.length === 0
    ? ""
    : html`<div class="warning"><p>${words.text("notices.faulty")}</p><pre class="scroll" tabindex="0" dir="ltr">${faults.join("\n")}</pre></div>`
}
<h2>${words.text("notices.duty")}</h2>
<dl>${reading.duties.map(
    ({ office, duty }) =>
      html`<dt>${office.name}</dt><dd>${
        duty.people === undefined
          ? words.text("notices.everybody")
          : duty.people.map((name, index) => html`${index === 0 ? "" : next}<bdi>${name}</bdi>`)
      }${duty.until === undefined ? "" : html` (${words.text("notices.dutyUntil")} ${timeOf(duty.until, desk)})`}${
        duty.night ? html`<br><span class="small">${words.text("notices.night")}</span>` : ""
      }</dd>`,
  )}</dl>
<h2 id="sent">${words.text("notices.title")}</h2>
${reading.notices.length === 0 ? html`<p>${words.text("notices.none")}</p>` : table(reading, people, desk, words)}`;
}

function table(
  { notices, duties }: NoticeReading,
  people: NoticesReading["people"],
  desk: Desk,
  words: DeskWords,
): Html {
  const nameOf = (person: string): string => people.find((one) => one.person === person)?.name ?? "—";
  const several = duties.length > 1;
  const officeOf = (id: string): string => duties.find(({ office }) => office.office === id)?.office.name ?? id;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="sent"><table><thead><tr>${(
    ["when", "what", "sent", "answer"] as const
  ).map((head) => html`<th scope="col">${words.text(`notices.${head}`)}</th>`)}</tr></thead><tbody>${notices.map(
    (notice) => html`<tr><th scope="row">${timeOf(notice.raisedAt, desk)}</th>
<td>${words.text(`notice.${notice.kind}`)}${notice.urgent ? html` <strong class="mark">${words.text("notices.urgent")}</strong>` : ""}${several ? html`<br><span class="small">${officeOf(notice.office)}</span>` : ""}</td>
<td>${
      notice.deliveries.length === 0
        ? "—"
        : html`<ul>${notice.deliveries.map(
            (one) =>
              html`<li><bdi>${one.person === undefined ? words.text("notices.officeAddress") : nameOf(one.person)}</bdi> · <bdi>${one.channel}</bdi> · ${stateOf(one, desk, words)}</li>`,
          )}</ul>`
    }</td>
<td>${
      notice.acknowledged === undefined
        ? words.text(notice.givenUpAt === undefined ? "notices.nobodyYet" : "notices.nobody")
        : html`<bdi>${nameOf(notice.acknowledged.by)}</bdi>, ${timeOf(notice.acknowledged.at, desk)}`
    }</td></tr>`,
  )}</tbody></table></div>`;
}

function stateOf(
  { state, attempts, sentAt, problem }: NoticeRecord["deliveries"][number],
  desk: Desk,
  words: DeskWords,
): Html {
  const said =
    state === "waiting" ? words.text("notices.waiting", { count: attempts }) : words.text(`notices.state-${state}`);
  const bad = state === "given-up" || (state === "waiting" && attempts > 0);
  return html`${bad ? html`<strong class="mark">${said}</strong>` : said}${sentAt === undefined ? "" : html` ${timeOf(sentAt, desk)}`}${
    bad && problem !== undefined ? html` <code>${problem}</code>` : ""
  }`;
}
