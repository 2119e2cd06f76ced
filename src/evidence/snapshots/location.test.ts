import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { apiKinds, headerValue, locationSchema, locationText, rowsPath } from "./location.ts";
import { redirectTarget, urlFault } from "./url-rules.ts";

const accepted = (location: unknown): boolean => locationSchema.safeParse(location).success;

test("files, folders, addresses and paged interfaces are locations", () => {
  assert.ok(accepted({ file: "../../../shared/data/x/y.csv.gz" }));
  assert.ok(accepted({ folder: "deliveries", pattern: "**/*.csv" }));
  assert.ok(accepted({ url: "https://example.org/x.csv", headers: { "X-App-Token": "env:TOKEN" }, maximumBytes: 1 }));
  assert.ok(
    accepted({
      api: { kind: "socrata", url: "https://example.org/resource/a.json", incremental: { column: ":updated_at" } },
    }),
  );
});

test("a location is of one kind and has no unknown fields", () => {
  assert.ok(!accepted({ file: "x.csv", url: "https://example.org/" }));
  assert.ok(!accepted({ file: "x.csv", pattern: "*" }));
  assert.ok(!accepted({ api: { kind: "socrata", url: "https://example.org/", adress: 1 } }));
  assert.ok(!accepted({ folder: "x", pattern: "../*.csv" }));
});

test("hostile and unencrypted addresses are refused with what to write instead", () => {
  for (const url of [
    "file:///etc/passwd",
    "data:text/csv,a",
    "javascript:1",
    "ftp://example.org/",
    "nonsense",
    "https://u:p@example.org/",
  ]) {
    assert.ok(!accepted({ url }), url);
    assert.ok(!accepted({ api: { kind: "ckan", url } }), url);
  }
  assert.match(urlFault("http://example.org/", false) ?? "", /use https, or declare unencrypted: true/);
  assert.equal(urlFault("http://example.org/", true), undefined);
  for (const host of ["127.0.0.1:8080", "localhost", "[::1]:3000", "127.8.9.1"])
    assert.equal(urlFault(`http://${host}/`, false), undefined);
  for (const host of ["127.0.0.1.example.org", "localhost.example.org", "10.0.0.1"])
    assert.notEqual(urlFault(`http://${host}/`, false), undefined);
});

test("redirects from outside to this machine, or from https to http, are not followed", () => {
  const from = new URL("https://example.org/a");
  assert.deepEqual(redirectTarget(from, "b?c", false), { url: new URL("https://example.org/b?c") });
  for (const target of ["http://127.0.0.1/", "https://localhost/", "http://example.org/a", "file:///x", "http://"]) {
    assert.ok("fault" in redirectTarget(from, target, true), target);
  }
});

test("a secret header must refer to the environment, and the program's own headers are not declared", () => {
  for (const name of ["Authorization", "Cookie", "X-App-Token", "Ocp-Apim-Subscription-Key"]) {
    assert.ok(!accepted({ url: "https://example.org/", headers: { [name]: "4711" } }), name);
    assert.ok(accepted({ url: "https://example.org/", headers: { [name]: "env:TOKEN" } }), name);
  }
  for (const name of ["Range", "If-None-Match", "Host", "Content-Length"]) {
    assert.ok(!accepted({ url: "https://example.org/", headers: { [name]: "x" } }), name);
  }
  assert.ok(!accepted({ url: "https://example.org/", headers: { Accept: "a\r\nHost: b" } }));
  assert.deepEqual(headerValue("env:TOKEN", { TOKEN: "x" }), { value: "x" });
  assert.deepEqual(headerValue("env:TOKEN", {}), { unset: "TOKEN" });
  assert.deepEqual(headerValue("text/csv", {}), { value: "text/csv" });
});

test("only interfaces that can be asked for rows after a value are pulled incrementally", () => {
  const incremental = { column: "updated" };
  assert.deepEqual(
    apiKinds.filter((kind) => accepted({ api: { kind, url: "https://example.org/", incremental } })),
    ["socrata", "who-odata", "cbs-odata"],
  );
});

test("the text of a location shows no secret", () => {
  assert.equal(locationText({ file: "a/*.csv" }), "a/*.csv");
  assert.equal(locationText({ folder: "a/", pattern: "*.csv" }), "a/*.csv");
  assert.equal(
    locationText({ url: "https://example.org/x?year=2020&api_key=4711#top", headers: { "X-App-Token": "env:TOKEN" } }),
    "https://example.org/x?year=2020&api_key=...",
  );
  assert.equal(
    locationText({
      api: { kind: "ckan", url: "https://example.org/s", query: { resource_id: "r", access_token: "4711" } },
    }),
    "ckan https://example.org/s?resource_id=r&access_token=...",
  );
});

test("each kind of interface says where its rows are", () => {
  assert.deepEqual(apiKinds.map(rowsPath), ["", "/1", "/value", "/value", "/result/records"]);
});

test("every field of a location has a description in the JSON Schema", () => {
  const undescribed: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, value] of Object.entries(schema)) {
      if (key === "properties" && typeof value === "object" && value !== null) {
        for (const [name, field] of Object.entries(value)) {
          if (!(typeof field === "object" && field !== null && "description" in field))
            undescribed.push(`${path}/${name}`);
        }
      }
      visit(value, `${path}/${key}`);
    }
  };
  visit(z.toJSONSchema(locationSchema), "");
  assert.deepEqual(undescribed, []);
});
