import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/database/trial.ts";
import type { Authority } from "../../cooperation/index.ts";
import { countDeadlinesAnew } from "./calendars-seen.ts";

test("every matter is gone through once after an upgrade, open ones when a calendar changed, and none otherwise", async () => {
  await using place = await temporaryFolder();
  const asked: unknown[] = [];
  const authority: Pick<Authority, "rebuildProjection"> = {
    rebuildProjection: async (options) => {
      asked.push(options);
      return { matters: 3, events: 9, erased: 0, differing: [] };
    },
  };
  const start = (calendars: Parameters<typeof countDeadlinesAnew>[1] = new Map()) =>
    countDeadlinesAnew(place.path, calendars, authority);
  assert.equal(await start(), 0);
  assert.equal(await start(), undefined);
  const file = join(place.path, "calendars-seen");
  const [digest = ""] = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, `${digest}\n`);
  assert.equal(await start(), 0, "what an older program left says nothing of its form");
  await writeFile(file, (await readFile(file, "utf8")).replace(digest, "0".repeat(64)));
  assert.equal(await start(), 0);
  assert.equal(await start(), undefined);
  assert.deepEqual(asked, [
    { write: true, open: false },
    { write: true, open: false },
    { write: true, open: true },
  ]);
});
