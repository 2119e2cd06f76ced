import assert from "node:assert/strict";
import { test } from "node:test";
import { authorityIdSchema, instantSchema, stateCodeSchema } from "../words/index.ts";
import { ageBandOf, ageIn, type CooperationFact, countsOfFacts, personsCsv, requestsCsv } from "./index.ts";

const day = instantSchema.parse("2026-05-17T12:00:00.000Z");
const fact: CooperationFact = {
  authority: authorityIdSchema.parse("bensalem-central"),
  year: 2026,
  month: 3,
  direction: "incoming",
  type: "mutual-legal-assistance",
  legalBasis: "untoc",
  partnerState: stateCodeSchema.parse("XA"),
  offence: "0502",
  outcome: "executed",
  ground: null,
  stages: { "to-result": 12, "to-acknowledgement": null },
  electronic: true,
  persons: [
    { sex: "female", ageBand: "Y18T29", persons: 2 },
    { sex: "not-known", ageBand: "_U", persons: 1 },
  ],
  countUnit: "requests",
};

test("age is counted in whole years on the day, from what is known of the birth", () => {
  assert.equal(ageIn({ born: "2008-05-17" }, day), 18);
  assert.equal(ageIn({ born: "2008-05-18" }, day), 17);
  assert.equal(ageIn({ born: "2008-05" }, day), 17);
  assert.equal(ageIn({ born: "2008" }, day), 17);
  assert.equal(ageIn({ age: 64 }, day), 64);
  assert.equal(ageIn({ born: "2030" }, day), undefined);
  assert.deepEqual([17, 18, 30, 45, 65, undefined].map(ageBandOf), [
    "Y0T17",
    "Y18T29",
    "Y30T44",
    "Y45T64",
    "Y_GE65",
    "_U",
  ]);
});

test("the table has a row for each request, whose order does not tell which came first", () => {
  const other = { ...fact, month: 1, outcome: "refused", ground: "de-minimis", legalBasis: 'treaty, "old"' };
  assert.equal(requestsCsv([fact, other]), requestsCsv([other, fact]));
  assert.deepEqual(requestsCsv([fact, other]).split("\n"), [
    "authority,month,direction,type,legal_basis,partner_state,offence,outcome,ground,electronic,days_to_acknowledgement,days_to_result",
    'bensalem-central,2026-01,incoming,mutual-legal-assistance,"treaty, ""old""",XA,0502,refused,de-minimis,true,,12',
    "bensalem-central,2026-03,incoming,mutual-legal-assistance,untoc,XA,0502,executed,,true,,12",
    "",
  ]);
});

test("persons are counted in a table of their own, so that a request with three persons stays one request", () => {
  assert.deepEqual(personsCsv([fact]).split("\n").slice(1, 3), [
    "bensalem-central,2026-03,incoming,mutual-legal-assistance,0502,executed,F,Y18T29,2",
    "bensalem-central,2026-03,incoming,mutual-legal-assistance,0502,executed,_U,_U,1",
  ]);
  assert.deepEqual([...countsOfFacts([fact, fact])], [["incoming mutual-legal-assistance 0502 executed", 2]]);
});
