import { z } from "zod";
import type { Instant } from "../words/index.ts";
import { normalSignInName } from "./sign-in.ts";

/** An address that may only be reached encrypted, except on the machine itself. */
const encryptedAddress = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname, username, password } = new URL(text);
  const here = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return (protocol === "https:" || here) && username === "" && password === "";
}, "an https address without a user name in it");

/** How an authority lets its people sign in through their organisation (OpenID Connect, code flow with PKCE). */
export const organisationSignInSchema = z.strictObject({
  issuer: encryptedAddress.describe("Address of the identity provider, as it stands in its tokens."),
  clientId: z.string().min(1),
  clientSecretFile: z.string().min(1).describe("File with the secret of this client; never the secret itself."),
  redirectAddress: encryptedAddress.describe("Where the provider sends the browser back to."),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .default(["openid"])
    .refine((scopes) => scopes.includes("openid"), "openid must be among the scopes"),
  nameClaim: z.string().min(1).default("sub").describe("The claim that holds the sign-in name of a person here."),
  algorithms: z
    .array(z.enum(["EdDSA", "ES256", "PS256", "RS256"]))
    .min(1)
    .default(["EdDSA", "ES256", "PS256", "RS256"])
    .describe("Signatures of tokens that are accepted."),
  strongMethods: z
    .array(z.string().min(1))
    .default([])
    .describe("Values of `amr` one of which must be there, such as mfa; an empty list asks for none."),
});
export type OrganisationSignInSettings = z.infer<typeof organisationSignInSchema>;

/** What must be kept between leaving for the provider and coming back; it is used once. */
export interface OrganisationCeremony {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly until: Instant;
}

/** The claims of a token that has been verified: signature, issuer, audience, times and nonce. */
export interface VerifiedClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Talks to the identity provider; whoever implements it uses an OpenID Connect library. */
export interface OrganisationProvider {
  begin(now: Instant): Promise<{ readonly address: string; readonly ceremony: OrganisationCeremony }>;
  /** @returns null when anything about the answer is not as it must be */
  finish(returned: string, ceremony: OrganisationCeremony, now: Instant): Promise<VerifiedClaims | null>;
}

/**
 * The sign-in name that verified claims stand for, or null when the token comes from elsewhere, has no usable name, or
 * was given without a method that the authority asks for. Nobody gets an account or a role by it.
 */
export function signInNameOf(settings: OrganisationSignInSettings, verified: VerifiedClaims): string | null {
  if (verified.issuer !== settings.issuer) return null;
  const methods = z.array(z.string()).safeParse(verified.claims.amr);
  const used = methods.success ? methods.data : [];
  if (settings.strongMethods.length > 0 && !settings.strongMethods.some((method) => used.includes(method))) return null;
  if (settings.nameClaim === "email" && verified.claims.email_verified !== true) return null;
  const claim = settings.nameClaim === "sub" ? verified.subject : verified.claims[settings.nameClaim];
  const name = typeof claim === "string" ? normalSignInName(claim) : "";
  return name === "" ? null : name;
}
