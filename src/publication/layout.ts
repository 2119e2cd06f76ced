import { type Language, type Manifest, type Observatory, textIn } from "../evidence/index.ts";
import { type CatalogueLanguage, catalogueLanguages, type MessageKey, type Messages } from "./catalogue.ts";
import { address, type Html, html } from "./html.ts";
import { styleAddress } from "./style.ts";

/** What every page of an observatory shows around its content. */
export interface Site {
  readonly observatory: Observatory;
  readonly manifest: Manifest;
}

export interface Page {
  readonly title: string;
  /** Address of this page without its language, so that the other languages can be linked. */
  readonly path: readonly string[];
  /** Values that this page understands, kept in the links to the other languages. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The pages above this one, from the first page downwards; this page itself is not among them. */
  readonly trail?: readonly Step[];
  /** Says that something cannot be shown: no part of the navigation is the current one. */
  readonly problem?: boolean;
  readonly content: Html;
}

/** A page above another one. */
export interface Step {
  readonly title: string;
  readonly address: string;
}

const sections: readonly (readonly [MessageKey, string])[] = [
  ["site.home", ""],
  ["site.crosswalks", "crosswalks"],
  ["site.coverage", "coverage"],
  ["site.quarantine", "quarantine"],
  ["site.sources", "sources"],
];

const languageNames: Readonly<Record<CatalogueLanguage, string>> = { en: "English", zh: "中文" };

/** The languages of an observatory for which there is a catalogue; English when there is none. */
export function pageLanguages(languages: readonly Language[]): CatalogueLanguage[] {
  const found = catalogueLanguages.filter((language) => languages.includes(language));
  return found.length === 0 ? ["en"] : found;
}

/** A whole page, ready to be sent. */
export function renderPage(site: Site, messages: Messages, page: Page): Html {
  const { observatory, manifest } = site;
  const language = messages.language;
  const name = textIn(observatory.title, language);
  const built = manifest.builtAt.slice(0, 10);
  return html`<!doctype html>
<html lang="${messages.tag}" dir="${messages.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title === name ? name : `${page.title} — ${name}`}</title>
<link rel="stylesheet" href="${styleAddress}">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#content">${messages.text("site.skip")}</a>
${observatory.simulated ? html`<p class="notice">${messages.text("site.simulated")}</p>` : ""}
<header>
<p class="languages">${pageLanguages(observatory.languages)
    .filter((other) => other !== language)
    .map(
      (other) =>
        html`<a href="${address([other, ...page.path], page.query)}" lang="${other}" hreflang="${other}">${languageNames[other]}</a> `,
    )}</p>
<p class="site"><a href="${address([language])}">${name}</a></p>
<nav aria-label="${messages.text("site.nav")}"><ul>${sections.map(([key, path]) => {
    const here = page.problem !== true && (page.path[0] ?? "") === path;
    const target = path === "" ? address([language]) : address([language, path]);
    return html`<li><a href="${target}"${here ? html` aria-current="${page.path.length > 1 ? "true" : "page"}"` : ""}>${messages.text(key)}</a></li>`;
  })}</ul></nav>
</header>
<main id="content" tabindex="-1">
${trailOf(page.trail ?? [], messages)}<h1>${page.title}</h1>
${page.content}
</main>
<footer>
${manifest.asOf === null ? "" : html`<p>${messages.text("site.asOf", { date: manifest.asOf.slice(0, 10) })}</p>`}
<p>${messages.text("site.builtWith", { version: manifest.program, date: built })}</p>
${observatory.licence === undefined ? "" : html`<p>${messages.text("site.licence", { licence: observatory.licence })}</p>`}
</footer>
</body>
</html>`;
}

function trailOf(trail: readonly Step[], messages: Messages): Html | string {
  if (trail.length === 0) return "";
  return html`<nav class="trail" aria-label="${messages.text("site.trail")}"><ol>${trail.map(
    (step) => html`<li><a href="${step.address}">${step.title}</a></li>`,
  )}</ol></nav>
`;
}
