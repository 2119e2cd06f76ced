import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { authorityIdSchema } from "../words/index.ts";
import {
  deliverDue,
  type ExchangeRoutesOptions,
  exchangeRoutes,
  httpPost,
  messagesPath,
  receive,
  sendDue,
  submit,
} from "./index.ts";
import { refusalReasons, refuse } from "./refusal.ts";
import { SetClock, seededChance, twoAuthorities } from "./simulation/node.ts";

/** A server on the loopback address, which ends with the test. */
async function listening(
  options: Partial<ExchangeRoutesOptions>,
): Promise<{ address: string; errors: unknown[]; port: number } & AsyncDisposable> {
  const errors: unknown[] = [];
  const app = new Hono();
  const routes = exchangeRoutes({
    receive: async () => ({ refused: "unsigned" }),
    report: (error) => errors.push(error),
    refusalAfter: 20,
    ...options,
  });
  app.route("/exchange", routes);
  let server: ReturnType<typeof serve> | undefined;
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (info) => resolve(info.port));
  });
  return {
    address: `http://127.0.0.1:${port}/exchange`,
    port,
    errors,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server?.close(() => resolve())),
  };
}
const arcadia = authorityIdSchema.parse("arcadia-central");
const jose = { "content-type": "application/jose", connection: "close" };
const to = async (address: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = jose) =>
  await fetch(`${address}${messagesPath}`, { method: "POST", body, headers });
/** Everything of an answer but the time at which it was given. */
const seenOf = async (response: Response) => [
  response.status,
  [...response.headers].filter(([name]) => name !== "date"),
  await response.text(),
];

test("two authorities exchange a message over HTTP on the loopback address", async () => {
  const { arcadia, bensalem } = await twoAuthorities(new SetClock(), seededChance(3));
  await using server = await listening({ receive: (sealed) => receive(bensalem.node, sealed) });
  const post = httpPost({
    fetch,
    addressOf: async (authority) => (authority === bensalem.own.authority ? `${server.address}/` : undefined),
  });
  const { message } = await arcadia.node.store.transaction((transaction) =>
    submit(arcadia.node, transaction, {
      to: bensalem.own.authority,
      kind: "request",
      body: { text: "x".repeat(300_000) },
    }),
  );
  assert.equal(await sendDue(arcadia.node, post, 10), 1);
  assert.equal(await deliverDue(bensalem.node, 10), 1);
  assert.ok(bensalem.store.tables.applied.has(`arcadia-central ${message.id}`));
  assert.deepEqual(await post(arcadia.own.authority, "x"), { problem: "no address is known" });
});

test("all refusals are the same, whatever the reason, the body or the path", async () => {
  let next = 0;
  await using server = await listening({
    receive: async () => refuse(refusalReasons[next++ % refusalReasons.length] ?? "unsigned"),
  });
  const first = await seenOf(await to(server.address, "x"));
  assert.equal(first[0], 400);
  for (let count = 1; count < refusalReasons.length; count += 1)
    assert.deepEqual(await seenOf(await to(server.address, "x".repeat(count * 50))), first);
  assert.deepEqual(await seenOf(await to(server.address, "x", { ...jose, "content-type": "text/plain" })), first);
  assert.deepEqual(await seenOf(await to(server.address, Uint8Array.from([0xff, 0xfe, 0x80]))), first);
  assert.deepEqual(await seenOf(await to(server.address, "")), first);
});

test("a body that is too large is not read, and one that is too slow is let go", async () => {
  let called = 0;
  const counting = async () => {
    called += 1;
    return refuse("unsigned");
  };
  await using server = await listening({ receive: counting, bodyTimeout: 50 });
  assert.equal((await to(server.address, "A".repeat(4 * 1024 * 1024 + 1))).status, 400);
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(65)),
  });
  const streamed = await fetch(`${server.address}${messagesPath}`, {
    method: "POST",
    body: endless,
    headers: jose,
    duplex: "half",
  }).then(
    ({ status }) => status,
    () => 400,
  );
  assert.equal(streamed, 400);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () =>
      socket.write(
        "POST /exchange/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/jose\r\ncontent-length: 1000\r\n\r\nabc",
      ),
    );
    socket.once("data", (data) => {
      resolve(data.toString("latin1"));
      socket.destroy();
    });
  });
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.equal(called, 0);
});

test("a failure of our own is reported here and told as nothing but: not now", async () => {
  await using server = await listening({
    receive: async () => {
      throw new Error("relation matter does not exist");
    },
  });
  const response = await to(server.address, "x");
  assert.equal(response.status, 503);
  assert.ok(!(await response.text()).includes("matter"));
  assert.equal(server.errors.length, 1);
  const post = httpPost({ fetch, addressOf: async () => server.address });
  assert.deepEqual(await post(arcadia, "x"), { problem: "answered with status 503" });
});

test("the client follows no redirection, reads no endless answer, waits for none, and does not throw", async () => {
  const answers: Record<string, () => Response | Promise<Response>> = {
    redirected: () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:1/" } }),
    html: () => new Response("<p>a portal</p>", { headers: { "content-type": "text/html" } }),
    endless: () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(9_999).fill(65)) }), {
        headers: { "content-type": "application/jose" },
      }),
    silent: () => new Promise(() => undefined),
  };
  const problems: Record<string, string> = {
    redirected: "answered with status 307",
    html: "answered with status 200",
    endless: "the answer was too-large",
  };
  for (const [name, answer] of Object.entries(answers)) {
    const app = new Hono();
    app.all("*", answer);
    const post = httpPost({
      fetch: async (input, init) => {
        const request = Promise.resolve(
          app.request(new URL(String(input)).pathname, { method: "POST", body: String(init?.body) }),
        );
        const aborted = new Promise<never>((_, reject) =>
          init?.signal?.addEventListener("abort", () => reject(new Error("timed out"))),
        );
        return await Promise.race([request, aborted]);
      },
      addressOf: async () => "http://127.0.0.1/exchange",
      timeout: 100,
    });
    const keepAlive = setTimeout(() => undefined, 5_000);
    assert.deepEqual(await post(arcadia, "x"), { problem: problems[name] ?? "not reached (timed out)" }, name);
    clearTimeout(keepAlive);
  }
  const unreachable = httpPost({ fetch, addressOf: async () => "http://127.0.0.1:1" });
  const outcome = await unreachable(arcadia, "x");
  assert.ok("problem" in outcome && outcome.problem.startsWith("not reached"));
});

test("a refusal is answered no sooner than its time, however soon it is decided", async () => {
  const routes = exchangeRoutes({
    receive: async () => refuse("unsigned"),
    report: () => assert.fail(),
    refusalAfter: 300,
  });
  const headers = { "content-type": "application/jose" };
  const refusal = Promise.resolve(routes.request(messagesPath, { method: "POST", headers, body: "x" }));
  const sooner = new Promise((resolve) => setTimeout(resolve, 20, "nothing yet"));
  assert.equal(await Promise.race([refusal, sooner]), "nothing yet");
  assert.equal((await refusal).status, 400);
});
