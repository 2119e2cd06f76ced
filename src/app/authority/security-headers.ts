import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

const year = 31_536_000;
/** Said of a request whose page needs the script of passkeys or of uploads; no other page may run any. */
const ownScript = "own-script";

/** Lets the page that answers this request run scripts of this desk itself. */
export const allowOwnScript = (context: Context): void => context.set(ownScript, true);

/**
 * What every answer tells the browser: run nothing but what a page of passkeys or uploads brings itself, load nothing
 * from elsewhere, guess no type, stand in no frame, tell other sites nothing; by HTTPS also to come by nothing else for a year.
 */
export function securityHeaders(https: boolean): MiddlewareHandler {
  const strict = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      objectSrc: ["'none'"],
      scriptSrc: ["'none'"],
      connectSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["data:"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // A form sent under "no-referrer" would not say where it comes from.
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    strictTransportSecurity: https ? `max-age=${year}; includeSubDomains` : false,
    permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
  });
  return async (context, next) => {
    await strict(context, next);
    const policy = context.res.headers.get("content-security-policy");
    if (context.get(ownScript) === true && policy !== null)
      context.res.headers.set(
        "content-security-policy",
        policy.replace("script-src 'none'", "script-src 'self'").replace("connect-src 'none'", "connect-src 'self'"),
      );
  };
}
