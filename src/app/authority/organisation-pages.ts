import { createHmac } from "node:crypto";
import type { Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { EncryptJWT, jwtDecrypt } from "jose";
import { z } from "zod";
import {
  type OrganisationCeremony,
  organisationCeremonySchema,
  organisationReturnPath,
  signInNameOf,
  signInThroughOrganisation,
} from "../../cooperation/index.ts";
import {
  clockTime,
  type DeskWords,
  deskLanguages,
  deskWords,
  type Fault,
  organisationDone,
} from "../../publication/index.ts";
import type { OrganisationSignIn } from "./organisation.ts";
import { firstAddress } from "./own-sessions-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { comesFrom, cookieNameOf, DeskProblem, deskFor, noteSignIn, setToken, show } from "./visit.ts";
import { wantedPage } from "./wanted-page.ts";

/** What the pages of signing in through an organisation need of the others. */
export interface OrganisationPages {
  readonly wordsIn: (context: Context) => DeskWords;
  readonly showSignIn: (context: Context, words: DeskWords, faults: readonly Fault[]) => Promise<Response>;
}

const keptSchema = z.strictObject({
  ceremony: organisationCeremonySchema,
  language: z.enum(deskLanguages),
  to: z.string().optional(),
});
type Kept = z.infer<typeof keptSchema>;

/** The ceremony travels with the browser, sealed, so that somebody who never comes back leaves next to nothing here. */
const keyOf = ({ formKey }: DeskSurroundings): Uint8Array =>
  createHmac("sha256", formKey).update("justitia organisation ceremony").digest();
const cookieOf = (around: DeskSurroundings): string => cookieNameOf(around, "organisation");

// The browser comes back from elsewhere, with no strict cookie.
function keepInBrowser(around: DeskSurroundings, context: Context, sealed: string): void {
  setCookie(context, cookieOf(around), sealed, {
    httpOnly: true,
    sameSite: "Lax",
    secure: around.https,
    path: "/",
    maxAge: sealed === "" ? 0 : 600,
  });
}

async function keptOf(around: DeskSurroundings, context: Context): Promise<Kept | undefined> {
  const sealed = getCookie(context, cookieOf(around));
  if (sealed === undefined) return undefined;
  try {
    const { payload } = await jwtDecrypt(sealed, keyOf(around), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    const kept = keptSchema.safeParse(payload);
    return kept.success ? kept.data : undefined;
  } catch {
    return undefined;
  }
}

const challengeOf = ({ state }: OrganisationCeremony): string => `organisation ${state}`;

/** The way to an organisation's service and back. */
export function addOrganisationPages(app: Hono, around: DeskSurroundings, pages: OrganisationPages): void {
  const { organisation } = around;
  if (organisation === undefined) return;

  app.get("/:language/sign-in/organisation", async (context) => {
    const words = pages.wordsIn(context);
    try {
      const { address, ceremony } = await organisation.provider.begin(around.now());
      await around.signIn.addChallenge({ challenge: challengeOf(ceremony), person: null, until: ceremony.until });
      const to = wantedPage(context);
      const kept: Kept = { ceremony, language: words.language, ...(to === undefined ? {} : { to }) };
      const sealed = await new EncryptJWT({ ...kept })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .encrypt(keyOf(around));
      keepInBrowser(around, context, sealed);
      return context.redirect(address, 303);
    } catch (error) {
      around.report(error);
      return pages.showSignIn(context, words, [fault(words.text("organisation.away"))]);
    }
  });

  app.get(organisationReturnPath, async (context) => {
    const kept = await keptOf(around, context);
    if (kept === undefined) throw new DeskProblem("form");
    keepInBrowser(around, context, "");
    const words = deskWords(kept.language);
    let because: string | undefined;
    const result = await signInThroughOrganisation(
      around.signIn,
      {
        recognise: async () => {
          const found = await recognise(around, organisation, kept.ceremony, new URL(context.req.url).search);
          if ("name" in found) return found.name;
          because = found.because;
          return undefined;
        },
        ...comesFrom(around, context),
      },
      around.now(),
      around.random,
    );
    if (because !== undefined) around.report(`Sign-in through the organisation was refused: ${because}.`);
    await noteSignIn(around, context, "organisation", result, because);
    if (!result.signedIn)
      return pages.showSignIn(context, words, [
        fault(
          result.because === "wait"
            ? words.text("signIn.wait", { time: `${clockTime(result.retryAt, "UTC")} UTC` })
            : words.text("organisation.refused"),
        ),
      ]);
    setToken(around, context, "session", result.token);
    // From a page of our own the browser brings the strict cookie along; straight from elsewhere it would not.
    const next = await firstAddress(around, words, result.session, kept.to);
    context.header("refresh", `0; url=${next}`);
    const page = { title: words.text("organisation.done"), path: [], content: organisationDone(next, words) };
    return await show({ context, desk: await deskFor(around, "", undefined), words }, page);
  });
}

const fault = (text: string): Fault => ({ input: undefined, text, article: undefined });

/** The sign-in name of who came back, or why it is nobody: for the log of the program and auditors, and for no page. */
async function recognise(
  around: DeskSurroundings,
  { settings, provider }: OrganisationSignIn,
  ceremony: OrganisationCeremony,
  search: string,
): Promise<{ readonly name: string } | { readonly because: string }> {
  const begun = await around.signIn.takeChallenge(challengeOf(ceremony));
  if (begun === null) return { because: "it was finished before, or never begun here" };
  const answer = await provider.finish(search, ceremony, around.now());
  return answer.good ? signInNameOf(settings, answer.verified) : answer;
}
