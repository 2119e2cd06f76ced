import { posix } from "node:path";
import { cycleOf, type Files, type Import, importsOf } from "./imports.ts";

/** Which folder of src/ may import which others, through their doors. Unit tests beside the code may import any door. */
export const knows: Readonly<Record<string, readonly string[]>> = {
  iccs: [],
  statistics: [],
  formats: [],
  evidence: ["iccs", "statistics", "formats"],
  cooperation: ["iccs", "formats"],
  publication: ["iccs", "formats", "evidence", "cooperation"],
  app: ["iccs", "statistics", "formats", "evidence", "cooperation", "publication"],
};

/** The files outside src/app that touch files, processes or the network, each with its reason. */
export const shell: Readonly<Record<string, string>> = {
  "src/formats/payload.ts": "opens gzip and zip files, whose directory stands at their end",
  "src/evidence/definitions/load.ts": "reads the definition files of an observatory",
  "src/evidence/profile/sample.ts": "reads the beginning of an unknown file",
  "src/evidence/snapshots/effects.ts": "hands the store its clock, chance, network and files",
  "src/evidence/snapshots/pull-journal.ts": "keeps what a pull has read already",
  "src/evidence/snapshots/objects.ts": "keeps bytes under their hash",
  "src/evidence/snapshots/local-files.ts": "finds and reads the files of a delivery",
  "src/evidence/snapshots/known-sources.ts": "remembers which source had which bytes",
  "src/evidence/snapshots/ledger.ts": "keeps the list of deliveries",
  "src/evidence/rows/make.ts": "writes what a delivery holds",
  "src/evidence/rows/csv-head.ts": "reads the beginning of a delivered file",
  "src/evidence/rows/csv-rows.ts": "reads delivered files and writes their rows",
  "src/evidence/rows/table-rows.ts": "writes the rows of a table for the engine",
  "src/evidence/indicators/make.ts": "writes the figures of an indicator",
  "src/evidence/steps/step-store.ts": "keeps the results of steps as directories",
  "src/evidence/steps/whole-file.ts": "writes small files whole or not at all",
  "src/evidence/build/lock.ts": "holds the lock of a build",
  "src/evidence/build/manifest.ts": "keeps the list of builds",
  "src/evidence/build/stream-steps.ts": "writes the summary of a records step",
  "src/cooperation/store/folder-lock.ts": "holds the lock of a PGlite folder",
  "src/cooperation/bundle/bundle-file.ts": "reads an exported matter",
  "src/cooperation/disk/node-disk.ts": "hands log, vault and witness the files of one folder",
};

/** The files outside src/app that ask the clock or draw chance themselves, each with its reason. */
const clocks: Readonly<Record<string, string>> = {
  "src/evidence/snapshots/effects.ts": "hands the store its clock and its chance",
};

/** Files that may be longer than others, each with its reason. */
export const longFiles: Readonly<Record<string, string>> = {
  "src/iccs/table.ts": "the codes and titles of the ICCS, one line each",
};
const longest = 500;

const outside =
  /^node:(fs|fs\/promises|child_process|cluster|dgram|dns|dns\/promises|http|http2|https|net|os|sqlite|tls|worker_threads)$/;
const isTest = (path: string): boolean => path.endsWith(".test.ts");
/** What tests act out beside the code, such as a disk that fails; it is not part of the package. */
const ofSimulation = (path: string): boolean => path.includes("/simulation/");
const ofSource = (path: string): boolean => path.startsWith("src/") && path.endsWith(".ts");
const folderOf = (path: string): string | undefined =>
  path.startsWith("src/") && path.split("/").length > 2 ? path.split("/")[1] : undefined;
const withoutComment = (line: string): string => line.replace(/^\s*(?:\*|\/\*|\/\/).*$/, "").replace(/\s\/\/ .*$/, "");
const at = ({ from, line }: Import): string => `${from}:${line}`;

/** Imports that go against the arrows of the house. */
export function wrongArrows(files: Files): string[] {
  const said = [...files.keys()].flatMap((path) => {
    const folder = folderOf(path);
    return folder === undefined || folder in knows
      ? []
      : [`${path}: the house has no folder src/${folder}; decide what it may know and add it to the arrows.`];
  });
  for (const found of importsOf(files)) {
    const from = folderOf(found.from);
    if (from === undefined || !found.relative) continue;
    const to = folderOf(found.to);
    if (to === undefined) {
      if (from !== "app" && !isTest(found.from))
        said.push(`${at(found)}: src/${from} imports ${found.to}; only src/app may know what lies outside src/.`);
      continue;
    }
    if (to === from || isTest(found.from) || (knows[from] ?? []).includes(to)) continue;
    const allowed = knows[from] ?? [];
    said.push(
      `${at(found)}: src/${from} may not know src/${to}; it knows ${allowed.length === 0 ? "no other folder" : allowed.join(", ")}. ` +
        "Pass in what it needs, or move what both need to a folder that both may know.",
    );
  }
  return said;
}

/**
 * Imports that reach past a door: from outside a folder with an index.ts, only that index.ts may be imported; tests may
 * also import a simulation, and nothing else may.
 */
export function pastDoors(files: Files): string[] {
  const doors = new Set([...files.keys()].filter((path) => /^src\/.*\/index\.ts$/.test(path)).map(posix.dirname));
  const said: string[] = [];
  for (const path of files.keys()) {
    const room = /^(src\/evidence\/[^/]+|src\/[^/]+)\//.exec(path)?.[1];
    if (room !== undefined && !doors.has(room)) {
      doors.add(room);
      said.push(`${room}: the folder has no door; give it an index.ts that names what others may use.`);
    }
  }
  for (const found of importsOf(files)) {
    if (!found.relative) continue;
    if (ofSimulation(found.to)) {
      if (ofSource(found.from) && !isTest(found.from) && !ofSimulation(found.from))
        said.push(`${at(found)}: ${found.to} is a simulation for tests and is not part of the package.`);
      continue;
    }
    const parts = found.to.split("/");
    const closed = parts
      .map((_, index) => parts.slice(0, index).join("/"))
      .find((folder) => doors.has(folder) && !found.from.startsWith(`${folder}/`));
    if (closed !== undefined && found.to !== `${closed}/index.ts`)
      said.push(
        `${at(found)}: ${found.to} lies behind the door of ${closed}; import from ${closed}/index.ts, and name it there if others need it.`,
      );
  }
  for (const [path, text] of files) {
    if (ofSource(path) && /^export \*/m.test(text))
      said.push(`${path}: \`export *\` hides what a door offers; name each export.`);
  }
  return said;
}

/** Cycles between files, and between folders with a door. */
export function importCycles(files: Files): string[] {
  const imports = importsOf(files).filter(({ relative, from }) => relative && !isTest(from));
  const said: string[] = [];
  const ofFiles = cycleOf(imports.map(({ from, to }) => [from, to]));
  if (ofFiles !== undefined) said.push(`These files import each other in a circle: ${ofFiles.join(" -> ")}.`);
  const room = (path: string): string =>
    path.startsWith("src/evidence/") ? posix.dirname(path) : path.split("/").slice(0, 2).join("/");
  const ofRooms = cycleOf(
    imports.flatMap(({ from, to }) => (room(from) === room(to) ? [] : [[room(from), room(to)] as const])),
  );
  if (ofRooms !== undefined)
    said.push(
      `These folders import each other in a circle: ${ofRooms.join(" -> ")}. Move what they share to a folder below both.`,
    );
  return said;
}

const forbidden: readonly {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly inTests: boolean;
  readonly code?: boolean;
}[] = [
  {
    pattern: /(?:[:<|&(,]\s*|\bas\s+)any\b(?!["'\w])|\bany\[\]/,
    instead: "`any` turns the compiler off; take `unknown` and validate",
    inTests: true,
    code: true,
  },
  { pattern: /\bas unknown as\b/, instead: "a cast stands only right after validation", inTests: true },
  { pattern: /@ts-(?:ignore|expect-error|nocheck)/, instead: "mend the type", inTests: true },
  { pattern: /biome-ignore/, instead: "mend what the linter names, or change the rule for all", inTests: true },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, instead: "do it, or write an issue", inTests: true },
  { pattern: /^export default\b/, instead: "give the export a name", inTests: true },
  { pattern: /(?<![\w.])console\./, instead: "write to a stream that is passed in", inTests: false },
];

/** Lines that switch off a check, put work off, or print past the streams. */
export function forbiddenWords(files: Files): string[] {
  const said: string[] = [];
  for (const [path, text] of files) {
    if (!path.endsWith(".ts") || path.startsWith("test/house")) continue;
    const inTests = isTest(path) || !path.startsWith("src/");
    text.split("\n").forEach((line, index) => {
      for (const { pattern, instead, inTests: always, code = false } of forbidden) {
        const match = pattern.exec(code ? withoutComment(line) : line);
        if (match !== null && (always || !inTests))
          said.push(`${path}:${index + 1}: "${match[0].trim()}" is not written here: ${instead}.`);
      }
    });
  }
  return said;
}

/** Files that one cannot hold in the head. */
export function tooLong(files: Files): string[] {
  const said = [...files]
    .filter(([path]) => /\.(?:ts|js|mjs)$/.test(path))
    .map(([path, text]) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ path, lines }) => lines >= longest && longFiles[path] === undefined)
    .map(({ path, lines }) => `${path} has ${lines} lines; split it by noun into files below ${longest}.`);
  for (const path of Object.keys(longFiles)) {
    if ((files.get(path) ?? "").split("\n").length <= longest)
      said.push(`${path} is on the list of long files and is none; take it off.`);
  }
  return said;
}

/** Code that touches the outside world or the clock away from the places that hand them in. */
export function impureCode(files: Files): string[] {
  const said: string[] = [];
  const touching = new Set<string>();
  const asking = new Set<string>();
  const pure = (path: string): boolean => ofSource(path) && !isTest(path) && !path.startsWith("src/app/");
  for (const found of importsOf(files)) {
    if (!pure(found.from) || !outside.test(found.to)) continue;
    touching.add(found.from);
    if (shell[found.from] === undefined)
      said.push(
        `${at(found)}: ${found.to} belongs to the shell; have a file that is on the list of shell files read or write, and take values.`,
      );
  }
  for (const [path, text] of files) {
    if (!pure(path)) continue;
    text.split("\n").forEach((line, index) => {
      const code = withoutComment(line);
      const place = `${path}:${index + 1}`;
      if (/(?<![\w.])fetch\(/.test(code)) {
        touching.add(path);
        if (shell[path] === undefined)
          said.push(`${place}: the network belongs to the shell; take the answer as a value.`);
      }
      if (/\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\b|\bTemporal\.Now\b/.test(code)) {
        asking.add(path);
        if (clocks[path] === undefined)
          said.push(`${place}: take the time or the chance as an argument; only src/app knows the clock.`);
      }
      if (/(?<![\w.])process\.(?:env|argv|cwd|exit|exitCode|stdin|stdout|stderr|on|once)\b/.test(code))
        said.push(`${place}: only src/app knows its environment; take the value as an argument.`);
    });
  }
  for (const [list, used] of [
    [shell, touching],
    [clocks, asking],
  ] as const) {
    for (const path of Object.keys(list)) {
      if (!used.has(path))
        said.push(`${path} is listed as a file that touches the outside world and does not; take it off.`);
      if (/^src\/(?:iccs|statistics|publication)\//.test(path))
        said.push(`${path}: this folder is pure; no file of it may be listed.`);
    }
  }
  return said;
}

/** Traces of one machine: absolute paths, addresses of package registries, credentials of npm. */
export function tracesOfAMachine(files: Files): string[] {
  const traces: readonly (readonly [RegExp, string])[] = [
    [
      /(?<![\w.:/-])\/(?:work|home|root|Users|mnt|media)\/[\w.-]/,
      "an absolute path of one machine; write it from the repository",
    ],
    [/(?<![\w.:/-])[A-Z]:\\\w/, "an absolute path of one machine; write it from the repository"],
    [
      /\bregistry\.[\w-]+\.[a-z]{2,}\b|\b(?:artifactory|verdaccio|npmmirror)\b/i,
      "the address of a package registry; npm's own settings name it",
    ],
    [/^\s*(?:@[\w-]+:)?registry\s*=/m, "the address of a package registry; npm's own settings name it"],
    [/_auth(?:Token)?\s*=/, "a credential"],
    [
      /"resolved":/,
      "where a package was fetched from; .npmrc says `omit-lockfile-registry-resolved=true`, so install again",
    ],
  ];
  return [...files].flatMap(([path, text]) =>
    path.startsWith("test/house")
      ? []
      : traces.flatMap(([pattern, what]) => {
          const match = pattern.exec(text);
          if (match === null) return [];
          const line = text.slice(0, match.index).split("\n").length;
          return [`${path}:${line}: "${match[0].trim()}" is ${what}.`];
        }),
  );
}
