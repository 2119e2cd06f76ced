import assert from "node:assert/strict";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../../test/database/trial.ts";
import { personIdSchema, stateCodeSchema } from "../../cooperation/index.ts";
import { run } from "../commands/simulation/program.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { countDeadlinesAnew } from "./calendars-seen.ts";
import { cooperationDefinitions, withoutCalendar } from "./definitions.ts";
import { type AuthorityFolder, openAuthorityFolder } from "./folder.ts";
import { newId, type OpenedAuthority, openAuthority } from "./running.ts";

const shipped = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

async function authorityOf(folder: string, country: string): Promise<AuthorityFolder> {
  const made = await run("authority", "init", folder, "--unprotected", "--country", country, "--id", "arcadia-central");
  assert.equal(made.code, exitCodes.done, made.err);
  return await openAuthorityFolder(folder, { kind: "unprotected" });
}

const [kenya, arcadia] = [stateCodeSchema.parse("KE"), stateCodeSchema.parse("XA")];

const calendarOf = (code: string, holiday: string): string =>
  `calendar: ${code}\nname: { en: Elsewhere }\ntimeZone: Africa/Nairobi\nrestDays: [saturday, sunday]\nholidays:\n  - { id: feast, name: { en: Feast }, on: "${holiday}" }\nsources: [Invented.]\n`;

test("an authority has its own matter types and calendars as files of its folder", async () => {
  await using place = await temporaryFolder();
  const folder = place.path;
  const shippedOnly = await cooperationDefinitions(folder);
  const said = withoutCalendar([kenya, arcadia, kenya], shippedOnly.calendars, folder) ?? "";
  assert.match(said, /no calendar of KE\. .*Put KE\.yaml into/);
  await mkdir(join(folder, "calendars"));
  await mkdir(join(folder, "matter-types"));
  await writeFile(join(folder, "calendars", "KE.yaml"), calendarOf("KE", "12-12"));
  const text = await readFile(shipped("matter-types/spontaneous-information.yaml"), "utf8");
  await writeFile(
    join(folder, "matter-types", "early-warning.yaml"),
    text.replace("id: spontaneous-information", "id: early-warning"),
  );
  const definitions = await cooperationDefinitions(folder);
  assert.deepEqual(definitions.types.map(({ id }) => id).sort(), [
    "early-warning",
    "extradition",
    "mutual-legal-assistance",
    "preservation",
    "production",
    "recommendation-follow-up",
    "spontaneous-information",
  ]);
  assert.equal(definitions.types.find(({ id }) => id === "early-warning")?.class, "information");
  assert.equal(definitions.calendars.get("KE")?.timeZone, "Africa/Nairobi");
  assert.equal(withoutCalendar([kenya, arcadia], definitions.calendars, folder), undefined);
  const checked = await run("check", folder);
  assert.equal(checked.code, exitCodes.done, checked.out);
  assert.match(checked.out, /1 matter type, 1 calendar\. No faults\./);
});

test("deadlines are counted anew when a calendar changed, and a type that changed without a new version is refused", async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, "authority");
  const kept = await authorityOf(folder, "KE");
  const ends: (string | undefined)[] = [];
  const opened = async (work?: (authority: OpenedAuthority) => Promise<void>): Promise<number | undefined> => {
    const definitions = await cooperationDefinitions(folder);
    const found = await openAuthority(kept, definitions, () => {});
    try {
      await work?.(found);
      const moved = await countDeadlinesAnew(folder, definitions.calendars, found.authority);
      assert.equal(await countDeadlinesAnew(folder, definitions.calendars, found.authority), undefined, "once");
      const { matters } = await found.store.queue({ kind: "system" }, {}, { size: 2 });
      ends.push(matters[0]?.dueAt ?? undefined);
      return moved;
    } finally {
      await found.close();
    }
  };
  await opened(async ({ authority, store }) => {
    const { office } = kept;
    const person = personIdSchema.parse(newId());
    await store.read({ kind: "system" }, (directory) =>
      directory.putPerson({ person, office, name: "Mira Oland", roles: ["case-officer"], active: true, data: {} }),
    );
    const who = { person, office, role: "case-officer" } as const;
    const command = newId();
    const arrived = { command, type: "spontaneous-information", side: "requested", partner: kept.authority } as const;
    const outcome = await authority.open(who, arrived);
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  });
  await mkdir(join(folder, "calendars"));
  await writeFile(join(folder, "calendars", "KE.yaml"), calendarOf("KE", "12-12"));
  assert.equal(await opened(), 1);
  const everyDay = Array.from({ length: 28 }, (_, day) => String(day + 1).padStart(2, "0"));
  const feasts = Array.from({ length: 12 }, (_, month) => String(month + 1).padStart(2, "0")).flatMap((month) =>
    everyDay.map((day) => `  - { id: feast-${month}-${day}, name: { en: Feast }, on: "${month}-${day}" }\n`),
  );
  const text = calendarOf("KE", "12-12").replace(/ {2}- .*\n/, feasts.join(""));
  await writeFile(join(folder, "calendars", "KE.yaml"), text);
  assert.equal(await opened(), 1);
  const [unknown, counted = "", later = ""] = ends;
  assert.equal(unknown, undefined, "without a calendar nothing comes about by itself");
  assert.ok(counted !== "" && counted < later, `${counted} ${later}`);

  await mkdir(join(folder, "matter-types"));
  const file = join(folder, "matter-types", "preservation.yaml");
  const changed = (await readFile(shipped("matter-types/preservation.yaml"), "utf8")).replace(
    "length: 24, unit: hours",
    "length: 48, unit: hours",
  );
  await writeFile(file, changed);
  await assert.rejects(opened(), /preservation\.yaml is not what it was as version 1.*`version: 2`/);
  await writeFile(file, changed.replace("version: 1", "version: 2"));
  await opened(async ({ authority }) => {
    assert.equal(authority.types.get("preservation")?.version, 2);
  });
});

test("a fault in a file of the authority is told with its file and line, and nothing is opened", async () => {
  await using place = await temporaryFolder();
  await cp(shipped("calendars"), join(place.path, "calendars"), { recursive: true });
  await writeFile(join(place.path, "calendars", "KE.yaml"), calendarOf("KE", "13-12"));
  await assert.rejects(cooperationDefinitions(place.path), (error) => {
    assert.ok(error instanceof UserError && error.exitCode === exitCodes.invalid);
    assert.match(error.message, /calendars.KE\.yaml:6/);
    return true;
  });
  const checked = await run("check", place.path);
  assert.equal(checked.code, exitCodes.invalid);
  assert.match(checked.out, /calendars\/KE\.yaml:6/);
});
