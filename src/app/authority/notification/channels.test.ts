import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { selfSigned } from "../../../../test/authority/self-signed.ts";
import { instantSchema, type MailSettings, type OutgoingMessage } from "../../../cooperation/index.ts";
import { mailChannel, webhookChannel, webhookSecret } from "./index.ts";

const message: OutgoingMessage = {
  id: "01900000-0000-7000-8000-000000000001",
  urgent: true,
  language: "zh",
  reachedBy: [{ mail: "duty@central.example" }],
};
const words = { subject: "紧急：有人需要", text: "Sign in at https://central.example\n" };
const now = () => instantSchema.parse(new Date().toISOString());
const patiently = 60_000;

describe("a message leaves over a real line", () => {
  let tls: { readonly key: string; readonly cert: string };
  let stranger: string;
  const closing: (() => Promise<unknown>)[] = [];
  before(async () => {
    tls = await selfSigned("localhost");
    stranger = (await selfSigned("localhost")).cert;
  });
  after(async () => {
    for (const close of closing) await close();
  });

  /** A mail server on this machine, and what it took. */
  async function mailServer(options: SMTPServerOptions) {
    const taken: { readonly to: readonly string[]; readonly text: string; readonly secure: boolean }[] = [];
    const server = new SMTPServer({
      ...tls,
      authOptional: true,
      disableReverseLookup: true,
      logger: false,
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith("gone") ? Object.assign(new Error("no such user"), { responseCode: 550 }) : null),
      onAuth: ({ username, password }, _session, done) =>
        username === "justitia" && password === "the mail password"
          ? done(null, { user: username })
          : done(new Error("no")),
      onData: (stream, session, done) => {
        let text = "";
        stream.on("data", (bytes: Buffer) => {
          text += bytes.toString("utf8");
        });
        stream.on("end", () => {
          taken.push({ to: session.envelope.rcptTo.map(({ address }) => address), text, secure: session.secure });
          done();
        });
      },
      ...options,
    });
    server.on("error", () => undefined);
    server.listen(0, "localhost");
    await once(server.server, "listening");
    closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const port = addressOf(server.server.address()).port;
    return { taken, port };
  }
  const addressOf = (address: AddressInfo | string | null): AddressInfo => {
    assert.ok(address !== null && typeof address === "object");
    return address;
  };
  const settings = (port: number, more: Partial<MailSettings> = {}): MailSettings => ({
    host: "localhost",
    port,
    security: "starttls",
    from: "duty-desk@central.example",
    ...more,
  });

  test("by mail, encrypted by STARTTLS or from the beginning, signed in, to a server whose certificate fits", async () => {
    const upgraded = await mailServer({ secure: false, authOptional: false });
    const user = { user: "justitia" };
    const send = mailChannel(settings(upgraded.port, user), "the mail password", tls.cert, patiently);
    assert.deepEqual(await send(message, words), { sent: true });
    const [mail] = upgraded.taken;
    assert.deepEqual([mail?.to, mail?.secure], [["duty@central.example"], true]);
    assert.match(mail?.text ?? "", /Message-ID: <01900000-0000-7000-8000-000000000001@central\.example>/i);
    assert.match(mail?.text ?? "", /Auto-Submitted: auto-generated/i);
    assert.match(mail?.text ?? "", /Sign in at https:\/\/central\.example/);

    const whole = await mailServer({ secure: true });
    const direct = mailChannel(settings(whole.port, { security: "tls" }), undefined, tls.cert, patiently);
    assert.deepEqual(await direct(message, words), { sent: true });
    assert.equal(whole.taken.length, 1);
  });

  test("nothing goes by mail where the line is not encrypted, or another stands at its end", async () => {
    const plain = await mailServer({ secure: false, disabledCommands: ["STARTTLS"] });
    const demanding = mailChannel(settings(plain.port), undefined, tls.cert, patiently);
    assert.equal((await demanding(message, words)).sent, false);
    const other = await mailServer({ secure: false });
    const deceived = mailChannel(settings(other.port), undefined, stranger, patiently);
    assert.equal((await deceived(message, words)).sent, false);
    const usual = mailChannel(settings(other.port), undefined, undefined, patiently);
    assert.equal((await usual(message, words)).sent, false);
    assert.deepEqual([...plain.taken, ...other.taken], []);
  });

  test("a mail that fails says why without the password or the server's words, and what will not change is not repeated", async () => {
    const server = await mailServer({ secure: false, authOptional: false });
    const wrong = mailChannel(settings(server.port, { user: "justitia" }), "not the password", tls.cert, patiently);
    assert.deepEqual(await wrong(message, words), { sent: false, forGood: false, problem: "mail: EAUTH 535" });
    const right = mailChannel(settings(server.port, { user: "justitia" }), "the mail password", tls.cert, patiently);
    const gone = { ...message, reachedBy: [{ mail: "gone@central.example" }] };
    assert.deepEqual(await right(gone, words), { sent: false, forGood: true, problem: "mail: EENVELOPE 550" });
    const nobody = mailChannel(settings(1), undefined, undefined, patiently);
    assert.deepEqual(await nobody(message, words), { sent: false, forGood: false, problem: "mail: ESOCKET" });
  });

  const secret = Buffer.alloc(32, 7).toString("base64");
  async function receiver(status: (path: string) => number) {
    const taken: { readonly headers: Record<string, string>; readonly body: string }[] = [];
    const server: Server = createHttpsServer(tls, (asked, answer) => {
      let body = "";
      asked.on("data", (bytes: Buffer) => {
        body += bytes.toString("utf8");
      });
      asked.on("end", () => {
        const code = status(asked.url ?? "");
        const headers = Object.entries(asked.headers).map(([name, value]) => [name, String(value)] as const);
        taken.push({ headers: Object.fromEntries(headers), body });
        if (code === 0) return;
        answer.writeHead(code, code === 302 ? { location: "/elsewhere" } : {}).end("an answer");
      });
    });
    server.listen(0, "localhost");
    await once(server, "listening");
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return { taken, address: `https://localhost:${addressOf(server.address()).port}` };
  }

  test("by a signed request, which the published library of Standard Webhooks takes", async () => {
    const { taken, address } = await receiver(() => 204);
    const bytes = webhookSecret("pager", `whsec_${secret}`);
    const webhook = { name: "pager", address: `${address}/hook` };
    const send = webhookChannel(webhook, bytes, tls.cert, now, patiently);
    const paged = { ...message, reachedBy: [{ webhook: "pager", to: "+99 555" }] };
    assert.deepEqual(await send(paged, words), { sent: true });
    const [request] = taken;
    assert.ok(request);
    assert.deepEqual(Reflect.get(Object(new Webhook(secret).verify(request.body, request.headers)), "data"), {
      urgent: true,
      language: "zh",
      to: ["+99 555"],
      ...words,
    });
    assert.equal(request.headers["webhook-id"], message.id);
    assert.throws(() => new Webhook(secret).verify(request.body.replace("+99", "+98"), request.headers));
  });

  test("a service that sends elsewhere, is another one, refuses or does not answer gets nothing further", async () => {
    const { taken, address } = await receiver((path) => Number(path.slice(1)));
    const to = (status: number, authority = tls.cert, waits = patiently) =>
      webhookChannel(
        { name: "pager", address: `${address}/${status}` },
        webhookSecret("pager", secret),
        authority,
        now,
        waits,
      )(message, words);
    assert.deepEqual(await to(302), { sent: false, forGood: false, problem: "pager: answered 302" });
    assert.equal(taken.length, 1, "the redirection was not followed");
    assert.deepEqual(await to(503), { sent: false, forGood: false, problem: "pager: answered 503" });
    assert.deepEqual(await to(410), { sent: false, forGood: true, problem: "pager: answered 410" });
    assert.deepEqual(await to(0, tls.cert, 100), { sent: false, forGood: false, problem: "pager: ABORT_ERR" });
    const before = taken.length;
    assert.equal((await to(204, stranger)).sent, false);
    assert.equal(taken.length, before);
    assert.throws(() => webhookSecret("pager", "short"), /openssl rand -base64 32/);
  });
});
