import { createTransport } from "nodemailer";
import type { MailSettings, OutgoingMessage, SendingOutcome } from "../../../cooperation/index.ts";
import type { SendNotice, WordedNotice } from "./channel.ts";

/** Milliseconds that the server may take for each step. */
const waitsFor = 15_000;

/** What of an error of the mail library may be told: its code and the number of the answer, never the server's words. */
function problemOf(error: unknown): { readonly text: string; readonly forGood: boolean } {
  const { code, responseCode, permanent } = { code: "", responseCode: 0, permanent: false, ...asRecord(error) };
  const number = typeof responseCode === "number" && responseCode > 0 ? ` ${responseCode}` : "";
  // Only a recipient that the server does not take stays one; everything else may be mended meanwhile.
  return { text: `mail: ${String(code) || "failed"}${number}`, forGood: permanent === true && code === "EENVELOPE" };
}

const asRecord = (error: unknown): object => (typeof error === "object" && error !== null ? error : {});

/**
 * Sends notices by mail over SMTP. The connection is encrypted and the server's certificate checked, or nothing is sent;
 * unencrypted only to a server on this machine.
 *
 * @param password - For the user of the settings.
 * @param certificateAuthority - Certificates (PEM) that are believed instead of the usual ones.
 * @param waits - Milliseconds that the server may take for each step.
 */
export function mailChannel(
  { host, port, security, from, user }: MailSettings,
  password: string | undefined,
  certificateAuthority: string | undefined,
  waits = waitsFor,
): SendNotice {
  const transport = createTransport({
    host,
    port: port ?? (security === "tls" ? 465 : security === "starttls" ? 587 : 25),
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: waits,
    greetingTimeout: waits,
    socketTimeout: waits,
    dnsTimeout: waits,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    tls: {
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    },
  });
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return async ({ id, urgent, language, reachedBy }: OutgoingMessage, { subject, text }: WordedNotice) => {
    const to = reachedBy.flatMap(({ mail }) => mail ?? []);
    try {
      await transport.sendMail({
        from,
        to,
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        priority: urgent ? "high" : "normal",
        // So that no machine answers, and a mailbox that is away does not start a loop.
        headers: { "Auto-Submitted": "auto-generated", "Content-Language": language },
      });
      return { sent: true };
    } catch (error) {
      const { text: problem, forGood } = problemOf(error);
      return { sent: false, forGood, problem } satisfies SendingOutcome;
    }
  };
}
