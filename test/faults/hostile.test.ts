import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { parseCsv } from "../../src/formats/index.ts";
import { endsOf, openObservatory, program, refusalOf, soundDelivery, streamDefinition } from "./observatory.ts";

const header = "id,area,day,offence,victims\n";

test("files with hostile names are read as what they are, and nothing outside the folder is", async () => {
  const names = [
    "new\nline.csv",
    'it\'s "quoted".csv',
    "--help.csv",
    "-rf.csv",
    "北京 😀.csv",
    "..csv",
    "$(touch owned).csv",
    "a;b.csv",
    "star*[0-9]{a,b}?.csv",
    "%2e%2e%2fx.csv",
    "back\\slash.csv",
  ];
  const deliveries = Object.fromEntries(
    names.map((name, index) => [`raw/${name}`, `${header}${index + 6},R1,2023-01-05,murder,1\n`]),
  );
  await using trial = await openObservatory({
    "streams/incidents.yaml": streamDefinition({ location: 'file: "raw/*.csv"' }),
    ...deliveries,
  });
  const built = await trial.build();
  assert.equal(built.code, 0, built.err);
  const parts = built.stream?.parts.map(({ name }) => name) ?? [];
  const hidden = names.filter((name) => name.startsWith("."));
  for (const name of names.filter((other) => !hidden.includes(other)))
    assert.ok(
      parts.some((part) => part.endsWith(name)),
      JSON.stringify(name),
    );
  assert.equal(parts.length, names.length - hidden.length + 1);
  assert.equal(endsOf(built.stream).accepted, parts.length - 1 + 5);
  const explained = await trial.run("explain", ["recorded/R1/2023"]);
  assert.equal(explained.code, 0, explained.err);

  await mkdir(join(trial.folder, "outside"));
  await writeFile(join(trial.folder, "outside", "secret.csv"), header);
  await symlink(join(trial.folder, "outside", "secret.csv"), join(trial.folder, "raw", "link.csv"));
  assert.match(JSON.stringify((await trial.build()).stream?.problems), /link\.csv.*(outside|link)/);
});

test("a file whose name is a pattern can be named itself", async () => {
  await using trial = await openObservatory({
    "streams/incidents.yaml": streamDefinition({ location: 'file: "raw/[[]a]*.csv"' }),
    "raw/[a]1.csv": soundDelivery,
    "raw/a1.csv": "no,table\n",
  });
  assert.equal(endsOf((await trial.build()).stream).accepted, 5);
});

test("column names and values with quotes, semicolons and comments of SQL are only text", async () => {
  const column = `vic"tims'; DROP TABLE facts; --`;
  await using trial = await openObservatory({
    "streams/incidents.yaml": streamDefinition({
      columns: `  id: { required: true }
  area: { required: true, areas: true }
  day: { type: date, required: true }
  offence: { required: true }
  victims: { from: ${JSON.stringify(column)}, type: integer, required: true }`,
    }),
    "raw/incidents.csv": `id,area,day,offence,"${column.replaceAll('"', '""')}"
'; DROP TABLE x; --,R1,2023-01-05,"mur'der""; --",1
{{x}},R'1,2023-01-05,theft,1
`,
  });
  const built = await trial.build();
  assert.equal(built.code, 0, built.err);
  const { accepted, quarantined, rules } = endsOf(built.stream);
  assert.deepEqual([accepted, quarantined, rules], [1, 1, { "area.area": 1 }]);
});

interface Page {
  readonly status: number;
  readonly text: string;
}

/** Serves the observatory on a free port while it is asked for these paths. */
async function pagesOf(folder: string, paths: readonly string[]): Promise<Page[]> {
  const server = spawn(process.execPath, [program, "serve", folder, "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const [address] = await once(server.stdout.setEncoding("utf8"), "data");
    const pages: Page[] = [];
    for (const path of paths) {
      const response = await fetch(new URL(path, String(address).trim()));
      pages.push({ status: response.status, text: await response.text() });
    }
    return pages;
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
}

const attack = `<script>alert(1)</script><img src=x onerror="alert(2)">`;
const formula = "=cmd|' /C calc'!A0";

test("HTML in labels, codes and cells is shown, never run; formulas in downloads are text", async () => {
  await using trial = await openObservatory({
    "observatory.yaml": `observatory: trial
title: ${JSON.stringify(attack)}
description: ${JSON.stringify(attack)}
publisher: ${JSON.stringify(attack)}
timezone: UTC
areas: { file: areas.csv }
`,
    "areas.csv": `code,parent,level,title_en
C,,country,Country
"${formula}",C,region,"${attack.replaceAll('"', '""')}"
@R2,C,region,"${formula}"
`,
    "streams/incidents.yaml": `${streamDefinition().replace("title: Incidents", `title: ${JSON.stringify(attack)}`)}`,
    "raw/incidents.csv": `${header}1,"${formula}",2023-01-05,murder,1
2,@R2,2023-01-05,"${attack.replaceAll('"', '""')}",1
"${attack.replaceAll('"', '""')}",nowhere,2023-01-05,"${formula}",1
`,
    "indicators/recorded.yaml": `indicator: recorded
title: ${JSON.stringify(attack)}
description: ${JSON.stringify(attack)}
limits: ${JSON.stringify(attack)}
measure: count
numerator: { facts: [incidents/annual] }
frequency: A
breakdowns: [[iccs]]
`,
  });
  const built = await trial.build();
  assert.equal(built.code, 0, built.err);
  assert.deepEqual([endsOf(built.stream).accepted, endsOf(built.stream).quarantined], [2, 1]);

  const area = encodeURIComponent(formula);
  const paths = [
    "/en",
    "/zh",
    `/en/indicators/recorded?area=${area}`,
    `/en/indicators/recorded?area=${area}&by=iccs`,
    `/en/indicators/recorded?area=${encodeURIComponent(attack)}`,
    `/en/explain/recorded?area=${encodeURIComponent("@R2")}&by=&period=2023-01-01`,
    "/en/crosswalks",
    "/en/coverage",
    "/en/quarantine",
    "/en/quarantine/incidents",
    "/en/sources",
    `/en/${encodeURIComponent(attack)}`,
  ];
  const pages = await pagesOf(trial.folder, [...paths, "/data/recorded.csv"]);
  const table = pages.pop();
  for (const [index, { status, text }] of pages.entries()) {
    assert.ok(status < 500, `${paths[index]}: ${status}`);
    const { document } = parseHTML(text);
    const elements = [...document.querySelectorAll("*")];
    assert.ok(elements.length > 20, paths[index]);
    for (const element of elements) {
      assert.ok(
        !["SCRIPT", "IMG", "IFRAME"].includes(element.tagName.toUpperCase()),
        `${paths[index]}: ${element.tagName}`,
      );
      const running = [...element.attributes].filter(
        ({ name, value }) => /^on/i.test(name) || /^javascript:/i.test(value),
      );
      assert.deepEqual(running, [], paths[index]);
    }
  }
  assert.match(pages[0]?.text ?? "", /&lt;script&gt;alert\(1\)/);
  assert.match(pages[9]?.text ?? "", /&lt;script&gt;alert\(1\)/);

  assert.equal(table?.status, 200);
  const { rows, problems } = parseCsv(table?.text ?? "");
  assert.deepEqual(problems, []);
  const cells = rows.flatMap((row) => row.cells);
  assert.ok(cells.includes(`'${formula}`) && cells.includes("'@R2"));
  assert.deepEqual(
    cells.filter((cell) => /^[=+@\t\r]/.test(cell) || (/^-/.test(cell) && !/^-[0-9.]+$/.test(cell))),
    [],
  );
});

test("a location that no file matches is told with what the stream says about obtaining it", async () => {
  await using trial = await openObservatory({
    "streams/incidents.yaml": streamDefinition({ location: 'file: "raw/none*.csv"' }),
  });
  const built = await trial.build();
  const { code, message, hint } = refusalOf(built);
  assert.equal(code, "snapshots.not-obtained");
  assert.match(message, /no file matches the pattern/);
  assert.equal(hint, "Ask the police for the file.");
});
