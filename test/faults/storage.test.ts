import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { takeBuildLock } from "../../src/evidence/index.ts";
import { endsOf, filesBelow, openObservatory, soundDelivery, type TrialObservatory } from "./observatory.ts";

const file = "raw/incidents.csv";
const rows = 100_000;

function manyRows(): string {
  const lines = Array.from({ length: rows }, (_, index) => `${index + 6},R${(index % 2) + 1},2024-01-02,theft,1\n`);
  return soundDelivery + lines.join("");
}

/** Whether this process may mount file systems: root on a machine of its own, seldom in a container. */
function mayMount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  }
}

async function assertNothingHalfWritten(state: string): Promise<void> {
  const names = [...(await filesBelow(state)).keys()];
  assert.deepEqual(
    names.filter((name) => /unfinished|\.tmp/.test(name)),
    [],
  );
}

async function buildsWhole(trial: TrialObservatory, args: readonly string[] = []): Promise<void> {
  const built = await trial.build(args);
  assert.equal(built.code, 0, built.err);
  assert.equal(endsOf(built.stream).accepted, rows + 5);
}

test("a full disk is told as one at whatever step it fills, keeps nothing half written, and the next build succeeds", async () => {
  await using trial = await openObservatory({ [file]: manyRows() });
  const state = join(trial.folder, "small");
  await mkdir(state);
  if (mayMount(state)) {
    // The delivery has 2.8 MB: the first size is too small to keep it, the second to make rows of it.
    for (const size of ["1m", "2850k"]) {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", state]);
      try {
        const full = await trial.build(["--state", state]);
        assert.equal(full.code, 6, `${size}: ${full.err}${full.out}`);
        assert.match(full.err + full.out, /disk (of \S+ )?is full/);
        await assertNothingHalfWritten(state);
        execFileSync("mount", ["-o", "remount,size=200m", state]);
        await buildsWhole(trial, ["--state", state]);
      } finally {
        execFileSync("umount", [state]);
      }
    }
  }
  // A limit on the size of files fails at the same writes, without rights to mount.
  for (const blocks of [4, 4_000]) {
    const limited = await trial.build(["--state", state], { limits: `ulimit -f ${blocks}` });
    assert.equal(limited.code, 6, `${blocks}: ${limited.err}${limited.out}`);
    await assertNothingHalfWritten(state);
  }
  await buildsWhole(trial, ["--state", state]);
});

test("a state folder that cannot be written is named, with the way out", async () => {
  await using trial = await openObservatory();
  await chmod(trial.folder, 0o555);
  const refused = await trial.build([], { heedingModes: true });
  await chmod(trial.folder, 0o755);
  assert.equal(refused.code, 6, refused.err);
  assert.match(refused.err, /cannot be written: EACCES.*\.justitia/);
  assert.match(refused.err, /--state <folder>/);
  assert.deepEqual((await readdir(trial.folder)).includes(".justitia"), false);
});

test("on a read-only file system the build says so, before and after there is a state folder", async () => {
  await using trial = await openObservatory();
  if (mayMount(trial.folder)) {
    for (const when of ["before", "after"]) {
      execFileSync("mount", ["--bind", trial.folder, trial.folder]);
      execFileSync("mount", ["-o", "remount,ro,bind", trial.folder]);
      try {
        const refused = await trial.build();
        assert.equal(refused.code, 6, `${when}: ${refused.err}`);
        assert.match(refused.err, /A folder cannot be written/);
        assert.match(refused.err, /--state <folder>/);
      } finally {
        execFileSync("umount", [trial.folder]);
      }
      assert.equal((await trial.build()).code, 0);
    }
  }
  await writeFile(join(trial.folder, "file"), "");
  for (const impossible of [join(trial.folder, "file", "state"), join(trial.folder, "file"), "/proc/no/such/state"]) {
    const refused = await trial.build(["--state", impossible]);
    assert.equal(refused.code, 6, refused.err);
    assert.match(refused.err, /cannot be written.*\n.*--state/);
  }
});

test("a build that another version has kept is told as such, and the next one stands beside it", async () => {
  await using trial = await openObservatory();
  assert.equal((await trial.build()).code, 0);
  const builds = join(trial.state, "builds");
  for (const text of ['{"format":2,"streams":[]}', '{"format":1,"obs']) {
    const newest = (await readdir(builds)).sort().at(-1) ?? "";
    await writeFile(join(builds, newest), text);
    const { code, err } = await trial.run("quarantine", []);
    assert.equal(code, 3, err);
    assert.match(err, /another version of the program wrote it.*\nBuild again/);
    assert.equal((await trial.build()).code, 0);
    assert.equal((await trial.run("quarantine", [])).code, 0);
  }
});

test("too little memory is told as such, not as a fault of the delivery", async () => {
  await using trial = await openObservatory({ [file]: manyRows() });
  const refused = await trial.build(["--memory", "20MB"]);
  assert.equal(refused.code, 2, refused.err + refused.out);
  assert.match(refused.err, /more memory .*--memory/);
  await buildsWhole(trial);
});

test("while another build holds the observatory, a second one waits, or says who holds it", async () => {
  await using trial = await openObservatory();
  const lock = await takeBuildLock(trial.state, new Date());
  assert.ok("release" in lock);
  const refused = await trial.build(["--no-wait"]);
  assert.equal(refused.code, 5);
  assert.match(refused.err, new RegExp(`process ${process.pid} on \\S+ since \\d{4}-.* is building this observatory`));
  const { code, out, err } = await trial.run("build", [], {
    heard: (said) => {
      if (said.includes("waiting for it to end")) lock.release();
    },
  });
  assert.equal(code, 0, err);
  assert.match(err, /waiting for it to end/);
  assert.match(out, /incidents +5 +5/);
});

test("two builds started at once both succeed and say the same", async () => {
  await using trial = await openObservatory({ [file]: manyRows() });
  const [first, second] = await Promise.all([trial.build(), trial.build()]);
  assert.deepEqual([first.code, second.code], [0, 0], first.err + second.err);
  assert.deepEqual(first.manifest, second.manifest);
  assert.equal((await readdir(join(trial.state, "builds"))).length, 1);
});
