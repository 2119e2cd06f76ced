import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore, openPostgres } from "../../src/cooperation/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { checkAfterKills, transition } from "./kill-matters.ts";
import { identifiers, keysOfMatters, system } from "./matters.ts";
import { noPostgres, startPostgres } from "./server.ts";
import { makeAuthority } from "./trial.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const kills = slow ? 1000 : 4;
const lanes = 4;
const shortly = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What PostgreSQL or the line to it says when it was killed under a request. */
const broken =
  /^(57P0[1-3]|08\w{3}|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$|Connection terminated|Client has encountered a connection error/;

test(`${kills} kill -9 of PostgreSQL at work lose no acknowledged write, leave no half, and a command asked again is done once`, {
  skip: noPostgres,
}, async (t) => {
  await using server = await startPostgres();
  const { application } = await makeAuthority(server, "utopia");
  await using database = await openPostgres({ connectionString: application, connections: lanes }, keysOfMatters);
  const store = createStore(database);
  const random = createRandom(20_260_101, 4);
  const acknowledged: string[] = [];
  let repeated = 0;
  let ended = false;

  /** Asks the same until there is an answer, as a form that is sent again does. */
  async function answered(request: ReturnType<typeof transition>["request"]) {
    for (;;) {
      try {
        return await store.append(system, request);
      } catch (error) {
        const said = error instanceof Error ? `${"code" in error ? error.code : ""}` || error.message : "";
        if (!broken.test(said) && !(error instanceof Error && broken.test(error.message))) throw error;
        await shortly(5);
      }
    }
  }
  async function lane(family: number): Promise<void> {
    const next = identifiers(family);
    while (!ended) {
      const matter = next();
      let known: ReturnType<typeof transition>["known"] = [];
      for (let step = 0; step < 4 && !ended; step += 1) {
        const made = transition(matter, known, next);
        const outcome = await answered(made.request);
        assert.equal(outcome.kind, "appended");
        if (outcome.kind === "appended" && outcome.repeated) repeated += 1;
        acknowledged.push(`${made.request.command} ${matter} ${made.known.length}`);
        known = made.known;
      }
    }
  }
  const writing = Promise.all(Array.from({ length: lanes }, (_, index) => lane(2 + index)));
  let longest = 0;
  const kinds = new Map<string, number>();
  const killing = (async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      const until = acknowledged.length + 1 + Math.floor(20 * random.uniform());
      while (acknowledged.length < until) await shortly(1);
      await shortly(8 * random.uniform());
      const begun = performance.now();
      if (kill % 2 === 0) await server.crashAndRestart();
      else
        await server.killProcess((all) => {
          const place = Math.floor(all.length * random.uniform());
          kinds.set(all[place] ?? "", (kinds.get(all[place] ?? "") ?? 0) + 1);
          return place;
        });
      longest = Math.max(longest, performance.now() - begun);
    }
    ended = true;
  })();
  await Promise.all([writing, killing]);
  const { acknowledged: counted, written } = await checkAfterKills(database, acknowledged.join("\n"));
  assert.equal(written, counted, "every command that was asked until there was an answer was done, and done once");
  assert.ok(counted > kills);
  const processes = [...kinds].map(([kind, times]) => `${kind} ${times}`).join(", ");
  t.diagnostic(
    `${kills} kills (server ${Math.ceil(kills / 2)}, ${processes}): ${counted} acknowledged, 0 lost, 0 half, ${repeated} told again; ` +
      `longest until it answered again ${Math.round(longest)} ms`,
  );
});
