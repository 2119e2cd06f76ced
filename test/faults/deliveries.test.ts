import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOf, openObservatory, quarantineOf, refusalOf, soundDelivery, streamDefinition } from "./observatory.ts";

const file = "raw/incidents.csv";
const definition = "streams/incidents.yaml";

describe("a delivery", { concurrency: 2 }, () => {
  test("without a fault is accepted whole", async () => {
    await using trial = await openObservatory();
    const built = await trial.build();
    assert.equal(built.code, 0, built.err);
    assert.deepEqual(endsOf(built.stream), { rowsIn: 5, accepted: 5, flagged: 0, quarantined: 0, rules: {} });
    assert.equal(built.manifest?.indicators.recorded?.problem, null);
  });

  test("that is empty is refused", async () => {
    await using trial = await openObservatory({ [file]: "" });
    const { code, message } = refusalOf(await trial.build());
    assert.deepEqual([code, message], ["rows.empty", "incidents.csv is empty: it has no header and no rows."]);
  });

  test("of a header alone has no rows, which is no fault, and makes no zeros", async () => {
    for (const end of ["\n", ""]) {
      await using trial = await openObservatory({ [file]: `id,area,day,offence,victims${end}` });
      const built = await trial.build();
      assert.equal(built.code, 0, built.err);
      assert.deepEqual(endsOf(built.stream), { rowsIn: 0, accepted: 0, flagged: 0, quarantined: 0, rules: {} });
      const explained = await trial.run("explain", ["recorded/R1/2023"]);
      assert.equal(explained.code, 2);
      assert.match(explained.err, /no figure/);
    }
  });

  test("with ragged rows has these put apart with their lines", async () => {
    await using trial = await openObservatory({
      [file]: `${soundDelivery}6,R1,2024-01-01\n7,R1,2024-01-01,theft,1,2\n8,R1,2024-01-01,theft,1\n`,
    });
    const built = await trial.build();
    assert.equal(built.code, 0, built.err);
    assert.deepEqual(endsOf(built.stream), {
      rowsIn: 8,
      accepted: 6,
      flagged: 0,
      quarantined: 2,
      rules: { "row.missing-columns": 1, "row.too-many-columns": 1 },
    });
    assert.deepEqual(
      (await quarantineOf(trial)).map(({ line, found, expected }) => [line, found, expected]),
      [
        [7, "6,R1,2024-01-01", "5 cells as in the header"],
        [8, "7,R1,2024-01-01,theft,1,2", "5 cells as in the header"],
      ],
    );
  });

  test("with ragged rows and a confidential column shows nothing of them", async () => {
    await using trial = await openObservatory({
      [definition]: `${streamDefinition()}confidential: [id]\n`,
      [file]: `${soundDelivery}secret,R1,2024-01-01\nsecret,R9,2024-01-01,theft,1\n`,
    });
    const built = await trial.build();
    assert.equal(endsOf(built.stream).quarantined, 2);
    const rows = await quarantineOf(trial);
    assert.equal(rows.length, 2);
    assert.doesNotMatch(JSON.stringify(rows), /secret/);
    assert.match(JSON.stringify(rows), /R9/);
  });

  test("in windows-1252 under the name of UTF-8 has the lines that are no text put apart", async () => {
    const delivery = Buffer.from(`${soundDelivery}6,R1,2024-01-01,f\xe4lle,1\n`, "latin1");
    await using trial = await openObservatory({ [file]: delivery });
    const built = await trial.build();
    assert.deepEqual(endsOf(built.stream), {
      rowsIn: 6,
      accepted: 5,
      flagged: 0,
      quarantined: 1,
      rules: { "row.invalid-encoding": 1 },
    });
    assert.deepEqual(
      (await quarantineOf(trial)).map(({ line }) => line),
      [7],
    );
    await trial.write(definition, streamDefinition({ format: "{ kind: csv, encoding: windows-1252 }" }));
    assert.equal(endsOf((await trial.build()).stream).accepted, 6);
  });

  test("whose header is in another encoding is refused", async () => {
    const header = "id,area,day,offence,victims,Gr\xf6\xdfe\n1,R1,2023-01-05,murder,1,1\n";
    await using trial = await openObservatory({ [file]: Buffer.from(header, "latin1") });
    const { code, message, hint } = refusalOf(await trial.build());
    assert.equal(code, "rows.wrong-encoding");
    assert.match(message, /column 6/);
    assert.match(hint, /windows-1252/);
  });

  test("with a byte order mark is read as without, also when it has no header", async () => {
    await using trial = await openObservatory({ [file]: `\uFEFF${soundDelivery}` });
    assert.equal(endsOf((await trial.build()).stream).accepted, 5);
    await trial.write(
      definition,
      streamDefinition({ format: "{ kind: csv, header: false, columnNames: [id, area, day, offence, victims] }" }),
    );
    await trial.write(file, `\uFEFF${soundDelivery.slice(soundDelivery.indexOf("\n") + 1)}`);
    assert.equal(endsOf((await trial.build()).stream).accepted, 5);
    assert.equal((await trial.run("explain", ["recorded/R1/2023"])).code, 0);
  });

  test("in UTF-16 is read where that is declared, and refused with a hint where it is not", async () => {
    await using trial = await openObservatory({ [file]: Buffer.from(`\uFEFF${soundDelivery}`, "utf16le") });
    const { code, message, hint } = refusalOf(await trial.build());
    assert.deepEqual([code, hint], ["rows.wrong-encoding", "Declare `encoding: utf-16le` in the stream's format."]);
    assert.match(message, /incidents\.csv, line 1/);
    await trial.write(definition, streamDefinition({ format: "{ kind: csv, encoding: utf-16le }" }));
    assert.equal(endsOf((await trial.build()).stream).accepted, 5);
    await trial.write(definition, streamDefinition({ format: "{ kind: csv, encoding: utf-16be }" }));
    const wrong = refusalOf(await trial.build());
    assert.equal(wrong.code, "text.wrong-encoding");
    assert.match(wrong.hint, /utf-16le/);
  });

  test("with line breaks inside quotes keeps them, and counts rows, not lines", async () => {
    await using trial = await openObservatory({
      [file]: `${soundDelivery}6,R1,2024-01-01,"the\nft",1\n7,R1,2024-01-02,"theft",1\n8,R1,oops,theft,1\n`,
    });
    const built = await trial.build();
    assert.deepEqual(endsOf(built.stream), {
      rowsIn: 8,
      accepted: 7,
      flagged: 0,
      quarantined: 1,
      rules: { "day.type": 1 },
    });
    assert.deepEqual(
      (await quarantineOf(trial)).map(({ row, found }) => [row, found]),
      [[8, "oops"]],
    );
  });

  test("in which a quote is never closed is refused: no row behind it is lost in silence", async () => {
    const behind = Array.from({ length: 50_000 }, (_, index) => `${index + 7},R1,2024-01-02,theft,1\n`).join("");
    await using trial = await openObservatory({ [file]: `${soundDelivery}6,R1,2024-01-01,"theft,1\n${behind}` });
    const { code, message } = refusalOf(await trial.build());
    assert.equal(code, "rows.unclosed-quote");
    assert.match(message, /^incidents\.csv, line 7: /);
  });

  test("with a broken quote in one line has that line put apart", async () => {
    await using trial = await openObservatory({
      [file]: `${soundDelivery}6,R1,2024-01-01,"the"ft,1\n7,R1,2024-01-01,theft,1\n`,
    });
    const built = await trial.build();
    assert.deepEqual(endsOf(built.stream), {
      rowsIn: 7,
      accepted: 6,
      flagged: 0,
      quarantined: 1,
      rules: { "row.unquoted-value": 1 },
    });
  });

  test("that knows no quotes is read so where that is declared", async () => {
    await using trial = await openObservatory({
      [definition]: streamDefinition({ format: '{ kind: csv, quote: "" }' }),
      [file]: `${soundDelivery}6,R1,2024-01-01,"theft,1\n`,
    });
    assert.equal(endsOf((await trial.build()).stream).accepted, 6);
  });

  test("without a column that is needed is refused, and a renamed one is guessed at in the message", async () => {
    await using trial = await openObservatory({ [file]: soundDelivery.replace("victims", "casualties") });
    const missing = refusalOf(await trial.build());
    assert.equal(missing.code, "rows.missing-column");
    assert.match(missing.message, /no column "victims" .*It has: id, area, day, offence, casualties/);
    await trial.write(file, soundDelivery.replace("victims", "victim_s"));
    assert.match(refusalOf(await trial.build()).message, /the nearest that is there is "victim_s"/);
  });

  test("of several files is refused when one lacks a column, and read when the order differs", async () => {
    await using trial = await openObservatory({
      [definition]: streamDefinition({ location: 'file: "raw/*.csv"' }),
      "raw/second.csv": "id,area,day,offence,number\n6,R1,2023-01-05,murder,1\n",
    });
    const { code, message } = refusalOf(await trial.build());
    assert.equal(code, "rows.missing-column");
    assert.match(message, /second\.csv.*no column "victims"/);
    await trial.write("raw/second.csv", "victims,note,id,area,day,offence\n1,x,6,R1,2023-01-05,murder\n");
    assert.deepEqual(endsOf((await trial.build()).stream), {
      rowsIn: 6,
      accepted: 6,
      flagged: 0,
      quarantined: 0,
      rules: {},
    });
  });

  test("with two columns of one name is refused, or has them numbered where that is declared", async () => {
    const delivery = soundDelivery.replace("victims", "victims,Victims,victims").replaceAll(/,(\d)\n/g, ",$1,x,$1\n");
    await using trial = await openObservatory({ [file]: delivery });
    const refused = refusalOf(await trial.build());
    assert.equal(refused.code, "rows.repeated-column");
    assert.match(refused.message, /"victims" and "Victims" differ in case only .*column 6/);
    await trial.write(definition, streamDefinition({ format: "{ kind: csv, duplicateColumns: number }" }));
    assert.equal(endsOf((await trial.build()).stream).accepted, 5);
    await trial.write(definition, streamDefinition());
    await trial.write(file, soundDelivery.replace("offence", "day"));
    assert.match(refusalOf(await trial.build()).message, /"day" stands twice .*column 4/);
  });

  test("with a column called as the program calls its own is refused", async () => {
    await using trial = await openObservatory({ [file]: soundDelivery.replace("offence", "_row") });
    assert.equal(refusalOf(await trial.build()).code, "rows.reserved-column");
  });

  test("has rows put apart that no one can believe, each with what was found and expected", async () => {
    await using trial = await openObservatory({
      [file]: `${soundDelivery}6,R9,2024-01-01,theft,1
7,R1,2023-02-30,theft,1
8,R1,1013-05-05,theft,1
9,R1,2023-05-05,theft,-1
10,R1,2023-05-05,theft,1.5
1,R1,2023-01-05,murder,1
,R1,2023-01-05,murder,1
`,
    });
    const built = await trial.build();
    assert.equal(built.code, 0, built.err);
    assert.deepEqual(endsOf(built.stream), {
      rowsIn: 12,
      accepted: 5,
      flagged: 0,
      quarantined: 7,
      rules: {
        "area.area": 1,
        "day.type": 1,
        "day.minimum": 1,
        "victims.minimum": 1,
        "victims.type": 1,
        "one-row-each": 1,
        "id.required": 1,
      },
    });
    assert.deepEqual(
      (await quarantineOf(trial)).map(({ row, rule, found, expected }) => [row, rule, found, expected]),
      [
        [6, "area.area", "R9", "the code of an area of the observatory"],
        [7, "day.type", "2023-02-30", "a date like %Y-%m-%d"],
        [8, "day.minimum", "1013-05-05", "at least 1990-01-01"],
        [9, "victims.minimum", "-1", "at least 0"],
        [10, "victims.type", "1.5", "a whole number"],
        [11, "one-row-each", null, "each key once"],
        [12, "id.required", null, "a value"],
      ],
    );
  });

  test("with a national code that the crosswalk does not know keeps the record, and the coverage report names the code", async () => {
    await using trial = await openObservatory({ [file]: `${soundDelivery}6,R1,2024-01-01,arson,1\n` });
    const built = await trial.build();
    assert.equal(endsOf(built.stream).accepted, 6);
    const coverage = await trial.run("coverage");
    assert.equal(coverage.code, 0, coverage.err);
    assert.match(coverage.out, /arson/);
  });

  test("that is a page of a web site, or compressed without saying so, is refused", async () => {
    await using trial = await openObservatory({ [file]: "<!DOCTYPE html>\n<title>Sign in</title>\n" });
    assert.match(refusalOf(await trial.build()).message, /It has: <!DOCTYPE html>/);
    await trial.write(file, Buffer.from("1f8b0800000000000003", "hex"));
    assert.equal(refusalOf(await trial.build()).code, "rows.wrong-encoding");
  });

  test("that is refused leaves the sound streams beside it as they are", async () => {
    const other = streamDefinition({ location: "file: raw/other.csv" }).replace(
      "stream: incidents",
      "stream: zz-other",
    );
    await using trial = await openObservatory({
      "streams/zz-other.yaml": other,
      "raw/other.csv": `${soundDelivery}6,R1\n`,
      [file]: `${soundDelivery}6,R1\n7,R1,2024-01-01,"theft,1\n8,R1\n`,
    });
    const built = await trial.build();
    refusalOf(built);
    const { rowsIn, accepted, quarantined } = endsOf(built.manifest?.streams["zz-other"]);
    assert.deepEqual([rowsIn, accepted, quarantined], [6, 5, 1]);
  });
});
