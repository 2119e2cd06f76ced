import assert from "node:assert/strict";
import { chmod, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../../test/database/trial.ts";
import { instantSchema } from "../../../cooperation/index.ts";
import { run } from "../../commands/simulation/program.ts";
import { exitCodes, UserError } from "../../exit-codes.ts";
import { type Notification, readNotification } from "./index.ts";

const roster = `people:
  - { name: ilya.norden, language: ar, reachedBy: [{ mail: ilya@central.example }, { webhook: pager, to: ilya }] }
offices:
  - { office: central-office, shifts: [{ people: [ilya.norden] }] }
`;
const settings = `mail: { host: smtp.central.example, from: duty@central.example, user: justitia, passwordFile: smtp-password }
webhooks:
  - { name: pager, address: "https://pager.example/hook", secretVariable: PAGER_SECRET }
`;
const secret = Buffer.alloc(32, 9).toString("base64");

test("settings, roster and secrets are read, and each fault is said with its file, its line and what to do", async () => {
  await using place = await temporaryFolder();
  const said: string[] = [];
  const read = (environment: NodeJS.ProcessEnv = { PAGER_SECRET: secret }): Promise<Notification | undefined> =>
    readNotification({
      folder: place.path,
      name: "Central Authority of Arcadia",
      invented: false,
      timeZone: "UTC",
      address: () => "https://central.example",
      environment,
      now: () => instantSchema.parse("2026-03-03T23:00:00.000Z"),
      report: (text) => said.push(text),
    });
  const put = (name: string, text: string): Promise<void> => writeFile(join(place.path, name), text, { mode: 0o600 });
  const refused = async (expected: RegExp, environment?: NodeJS.ProcessEnv): Promise<void> => {
    await assert.rejects(read(environment), (error) => error instanceof UserError && expected.test(error.message));
  };
  assert.equal(await read(), undefined);
  await put("notification.yaml", settings);
  await refused(/no file .*smtp-password/);
  await put("smtp-password", "the mail password\n");
  await refused(/duty-roster\.yaml is not there/);
  await put("duty-roster.yaml", roster);
  await refused(/PAGER_SECRET .*is not set/, {});
  await chmod(join(place.path, "smtp-password"), 0o644);
  await refused(/Others can read .*chmod 600/);
  await chmod(join(place.path, "smtp-password"), 0o600);
  const notification = await read();
  assert.deepEqual([...(notification?.telling.channels.keys() ?? [])], ["mail", "pager"]);

  await put("notification.yaml", settings.replace("https:", "http:"));
  await refused(/notification\.yaml:3:\d+ \(webhooks\.0\.address\)[\s\S]*begins with https/);
  await put("notification.yaml", settings.replace("host:", "security: none, host:"));
  await refused(/mail\.security[\s\S]*only where `host` is this machine/);
  await put("notification.yaml", "escalateAfterMinuets: 5\nmail: { host: smtp.central.example, from: a@b.example }\n");
  await refused(/notification\.yaml:1:1[\s\S]*Did you mean "escalateAfterMinutes"/);
  await put("notification.yaml", settings);
  for (const [faulty, expected] of [
    [
      roster.replace("people: [ilya", "people: [nobody.here, ilya"),
      /duty-roster\.yaml:4[\s\S]*nobody\.here[\s\S]*under `people`/,
    ],
    [
      roster.replace("webhook: pager", "webhook: pagr"),
      /"pagr" is no channel of notification\.yaml; there are: mail, pager/,
    ],
    [
      roster.replace("shifts: [{", 'shifts: [{ from: "25:00", '),
      /duty-roster\.yaml:4[\s\S]*25:00[\s\S]*such as "18:00"/,
    ],
  ] as const) {
    await put("duty-roster.yaml", faulty);
    await refused(expected);
  }

  // While the program runs, the last good roster stays until the file is mended.
  const path = join(place.path, "duty-roster.yaml");
  const changedAt = (seconds: number): Promise<void> => utimes(path, seconds, seconds);
  await put("duty-roster.yaml", roster);
  const running = (await read()) ?? assert.fail();
  await put("duty-roster.yaml", "offices: 7\n");
  await changedAt(1_900_000_000);
  await running.refresh();
  assert.equal(running.telling.roster().people[0]?.name, "ilya.norden");
  assert.match(running.rosterProblems().join("\n"), /duty-roster\.yaml:1/);
  await put("duty-roster.yaml", roster.replaceAll("ilya.norden", "helena.prasto"));
  await changedAt(1_900_000_100);
  await running.refresh();
  assert.equal(running.telling.roster().people[0]?.name, "helena.prasto");
  assert.deepEqual(running.rosterProblems(), []);
  assert.ok(!said.join("\n").includes("the mail password") && !said.join("\n").includes(secret));

  const checked = await run("check", place.path);
  assert.equal(checked.code, exitCodes.done, checked.out);
  await put("duty-roster.yaml", "offices: 7\n");
  assert.equal((await run("check", place.path)).code, exitCodes.invalid);
});
