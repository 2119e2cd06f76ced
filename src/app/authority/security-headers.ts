import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

const year = 31_536_000;

/**
 * What every answer tells the browser: run nothing, load nothing from elsewhere, guess no type, stand in no frame, tell
 * other sites nothing; by HTTPS also to come by nothing else for a year.
 */
export function securityHeaders(https: boolean): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      objectSrc: ["'none'"],
      scriptSrc: ["'none'"],
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
}
