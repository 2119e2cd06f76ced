import type { Migration } from "./migration.ts";

/**
 * Which matters the acting person was admitted to one by one. Under row-level security the index of those who are
 * admitted is not used, so the owner looks it up; nobody learns of others' matters, because it asks who acts itself.
 */
export const grantedMatters: Migration = {
  number: 9,
  name: "granted-matters",
  statements: [
    `CREATE FUNCTION cooperation.granted_matters()
       RETURNS SETOF uuid LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
       SELECT m.matter FROM cooperation.matter AS m
       WHERE current_setting('justitia.scope', true) = 'person'
         AND m.granted @> ARRAY[nullif(current_setting('justitia.person', true), '')::uuid]
     $$`,
    `REVOKE ALL ON FUNCTION cooperation.granted_matters FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.granted_matters TO justitia_application`,
  ],
};
