import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import type { ApiLocation } from "./location.ts";
import {
  deliveryOf,
  failureOf,
  openTrialStore,
  type SeenRequest,
  sendJson,
  startServer,
  type TrialStore,
} from "./loopback-server.test.ts";
import type { RetrievalResult } from "./snapshot-store.ts";

interface Row {
  readonly id: number;
}

const rows = (count: number, from = 1): Row[] => Array.from({ length: count }, (_, index) => ({ id: from + index }));

/** Answers as Socrata does, over rows that may change between requests. */
function socrata(list: () => readonly object[]) {
  return ({ url }: SeenRequest, response: ServerResponse): void => {
    if (url.searchParams.get("$select") === "count(*) as rows_in_all") {
      sendJson(response, [{ rows_in_all: String(list().length) }]);
      return;
    }
    const offset = Number(url.searchParams.get("$offset"));
    sendJson(response, list().slice(offset, offset + Number(url.searchParams.get("$limit"))));
  };
}

function socrataLocation(origin: string, more: Partial<ApiLocation["api"]> = {}): ApiLocation {
  return { api: { kind: "socrata", url: `${origin}/resource/abcd-1234.json`, pageSize: 4, ...more } };
}

/** The rows of all parts of a delivery, read as the delivery says. */
async function rowsOf(trial: TrialStore, result: RetrievalResult): Promise<unknown[]> {
  const delivery = deliveryOf(result);
  const all: unknown[] = [];
  for (const part of delivery.parts) {
    let value: unknown = JSON.parse(await readFile(trial.store.path(part.sha256), "utf8"));
    for (const name of (delivery.rowsPath ?? "").split("/").slice(1)) {
      value =
        typeof value === "object" && value !== null
          ? Object.entries(value).find(([key]) => key === name)?.[1]
          : undefined;
    }
    assert.ok(Array.isArray(value), part.name);
    all.push(...value);
  }
  return all;
}

test("Socrata: all pages in the order of their ids, each kept as one part", async () => {
  await using server = await startServer(socrata(() => rows(10)));
  await using trial = await openTrialStore();
  const result = await trial.retrieve([socrataLocation(server.origin, { query: { $where: "year > 2000" } })]);
  assert.deepEqual(await rowsOf(trial, result), rows(10));
  const delivery = deliveryOf(result);
  assert.deepEqual(
    delivery.parts.map((part) => part.name),
    ["page-000001.json", "page-000002.json", "page-000003.json"],
  );
  assert.equal(delivery.rowsPath, "");
  assert.equal(await readFile(trial.store.path(delivery.parts[0].sha256), "utf8"), JSON.stringify(rows(4)));
  const pages = server.seen.filter(({ url }) => url.searchParams.has("$offset"));
  assert.deepEqual(
    pages.map(({ url }) => [
      url.searchParams.get("$offset"),
      url.searchParams.get("$order"),
      url.searchParams.get("$where"),
    ]),
    [
      ["0", ":id", "year > 2000"],
      ["4", ":id", "year > 2000"],
      ["8", ":id", "year > 2000"],
    ],
  );
  assert.deepEqual(await readdir(join(trial.directory, "pulls", "trial")), []);
});

test("Socrata: where rows cannot be counted, pages are asked for until one is empty", async () => {
  await using server = await startServer(socrata(() => rows(8)));
  await using trial = await openTrialStore();
  const result = await trial.retrieve([socrataLocation(server.origin, { query: { $select: "id" } })]);
  assert.deepEqual(await rowsOf(trial, result), rows(8));
  assert.equal(deliveryOf(result).parts.length, 2);
  assert.equal(server.seen.length, 3);
});

test("an interface without rows brings one empty page", async () => {
  await using server = await startServer(socrata(() => []));
  await using trial = await openTrialStore();
  const result = await trial.retrieve([socrataLocation(server.origin)]);
  assert.deepEqual([await rowsOf(trial, result), deliveryOf(result).parts.length], [[], 1]);
});

test("the same pages again make no new delivery", async () => {
  await using server = await startServer(socrata(() => rows(10)));
  await using trial = await openTrialStore();
  const first = await trial.retrieve([socrataLocation(server.origin)]);
  trial.advance(1_000);
  const second = await trial.retrieve([socrataLocation(server.origin)]);
  assert.deepEqual(deliveryOf(second), deliveryOf(first));
  assert.equal("changed" in second && second.changed, false);
});

/** Answers as the World Bank does. */
function worldBank(list: () => readonly unknown[], edition: () => string = () => "2026-01-01") {
  return ({ url }: SeenRequest, response: ServerResponse): void => {
    const perPage = Number(url.searchParams.get("per_page"));
    const page = Number(url.searchParams.get("page"));
    const all = list();
    const head = {
      page,
      pages: Math.ceil(all.length / perPage),
      per_page: String(perPage),
      total: all.length,
      lastupdated: edition(),
    };
    sendJson(response, [head, all.length === 0 ? null : all.slice((page - 1) * perPage, page * perPage)]);
  };
}

test("World Bank: pages by number until the last that the first page names", async () => {
  await using server = await startServer(worldBank(() => rows(10)));
  await using trial = await openTrialStore();
  const location: ApiLocation = {
    api: { kind: "world-bank", url: `${server.origin}/v2/country/all/indicator/SP.POP.TOTL`, pageSize: 5 },
  };
  const result = await trial.retrieve([location]);
  assert.deepEqual(await rowsOf(trial, result), rows(10));
  assert.equal(deliveryOf(result).rowsPath, "/1");
  assert.equal(server.seen.length, 2);
  assert.equal(server.seen[0]?.url.searchParams.get("format"), "json");
});

test("World Bank: an error that comes with status 200 is a problem in the server's own words", async () => {
  const message = [{ id: "120", key: "Invalid value", value: "The provided parameter value is not valid" }];
  await using server = await startServer((_, response) => sendJson(response, [{ message }]));
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ api: { kind: "world-bank", url: server.origin } }]));
  assert.equal(failure.code, "answer-unexpected");
  assert.match(failure.message, /The provided parameter value is not valid/);
});

test("a total that changes between two pages starts the pull over", async () => {
  let list = rows(10);
  await using server = await startServer((request, response, number) => {
    if (number === 2) list = rows(11);
    worldBank(() => list)(request, response);
  });
  await using trial = await openTrialStore();
  const result = await trial.retrieve([{ api: { kind: "world-bank", url: server.origin, pageSize: 5 } }]);
  assert.deepEqual(await rowsOf(trial, result), rows(11));
});

test("an edition that changes between two pages starts the pull over, although the total stays", async () => {
  let first = 1;
  await using server = await startServer((request, response, number) => {
    if (number === 2) first = 101;
    worldBank(
      () => rows(10, first),
      () => `edition ${first}`,
    )(request, response);
  });
  await using trial = await openTrialStore();
  const result = await trial.retrieve([{ api: { kind: "world-bank", url: server.origin, pageSize: 5 } }]);
  assert.deepEqual(await rowsOf(trial, result), rows(10, 101));
});

test("Socrata: rows that are added while pages are fetched start the pull over", async () => {
  let list = rows(8);
  await using server = await startServer((request, response, number) => {
    if (number === 3) list = rows(9);
    socrata(() => list)(request, response);
  });
  await using trial = await openTrialStore();
  assert.deepEqual(await rowsOf(trial, await trial.retrieve([socrataLocation(server.origin)])), rows(9));
});

test("a source that never stays the same is given up, and no delivery is made", async () => {
  await using server = await startServer((request, response, number) =>
    worldBank(() => rows(10 + number))(request, response),
  );
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ api: { kind: "world-bank", url: server.origin, pageSize: 5 } }]));
  assert.equal(failure.code, "answer-changing");
  assert.match(failure.message, /the number of rows changed from \d+ to \d+ between two pages, 3 times/);
  assert.deepEqual(await trial.store.deliveries("trial"), []);
});

test("pages that bring fewer rows than the total says are not delivered", async () => {
  await using server = await startServer((_, response) => {
    sendJson(response, { success: true, result: { total: 5, records: [] } });
  });
  await using trial = await openTrialStore();
  const failure = failureOf(
    await trial.retrieve([{ api: { kind: "ckan", url: server.origin, query: { resource_id: "x" } } }]),
  );
  assert.match(failure.message, /says 5 rows, but its pages brought 0/);
});

test("CKAN: offsets follow the rows that came, even when the server gives fewer than asked", async () => {
  const cap = 3;
  await using server = await startServer(({ url }, response) => {
    const offset = Number(url.searchParams.get("offset"));
    const limit = Math.min(cap, Number(url.searchParams.get("limit")));
    sendJson(response, { success: true, result: { total: 8, limit, records: rows(8).slice(offset, offset + limit) } });
  });
  await using trial = await openTrialStore();
  const result = await trial.retrieve([
    { api: { kind: "ckan", url: `${server.origin}/api/3/action/datastore_search`, pageSize: 5 } },
  ]);
  assert.deepEqual(await rowsOf(trial, result), rows(8));
  assert.deepEqual(
    server.seen.map(({ url }) => [url.searchParams.get("offset"), url.searchParams.get("sort")]),
    [
      ["0", "_id"],
      ["3", "_id"],
      ["6", "_id"],
    ],
  );
  assert.equal(deliveryOf(result).rowsPath, "/result/records");
});

test("CKAN: a refusal is a problem in the server's own words", async () => {
  await using server = await startServer((_, response) =>
    sendJson(response, { success: false, error: { message: "Not found: Resource" } }),
  );
  await using trial = await openTrialStore();
  assert.match(
    failureOf(await trial.retrieve([{ api: { kind: "ckan", url: server.origin } }])).message,
    /Not found: Resource/,
  );
});

test("CBS: the links to the next pages are followed, of OData 3 and 4, absolute and relative", async (t) => {
  for (const [name, property, link] of [
    ["OData 3, absolute", "odata.nextLink", (origin: string) => `${origin}/83648NED/TypedDataSet?$format=json&$skip=3`],
    ["OData 4, relative", "@odata.nextLink", () => "TypedDataSet?$skip=3"],
  ] as const) {
    await t.test(name, async () => {
      await using server = await startServer(({ url }, response) => {
        const skip = Number(url.searchParams.get("$skip") ?? 0);
        sendJson(response, {
          value: rows(5).slice(skip, skip + 3),
          ...(skip === 0 ? { [property]: link(server.origin) } : {}),
        });
      });
      await using trial = await openTrialStore();
      const result = await trial.retrieve([
        { api: { kind: "cbs-odata", url: `${server.origin}/83648NED/TypedDataSet` } },
      ]);
      assert.deepEqual(await rowsOf(trial, result), rows(5));
      assert.equal(deliveryOf(result).rowsPath, "/value");
      assert.equal(server.seen[0]?.url.searchParams.get("$format"), "json");
    });
  }
});

test("WHO: one answer without links is whole; with a page size it is turned by $skip", async () => {
  await using server = await startServer(({ url }, response) => {
    const skip = Number(url.searchParams.get("$skip") ?? 0);
    const top = Number(url.searchParams.get("$top") ?? 1_000);
    sendJson(response, { "@odata.context": "x", value: rows(5).slice(skip, skip + top) });
  });
  await using trial = await openTrialStore();
  const api = { kind: "who-odata", url: `${server.origin}/api/VIOLENCE_HOMICIDENUM` } as const;
  assert.deepEqual(await rowsOf(trial, await trial.retrieve([{ api }])), rows(5));
  assert.equal(server.seen.length, 1);
  const paged = await trial.retrieve([{ api: { ...api, pageSize: 2 } }]);
  assert.deepEqual(await rowsOf(trial, paged), rows(5));
  assert.equal(deliveryOf(paged).parts.length, 3);
});

test("a link to another server is refused, and that server is not asked", async () => {
  await using other = await startServer((_, response) => sendJson(response, { value: rows(1) }));
  await using server = await startServer((_, response) =>
    sendJson(response, { value: rows(3), "@odata.nextLink": `${other.origin}/more` }),
  );
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ api: { kind: "who-odata", url: server.origin } }]));
  assert.equal(failure.code, "answer-unexpected");
  assert.match(failure.message, /leads to another server/);
  assert.deepEqual([server.seen.length, other.seen.length], [1, 0]);
});

test("an interface that redirects to another server is refused", async () => {
  await using other = await startServer((_, response) => sendJson(response, rows(1)));
  await using server = await startServer((_, response) => response.writeHead(302, { location: other.origin }).end());
  await using trial = await openTrialStore();
  assert.equal(failureOf(await trial.retrieve([socrataLocation(server.origin)])).code, "redirect-refused");
  assert.equal(other.seen.length, 0);
});

test("links that lead in a circle are noticed", async () => {
  await using server = await startServer((_, response) =>
    sendJson(response, { value: rows(3), "@odata.nextLink": "/again" }),
  );
  await using trial = await openTrialStore();
  const failure = failureOf(await trial.retrieve([{ api: { kind: "who-odata", url: server.origin } }]));
  assert.match(failure.message, /leads back to an earlier one/);
  assert.equal(server.seen.length, 2);
});

test("an interrupted pull goes on from the pages that are there", async () => {
  let broken = true;
  await using server = await startServer((request, response) => {
    if (broken && request.url.searchParams.get("$offset") === "8") response.destroy();
    else socrata(() => rows(10))(request, response);
  });
  await using trial = await openTrialStore({}, { attempts: 2 });
  assert.equal(failureOf(await trial.retrieve([socrataLocation(server.origin)])).code, "network");
  assert.deepEqual(await trial.store.deliveries("trial"), []);
  broken = false;
  const before = server.seen.length;
  trial.advance(3_600_000);
  const result = await trial.retrieve([socrataLocation(server.origin)]);
  assert.deepEqual(await rowsOf(trial, result), rows(10));
  const offsets = server.seen.slice(before).map(({ url }) => url.searchParams.get("$offset"));
  assert.deepEqual(offsets, ["8", null], "only the missing page, and the count at the end");
});

test("an interrupted pull begins anew after a day", async () => {
  let broken = true;
  await using server = await startServer((request, response) => {
    if (broken && request.url.searchParams.get("$offset") === "8") response.destroy();
    else socrata(() => rows(10))(request, response);
  });
  await using trial = await openTrialStore({}, { attempts: 2 });
  await trial.retrieve([socrataLocation(server.origin)]);
  broken = false;
  trial.advance(90_000_000);
  const before = server.seen.length;
  assert.deepEqual(await rowsOf(trial, await trial.retrieve([socrataLocation(server.origin)])), rows(10));
  assert.equal(server.seen[before + 1]?.url.searchParams.get("$offset"), "0");
});

test("throttling, errors of the server, half pages and pages that are no JSON are repeated", async () => {
  await using server = await startServer((request, response, number) => {
    if (number === 2) response.writeHead(429, { "retry-after": "3" }).end();
    else if (number === 3) response.writeHead(502).end("<html>");
    else if (number === 4) {
      response.writeHead(200, { "content-length": "50" });
      response.write('[{"id":', () => response.destroy());
    } else if (number === 5) response.end("<html>Please log in</html>");
    else if (number === 6) sendJson(response, { error: true, message: "query timed out" });
    else socrata(() => rows(6))(request, response);
  });
  await using trial = await openTrialStore();
  assert.deepEqual(await rowsOf(trial, await trial.retrieve([socrataLocation(server.origin)])), rows(6));
  assert.ok(trial.slept.includes(3_000));
});

test("requests keep the declared distance", async () => {
  await using server = await startServer(worldBank(() => rows(20)));
  await using trial = await openTrialStore();
  await trial.retrieve([{ api: { kind: "world-bank", url: server.origin, pageSize: 5, requestsPerSecond: 0.5 } }]);
  assert.deepEqual(trial.slept, [2_000, 2_000, 2_000]);
});

/** Answers `$where=updated >= 'x'` over rows with a column `updated`. */
function incrementalSocrata(list: () => readonly { readonly updated: string }[]) {
  return (request: SeenRequest, response: ServerResponse): void => {
    const since = /updated >= '([^']+)'/.exec(request.url.searchParams.get("$where") ?? "")?.[1] ?? "";
    const found = list().filter((row) => row.updated >= since);
    socrata(() => [...found].sort((a, b) => (a.updated < b.updated ? -1 : 1)))(request, response);
  };
}

test("an incremental pull asks from the highest value on and loses no row of that value", async () => {
  const list = [
    { id: 1, updated: "2026-01-01" },
    { id: 2, updated: "2026-01-02" },
  ];
  await using server = await startServer(incrementalSocrata(() => list));
  await using trial = await openTrialStore();
  const location = socrataLocation(server.origin, {
    incremental: { column: "updated" },
    query: { $where: "id > 0 or id < 0" },
  });
  const first = await trial.retrieve([location]);
  assert.deepEqual(await rowsOf(trial, first), list);

  trial.advance(1_000);
  const unchanged = await trial.retrieve([location]);
  assert.equal("changed" in unchanged && unchanged.changed, false, "the known row of the highest value is nothing new");

  list.push({ id: 3, updated: "2026-01-02" }, { id: 4, updated: "2026-01-03" });
  trial.advance(1_000);
  const third = await trial.retrieve([location]);
  assert.deepEqual(await rowsOf(trial, third), [list[0], list[1], list[1], list[2], list[3]]);
  assert.equal(server.seen.at(-1)?.url.searchParams.get("$where"), "(id > 0 or id < 0) and updated >= '2026-01-02'");
  assert.deepEqual(
    deliveryOf(third).parts.map((part) => part.name),
    ["page-000001.json", "page-000002.json"],
  );

  const whole = await trial.retrieve([location], { verify: true });
  assert.deepEqual(await rowsOf(trial, whole), list, "with verify everything is fetched anew");
});

test("a pull tells its rows so far and in all", async () => {
  const told: (number | undefined)[][] = [];
  await using server = await startServer(worldBank(() => rows(10)));
  await using trial = await openTrialStore({ progress: (progress) => told.push([progress.rows, progress.totalRows]) });
  await trial.retrieve([{ api: { kind: "world-bank", url: server.origin, pageSize: 5 } }]);
  assert.deepEqual(told, [
    [5, 10],
    [10, 10],
  ]);
});
