import { createHash } from "node:crypto";
import type { Durability, Instant, Role } from "../../cooperation/index.ts";
import { address, type Html, html } from "../html.ts";
import { styleSheet } from "../style.ts";
import {
  type AuthorityMessageKey,
  clockTime,
  type DeskWords,
  deskLanguageNames,
  deskLanguages,
  exactTime,
} from "./messages.ts";

/** What every page of an authority shows around its content. */
export interface Desk {
  readonly name: string;
  /** Whether States, persons and cases are invented; said on every page. */
  readonly invented: boolean;
  readonly durability: Durability;
  readonly now: Instant;
  /** Of the authority's State, such as `Asia/Tokyo`. */
  readonly timeZone: string;
  /** Undefined before sign-in. */
  readonly worker: { readonly name: string; readonly role: Role; readonly roles: readonly Role[] } | undefined;
  /** The token that every form carries. */
  readonly csrf: string;
}

/** Something wrong with what was sent, shown at the top and at its field. */
export interface Fault {
  /** Name of the input that it concerns; undefined for the form as a whole. */
  readonly input: string | undefined;
  readonly text: string;
  readonly article: string | undefined;
}

export interface DeskPage {
  readonly title: string;
  /** Address of this page without its language. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly trail?: readonly { readonly title: string; readonly address: string }[];
  readonly faults?: readonly Fault[];
  /** Said above the content after something was done. */
  readonly done?: string | undefined;
  readonly content: Html;
  /** Address of the one script of the page; without it the page still works. */
  readonly script?: string;
}

const deskStyle = `${styleSheet}
.faults{border:3px solid #a4161a;padding:.5rem 1rem;margin:1rem 0}
.faults h2{border:0;margin:.2rem 0}
.faults a,.fault{color:#a4161a;font-weight:600}
.fault{margin:.2rem 0}
.warning,.watch{border:3px solid #a4161a;padding:.5rem 1rem;margin:1rem 0}
.watch h2{border:0;margin:.2rem 0}
.done{border-inline-start:4px solid #1b6e3a;background:var(--tint);padding:.6rem 1rem}
form .field{margin:1rem 0}
form .field.wrong{border-inline-start:4px solid #a4161a;padding-inline-start:.8rem}
form label,legend,.field>label{font-weight:600}
.field>label{display:block}
form .choice{display:flex;gap:.5rem;align-items:baseline;margin:.2rem 0}
form .choice label{font-weight:400}
form .choice input{inline-size:1.3rem;block-size:1.3rem;flex:none;margin:0;align-self:start}
.hint{color:var(--soft);margin:.1rem 0;font-size:.9rem}
fieldset{border:1px solid var(--line);margin:1rem 0;padding:.5rem 1rem;min-inline-size:0;max-inline-size:100%}
input[type=text],input[type=password],input[type=search],textarea{font:inherit;inline-size:100%;max-inline-size:46rem;padding:.4rem .6rem;border:1px solid #6b6f76;background:var(--paper);color:var(--ink)}
input[type=text].short{max-inline-size:14rem}
textarea{min-block-size:6rem}
button{min-block-size:2.2rem}
button.quiet{background:var(--paper);color:var(--link)}
.inline{display:inline}
.inline form{display:inline}
.steps{list-style:none;padding:0}
.steps>li{padding-block:.4rem}
.go{display:inline-block;background:var(--link);color:#fff;padding:.4rem .8rem;text-decoration:none}
.desk{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center;font-size:.92rem}
.desk form{display:flex;flex-wrap:wrap;gap:.3rem;align-items:center}
time,code,.ltr{unicode-bidi:isolate;direction:ltr}
.once{font-size:1.4rem;letter-spacing:.05em;overflow-wrap:anywhere}
textarea.code{font-family:monospace;font-size:.85rem;direction:ltr}
[hidden]{display:none}
.new{background:#1b6e3a;color:#fff;font-size:.8rem;padding:0 .4rem}
.typed{white-space:pre-line;overflow-wrap:anywhere}
.document dt{margin-block-start:.6rem}
.document dd{white-space:pre-line}
.chain>li{margin-block-end:.8rem;break-inside:avoid}
@media print{.desk,.faults,.done,form,.on-screen{display:none}}
`;

/** The style sheet of an authority's pages, and its address, which names the content. */
export const deskStyleSheet: string = deskStyle;
export const deskStyleAddress = `/style-${createHash("sha256").update(deskStyle).digest("hex").slice(0, 12)}.css`;

/** Address of a page of the desk in the language of the words. */
export const deskAddress = (
  words: DeskWords,
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string => address([words.language, ...path], query);

/** A moment, for the eye and for machines. */
export const timeOf = (at: string, desk: Pick<Desk, "timeZone">): Html =>
  html`<time datetime="${at}">${clockTime(at, desk.timeZone)}</time>`;

/** A moment with its seconds and its distance from UTC, where others have to rely on it. */
export const exactTimeOf = (at: string, desk: Pick<Desk, "timeZone">): Html =>
  html`<time datetime="${at}">${exactTime(at, desk.timeZone)}</time>`;

/** A form that changes something: it carries the token of the session, and whatever else is hidden. */
export function form(desk: Desk, target: string, content: Html, hidden: Readonly<Record<string, string>> = {}): Html {
  return html`<form method="post" action="${target}" novalidate>
<input type="hidden" name="csrf" value="${desk.csrf}">
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${content}
</form>`;
}

/** Identifier of an input in the page. */
export const inputId = (name: string): string => `i-${name.replaceAll(/[^a-zA-Z0-9-]/g, "-")}`;

function durabilityText({ engine, survivesKill, survivesPowerLoss }: Durability, words: DeskWords): string {
  const name = engine === "pglite" ? "PGlite" : "PostgreSQL";
  const key = survivesPowerLoss ? "site.survives" : survivesKill ? "site.survivesKill" : "site.survivesNothing";
  return words.text(key, { engine: name });
}

function faultSummary(faults: readonly Fault[], words: DeskWords): Html | string {
  if (faults.length === 0) return "";
  return html`<div class="faults" role="alert" aria-labelledby="faults-title" tabindex="-1" autofocus>
<h2 id="faults-title">${words.text("error.summary")}</h2>
<ul class="plain">${faults.map((fault) => {
    const text = `${fault.text}${fault.article === undefined ? "" : ` ${words.text("error.article", { article: fault.article })}`}`;
    return html`<li>${fault.input === undefined ? text : html`<a href="#${inputId(fault.input)}">${text}</a>`}</li>`;
  })}</ul></div>`;
}

type Part = readonly [title: AuthorityMessageKey, path: readonly string[]];

/** The parts of the desk that a role works in. */
function partsFor(role: Role): readonly Part[] {
  const [told, acts, account]: readonly [Part, Part, Part] = [
    ["notices.title", ["notices"]],
    ["site.acts", ["acts"]],
    ["site.account", ["account"]],
  ];
  if (role === "administrator") {
    const kept = ["people", "offices", "partners", "introduction"] as const;
    return [...kept.map((part): Part => [`site.${part}`, [part]]), told, acts, account];
  }
  const counted: readonly Part[] = [
    ["statistics.title", ["statistics"]],
    ["compare.title", ["comparison"]],
  ];
  if (role === "auditor") return [["audit.reads", []], ...counted, told, acts, account];
  const work: readonly Part[] = [
    ["site.queue", []],
    ["site.new", ["new"]],
  ];
  return role === "head-of-office"
    ? [...work, ["workload.title", ["workload"]], told, ["erasure.title", ["erasure"]], ...counted, account]
    : role === "approver"
      ? [...work, ["erasure.title", ["erasure"]], account]
      : [...work, account];
}

/** A whole page of an authority, ready to be sent. */
export function renderDesk(desk: Desk, words: DeskWords, page: DeskPage): Html {
  const { faults = [], trail = [], worker } = { ...page, worker: desk.worker };
  const parts = worker === undefined ? [] : partsFor(worker.role);
  const here = page.path.join("/");
  return html`<!doctype html>
<html lang="${words.tag}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${faults.length > 0 ? `${words.text("error.prefix")} ` : ""}${page.title} — ${desk.name}</title>
<link rel="stylesheet" href="${deskStyleAddress}">
<link rel="icon" href="data:,">
${page.script === undefined ? "" : html`<script src="${page.script}" defer></script>`}
</head>
<body>
<a class="skip" href="#content">${words.text("site.skip")}</a>
${desk.invented ? html`<p class="notice">${words.text("site.invented")}</p>` : ""}
<header>
<nav class="languages" aria-label="${words.text("site.languages")}">${deskLanguages
    .filter((other) => other !== words.language)
    .map(
      (other) =>
        html`<a href="${address([other, ...page.path], page.query)}" lang="${other}" hreflang="${other}">${deskLanguageNames[other]}</a> `,
    )}</nav>
<p class="site"><a href="${deskAddress(words, [])}">${desk.name}</a></p>
${
  worker === undefined
    ? ""
    : html`<nav aria-label="${words.text("site.nav")}"><ul>${parts.map(
        ([key, path]) =>
          html`<li><a href="${deskAddress(words, path)}"${here === path.join("/") ? html` aria-current="page"` : ""}>${words.text(key)}</a></li>`,
      )}</ul></nav>
<div class="desk"><p>${words.text("site.workingAs", { name: worker.name, role: words.text(`role.${worker.role}`) })}</p>
${
  worker.roles.length < 2
    ? ""
    : form(
        desk,
        deskAddress(words, ["role"]),
        html`<label for="i-role">${words.text("role.as")}</label><select id="i-role" name="role">${worker.roles.map(
          (role) =>
            html`<option value="${role}"${role === worker.role ? html` selected` : ""}>${words.text(`role.${role}`)}</option>`,
        )}</select><button class="quiet">${words.text("role.change")}</button>`,
      )
}
${form(desk, deskAddress(words, ["sign-out"]), html`<button class="quiet">${words.text("site.signOut")}</button>`)}</div>`
}
</header>
<main id="content" tabindex="-1">
${
  trail.length === 0
    ? ""
    : html`<nav class="trail" aria-label="${words.text("site.trail")}"><ol>${trail.map(
        (step) => html`<li><a href="${step.address}">${step.title}</a></li>`,
      )}</ol></nav>`
}
<h1>${page.title}</h1>
${faultSummary(faults, words)}
${page.done === undefined ? "" : html`<p class="done" role="status">${page.done}</p>`}
${page.content}
</main>
<footer><p><span class="on-screen">${durabilityText(desk.durability, words)}</span>${worker === undefined ? "" : html` ${words.text("site.times", { zone: desk.timeZone })}`}</p></footer>
</body>
</html>`;
}
