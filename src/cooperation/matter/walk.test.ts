import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Actor, type Json, type JsonObject, roles } from "../words/index.ts";
import { consultation, Desk, now, officer, partner, person, system, types } from "./desk.test.ts";
import { exampleValue } from "./example.ts";
import { apply, exampleValues, isFoldProblem, isRefused, type Matter } from "./index.ts";

/** Mutation testing asks for fewer. */
const runs = Number(process.env.JUSTITIA_RUNS ?? (process.env.JUSTITIA_SLOW === "1" ? 20_000 : 1200));

interface Move {
  readonly pick: number;
  readonly who: number;
  readonly role: number;
  readonly stray: number;
  readonly aside: number;
  readonly spoilt: boolean;
}

/** Mostly what could happen next, sometimes anything, by anybody, now and then with spoilt data. */
function moveOf(desk: Desk, matter: Matter, move: Move): readonly [string, JsonObject, Actor] {
  const { type } = desk;
  const leaving = type.transitions.filter(({ from }) => from === "any-open" || from.includes(matter.state));
  const pool = move.stray === 0 || leaving.length === 0 ? type.transitions : leaving;
  const transition = pool[move.pick % pool.length];
  assert.ok(transition !== undefined);
  const fitting = transition.roles.filter((role) => role !== "system");
  const role =
    (move.stray === 1 ? roles[move.role % roles.length] : fitting[move.role % Math.max(1, fitting.length)]) ??
    "case-officer";
  const theirs = transition.side !== "either" && transition.side !== desk.side;
  const actor = theirs ? partner : fitting.length === 0 ? system : person(move.who, role);
  const data: Record<string, Json> = {};
  for (const id of transition.needs) {
    const field = type.particulars.find((one) => one.id === id);
    if (field !== undefined && !(move.spoilt && field.type !== "grounds")) data[id] = exampleValue(type, field, now);
  }
  const small = move.aside;
  if (small === 0) return ["consultation-held", consultation, person(move.who, "case-officer")];
  if (small === 1) return ["note", { text: move.spoilt ? "" : "Seen" }, person(move.who, "case-officer")];
  if (small === 2)
    return ["information-asked", { text: "More?" }, move.spoilt ? partner : person(move.who, "case-officer")];
  if (small === 3) {
    const values = move.spoilt ? { purpose: 7 } : exampleValues(type, now);
    return ["fields-set", { values }, person(move.who, "case-officer")];
  }
  if (small === 4) return ["clock-expired", { clock: type.clocks[move.role % type.clocks.length]?.id ?? "" }, system];
  if (transition.fourEyes !== "proposal" || theirs) return [transition.name, data, actor];
  if (matter.proposal?.name === transition.name) return [transition.name, { proposal: matter.proposal.id }, actor];
  return move.spoilt
    ? [transition.name, data, actor]
    : ["proposed", { name: transition.name, data }, person(move.who, "case-officer")];
}

function holdsForAll(desk: Desk, matter: Matter): void {
  let consulted = false;
  const wrote = new Set<string>();
  const proposers = new Map<string, string>();
  for (const event of matter.events) {
    const by = event.by.kind === "person" ? event.by.person : "";
    const transition = desk.type.transitions.find(({ name }) => name === event.name);
    if (event.name === "consultation-held") consulted = true;
    if (event.name === "opened" || event.name === "fields-set") wrote.add(by);
    if (event.name === "proposed") proposers.set(event.id, by);
    if (transition?.needs.includes("grounds") || transition?.needs.includes("postponement-grounds"))
      assert.ok(consulted, `${event.name} came before a consultation`);
    if (transition?.fourEyes === "draft" && by !== "") assert.ok(!wrote.has(by), `${event.name} by who wrote`);
    if (transition?.fourEyes === "proposal" && by !== "")
      assert.notEqual(proposers.get(String(event.data.proposal)) ?? by, by, `${event.name} by one person alone`);
  }
}

test("whatever is tried: what is accepted adds up, what is refused changes nothing, and the rules hold", () => {
  const move = fc.record({
    pick: fc.nat(999),
    who: fc.integer({ min: 1, max: 3 }),
    role: fc.nat(20),
    stray: fc.nat(5),
    aside: fc.nat(12),
    spoilt: fc.nat(6).map((number) => number === 0),
  });
  const all = [...types.values()];
  let accepted = 0;
  let refused = 0;
  const states = new Set<string>();
  fc.assert(
    fc.property(
      fc.nat(all.length - 1),
      fc.boolean(),
      fc.array(move, { minLength: 5, maxLength: 40, size: "max" }),
      (which, sending, moves) => {
        const type = all[which];
        assert.ok(type !== undefined);
        const desk = new Desk(type, sending ? "requesting" : "requested");
        let matter = desk.open(exampleValues(type, now), sending ? officer : partner);
        for (const one of moves) {
          const before = JSON.stringify(matter);
          const [name, data, actor] = moveOf(desk, matter, one);
          const decision = desk.try(name, data, actor);
          assert.equal(JSON.stringify(matter), before);
          assert.ok(desk.matter !== undefined && desk.last !== undefined);
          if (isRefused(decision)) {
            refused += 1;
            assert.ok(decision.refusals.length > 0);
            assert.equal(desk.matter, matter);
            continue;
          }
          accepted += 1;
          let stepwise: Matter | undefined = matter;
          for (const event of decision.events) {
            const next = apply(type, stepwise, event);
            assert.ok(!isFoldProblem(next));
            stepwise = next;
          }
          assert.deepEqual(stepwise, desk.matter);
          const again = desk.send(desk.last, actor);
          assert.ok(!isRefused(again) && again.repeated);
          assert.deepEqual(again.events, decision.events);
          matter = desk.matter;
          states.add(`${type.id} ${matter.state}`);
        }
        holdsForAll(desk, matter);
      },
    ),
    { numRuns: runs, seed: 1815 },
  );
  assert.ok(accepted > 500 && refused > 500, `${accepted} accepted, ${refused} refused`);
  assert.ok(states.size > 60, `${states.size} states met`);
});
