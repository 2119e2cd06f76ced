import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createStore,
  historyFaults,
  type MatterId,
  openPostgres,
  type QueuePage,
  type QueuePlace,
  type StoredMatter,
  type Worker,
} from "../../src/cooperation/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { doneMatter, emptyAuthority, fill } from "./load.ts";
import { keysOfMatters, system } from "./matters.ts";
import { noPostgres, startPostgres } from "./server.ts";
import { makeAuthority } from "./trial.ts";

const matters = 2000;
const events = 10;

test(`${matters} matters are listed whole and in order to whom they may be shown, and eight people at once each take their steps once`, {
  skip: noPostgres,
}, async () => {
  await using server = await startPostgres({ fsync: "off" });
  const { application } = await makeAuthority(server, "utopia");
  await using database = await openPostgres({ connectionString: application }, keysOfMatters);
  const random = createRandom(20_261_121, 1);
  const loaded = await emptyAuthority(database, random);
  const superuser = server.address("postgres", "utopia");
  await fill(loaded, { superuser, matters, events, random });
  const store = createStore(database);
  const { authority, officers, approvers, auditor, clock, newId } = loaded;

  const rebuilt = await authority.rebuildProjection();
  assert.deepEqual(rebuilt, { matters, events: matters * events, erased: 0, differing: [] });
  type Page = (place: QueuePlace | undefined) => Promise<QueuePage>;
  const whole = async (page: Page): Promise<StoredMatter[]> => {
    const found: StoredMatter[] = [];
    for (let after: QueuePlace | undefined; ; ) {
      const { matters: some, next } = await page(after);
      found.push(...some);
      after = next;
      if (after === undefined) return found;
    }
  };
  const from = (after: QueuePlace | undefined) => ({ size: 100, ...(after === undefined ? {} : { after }) });
  const listed = (who: Worker): Promise<StoredMatter[]> => whole((after) => authority.queue(who, {}, from(after)));
  const counted = async (where: string, table = "matter"): Promise<number> => {
    const [found] = await server.asSuperuser(
      "utopia",
      `SELECT count(*)::integer AS count FROM cooperation.${table} WHERE ${where}`,
    );
    return Number(found?.rows[0]?.count);
  };
  const all = await whole((after) => store.queue({ kind: "person", ...auditor }, {}, from(after)));
  assert.equal(new Set(all.map(({ matter }) => matter)).size, matters);
  const place = ({ dueAt, matter }: StoredMatter): string => `${dueAt ?? "infinity"} ${matter}`;
  assert.deepEqual(all.map(place), all.map(place).sort());
  const own = await Promise.all(officers.map(listed));
  for (const [index, found] of own.entries())
    assert.equal(found.length, await counted(`office = '${officers[index]?.office}'`));

  for (const { office, person } of approvers) {
    const inReview = `office = '${office}' AND state = 'internal-review'`;
    const first = await authority.queue({ office, person, role: "approver" }, {}, { size: 100 });
    const found = await listed({ office, person, role: "approver" });
    assert.equal(found.length, await counted(inReview));
    assert.equal(first.matters.length, Math.min(100, found.length), "a page is full as long as there is more");
  }

  const [first] = officers;
  assert.ok(first);
  const alarms = await authority.alarms(first);
  assert.ok(alarms.length > 3);
  const reads = await counted("what = 'alarm'", "read_log");
  assert.deepEqual(await authority.alarms(first, 3), alarms.slice(0, 3));
  assert.equal(await counted("what = 'alarm'", "read_log"), reads + 3, "what is not shown is not logged as read");
  for (const { matter, reference } of alarms)
    assert.equal(reference, own[0]?.find((one) => one.matter === matter)?.reference);

  const drafts = own.map((found) => found.filter(({ state }) => state === "draft").slice(0, 5));
  assert.ok(drafts.flat().length > 30);
  const opened = new Map<MatterId, number>();
  await Promise.all(
    officers.map(async (who, index) => {
      for (const { matter, sequence } of drafts[index] ?? []) {
        clock.milliseconds += 1000;
        const command = { id: newId(), matter, expectedSequence: sequence, name: "submitted", data: {} };
        const outcomes = await Promise.all([authority.command(who, command), authority.command(who, command)]);
        for (const outcome of outcomes) doneMatter(outcome);
        opened.set(matter, sequence + 1);
      }
    }),
  );
  for (const [matter, sequence] of opened) {
    const history = await store.events(system, matter);
    assert.equal(history.length, sequence);
    assert.deepEqual(historyFaults(history), []);
  }
});
