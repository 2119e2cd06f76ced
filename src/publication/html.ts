import { html as honoHtml, raw as honoRaw } from "hono/html";

/** A piece of a page. Everything put into it is escaped, unless it is such a piece itself. */
export type Html = ReturnType<typeof honoHtml>;

export const html = honoHtml;

/** Markup that the program itself has made, such as a figure. Never for anything that comes from data. */
export function trusted(markup: string): Html {
  return honoRaw(markup);
}

/** The address of a page with its query, properly encoded. An empty value is a value: only undefined ones are left out. */
export function address(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
  const text = search.toString();
  return `/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}
