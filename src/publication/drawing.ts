import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** What a reader who does not see a figure is told: its name and what it shows. */
export interface FigureWords {
  readonly title: string;
  readonly description: string;
}

/**
 * Draws a static SVG that is one image to assistive technology. There are no style attributes and no style element in it,
 * so that pages need no exception in their content security policy; `figure svg` in the style sheet does the rest.
 *
 * @param id - Unique in the page; the ids of title and description are made from it.
 * @param decimals - Decimals of coordinates: a reader sees no difference, and the page is half as large.
 */
export function drawSvg(
  id: string,
  words: FigureWords | undefined,
  options: Plot.PlotOptions,
  decimals: 0 | 1 = 1,
): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ ...options, document });
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const name of ["style", "class", "fill"]) svg.removeAttribute(name);
  svg.setAttribute("font-size", "12");
  svg.setAttribute("font-family", "inherit");
  // Plot labels its groups, which is no use to a reader of a picture and not allowed without a role.
  for (const part of svg.querySelectorAll("*")) {
    for (const name of ["aria-label", "aria-description", "style", "class"]) part.removeAttribute(name);
  }
  if (words === undefined) {
    svg.setAttribute("aria-hidden", "true");
  } else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-labelledby", `${id}-title ${id}-description`);
    for (const [tag, name, text] of [
      ["desc", "description", words.description],
      ["title", "title", words.title],
    ] as const) {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      element.setAttribute("id", `${id}-${name}`);
      element.textContent = text;
      svg.insertBefore(element, svg.firstChild);
    }
  }
  return roundCoordinates(svg.outerHTML, 10 ** decimals);
}

/** Rounds the coordinates in tags; texts are left alone, and so is what is finer than a coordinate can be. */
function roundCoordinates(svg: string, parts: number): string {
  const rounded = (text: string): string =>
    text.replaceAll(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number) * parts) / parts));
  return svg
    .replaceAll(/<[^>]*>/g, (tag) =>
      tag.replaceAll(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
    )
    .replaceAll(/ d="[^"]*"/g, (path) => (parts === 1 ? rounded(path) : path));
}

/** Width of a text of 12 pixels, roughly; Chinese signs are as wide as they are high. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e80 ? 12 : 6.6;
  return width;
}

/** Shows a number at a tick of an axis. */
export function tickText(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    maximumSignificantDigits: 6,
    notation: Math.abs(value) >= 1e6 ? "compact" : "standard",
  }).format(value);
}
