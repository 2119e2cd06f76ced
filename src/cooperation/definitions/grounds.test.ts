import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readMatterTypes } from "./index.ts";

const folder = new URL("../../../matter-types/", import.meta.url);
const { types } = readMatterTypes(
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
  ),
);
const questions = fileURLToPath(new URL("../../../../shared/reference/cooperation/facilex", import.meta.url));
const skip = existsSync(questions) ? false : "the shared reference data are not beside the repository (../shared)";

/** What an answer to a question of lawyers leads to: the ground that it speaks for, or that it is a fact for another. */
type Leads = Readonly<Record<string, string | "fact">>;
const answersOfOrder: Leads = {
  immunity_privilege: "eio-immunity-or-press",
  freedom_press: "eio-immunity-or-press",
  freedom_expression_media: "eio-immunity-or-press",
  national_security: "eio-national-security",
  jeopardise_source_information: "eio-national-security",
  classified_information: "eio-national-security",
  incompatible_EU_obligations: "eio-fundamental-rights",
  "national_law_does_not_authorize(ExecutingMemberState, Measure)": "eio-not-authorised-in-similar-case",
  "contrary_to_ne_bis_in_idem(ExecutingMemberState, Measure)": "eio-ne-bis-in-idem",
};
const answersOfWarrant: Leads = {
  finally_judged: "warrant-final-judgment",
  under_prosecution: "warrant-prosecution-pending",
  irrevocably_convicted_in_third_state: "warrant-third-state-judgment",
  non_prosecution_or_halted_proceeding: "warrant-no-prosecution",
  statute_barred: "warrant-lapse-of-time",
  "sentence_served_being_served_or_execution_impossible(PersonId)": "warrant-final-judgment",
  "person_residence(PersonId, Residence)": "warrant-national-or-resident",
  "prosecution_not_allowed(Offence, ExecutingMemberState)": "warrant-territoriality",
  "punishable_by_life_sentence(Offence, IssuingMemberState)": "warrant-no-guarantee",
  "issuing_proceeding_status(Offence, IssuingMemberState, trial_in_absentia)": "warrant-in-absentia",
  // The safeguards of article 4a: whether they were kept decides whether the ground above holds.
  aware_trial: "fact",
  informed_of_potential_decision: "fact",
  mandated_legal_defence: "fact",
  "issuing_proceeding_event(PersonId, Offence, informed_of_right_retrial_appeal)": "fact",
  does_not_contest_decision: "fact",
  does_not_request_retrial_appeal: "fact",
  will_informed_of_right_retrial_appeal: "fact",
  will_informed_of_timeframe_retrial_appeal: "fact",
  // The law of one State.
  "executing_proceeding_status(Offence, italy, criminal_conviction_or_no_grounds_to_proceed)": "fact",
  "person_continuous_residence(PersonId, italy, Time)": "fact",
};

const answerSchema = z.array(
  z.object({
    id: z.string().optional(),
    choices: z.record(z.string(), z.string()).optional(),
    result: z.string().optional(),
  }),
);

/** What a file of answers can come to: the choices of each question, or its result. The file of orders is cut off at its end. */
function answersIn(name: string): string[] {
  const text = readFileSync(`${questions}/${name}`, "utf8").trim().replace(/,$/, "");
  const whole = text.startsWith("[") ? text : `[${text}]`;
  return answerSchema
    .parse(JSON.parse(whole))
    .flatMap(({ choices, result }) => (choices !== undefined ? Object.values(choices) : (result ?? [])));
}

for (const [what, file, leads, typeId, basis, article] of [
  ["a European Investigation Order", "answers_eio.json", answersOfOrder, "mutual-legal-assistance", "eio", "2014/41"],
  [
    "a European arrest warrant",
    "answers_eaw.json",
    answersOfWarrant,
    "extradition",
    "european-arrest-warrant",
    "2002/584",
  ],
] as const)
  test(`each answer that lawyers drew up against ${what} leads to a ground that can be given`, { skip }, () => {
    const answers = answersIn(file);
    assert.deepEqual(
      answers.filter((answer) => leads[answer] === undefined),
      [],
      "answers that lead nowhere",
    );
    assert.ok(answers.length >= Object.keys(leads).length, `${answers.length} answers`);
    const grounds = types.get(typeId)?.grounds ?? [];
    for (const ground of new Set(Object.values(leads).filter((lead) => lead !== "fact"))) {
      const found = grounds.find(({ id }) => id === ground);
      assert.match(found?.article ?? "", new RegExp(article), ground);
      assert.deepEqual(found?.when, { "legal-bases": basis });
    }
  });

test("the invented cases of the lawyers, too young and known to amnesty, find their grounds", { skip }, () => {
  const read = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(`${questions}/case1.json`, "utf8")));
  const grounds = types.get("extradition")?.grounds.map(({ id }) => id) ?? [];
  for (const [fact, ground] of [
    ["amnesty", "warrant-amnesty"],
    ["person_age", "warrant-age"],
    ["crime_recognised", "warrant-no-dual-criminality"],
    ["offence_committed_in", "warrant-territoriality"],
    ["person_nationality", "warrant-national-or-resident"],
  ] as const) {
    assert.ok(fact in read, fact);
    assert.ok(grounds.includes(ground), ground);
  }
});

test("grounds of one instrument are not given under another", () => {
  for (const [typeId, id, article] of [
    ["mutual-legal-assistance", "eio", "2014/41"],
    ["extradition", "european-arrest-warrant", "2002/584"],
    ["production", "e-evidence-regulation", "2023/1543"],
  ] as const)
    for (const ground of types.get(typeId)?.grounds ?? []) {
      const only = ground.article.startsWith("Directive") || ground.article.includes(article);
      const cited = ground.article.split("; ").length;
      if (only && cited === 1) assert.deepEqual(ground.when, { "legal-bases": id }, ground.id);
      else if (typeId !== "production") assert.deepEqual(ground.when, { "legal-bases": { not: id } }, ground.id);
    }
});
