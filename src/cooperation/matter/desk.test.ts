import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type MatterType, readMatterTypes, type Side } from "../definitions/index.ts";
import {
  type Actor,
  authorityIdSchema,
  type EventId,
  eventIdSchema,
  instantSchema,
  type Json,
  type JsonObject,
  matterIdSchema,
  officeIdSchema,
  personIdSchema,
  type Role,
} from "../words/index.ts";
import {
  type Command,
  type Context,
  type Decision,
  decide,
  exampleValues,
  fold,
  isFoldProblem,
  isRefused,
  type Matter,
  type Refusal,
} from "./index.ts";

const folder = new URL("../../../matter-types/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
export const { types, problems } = readMatterTypes(
  new Map(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")])),
);

export function typeOf(id: string): MatterType {
  const type = types.get(id);
  assert.ok(type !== undefined, id);
  return type;
}

export const uuid = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
export const now = instantSchema.parse("2026-03-02T10:00:00.000Z");
const office = officeIdSchema.parse("legal-office");
export const partner: Actor = { kind: "authority", authority: authorityIdSchema.parse("xb-central") };
export const system: Actor = { kind: "system" };
export const person = (number: number, role: Role): Actor => ({
  kind: "person",
  person: personIdSchema.parse(uuid(number)),
  office,
  role,
});
export const officer = person(1, "case-officer");
export const head = person(2, "head-of-office");

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

/** A desk at one authority: it keeps one matter, and gives each command an id of its own. */
export class Desk {
  readonly type: MatterType;
  readonly side: Side;
  matter: Matter | undefined;
  last: Command | undefined;
  #ids = 1000;

  constructor(type: MatterType, side: Side) {
    this.type = type;
    this.side = side;
  }

  newId(): EventId {
    this.#ids += 1;
    return eventIdSchema.parse(uuid(this.#ids));
  }

  context(actor: Actor): Context {
    return { actor, side: this.side, now, newEventId: () => this.newId() };
  }

  send(command: Command, actor: Actor): Decision {
    this.last = command;
    const decision = decide(this.type, this.matter, command, this.context(actor));
    if (!isRefused(decision) && !decision.repeated) {
      const next = fold(this.type, [...(this.matter?.events ?? []), ...decision.events]);
      assert.ok(!isFoldProblem(next), JSON.stringify(next));
      this.matter = frozen(next);
    }
    return decision;
  }

  try(name: string, data: JsonObject = {}, actor: Actor = officer): Decision {
    const command = {
      id: this.newId(),
      matter: matterIdSchema.parse(uuid(1)),
      expectedSequence: this.matter?.sequence ?? 0,
      name,
      data,
    };
    return this.send(command, actor);
  }

  do(name: string, data: JsonObject = {}, actor: Actor = officer): Matter {
    const decision = this.try(name, data, actor);
    assert.ok(!isRefused(decision), `${name}: ${JSON.stringify(decision)}`);
    assert.ok(this.matter !== undefined);
    return this.matter;
  }

  refusals(name: string, data: JsonObject = {}, actor: Actor = officer): readonly Refusal[] {
    const before = JSON.stringify(this.matter);
    const decision = this.try(name, data, actor);
    assert.ok(isRefused(decision), `${name} was accepted`);
    assert.equal(JSON.stringify(this.matter), before);
    return decision.refusals;
  }

  /** One officer proposes, the head of office approves. */
  agree(name: string, data: JsonObject = {}): Matter {
    const proposal = this.do("proposed", { name, data }).proposal?.id ?? "";
    return this.do(name, { proposal }, head);
  }

  open(values: Readonly<Record<string, Json>>, actor: Actor = officer): Matter {
    return this.do("opened", { type: this.type.id, typeVersion: this.type.version, side: this.side, values }, actor);
  }
}

/** A request that this side drafted and sent. */
export function sentRequest(id = "mutual-legal-assistance"): Desk {
  const desk = new Desk(typeOf(id), "requesting");
  desk.open(exampleValues(desk.type, now));
  desk.do("submitted");
  desk.do("approved", {}, head);
  desk.do("sent");
  return desk;
}

/** A request that came from the other side and was acknowledged. */
export function receivedRequest(id = "mutual-legal-assistance", given: Readonly<Record<string, Json>> = {}): Desk {
  const desk = new Desk(typeOf(id), "requested");
  desk.open(exampleValues(desk.type, now, given), partner);
  desk.do("acknowledged");
  return desk;
}

export const codes = (refusals: readonly Refusal[]): string[] => refusals.map(({ code }) => code).sort();
export const consultation = { held: "2026-03-02", summary: "Spoken with the other side" };

test("a desk has all matter types at hand", () => {
  assert.deepEqual(problems, []);
  assert.equal(types.size, 6);
});
