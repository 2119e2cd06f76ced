import { decodeProtectedHeader } from "jose";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from "openid-client";
import { instantSchema } from "../words/index.ts";
import { base64url, type RandomBytes } from "./effects.ts";
import type {
  OrganisationAnswer,
  OrganisationCeremony,
  OrganisationProvider,
  OrganisationSignInSettings,
} from "./organisation.ts";

const ceremonyLasts = 10 * 60_000;
const waitsFor = 10;

/**
 * The identity provider of an organisation: OpenID Connect, authorization code with PKCE (S256), state and nonce. A token
 * counts when its signature is by a key of the provider and of an accepted kind, and issuer, audience, times and nonce fit.
 *
 * @param secret what the provider knows this client by; goes nowhere but to the provider
 * @param around `fetch` of the platform; `random` gives unpredictable bytes
 */
export function openIdProvider(
  settings: OrganisationSignInSettings,
  secret: string,
  around: { readonly fetch: typeof fetch; readonly random: RandomBytes },
): OrganisationProvider {
  let known: Promise<Configuration> | undefined;
  const configuration = (): Promise<Configuration> => {
    known ??= discover(settings, secret, around).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    begin: async (now) => {
      const provider = await configuration();
      const [state, nonce, codeVerifier] = [0, 1, 2].map(() => base64url(around.random(32)));
      if (state === undefined || nonce === undefined || codeVerifier === undefined) throw new RangeError("no chance");
      const until = instantSchema.parse(new Date(Date.parse(now) + ceremonyLasts).toISOString());
      const address = buildAuthorizationUrl(provider, {
        redirect_uri: settings.redirectAddress,
        response_type: "code",
        scope: settings.scopes.join(" "),
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      });
      return { address: address.href, ceremony: { state, nonce, codeVerifier, until } };
    },
    finish: async (search, ceremony, now) => {
      if (now >= ceremony.until) return { good: false, because: "the sign-in took too long" };
      try {
        return await exchange(await configuration(), settings, search, ceremony);
      } catch (error) {
        return { good: false, because: reasonOf(error) };
      }
    },
  };
}

async function discover(
  settings: OrganisationSignInSettings,
  secret: string,
  around: { readonly fetch: typeof fetch },
): Promise<Configuration> {
  const issuer = new URL(settings.issuer);
  const provider = await discovery(issuer, settings.clientId, undefined, ClientSecretBasic(secret), {
    [customFetch]: (address, { body, ...options }) =>
      // An answer that leads elsewhere would take the secret along.
      around.fetch(address, { ...options, ...(body === undefined ? {} : { body }), redirect: "error" }),
    timeout: waitsFor,
    // The settings allow http on this machine only.
    execute:
      issuer.protocol === "http:" ? [enableNonRepudiationChecks, allowInsecureRequests] : [enableNonRepudiationChecks],
  });
  if (!provider.serverMetadata().supportsPKCE("S256"))
    throw new Error("the provider does not offer PKCE with S256, without which a stolen code could be used");
  return provider;
}

async function exchange(
  provider: Configuration,
  settings: OrganisationSignInSettings,
  search: string,
  { state, nonce, codeVerifier }: OrganisationCeremony,
): Promise<OrganisationAnswer> {
  const returned = new URL(settings.redirectAddress);
  returned.search = search;
  const answer = await authorizationCodeGrant(provider, returned, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const claims = answer.claims();
  if (claims === undefined || answer.id_token === undefined) return { good: false, because: "there is no token" };
  const { alg } = decodeProtectedHeader(answer.id_token);
  if (!settings.algorithms.some((accepted) => accepted === alg))
    return { good: false, because: `the token is signed with ${alg ?? "nothing"}, which is not accepted` };
  const { iss: issuer, sub: subject, ...rest } = claims;
  return { good: true, verified: { issuer, subject, claims: rest } };
}

/** Why a library refused, with the reason below it, and without what a token or an answer held. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given";
  const below = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${below}`.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, 300);
}
