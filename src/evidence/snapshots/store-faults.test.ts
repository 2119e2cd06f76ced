import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFile, chmod, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { realEffects, type SnapshotEffects } from "./effects.ts";
import { deliveryOf, failureOf, openTrialStore, startServer } from "./loopback-server.test.ts";
import { createSnapshotStore } from "./snapshot-store.ts";

const { files } = realEffects();
const noClone = { ...files, clone: async () => false };

/** Files that can hold only so many bytes in all, as on a full disk. */
function smallDisk(room: number): SnapshotEffects["files"] {
  let left = room;
  return {
    clone: async () => false,
    async create(path) {
      const file = await files.create(path);
      return {
        ...file,
        async write(chunk) {
          if (chunk.byteLength > left)
            throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
          left -= chunk.byteLength;
          await file.write(chunk);
        },
      };
    },
  };
}

/** Does something as a user for whom the modes of files count; root may read and write everything. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test("a full disk is a problem that says so, and leaves nothing half-written", async () => {
  await using trial = await openTrialStore({ files: smallDisk(2_000_000) });
  await writeFile(join(trial.folder, "x.csv"), randomBytes(3_000_000));
  await writeFile(join(trial.folder, "small.csv"), "x");
  const result = await trial.retrieve([{ file: "x.csv" }, { file: "small.csv" }]);
  assert.ok("problems" in result);
  assert.equal(result.problems[0]?.code, "snapshots.store-full");
  assert.match(result.problems[0]?.message ?? "", /is full \(ENOSPC\)/);
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
  assert.equal((await trial.store.verify()).objects, 0, "and no other location is tried");
});

test("a disk that is full during a download leaves the earlier delivery in force", async () => {
  let body = randomBytes(1_000);
  await using server = await startServer((_, response) => response.end(body));
  await using trial = await openTrialStore({ files: smallDisk(20_000) });
  const first = deliveryOf(await trial.retrieve([{ url: server.origin }]));
  body = randomBytes(100_000);
  const second = await trial.retrieve([{ url: server.origin }]);
  assert.equal("problems" in second && second.problems[0]?.code, "snapshots.store-full");
  assert.deepEqual(await trial.store.deliveryAsOf("trial", undefined), first);
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("a disk that is full when the delivery itself is written makes no delivery", async () => {
  await using trial = await openTrialStore({ files: smallDisk(1_050) });
  await writeFile(join(trial.folder, "x.csv"), randomBytes(1_000));
  const result = await trial.retrieve([{ file: "x.csv" }]);
  assert.equal("problems" in result && result.problems[0]?.code, "snapshots.store-full");
  assert.deepEqual(await trial.store.deliveries("trial"), []);
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("a state folder that cannot be written is named", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "x.csv"), "x");
  await mkdir(dirname(trial.directory));
  await chmod(trial.folder, 0o755);
  await chmod(dirname(trial.directory), 0o555);
  const result = await asOrdinaryUser(() => trial.retrieve([{ file: "x.csv" }]));
  await chmod(dirname(trial.directory), 0o755);
  assert.ok("problems" in result);
  assert.equal(result.problems[0]?.code, "snapshots.store-not-writable");
  assert.match(result.problems[0]?.message ?? "", /EACCES/);
});

test("a file or folder that may not be read is a failure of its location, never a shorter delivery", async () => {
  await using trial = await openTrialStore();
  await chmod(trial.folder, 0o777);
  await mkdir(join(trial.folder, "data", "closed"), { recursive: true });
  for (const name of ["a.csv", "b.csv"]) await writeFile(join(trial.folder, "data", name), name);
  await chmod(join(trial.folder, "data", "b.csv"), 0o000);
  const unreadable = failureOf(await asOrdinaryUser(() => trial.retrieve([{ file: "data/*.csv" }])));
  assert.deepEqual([unreadable.code, /may not be read/.test(unreadable.message)], ["file-unreadable", true]);
  await chmod(join(trial.folder, "data", "b.csv"), 0o644);
  await chmod(join(trial.folder, "data", "closed"), 0o000);
  const closed = failureOf(await asOrdinaryUser(() => trial.retrieve([{ file: "data/**/*.csv" }])));
  assert.equal(closed.code, "file-unreadable");
  await chmod(join(trial.folder, "data", "closed"), 0o755);
});

test("a pipe under the name of a file does not hold the build", async () => {
  await using trial = await openTrialStore();
  execFileSync("mkfifo", [join(trial.folder, "x.csv")]);
  assert.match(failureOf(await trial.retrieve([{ file: "x.csv" }])).message, /is no regular file/);
});

test("a file that changes while it is copied is copied again, and the hash is that of what was kept", async () => {
  let disturbed = false;
  let path = "";
  await using trial = await openTrialStore({
    files: {
      ...noClone,
      async create(target) {
        if (!disturbed) await appendFile(path, "more");
        disturbed = true;
        return files.create(target);
      },
    },
  });
  path = join(trial.folder, "x.csv");
  await writeFile(path, "text");
  const [part] = deliveryOf(await trial.retrieve([{ file: "x.csv" }])).parts;
  assert.equal(part.sha256, createHash("sha256").update("textmore").digest("hex"));
  assert.equal(await readFile(trial.store.path(part.sha256), "utf8"), "textmore");
  assert.equal((await trial.store.verify()).objects, 1);
});

test("a file that never comes to rest is given up", async () => {
  let path = "";
  await using trial = await openTrialStore({
    files: {
      ...noClone,
      async create(target) {
        await appendFile(path, "more");
        return files.create(target);
      },
    },
  });
  path = join(trial.folder, "x.csv");
  await writeFile(path, "text");
  assert.equal(failureOf(await trial.retrieve([{ file: "x.csv" }])).code, "file-changing");
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("a copy that shares its blocks is kept like any other, and thrown away when the file changed meanwhile", async () => {
  let disturb = true;
  await using trial = await openTrialStore({
    files: {
      ...files,
      async clone(from, to) {
        await writeFile(to, await readFile(from));
        if (disturb) await appendFile(from, "more");
        disturb = false;
        return true;
      },
    },
  });
  await writeFile(join(trial.folder, "x.csv"), "text");
  const [part] = deliveryOf(await trial.retrieve([{ file: "x.csv" }])).parts;
  assert.equal(await readFile(trial.store.path(part.sha256), "utf8"), "textmore");
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("a retrieval that is killed in the middle of a copy leaves no half object, and its leftovers are swept", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "x.csv"), randomBytes(3_000_000));
  const door = new URL("./index.ts", import.meta.url).href;
  const effectsFile = new URL("./effects.ts", import.meta.url).href;
  const program = `
    import { createSnapshotStore } from ${JSON.stringify(door)};
    import { realEffects } from ${JSON.stringify(effectsFile)};
    const { files } = realEffects();
    const store = createSnapshotStore({
      directory: process.argv[1],
      effects: {
        files: {
          clone: async () => false,
          async create(path) {
            const file = await files.create(path);
            return {
              ...file,
              async write(chunk) {
                await file.write(chunk);
                process.stdout.write("half");
                await new Promise((resolve) => setTimeout(resolve, 60_000));
              },
            };
          },
        },
      },
    });
    await store.retrieve({ id: "trial", locations: [{ file: "x.csv" }] }, { folder: process.argv[2] });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, trial.directory, trial.folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  const leftovers = await readdir(join(trial.directory, "unfinished"));
  assert.equal(leftovers.length, 1);
  assert.deepEqual(await trial.store.deliveries("trial"), []);
  assert.equal((await trial.store.verify()).objects, 0);

  assert.equal(deliveryOf(await trial.retrieve([{ file: "x.csv" }])).parts[0].bytes, 3_000_000);
  assert.deepEqual(await readdir(join(trial.directory, "unfinished")), []);
});

test("a line of the checks that a kill has torn does not swallow the next one", async () => {
  await using trial = await openTrialStore();
  await writeFile(join(trial.folder, "x.csv"), "x");
  await trial.retrieve([{ file: "x.csv" }]);
  const checks = join(trial.directory, "deliveries", "trial", "checks.jsonl");
  await writeFile(checks, '{"checkedAt":"2026-');
  await trial.retrieve([{ file: "x.csv" }]);
  const lines = (await readFile(checks, "utf8")).split("\n");
  assert.equal(lines.length, 3);
  assert.equal(JSON.parse(lines[1] ?? "").location, "x.csv");
});

test("a page that a kill has torn out of the journal is fetched again", async () => {
  let broken = true;
  await using server = await startServer(({ url }, response) => {
    const page = Number(url.searchParams.get("page"));
    if (broken && page === 3) response.destroy();
    else response.end(JSON.stringify([{ page, pages: 3, per_page: 1, total: 3 }, [{ page }]]));
  });
  await using trial = await openTrialStore({}, { attempts: 1 });
  const location = { api: { kind: "world-bank", url: server.origin, pageSize: 1 } } as const;
  await trial.retrieve([location]);
  const [name] = await readdir(join(trial.directory, "pulls", "trial"));
  const journal = await open(join(trial.directory, "pulls", "trial", name ?? ""), "r+");
  await journal.truncate((await journal.stat()).size - 10);
  await journal.close();
  broken = false;
  const delivery = deliveryOf(await trial.retrieve([location]));
  const pages = await Promise.all(
    delivery.parts.map(async (part) => JSON.parse(await readFile(trial.store.path(part.sha256), "utf8"))),
  );
  assert.deepEqual(
    pages.map(([, [row]]) => row.page),
    [1, 2, 3],
  );
  assert.deepEqual(
    server.seen.map(({ url }) => url.searchParams.get("page")),
    ["1", "2", "3", "2", "3"],
  );
});

test("a page whose object is gone is fetched again, and no page comes twice", async () => {
  let broken = true;
  await using server = await startServer(({ url }, response) => {
    const page = Number(url.searchParams.get("page"));
    if (broken && page === 4) response.destroy();
    else response.end(JSON.stringify([{ page, pages: 4, per_page: 1, total: 4 }, [{ page }]]));
  });
  await using trial = await openTrialStore({}, { attempts: 1 });
  const location = { api: { kind: "world-bank", url: server.origin, pageSize: 1 } } as const;
  await trial.retrieve([location]);
  const second = createHash("sha256")
    .update(JSON.stringify([{ page: 2, pages: 4, per_page: 1, total: 4 }, [{ page: 2 }]]))
    .digest("hex");

  await rm(join(trial.directory, "objects", second.slice(0, 2), second));
  await trial.retrieve([location]);
  broken = false;
  const delivery = deliveryOf(await trial.retrieve([location]));
  assert.equal(delivery.parts.length, 4);
  assert.deepEqual(
    server.seen.map(({ url }) => url.searchParams.get("page")),
    ["1", "2", "3", "4", "2", "3", "4", "4"],
  );
  assert.deepEqual((await trial.store.verify()).missing, []);
  assert.equal(new Set(delivery.parts.map((part) => part.sha256)).size, 4);
});

test("reading a store that is not there finds nothing and makes nothing", async () => {
  await using trial = await openTrialStore();
  const store = createSnapshotStore({ directory: join(trial.folder, "nowhere") });
  assert.deepEqual(await store.deliveries("trial"), []);
  assert.equal(await store.deliveryAsOf("trial", undefined), undefined);
  assert.equal((await store.verify()).objects, 0);
  assert.ok(!(await readdir(trial.folder)).includes("nowhere"));
});
