import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { deliveryOf, failureOf, openTrialStore } from "./loopback-server.test.ts";

/** A clock a little ahead of the file system's, so that files written just now count as settled. */
const tomorrow = (): Date => new Date(Date.now() + 86_400_000);
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

test("a local file is kept under its hash, read-only, and stays when the file changes", async () => {
  await using trial = await openTrialStore();
  const path = join(trial.folder, "x.csv");
  await writeFile(path, "first");
  const first = deliveryOf(await trial.retrieve([{ file: "x.csv" }]));
  await writeFile(path, "second");
  trial.advance(1_000);
  const second = await trial.retrieve([{ file: "x.csv" }]);
  assert.equal("changed" in second && second.changed, true);
  assert.deepEqual(first.parts, [{ name: "x.csv", sha256: hashOf("first"), bytes: 5 }]);
  const object = trial.store.path(first.parts[0].sha256);
  assert.equal(object, join(trial.directory, "objects", first.parts[0].sha256.slice(0, 2), first.parts[0].sha256));
  assert.equal(await readFile(object, "utf8"), "first");
  assert.equal((await stat(object)).mode & 0o777, 0o444);
  assert.equal((await stat(object)).nlink, 1);
});

test("the delivery as of a date is the newest that was there then", async () => {
  await using trial = await openTrialStore();
  const path = join(trial.folder, "x.csv");
  for (const text of ["1", "2", "3"]) {
    await writeFile(path, text);
    await trial.retrieve([{ file: "x.csv" }]);
    trial.advance(86_400_000);
  }
  const asOf = async (date: string | undefined): Promise<string | undefined> =>
    (await trial.store.deliveryAsOf("trial", date === undefined ? undefined : new Date(date)))?.parts[0].sha256;
  assert.equal(await asOf("2025-12-31T23:59:59.999Z"), undefined);
  assert.equal(await asOf("2026-01-01T00:00:00.000Z"), hashOf("1"));
  assert.equal(await asOf("2026-01-02T23:59:59.999Z"), hashOf("2"));
  assert.equal(await asOf(undefined), hashOf("3"));
  assert.equal((await trial.store.deliveries("trial")).length, 3);
  assert.deepEqual(await trial.store.deliveries("another"), []);
});

test("a source that goes back to an earlier state makes a third delivery", async () => {
  await using trial = await openTrialStore();
  const path = join(trial.folder, "x.csv");
  for (const text of ["1", "2", "1"]) {
    await writeFile(path, text);
    await trial.retrieve([{ file: "x.csv" }]);
  }
  const deliveries = await trial.store.deliveries("trial");
  assert.deepEqual(
    deliveries.map((delivery) => delivery.parts[0].sha256),
    [hashOf("1"), hashOf("2"), hashOf("1")],
  );
  assert.deepEqual(
    deliveries.map((delivery) => delivery.retrievedAt),
    ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00.002Z"],
    "each later than the one before, even when the clock stands still",
  );
});

test("a clock behind the newest delivery stops the retrieval", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "x.csv"), "1");
  await trial.retrieve([{ file: "x.csv" }]);
  await writeFile(join(trial.folder, "x.csv"), "2");
  trial.advance(-3_600_000);
  const result = await trial.retrieve([{ file: "x.csv" }]);
  assert.equal("problems" in result && result.problems[0]?.code, "snapshots.clock");
});

test("an untouched file is not read again; with verify it is", async () => {
  const read: string[] = [];
  await using trial = await openTrialStore({ now: tomorrow, progress: ({ part }) => read.push(part) });
  await writeFile(join(trial.folder, "x.csv"), "text");
  await trial.retrieve([{ file: "x.csv" }]);
  await trial.retrieve([{ file: "x.csv" }]);
  assert.deepEqual(read, ["x.csv"]);
  await trial.retrieve([{ file: "x.csv" }], { verify: true });
  assert.deepEqual(read, ["x.csv", "x.csv"]);
});

test("a file of the same length and time whose bytes were exchanged is noticed", async () => {
  await using trial = await openTrialStore({ now: tomorrow });
  const path = join(trial.folder, "x.csv");
  const time = new Date("2020-01-01T00:00:00Z");
  await writeFile(path, "12");
  await utimes(path, time, time);
  await trial.retrieve([{ file: "x.csv" }]);
  await writeFile(path, "21");
  await utimes(path, time, time);
  assert.equal(deliveryOf(await trial.retrieve([{ file: "x.csv" }])).parts[0].sha256, hashOf("21"));
});

test("a file so young that its next change could have the same time is read again", async () => {
  const read: string[] = [];
  await using trial = await openTrialStore({ now: () => new Date(), progress: ({ part }) => read.push(part) });
  await writeFile(join(trial.folder, "x.csv"), "text");
  await trial.retrieve([{ file: "x.csv" }]);
  await trial.retrieve([{ file: "x.csv" }]);
  assert.deepEqual(read, ["x.csv", "x.csv"]);
});

test("an untouched file whose object is gone is kept again", async () => {
  await using trial = await openTrialStore({ now: tomorrow });
  await writeFile(join(trial.folder, "x.csv"), "text");
  const { sha256 } = deliveryOf(await trial.retrieve([{ file: "x.csv" }])).parts[0];
  await rm(trial.store.path(sha256));
  await trial.retrieve([{ file: "x.csv" }]);
  assert.equal(await readFile(trial.store.path(sha256), "utf8"), "text");
});

test("a damaged memory of what is known only costs reading once more", async () => {
  await using trial = await openTrialStore({ now: tomorrow });
  await writeFile(join(trial.folder, "x.csv"), "text");
  await trial.retrieve([{ file: "x.csv" }]);
  await writeFile(join(trial.directory, "known", "trial.json"), "{");
  const result = await trial.retrieve([{ file: "x.csv" }]);
  assert.equal("changed" in result && result.changed, false);
});

test("a pattern brings several parts in sorted order, named below the folder where it began", async () => {
  await using trial = await openTrialStore();
  await mkdir(join(trial.folder, "data", "2021", "late"), { recursive: true });
  for (const name of ["2021/b.csv", "2021/a.csv", "2021/late/c.csv", "2021/.d.csv", "2021/e.txt", "z.csv"]) {
    await writeFile(join(trial.folder, "data", name), name);
  }
  const names = async (location: { file: string } | { folder: string; pattern: string }): Promise<string[]> =>
    deliveryOf(await trial.retrieve([location])).parts.map((part) => part.name);
  assert.deepEqual(await names({ file: "data/**/*.csv" }), ["2021/a.csv", "2021/b.csv", "2021/late/c.csv", "z.csv"]);
  assert.deepEqual(await names({ file: "data/2021/*.{csv,txt}" }), ["a.csv", "b.csv", "e.txt"]);
  assert.deepEqual(await names({ folder: "data/2021", pattern: "late/*" }), ["late/c.csv"]);
  assert.deepEqual(await names({ file: "data/*/late/**" }), ["2021/late/c.csv"]);
});

test("the first location that works is taken, and why the others did not is told", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "there.csv"), "x");
  const result = await trial.retrieve([{ file: "absent.csv" }, { file: "there.csv" }]);
  assert.equal(deliveryOf(result).location, "there.csv");
  assert.deepEqual("tried" in result && result.tried.map((failure) => [failure.location, failure.code]), [
    ["absent.csv", "file-missing"],
  ]);
});

test("when no location works the problem lists each of them and says what to do", async () => {
  await using trial = await openTrialStore();
  await mkdir(join(trial.folder, "empty"));
  const result = await trial.retrieve([
    { file: "absent.csv" },
    { file: "empty/*.csv" },
    { folder: "nowhere", pattern: "*" },
    { file: "empty" },
  ]);
  assert.ok("problems" in result);
  const [problem] = result.problems;
  assert.equal(problem?.code, "snapshots.not-obtained");
  assert.equal(problem?.hint, "Ask the ministry.");
  assert.deepEqual(
    problem?.tried.map((failure) => [failure.location, failure.code]),
    [
      ["absent.csv", "file-missing"],
      ["empty/*.csv", "no-file-matches"],
      ["nowhere/*", "file-missing"],
      ["empty", "file-unreadable"],
    ],
  );
  for (const location of ["absent.csv", "empty/*.csv", "nowhere/*"])
    assert.ok(problem?.message.includes(location), location);
});

test("hostile file names are names and nothing else", async () => {
  await using trial = await openTrialStore();
  await mkdir(join(trial.folder, "data"));
  const names = [
    "-rf.csv",
    "a\nb.csv",
    "..x.csv",
    "[1].csv",
    "{a}.csv",
    "$(id).csv",
    "ä e\u0301 مرحبا 犯罪.csv",
    "__proto__.csv",
  ];
  for (const name of names) await writeFile(join(trial.folder, "data", name), name);
  const delivery = deliveryOf(await trial.retrieve([{ file: "data/{*,..*}.csv" }]));
  assert.deepEqual(
    delivery.parts.map((part) => part.name),
    names.toSorted(),
  );
  for (const part of delivery.parts) assert.equal(await readFile(trial.store.path(part.sha256), "utf8"), part.name);
  assert.equal(
    deliveryOf(await trial.retrieve([{ file: "data/[1].csv" }])).parts[0].name,
    "[1].csv",
    "a file that is there is meant literally",
  );
  assert.deepEqual(await trial.store.deliveries("trial"), await trial.store.deliveries("trial"));
});

test("links that lead back to themselves end in a problem, and linked folders are not walked through", async () => {
  await using trial = await openTrialStore();
  await mkdir(join(trial.folder, "data"));
  await symlink("loop.csv", join(trial.folder, "data", "loop.csv"));
  assert.match(failureOf(await trial.retrieve([{ file: "data/loop.csv" }])).message, /leads back to itself/);
  assert.equal(failureOf(await trial.retrieve([{ file: "data/*.csv" }])).code, "file-unreadable");
  await rm(join(trial.folder, "data", "loop.csv"));
  await symlink(".", join(trial.folder, "data", "again"));
  await writeFile(join(trial.folder, "data", "x.csv"), "x");
  assert.deepEqual(
    deliveryOf(await trial.retrieve([{ file: "data/**/*.csv" }])).parts.map((part) => part.name),
    ["x.csv"],
  );
});

test("a link that a pattern matches brings nothing from outside the folder; a link that is named does", async () => {
  await using trial = await openTrialStore();
  await mkdir(join(trial.folder, "data"));
  await writeFile(join(trial.folder, "secret.csv"), "secret");
  await symlink("../secret.csv", join(trial.folder, "data", "x.csv"));
  const failure = failureOf(await trial.retrieve([{ file: "data/*.csv" }]));
  assert.deepEqual([failure.code, /name that file itself/.test(failure.message)], ["file-outside-folder", true]);
  assert.equal(deliveryOf(await trial.retrieve([{ file: "data/x.csv" }])).parts[0].sha256, hashOf("secret"));
});

test("an empty file is a delivery of no bytes", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "x.csv"), "");
  assert.deepEqual(deliveryOf(await trial.retrieve([{ file: "x.csv" }])).parts[0], {
    name: "x.csv",
    sha256: hashOf(""),
    bytes: 0,
  });
});

test("verification finds what is damaged, missing and strange", async () => {
  await using trial = await openTrialStore();
  for (const name of ["a", "b", "c"]) await writeFile(join(trial.folder, `${name}.csv`), name);
  await trial.retrieve([{ file: "*.csv" }]);
  const sound = await trial.store.verify();
  assert.deepEqual(sound, {
    objects: 3,
    bytes: 3,
    deliveries: 1,
    corrupt: [],
    missing: [],
    damagedDeliveries: [],
    strangers: [],
  });

  const [a, b] = deliveryOf(await trial.retrieve([{ file: "*.csv" }])).parts;
  assert.ok(b !== undefined);
  await chmod(trial.store.path(a.sha256), 0o644);
  await writeFile(trial.store.path(a.sha256), "x");
  await rm(trial.store.path(b.sha256));
  await writeFile(join(trial.directory, "objects", "note.txt"), "x");
  await mkdir(join(trial.directory, "objects", "zz"));
  await writeFile(join(trial.directory, "objects", "zz", "stranger"), "x");
  const [name] = await readdir(join(trial.directory, "deliveries", "trial"));
  const found = await trial.store.verify();
  assert.deepEqual(found.corrupt, [{ sha256: a.sha256, found: hashOf("x") }]);
  assert.deepEqual(found.missing, [{ sha256: b.sha256, stream: "trial", delivery: name, part: "b.csv" }]);
  assert.deepEqual(found.strangers, [
    join(trial.directory, "objects", "note.txt"),
    join(trial.directory, "objects", "zz", "stranger"),
  ]);

  await trial.retrieve([{ file: "*.csv" }], { verify: true });
  const healed = await trial.store.verify();
  assert.deepEqual([healed.corrupt, healed.missing], [[], []], "retrieving the same bytes again heals the store");
});

test("a damaged delivery file is named, and not taken for the truth", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "x.csv"), "x");
  await trial.retrieve([{ file: "x.csv" }]);
  const [name] = await readdir(join(trial.directory, "deliveries", "trial"));
  const path = join(trial.directory, "deliveries", "trial", name ?? "");
  await chmod(path, 0o644);
  await truncate(path, 20);
  await assert.rejects(trial.store.deliveryAsOf("trial", undefined), /is damaged.*Bring it back from a backup/s);
  assert.deepEqual(
    (await trial.store.verify()).damagedDeliveries.map(({ delivery }) => delivery),
    [name],
  );
});

test("a stream's name cannot lead out of the store", async () => {
  await using trial = await openTrialStore();
  await assert.rejects(trial.store.deliveryAsOf("../x", undefined), RangeError);
  await assert.rejects(trial.store.retrieve({ id: "a/b", locations: [] }, { folder: trial.folder }), RangeError);
});
