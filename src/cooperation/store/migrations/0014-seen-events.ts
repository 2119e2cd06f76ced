import type { Migration } from "./migration.ts";

const own = `person = nullif(current_setting('justitia.person', true), '')::uuid`;

/**
 * Up to which event a person has seen a matter, so that a queue can say what is new. It is a bookmark of the person and
 * no proof: the log of reads is.
 */
export const seenEvents: Migration = {
  number: 14,
  name: "seen-events",
  statements: [
    `CREATE TABLE cooperation.seen (
       person uuid NOT NULL,
       matter uuid NOT NULL,
       sequence integer NOT NULL CHECK (sequence > 0),
       PRIMARY KEY (person, matter)
     )`,
    `ALTER TABLE cooperation.seen ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_oneself ON cooperation.seen TO justitia_application
       USING (current_setting('justitia.scope', true) = 'person' AND ${own})
       WITH CHECK (current_setting('justitia.scope', true) = 'person' AND ${own})`,
    `GRANT SELECT, INSERT, UPDATE ON cooperation.seen TO justitia_application`,
  ],
};
