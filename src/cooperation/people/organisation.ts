import { z } from "zod";
import { type Instant, instantSchema } from "../words/index.ts";

/** An address that may only be reached encrypted, except on the machine itself. */
const encryptedAddress = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname, username, password } = new URL(text);
  const here = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return (protocol === "https:" || here) && username === "" && password === "";
}, "an https address without a user name in it");

/** Path of the page to which the provider sends the browser back. */
export const organisationReturnPath = "/sign-in/organisation";

/** How an authority lets its people sign in through their organisation (OpenID Connect, code flow with PKCE). */
export const organisationSignInSchema = z.strictObject({
  issuer: encryptedAddress.describe("Address of the identity provider, as it stands in its tokens."),
  clientId: z.string().min(1),
  clientSecretFile: z.string().min(1).describe("File with the secret of this client; never the secret itself."),
  redirectAddress: encryptedAddress
    .refine((text) => new URL(text).pathname === organisationReturnPath && new URL(text).search === "", {
      error: `an address of this authority that ends in ${organisationReturnPath}`,
    })
    .describe("Where the provider sends the browser back to."),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .default(["openid"])
    .refine((scopes) => scopes.includes("openid"), "openid must be among the scopes"),
  nameClaim: z
    .string()
    .min(1)
    .default("sub")
    .describe("The claim by which a person is told: one that nobody can change."),
  algorithms: z
    .array(z.enum(["EdDSA", "ES256", "PS256", "RS256"]))
    .min(1)
    .default(["EdDSA", "ES256", "PS256", "RS256"])
    .describe("Signatures of tokens that are accepted."),
  strongMethods: z
    .array(z.string().min(1))
    .default([])
    .describe("Values of `amr` one of which must be there, such as mfa; an empty list asks for none."),
  people: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe(
      "Who is who, as an administrator decided: the value of the claim, letter by letter, and the sign-in name here.",
    ),
});
export type OrganisationSignInSettings = z.infer<typeof organisationSignInSchema>;

/** What must be kept between leaving for the provider and coming back; it is used once. */
export const organisationCeremonySchema = z.strictObject({
  state: z.string().min(32),
  nonce: z.string().min(32),
  codeVerifier: z.string().min(43),
  until: instantSchema,
});
export type OrganisationCeremony = z.infer<typeof organisationCeremonySchema>;

/** The claims of a token that has been verified: signature, issuer, audience, times and nonce. */
export interface VerifiedClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type OrganisationAnswer =
  | { readonly good: true; readonly verified: VerifiedClaims }
  /** `because` is for the log of the program; nobody else is told. */
  | { readonly good: false; readonly because: string };

/** Talks to the identity provider. */
export interface OrganisationProvider {
  /** @throws when the provider cannot be reached, or does not do what is needed of it */
  begin(now: Instant): Promise<{ readonly address: string; readonly ceremony: OrganisationCeremony }>;
  /** @param search the query of the address that the browser came back to, with its question mark */
  finish(search: string, ceremony: OrganisationCeremony, now: Instant): Promise<OrganisationAnswer>;
}

/**
 * The sign-in name here that verified claims stand for, or why there is none: the token comes from elsewhere, was given
 * without a method that the authority asks for, or an administrator has linked nobody to it. Nobody gets an account or a
 * role by signing in at the organisation.
 */
export function signInNameOf(
  settings: OrganisationSignInSettings,
  verified: VerifiedClaims,
): { readonly name: string } | { readonly because: string } {
  if (verified.issuer !== settings.issuer) return { because: "the token is of another issuer" };
  const methods = z.array(z.string()).safeParse(verified.claims.amr);
  const used = methods.success ? methods.data : [];
  if (settings.strongMethods.length > 0 && !settings.strongMethods.some((method) => used.includes(method)))
    return { because: "the person signed in there without a strong method" };
  if (settings.nameClaim === "email" && verified.claims.email_verified !== true)
    return { because: "the address of the person is not verified there" };
  const claim = settings.nameClaim === "sub" ? verified.subject : verified.claims[settings.nameClaim];
  const name = typeof claim === "string" && Object.hasOwn(settings.people, claim) ? settings.people[claim] : undefined;
  return name === undefined ? { because: "nobody here is linked to the person there" } : { name };
}
