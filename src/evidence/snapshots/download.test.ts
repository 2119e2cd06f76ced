import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { deliveryOf, failureOf, openTrialStore, type SeenRequest, startServer } from "./loopback-server.test.ts";

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");

/** Sends the first bytes of the whole and cuts the connection when they are on their way. */
function sendAndCut(response: ServerResponse, bytes: number, headers: Record<string, string>): void {
  response.writeHead(200, { "content-length": String(content.length), ...headers });
  response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
}

/** Answers a request for a byte range of the content. */
function sendRange(request: SeenRequest, response: ServerResponse, etag: string, whole: Buffer = content): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1]);
  response.writeHead(206, { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}`, etag });
  response.end(whole.subarray(from));
}

test("an address is kept as it was sent, with what the server says about it", async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(200, {
      "content-type": "text/csv",
      etag: '"1"',
      "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    });
    response.end(content);
  });
  await using trial = await openTrialStore();
  const delivery = deliveryOf(await trial.retrieve([{ url: `${server.origin}/data/crime%20counts.csv` }]));
  assert.deepEqual(delivery.parts, [
    {
      name: "crime counts.csv",
      sha256,
      bytes: content.length,
      mediaType: "text/csv",
      etag: '"1"',
      lastModified: "Thu, 01 Jan 2026 00:00:00 GMT",
      url: `${server.origin}/data/crime%20counts.csv`,
    },
  ]);
  assert.equal(delivery.retrievedAt, "2026-01-01T00:00:00.000Z");
});

test("an unchanged address is asked with its marks and makes no new delivery, only a check", async () => {
  await using server = await startServer((request, response) => {
    if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" }).end(content);
  });
  await using trial = await openTrialStore();
  const first = deliveryOf(await trial.retrieve([{ url: server.origin }]));
  trial.advance(86_400_000);
  const second = await trial.retrieve([{ url: server.origin }]);
  assert.deepEqual(deliveryOf(second), first);
  assert.equal("changed" in second && second.changed, false);
  assert.equal(server.seen[1]?.headers["if-modified-since"], "Thu, 01 Jan 2026 00:00:00 GMT");
  assert.equal((await trial.store.deliveries("trial")).length, 1);
  const checks = await readFile(join(trial.directory, "deliveries", "trial", "checks.jsonl"), "utf8");
  assert.match(
    checks,
    /^\{"checkedAt":"2026-01-02T00:00:00.000Z","deliveryHash":"[0-9a-f]{64}","location":"[^"]+"\}\n$/,
  );
});

test("with verify an address is fetched anew although its marks are known", async () => {
  await using server = await startServer((_, response) => response.writeHead(200, { etag: '"1"' }).end(content));
  await using trial = await openTrialStore();
  await trial.retrieve([{ url: server.origin }]);
  await trial.retrieve([{ url: server.origin }], { verify: true });
  assert.equal(server.seen[1]?.headers["if-none-match"], undefined);
});

test("throttling is obeyed for as long as Retry-After says, in seconds and as a date", async () => {
  await using server = await startServer((_, response, number) => {
    if (number === 1) response.writeHead(429, { "retry-after": "17" }).end();
    else if (number === 2) response.writeHead(503, { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" }).end();
    else response.end(content);
  });
  await using trial = await openTrialStore();
  assert.equal(deliveryOf(await trial.retrieve([{ url: server.origin }])).parts[0].sha256, sha256);
  assert.deepEqual(trial.slept, [17_000, 43_000]);
});

test("a server that wants to be left alone for hours is given up at once", async () => {
  await using server = await startServer((_, response) => response.writeHead(429, { "retry-after": "7200" }).end());
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin }]));
  assert.equal(failure.code, "http-status");
  assert.match(failure.message, /429.*come back in 120 minutes/);
  assert.equal(server.seen.length, 1);
});

test("errors of the server that pass are waited out with growing pauses", async () => {
  await using server = await startServer((_, response, number) => {
    if (number <= 4) response.writeHead([500, 502, 503, 504][number - 1] ?? 500).end();
    else response.end(content);
  });
  await using trial = await openTrialStore();
  assert.equal(deliveryOf(await trial.retrieve([{ url: server.origin }])).parts[0].sha256, sha256);
  assert.deepEqual(trial.slept, [500, 1_000, 2_000, 4_000]);
});

test("errors of the server that do not pass end in a problem after six tries", async () => {
  await using server = await startServer((_, response) => response.writeHead(500).end());
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin }]));
  assert.deepEqual([failure.code, server.seen.length], ["http-status", 6]);
  assert.match(failure.message, /status 500 \(6 tries\)/);
});

test("a missing page is not asked for twice, and the next location is tried", async () => {
  await using server = await startServer((request, response) => {
    if (request.url.pathname === "/gone.csv") response.writeHead(404).end("sorry");
    else response.end(content);
  });
  await using trial = await openTrialStore();
  const result = await trial.retrieve([{ url: `${server.origin}/gone.csv` }, { url: `${server.origin}/there.csv` }]);
  assert.equal(deliveryOf(result).location, `${server.origin}/there.csv`);
  assert.deepEqual("tried" in result && result.tried.map(({ code, message }) => [code, message]), [
    ["http-status", "the server answered with status 404 (nothing is there any more)"],
  ]);
  assert.equal(server.seen.length, 2);
});

test("a cut connection is taken up where it was cut", async () => {
  await using server = await startServer((request, response, number) => {
    if (number === 1) sendAndCut(response, 100_000, { etag: '"1"' });
    else sendRange(request, response, '"1"');
  });
  await using trial = await openTrialStore();
  const delivery = deliveryOf(await trial.retrieve([{ url: server.origin }]));
  assert.equal(delivery.parts[0].sha256, sha256);
  assert.match(server.seen[1]?.headers.range ?? "", /^bytes=[1-9]\d*-$/);
  assert.equal(server.seen[1]?.headers["if-range"], '"1"');
});

test("a cut connection begins anew when the server's mark does not tell versions apart", async () => {
  await using server = await startServer((_, response, number) => {
    if (number === 1) sendAndCut(response, 100_000, { etag: 'W/"1"' });
    else response.writeHead(200, { etag: 'W/"1"' }).end(content);
  });
  await using trial = await openTrialStore();
  assert.equal(deliveryOf(await trial.retrieve([{ url: server.origin }])).parts[0].sha256, sha256);
  assert.equal(server.seen[1]?.headers.range, undefined);
});

test("a file that changed while it was fetched is fetched whole, never mixed", async (t) => {
  const renewed = randomBytes(content.length);
  const renewedHash = createHash("sha256").update(renewed).digest("hex");
  const answers: Record<string, (request: SeenRequest, response: ServerResponse) => void> = {
    "with the whole new version": (_, response) => response.writeHead(200, { etag: '"2"' }).end(renewed),
    "with a part of the new version": (request, response) => sendRange(request, response, '"2"', renewed),
    "with a part of another length": (request, response) =>
      sendRange(request, response, '"1"', Buffer.concat([renewed, renewed])),
    "with a part from elsewhere": (request, response) => {
      const missing = content.length - Number(/\d+/.exec(request.headers.range ?? "")?.[0]);
      response.writeHead(206, { "content-range": `bytes 5-${5 + missing - 1}/${content.length}`, etag: '"1"' });
      response.end(content.subarray(5, 5 + missing));
    },
    "that the part is no longer there": (_, response) => response.writeHead(416).end(),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await t.test(name, async () => {
      await using server = await startServer((request, response, number) => {
        if (number === 1) sendAndCut(response, 100_000, { etag: '"1"' });
        else if (number === 2) answer(request, response);
        else response.writeHead(200, { etag: '"2"' }).end(renewed);
      });
      await using trial = await openTrialStore();
      const [part] = deliveryOf(await trial.retrieve([{ url: server.origin }])).parts;
      assert.deepEqual([part.sha256, part.etag], [renewedHash, '"2"']);
    });
  }
});

test("a file that never stays the same is given up", async () => {
  await using server = await startServer((_, response, number) =>
    sendAndCut(response, 100_000, { etag: `"${number}"` }),
  );
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin }]));
  assert.equal(failure.code, "answer-changing");
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("an answer that is shorter than announced is not kept", async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(200, { "content-length": String(content.length) });
    response.write(content.subarray(0, 1_000), () => response.destroy());
  });
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin }]));
  assert.match(failure.code, /^(network|answer-incomplete)$/);
  assert.equal((await trial.store.verify()).objects, 0);
});

test("a body without an end stops at the most bytes that are believed", async () => {
  await using server = await startServer((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(content)) {}
    };
    response.on("drain", more);
    more();
  });
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin, maximumBytes: 1_000_000 }]));
  assert.equal(failure.code, "too-large");
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("a body announced as too long is refused before it is sent", async () => {
  await using server = await startServer((_, response) => response.end(content));
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin, maximumBytes: 299_999 }]));
  assert.deepEqual([failure.code, server.seen.length], ["too-large", 1]);
  assert.match(failure.message, /has 300000 bytes/);
});

test("a server that does not answer, or stops in the middle, runs into the time limit", async (t) => {
  for (const [name, head] of [
    ["does not answer", false],
    ["stops in the middle", true],
  ] as const) {
    await t.test(name, async () => {
      await using server = await startServer((_, response) => {
        if (head) response.writeHead(200).write("beginning");
      });
      await using trial = await openTrialStore({}, { headTimeout: head ? 10_000 : 40, idleTimeout: 40, attempts: 2 });
      const failure = failureOf(await trial.retrieve([{ url: server.origin }]));
      assert.equal(failure.code, "timeout");
    });
  }
});

test("redirects are followed, but not in circles", async () => {
  await using server = await startServer((request, response) => {
    const { pathname } = request.url;
    if (pathname === "/data") response.end(content);
    else response.writeHead(302, { location: pathname === "/moved" ? "data" : "/circle" }).end();
  });
  await using trial = await openTrialStore();
  const [part] = deliveryOf(await trial.retrieve([{ url: `${server.origin}/moved` }])).parts;
  assert.deepEqual([part.sha256, part.url], [sha256, `${server.origin}/moved`]);
  const failure = failureOf(await trial.retrieve([{ url: `${server.origin}/circle` }]));
  assert.deepEqual([failure.code, failure.message], ["redirect-refused", "the server redirected more than 10 times"]);
});

test("redirects to files, other schemes and unencrypted hosts are refused", async () => {
  for (const target of [
    "file:///etc/passwd",
    "data:text/plain,x",
    "http://example.org/x",
    "https://u:p@example.org/",
  ]) {
    await using server = await startServer((_, response) => response.writeHead(301, { location: target }).end());
    await using trial = await openTrialStore();
    assert.equal(failureOf(await trial.retrieve([{ url: server.origin }])).code, "redirect-refused", target);
  }
});

test("a secret comes from the environment, goes to the declared origin only, and is written nowhere", async () => {
  await using other = await startServer((_, response) => response.end(content));
  await using server = await startServer((_, response) =>
    response.writeHead(302, { location: `${other.origin}/x` }).end(),
  );
  await using trial = await openTrialStore({ environment: { TOKEN: "sesame-4711" } });
  const location = { url: server.origin, headers: { "X-App-Token": "env:TOKEN" } };
  assert.equal(deliveryOf(await trial.retrieve([location])).parts[0].sha256, sha256);
  assert.equal(server.seen[0]?.headers["x-app-token"], "sesame-4711");
  assert.equal(other.seen[0]?.headers["x-app-token"], undefined);
  for (const name of await readdir(trial.directory, { recursive: true, withFileTypes: true })) {
    if (name.isFile()) assert.ok(!(await readFile(join(name.parentPath, name.name))).includes("sesame"), name.name);
  }
});

test("a secret that is not in the environment is named, and nothing is asked", async () => {
  await using server = await startServer((_, response) => response.end(content));
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin, headers: { authorization: "env:TOKEN" } }]));
  assert.equal(failure.code, "environment-unset");
  assert.match(failure.message, /TOKEN/);
  assert.equal(server.seen.length, 0);
});

test("a body that the server codes against our wish is kept decoded, and the part says so", async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip", etag: '"1"' }).end(gzipSync(content));
  });
  await using trial = await openTrialStore();
  const [part] = deliveryOf(await trial.retrieve([{ url: `${server.origin}/x.csv` }])).parts;
  assert.deepEqual([part.sha256, part.contentEncoding], [sha256, "gzip"]);
  assert.equal(server.seen[0]?.headers["accept-encoding"], "identity");
});

test("a server that is not there is tried again and then named", async () => {
  const server = await startServer(() => undefined);
  await server[Symbol.asyncDispose]();
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ url: server.origin }]));
  assert.equal(failure.code, "network");
  assert.match(failure.message, /ECONNREFUSED.*\(6 tries\)/);
});

test("offline nothing is asked", async () => {
  await using server = await startServer((_, response) => response.end(content));
  await using trial = await openTrialStore();
  assert.equal(failureOf(await trial.retrieve([{ url: server.origin }], { offline: true })).code, "offline");
  assert.equal(server.seen.length, 0);
});

test("an abort ends a download at once and leaves nothing behind", async () => {
  const abort = new AbortController();
  await using server = await startServer((_, response) => {
    response.writeHead(200).write(content, () => abort.abort(new Error("enough")));
  });
  await using trial = await openTrialStore({ signal: abort.signal });
  await assert.rejects(trial.retrieve([{ url: server.origin }]), { message: "enough" });
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("progress tells the bytes so far and in all", async () => {
  const told: (number | undefined)[][] = [];
  await using server = await startServer((_, response) => {
    response.writeHead(200, { "content-length": String(content.length) }).end(content);
  });
  await using trial = await openTrialStore({ progress: ({ bytes, totalBytes }) => told.push([bytes, totalBytes]) });
  await trial.retrieve([{ url: server.origin }]);
  assert.deepEqual(told.at(-1), [content.length, content.length]);
});

test("a length that does not agree with the body is noticed, also when the connection says nothing", async () => {
  const fetch = async (): Promise<Response> => new Response("[]", { headers: { "content-length": "50" } });
  await using trial = await openTrialStore({ fetch });
  for (const location of [
    { url: "https://example.org/x.csv" },
    { api: { kind: "who-odata", url: "https://example.org/api" } },
  ] as const) {
    const failure = failureOf(await trial.retrieve([location]));
    assert.deepEqual([failure.code, /ended after 2 of 50 bytes/.test(failure.message)], ["answer-incomplete", true]);
  }
});
