import type { Migration } from "./migration.ts";

/**
 * A head of office says who may know of a sealed matter of the office without seeing it: for the one write in which the
 * setting `justitia.oversight` is `yes`, such a matter can be reached. Otherwise who sees what is as it was.
 */
export const oversight: Migration = {
  number: 6,
  name: "oversight",
  statements: [
    `CREATE OR REPLACE FUNCTION cooperation.sees(office text, assignee uuid, restricted boolean, granted uuid[], barred uuid[])
       RETURNS boolean LANGUAGE sql STABLE AS $$
       SELECT CASE current_setting('justitia.scope', true)
         WHEN 'system' THEN true
         WHEN 'person' THEN coalesce(
           NOT nullif(current_setting('justitia.person', true), '')::uuid = ANY (barred)
           AND (
             assignee = nullif(current_setting('justitia.person', true), '')::uuid
             OR nullif(current_setting('justitia.person', true), '')::uuid = ANY (granted)
             OR (NOT restricted AND (
               office = current_setting('justitia.office', true)
               OR current_setting('justitia.role', true) = 'auditor'))
             OR (restricted AND (assignee IS NULL OR current_setting('justitia.oversight', true) = 'yes')
               AND office = current_setting('justitia.office', true)
               AND current_setting('justitia.role', true) = 'head-of-office')
           ), false)
         ELSE false
       END
     $$`,
  ],
};
