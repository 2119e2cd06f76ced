/** An identity provider on loopback that does as it is told, well or badly. */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** What the provider does otherwise than it should. */
export interface Mischief {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signWith?: "own" | "another" | "none" | "public-key-as-secret" | "other-algorithm";
  readonly withoutToken?: boolean;
  readonly withoutPkce?: boolean;
  readonly issuerInMetadata?: string;
  readonly down?: boolean;
}

export interface OpenIdProvider {
  readonly issuer: string;
  mischief: Mischief;
  /** The body of the last request for a token. */
  readonly lastExchange: () => URLSearchParams;
  /** What was asked of the authorization page last; gives the address to which the browser goes back. */
  approve(address: string, change?: (back: URL) => void): string;
  stop(): Promise<void>;
}

/** How the provider knows the authority. */
export const openIdClient = { id: "authority", secret: "a secret of forty characters and a few more" };
const client = openIdClient;

/** @param redirect where the authority said that browsers come back to */
export async function simulatedOpenIdProvider(redirect: string): Promise<OpenIdProvider> {
  const keys = await generateKeyPair("ES256", { extractable: true });
  const others = await generateKeyPair("ES256");
  const rsa = await generateKeyPair("RS512", { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "ES256", use: "sig" };
  const rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: "two", alg: "RS512", use: "sig" };
  const codes = new Map<string, { readonly nonce: string; readonly challenge: string }>();
  let exchanged = new URLSearchParams();
  let issuer = "";
  const own: { mischief: Mischief } = { mischief: {} };

  async function tokenFor(nonce: string): Promise<string> {
    const { claims = {}, signWith = "own" } = own.mischief;
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuer, sub: "a-17", aud: client.id, iat: now, exp: now + 300, nonce, ...claims };
    if (signWith === "none") {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none" })}.${part(payload)}.`;
    }
    if (signWith === "public-key-as-secret")
      return new SignJWT(payload)
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    if (signWith === "other-algorithm")
      return new SignJWT(payload).setProtectedHeader({ alg: "RS512", kid: "two" }).sign(rsa.privateKey);
    const key = signWith === "another" ? others.privateKey : keys.privateKey;
    return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid: "one" }).sign(key);
  }

  async function answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
    const { mischief } = own;
    if (mischief.down === true) return { status: 503, body: {} };
    if (request.url === "/.well-known/openid-configuration")
      return {
        status: 200,
        body: {
          issuer: mischief.issuerInMetadata ?? issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["ES256", "RS512"],
          ...(mischief.withoutPkce === true ? {} : { code_challenge_methods_supported: ["S256"] }),
        },
      };
    if (request.url === "/keys") return { status: 200, body: { keys: [jwk, rsaJwk] } };
    if (request.url !== "/token") return { status: 404, body: {} };
    let text = "";
    for await (const piece of request) text += String(piece);
    exchanged = new URLSearchParams(text);
    const secret = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString();
    const code = exchanged.get("code") ?? "";
    const known = codes.get(code);
    codes.delete(code);
    const challenge = createHash("sha256")
      .update(exchanged.get("code_verifier") ?? "")
      .digest("base64url");
    const right =
      secret === `${client.id}:${encodeURIComponent(client.secret).replaceAll("%20", "+")}` &&
      known?.challenge === challenge &&
      exchanged.get("redirect_uri") === redirect;
    if (known === undefined || !right) return { status: 400, body: { error: "invalid_grant" } };
    const token = mischief.withoutToken === true ? {} : { id_token: await tokenFor(known.nonce) };
    return { status: 200, body: { access_token: "x", token_type: "Bearer", ...token } };
  }

  const approve: OpenIdProvider["approve"] = (address, change = () => {}) => {
    const asked = new URL(address).searchParams;
    const code = randomUUID();
    codes.set(code, { nonce: asked.get("nonce") ?? "", challenge: asked.get("code_challenge") ?? "" });
    const back = new URL(asked.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state") ?? "");
    change(back);
    return back.href;
  };

  const server: Server = createServer((request, response) => {
    // Whoever comes with a browser is known here already, and sent straight back.
    if (request.url?.startsWith("/authorize?") === true) {
      response.writeHead(303, { location: approve(`${issuer}${request.url}`) }).end();
      return;
    }
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("the provider listens on no port");
  issuer = `http://127.0.0.1:${at.port}`;
  return {
    issuer,
    get mischief() {
      return own.mischief;
    },
    set mischief(next: Mischief) {
      own.mischief = next;
    },
    lastExchange: () => exchanged,
    approve,
    stop: () => new Promise((ended) => server.close(() => ended())),
  };
}
