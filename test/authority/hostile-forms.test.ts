import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRandom } from "../../src/statistics/index.ts";
import { type AttackedDesk, attackedDesk, type Visitor } from "./attacked-desk.ts";
import { formsOf, hostileRequest, raw } from "./hostile-forms.ts";
import { Malice } from "./malice.ts";

/** Requests after which the authority is made anew, so that what came through does not pile up. */
const each = 2_500;
/** Milliseconds after which something hangs; nothing is said about speed. */
const patience = 120_000;

let shared: AttackedDesk;
before(async () => {
  shared = await attackedDesk();
});
after(() => shared[Symbol.asyncDispose]());

/** The status of the answer, which no mistake of the program may be. */
async function statusOf({ desk, reports }: AttackedDesk, request: Request, where: string): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const response = await Promise.race([
    desk.request(request),
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${where} is not answered`)), patience);
    }),
  ]);
  clearTimeout(timer);
  const text = await response.text();
  assert.deepEqual(reports, [], where);
  assert.ok(response.status < 500, `${where} was answered with ${response.status}`);
  assert.ok(!text.includes(raw), `${where}: what was sent stands in the page as it was sent`);
  return response.status;
}

/** The same numbers for the same seed and place. */
function chanceOf(seed: number, stream: number): () => number {
  const random = createRandom(seed, stream);
  return () => random.uniform();
}

async function attack(
  attacked: AttackedDesk,
  seed: number,
  requests: number,
  tally: Map<number, number>,
): Promise<void> {
  let visitors = await attacked.visitors();
  const shown = await formsOf(attacked, visitors);
  for (let number = 0; number < requests; number += 1) {
    // Some of the forms end sessions.
    if (number % 100 === 99) visitors = await attacked.visitors();
    const request = hostileRequest(new Malice(chanceOf(seed, number)), shown, visitors);
    const where = `seed ${seed}, request ${number}: ${request.method} ${request.url.slice(0, 200)}`;
    const status = await statusOf(attacked, request, where);
    tally.set(status, (tally.get(status) ?? 0) + 1);
  }
}

function told(tally: ReadonlyMap<number, number>): string {
  for (const status of [200, 303, 400, 403, 404, 422]) assert.ok(tally.has(status), `no answer was ${status}`);
  return JSON.stringify(Object.fromEntries([...tally].sort(([one], [other]) => one - other)));
}

test("what a database cannot keep or compare is answered like any other slip", async () => {
  const visitors = await shared.visitors();
  const visitorOf = (role: Visitor["role"]): Visitor => {
    const found = visitors.find((one) => one.role === role);
    assert.ok(found !== undefined);
    return found;
  };
  const { cookie } = visitorOf("case-officer");
  const asked = async (path: string): Promise<number> =>
    await statusOf(shared, new Request(`http://localhost/en${path}`, { headers: { cookie } }), path);
  assert.equal(await asked("/matters/a%00b"), 404);
  const half = encodeURIComponent("𝕊").repeat(150);
  for (const before of ["", "a"]) assert.equal(await asked(`/matters/${before}${half}`), 404);
  assert.equal(await asked("?type=%00"), 200);
  const matter = "01900000-0000-7000-8000-000000000001";
  assert.equal(await asked(`?after=${matter}&due=0000-01-01T00%3A00%3A00.000Z`), 200);
});

test("300 hostile requests to the forms are each answered, and none by a mistake of the program", async (t) => {
  const tally = new Map<number, number>();
  await attack(shared, 1, 300, tally);
  t.diagnostic(told(tally));
});

if (process.env.JUSTITIA_SLOW === "1")
  test("300,000 hostile requests to the forms are each answered, and none by a mistake of the program", async (t) => {
    const tally = new Map<number, number>();
    for (let seed = 1_000; seed < 1_000 + 300_000 / each; seed += 1) {
      await using attacked = await attackedDesk();
      await attack(attacked, seed, each, tally);
    }
    t.diagnostic(told(tally));
  });
