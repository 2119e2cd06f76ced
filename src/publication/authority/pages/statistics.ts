import type { MatterType, Observation, StatisticsRelease } from "../../../cooperation/index.ts";
import { iccsTitle, parseIccsCode } from "../../../iccs/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form } from "../frame.ts";
import { textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import type { FormState } from "./simple-forms.ts";

/** What the page of the statistics is drawn from. */
export interface StatisticsReading {
  readonly years: readonly number[];
  readonly release: StatisticsRelease | undefined;
  /** How the figures were made, as it is published with them. */
  readonly method: string;
  readonly types: ReadonlyMap<string, MatterType>;
}

const tables = ["type", "partner", "legalBasis", "section", "outcome", "ground"] as const;
type Dimension = (typeof tables)[number];
const directions = ["incoming", "outgoing", "_T"] as const;

/** Closed matters of a year under disclosure control: a table by each dimension, the persons, and the days of the stages. */
export function statisticsPage(reading: StatisticsReading, words: DeskWords): Html {
  const { years, release, method } = reading;
  if (release === undefined) return html`<p>${words.text("statistics.none")}</p>`;
  const at = { year: String(release.year) };
  return html`<form class="choose" method="get" action="${deskAddress(words, ["statistics"])}"><p><label for="s-year">${words.text("statistics.year")}</label> <select id="s-year" name="year">${years.map(
    (year) => html`<option value="${year}"${year === release.year ? html` selected` : ""}>${year}</option>`,
  )}</select></p><button>${words.text("workload.show")}</button></form>
<p>${words.text("statistics.hidden", { suppressed: release.suppressed, cells: release.cells })}
<a href="${deskAddress(words, ["statistics", "release.csv"], at)}">${words.text("statistics.csv")}</a> · <a href="${deskAddress(words, ["statistics", "release.json"], at)}">${words.text("statistics.json")}</a></p>
${tables.map((dimension) => requestTable(dimension, reading, release, words))}
${personTable(release, words)}
${stageTable(reading, release, words)}
<h2 id="method">${words.text("statistics.method")}</h2><div lang="en" dir="ltr">${method.split("\n").map((line) => html`<p>${line}</p>`)}</div>`;
}

function countOf(one: Observation | undefined, words: DeskWords): Html {
  if (one === undefined) return html`—`;
  return one.count === null ? html`<em>${words.text("statistics.suppressed")}</em>` : html`${one.count}`;
}

function requestTable(
  dimension: Dimension,
  reading: StatisticsReading,
  { observations }: StatisticsRelease,
  words: DeskWords,
): Html {
  const ofTable = observations.filter(
    ({ countUnit, values }) =>
      countUnit === "requests" && tables.every((other) => other === dimension || values[other] === "_T"),
  );
  const rows = [...new Set(ofTable.map(({ values }) => values[dimension]))].sort((one, other) =>
    one === "_T" ? 1 : other === "_T" ? -1 : one < other ? -1 : 1,
  );
  const title = words.text("statistics.requests", { dimension: words.text(`statistics.${dimension}`) });
  return html`<h2 id="by-${dimension}">${title}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="by-${dimension}"><table><thead><tr><th scope="col">${words.text(`statistics.${dimension}`)}</th>${directions.map(
    (direction) => html`<th scope="col">${directionName(direction, words)}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${valueName(dimension, row, reading, words)}</th>${directions.map(
        (direction) =>
          html`<td>${countOf(
            ofTable.find(({ values }) => values[dimension] === row && values.direction === direction),
            words,
          )}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

const directionName = (direction: string, words: DeskWords): string =>
  direction === "_T" ? words.text("statistics.all") : words.dynamic(`statistics.${direction}`, direction);

/** A code of a dimension as its matter type, the classification or the catalogue calls it. */
function valueName(dimension: Dimension, code: string, { types }: StatisticsReading, words: DeskWords): string {
  if (code === "_T") return words.text("statistics.all");
  if (code === "_U") return words.text("statistics.unknown");
  if (code === "_Z") return words.text("statistics.notApplicable");
  const all = [...types.values()];
  if (dimension === "type") {
    const type = types.get(code);
    return type === undefined ? code : words.label(type.title);
  }
  if (dimension === "section") {
    const parsed = parseIccsCode(code);
    return parsed.kind === "code" ? `${code} ${iccsTitle(parsed.code, words.language)}` : code;
  }
  const lists = {
    legalBasis: all.flatMap(({ instruments }) => instruments),
    ground: all.flatMap(({ grounds }) => grounds),
    outcome: all.flatMap(({ states }) => states),
    partner: [],
  };
  const found = lists[dimension].find(({ id }) => id === code);
  return found === undefined ? code : words.label(found.label);
}

const sexOf: Readonly<
  Record<string, "sex.female" | "sex.male" | "sex.other" | "statistics.unknown" | "statistics.all">
> = {
  F: "sex.female",
  M: "sex.male",
  O: "sex.other",
  _U: "statistics.unknown",
  _T: "statistics.all",
};

/** Ages as they are read: `18–29`; the codes are those of SDMX. */
function ageName(code: string, words: DeskWords): string {
  if (code === "_T") return words.text("statistics.all");
  if (code === "_U") return words.text("statistics.unknown");
  const between = /^Y(\d+)T(\d+)$/.exec(code);
  const from = /^Y_GE(\d+)$/.exec(code);
  return between !== null ? `${between[1]}–${between[2]}` : from !== null ? `${from[1]}+` : code;
}

function personTable({ observations }: StatisticsRelease, words: DeskWords): Html {
  const persons = observations.filter(({ countUnit, values }) => countUnit === "persons" && values.direction === "_T");
  const sexes = [...new Set(persons.map(({ values }) => values.sex))].sort((one, other) =>
    one === "_T" ? 1 : other === "_T" ? -1 : one < other ? -1 : 1,
  );
  const ages = [...new Set(persons.map(({ values }) => values.age))].sort((one, other) =>
    one === "_T" ? 1 : other === "_T" ? -1 : one === "_U" ? 1 : other === "_U" ? -1 : one < other ? -1 : 1,
  );
  return html`<h2 id="persons">${words.text("statistics.persons")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="persons"><table><thead><tr><th scope="col">${words.text("statistics.age")}</th>${sexes.map(
    (sex) => html`<th scope="col">${words.text(sexOf[sex] ?? "statistics.unknown")}</th>`,
  )}</tr></thead><tbody>${ages.map(
    (age) =>
      html`<tr><th scope="row"><span class="ltr">${ageName(age, words)}</span></th>${sexes.map(
        (sex) =>
          html`<td>${countOf(
            persons.find(({ values }) => values.sex === sex && values.age === age),
            words,
          )}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

function stageTable({ types }: StatisticsReading, { stages }: StatisticsRelease, words: DeskWords): Html {
  const days = (value: number | null): Html =>
    value === null ? html`<em>${words.text("statistics.few")}</em>` : html`${value}`;
  return html`<h2 id="stages">${words.text("statistics.stages")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="stages"><table><thead><tr>${(
    ["type", "direction", "stage", "median", "ninetieth"] as const
  ).map((head) => html`<th scope="col">${words.text(`statistics.${head}`)}</th>`)}</tr></thead><tbody>${stages.map(
    (one) => {
      const type = types.get(one.type);
      const stage = type?.statistics.stages.find(({ id }) => id === one.stage);
      return html`<tr><th scope="row">${type === undefined ? one.type : words.label(type.title)}</th><td>${directionName(one.direction, words)}</td>
<td>${stage === undefined ? one.stage : words.label(stage.label)}</td><td>${days(one.median)}</td><td>${days(one.ninetieth)}</td></tr>`;
    },
  )}</tbody></table></div>`;
}

/** One line of a difference between two records of messages. */
export interface ComparedEvidence {
  readonly message: string;
  readonly evidence: string;
}

/** What the page that compares records is drawn from. */
export interface ComparisonReading {
  readonly partners: readonly { readonly authority: string; readonly name: string }[];
  readonly partner: string | undefined;
  readonly record: { readonly count: number; readonly open: number } | undefined;
  readonly found:
    | {
        readonly missingHere: readonly ComparedEvidence[];
        readonly missingThere: readonly ComparedEvidence[];
        readonly differing: readonly ComparedEvidence[];
        readonly onTheWay: readonly ComparedEvidence[];
      }
    | undefined;
}

function compared(
  found: NonNullable<ComparisonReading["found"]>,
  kind: keyof NonNullable<ComparisonReading["found"]>,
  words: DeskWords,
): Html | string {
  if (found[kind].length === 0) return "";
  return html`<h2>${words.text(`compare.${kind}`)}</h2><ul>${found[kind].map(
    ({ message, evidence }) => html`<li><span class="ltr">${message} ${evidence}</span></li>`,
  )}</ul>`;
}

/** Our evidences about the messages with a partner, and what differs from the partner's. */
export function comparisonPage(reading: ComparisonReading, state: FormState, desk: Desk, words: DeskWords): Html {
  const { partners, partner, record, found } = reading;
  return html`<p>${words.text("compare.intro")}</p>
<form class="choose" method="get" action="${deskAddress(words, ["comparison"])}"><p><label for="c-partner">${words.text("compare.partner")}</label> <select id="c-partner" name="partner">${partners.map(
    ({ authority, name }) =>
      html`<option value="${authority}"${authority === partner ? html` selected` : ""}>${name}</option>`,
  )}</select></p><button>${words.text("workload.show")}</button></form>
${
  record === undefined || partner === undefined
    ? ""
    : html`<ul><li>${words.text("compare.count", { count: record.count })}: <a href="${deskAddress(words, ["comparison", "record.json"], { partner })}">${words.text("compare.download")}</a></li>
<li>${words.text("compare.open", { count: record.open })}</li></ul>
${form(
  desk,
  deskAddress(words, ["comparison"], { partner }),
  html`${textInput(state, { name: "theirs", label: words.text("compare.theirs"), kind: "paragraphs" })}<button>${words.text("compare.button")}</button>`,
)}`
}
${
  found === undefined
    ? ""
    : html`<section id="found" aria-live="polite">${
        found.missingHere.length + found.missingThere.length + found.differing.length === 0
          ? html`<p class="done">${words.text("compare.equal")}</p>`
          : (["missingHere", "missingThere", "differing"] as const).map((kind) => compared(found, kind, words))
      }${compared(found, "onTheWay", words)}</section>`
}`;
}
