import { createHmac } from "node:crypto";
import { request } from "node:https";
import type { Instant, OutgoingMessage, SendingOutcome, WebhookSettings } from "../../../cooperation/index.ts";
import { exitCodes, UserError } from "../../exit-codes.ts";
import type { SendNotice, WordedNotice } from "./channel.ts";

const waitsFor = 15_000;
const prefix = "whsec_";
const shortestSecret = 24;
/** Answers that will not change when the same is sent again. */
const refusals: readonly number[] = [400, 410, 413, 415, 422];

/**
 * The bytes of a secret as Standard Webhooks writes it: base64, which may begin with `whsec_`.
 *
 * @throws UserError where it is shorter than 24 bytes, or no base64.
 */
export function webhookSecret(name: string, text: string): Uint8Array {
  const written = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const bytes = Buffer.from(written, "base64");
  if (bytes.length < shortestSecret || bytes.toString("base64").replace(/=+$/, "") !== written.replace(/=+$/, ""))
    throw new UserError(
      `The secret of the webhook ${name} is not ${shortestSecret} bytes or more in base64: make one with \`openssl rand -base64 32\`.`,
      exitCodes.invalid,
    );
  return new Uint8Array(bytes);
}

/**
 * Hands notices to a service by one HTTPS request each, signed as Standard Webhooks says (HMAC-SHA256 over identifier,
 * time and body). The certificate is checked, no redirection is followed, and of the answer only its status counts.
 *
 * @param secret - Shared with the service.
 * @param certificateAuthority - Certificates (PEM) that are believed instead of the usual ones.
 * @param waits - Milliseconds that the service may take.
 * @see https://www.standardwebhooks.com
 */
export function webhookChannel(
  { name, address }: WebhookSettings,
  secret: Uint8Array,
  certificateAuthority: string | undefined,
  now: () => Instant,
  waits = waitsFor,
): SendNotice {
  return ({ id, urgent, language, reachedBy }: OutgoingMessage, { subject, text }: WordedNotice) => {
    const at = now();
    const seconds = String(Math.floor(Date.parse(at) / 1000));
    const to = reachedBy.flatMap((reach) => reach.to ?? []);
    const body = JSON.stringify({
      type: "justitia.notice",
      timestamp: at,
      data: { urgent, language, to, subject, text },
    });
    const signature = createHmac("sha256", secret).update(`${id}.${seconds}.${body}`).digest("base64");
    const failed = (problem: string, forGood = false): SendingOutcome => ({
      sent: false,
      forGood,
      problem: `${name}: ${problem}`,
    });
    return new Promise<SendingOutcome>((resolve) => {
      const asked = request(
        address,
        {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
            "webhook-id": id,
            "webhook-timestamp": seconds,
            "webhook-signature": `v1,${signature}`,
          },
          agent: false,
          minVersion: "TLSv1.2",
          rejectUnauthorized: true,
          signal: AbortSignal.timeout(waits),
          ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
        },
        (answer) => {
          const status = answer.statusCode ?? 0;
          answer.destroy();
          resolve(
            status >= 200 && status < 300 ? { sent: true } : failed(`answered ${status}`, refusals.includes(status)),
          );
        },
      );
      asked.on("error", (error) => {
        const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
        resolve(failed(code));
      });
      asked.end(body);
    });
  };
}
