import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { endsOf, folderBytes, openObservatory, refusalOf, soundDelivery, streamDefinition } from "./observatory.ts";

const file = "raw/incidents.csv";
const definition = "streams/incidents.yaml";

test("a gzip file that ends early is refused, and read when it comes whole", async () => {
  const whole = gzipSync(soundDelivery);
  await using trial = await openObservatory({
    [definition]: streamDefinition({ format: "{ kind: csv, compression: gzip }" }),
    [file]: whole.subarray(0, whole.length - 20),
  });
  const { code, message, hint } = refusalOf(await trial.build());
  assert.equal(code, "gzip.truncated");
  assert.match(message, /ends early/);
  assert.match(hint, /get the file again/);
  await trial.write(file, whole);
  assert.equal(endsOf((await trial.build()).stream).accepted, 5);
});

test("a small file that expands beyond what is believed is refused and leaves no expanded bytes behind", async () => {
  const bomb = gzipSync(Buffer.alloc(64_000_000, soundDelivery));
  assert.ok(bomb.length < 1_000_000);
  await using trial = await openObservatory({
    [definition]: streamDefinition({ format: "{ kind: csv, compression: gzip, maximumBytes: 10000000 }" }),
    [file]: bomb,
  });
  const { code, message } = refusalOf(await trial.build());
  assert.equal(code, "payload.too-large");
  assert.match(message, /more than 10000000 bytes/);
  assert.ok((await folderBytes(trial.state)) < 3_000_000);
});

test("files that are not of the declared kind are refused, each in words of its kind", async () => {
  await using trial = await openObservatory();
  for (const [kind, expected] of [
    ["xlsx", "xlsx.broken"],
    ["parquet", "rows.unreadable"],
    ["json", "json.broken"],
    ["json-lines", "json.broken"],
    ["json-stat", "json.broken"],
    ["sdmx-csv", "sdmx-csv.no-header"],
  ] as const) {
    await trial.write(definition, streamDefinition({ format: `{ kind: ${kind} }` }));
    assert.equal(refusalOf(await trial.build()).code, expected, kind);
  }
  await trial.write(definition, streamDefinition({ format: "{ kind: csv, compression: zip }" }));
  assert.equal(refusalOf(await trial.build()).code, "zip.broken");
});

const gibibyte = 2 ** 30;
/** Memory that the whole process may take at its peak; the file alone would be twice as much. */
const boundedKibibytes = 700 * 1024;
const tellMemory = [
  "--import",
  'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+" KiB"))',
];

async function writeLongLine(path: string, before: string, bytes: number, after: string): Promise<void> {
  const handle = await open(path, "w");
  const piece = Buffer.alloc(2 ** 24, "x");
  await handle.write(before);
  for (let written = 0; written < bytes; written += piece.length) await handle.write(piece);
  await handle.write(after);
  await handle.close();
}

test("a line of a gibibyte is refused within bounded memory", async () => {
  await using trial = await openObservatory();
  const path = join(trial.folder, file);
  const peakOf = (err: string): number => Number(/peak (\d+) KiB/.exec(err)?.[1]);

  await writeLongLine(path, `${soundDelivery}6,R1,2024-01-01,`, gibibyte, ",1\n7,R1,2024-01-02,theft,1\n");
  const built = await trial.build([], { node: tellMemory });
  const { code, message } = refusalOf(built);
  assert.equal(code, "text.line-too-long");
  assert.match(message, /Line 7 is longer than 16777216 bytes/);
  assert.ok(peakOf(built.err) < boundedKibibytes, built.err);

  await writeLongLine(path, "", 2 ** 25, "");
  const header = await trial.build([], { node: tellMemory });
  assert.equal(refusalOf(header).code, "text.line-too-long");
  assert.ok(peakOf(header.err) < boundedKibibytes, header.err);
});

test("a JSON file that no text can hold is refused, not run into", async () => {
  await using trial = await openObservatory({
    [definition]: streamDefinition({ format: "{ kind: json }" }),
  });
  const handle = await open(join(trial.folder, file), "w");
  // A sparse file: it takes no room, and reads as so many zero bytes.
  await handle.truncate(600_000_000);
  await handle.close();
  const { code, message } = refusalOf(await trial.build());
  assert.equal(code, "rows.too-large");
  assert.match(message, /incidents\.csv holds more than 536870880 bytes/);
});
