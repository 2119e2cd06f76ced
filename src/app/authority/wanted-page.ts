import type { Context } from "hono";
import { type DeskWords, deskAddress } from "../../publication/index.ts";

const longest = 1000;
/** As browsers write paths and queries: visible ASCII, no backslash. */
const visible = /^[/?][!-[\]-~]*$/;

/**
 * The page that somebody has to sign in for first: its path and query below the language, as the address of the sign-in
 * page carries it. Undefined where nothing, or nothing below this desk, is named.
 */
export function wantedPage({ req }: Context): string | undefined {
  const to = req.query("to") ?? "";
  return to.length <= longest && visible.test(to) ? to : undefined;
}

/** The address to sign in at, from where one comes to the page that this request asks for. */
export function signInAddress({ req }: Context, words: DeskWords): string {
  const { pathname, search } = new URL(req.url);
  const to = `${pathname.slice(`/${words.language}`.length)}${search}`;
  return deskAddress(words, ["sign-in"], {
    to: req.method !== "GET" || to === "" || to.length > longest ? undefined : to,
  });
}

/** Where one goes on after signing in. The language stands before what was asked for, so that it never leads elsewhere. */
export const wantedAddress = (words: DeskWords, to: string | undefined): string =>
  `${deskAddress(words, [])}${to ?? ""}`;
