import type { Migration } from "./migration.ts";

const isSignIn = `current_setting('justitia.scope', true) = 'sign-in'`;
const isSystem = `current_setting('justitia.scope', true) = 'system'`;
const isPerson = `current_setting('justitia.scope', true) = 'person'`;
const hasRole = (role: string): string => `(${isPerson} AND current_setting('justitia.role', true) = '${role}')`;

/** A table that only sign-in works on: not the system, so that no queue, message or count can reach it by mistake. */
const ofSignIn = (table: string, rights: string): string[] => [
  `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY of_sign_in ON cooperation.${table} TO justitia_application USING (${isSignIn})`,
  `GRANT ${rights} ON cooperation.${table} TO justitia_application`,
];

/**
 * Who can sign in, who is signed in, and what administrators did. The application may not select the column of the
 * passwords, in any scope: a hash leaves the database one at a time, for a name that somebody typed, by a function.
 */
export const people: Migration = {
  number: 5,
  name: "people",
  statements: [
    `CREATE TABLE cooperation.account (
       person uuid PRIMARY KEY REFERENCES cooperation.person,
       name text NOT NULL UNIQUE CHECK (name <> ''),
       password text CHECK (password LIKE '$argon2id$%'),
       one_time_until timestamptz
     )`,
    `CREATE TABLE cooperation.session (
       digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
       person uuid NOT NULL REFERENCES cooperation.person,
       means text NOT NULL CHECK (means IN ('password', 'passkey', 'organisation')),
       role text,
       started_at timestamptz NOT NULL,
       seen_at timestamptz NOT NULL,
       ends_at timestamptz NOT NULL
     )`,
    `CREATE INDEX session_of_person ON cooperation.session (person)`,
    // Milliseconds since 1970, as attempts are counted in.
    `CREATE TABLE cooperation.sign_in_attempts (
       key text PRIMARY KEY,
       failures integer NOT NULL CHECK (failures >= 0),
       last_at bigint NOT NULL,
       locked_until bigint NOT NULL
     )`,
    `CREATE TABLE cooperation.passkey (
       id text PRIMARY KEY,
       person uuid NOT NULL REFERENCES cooperation.person,
       public_key text NOT NULL,
       counter bigint NOT NULL CHECK (counter >= 0),
       transports text[] NOT NULL,
       backed_up boolean NOT NULL,
       added_at timestamptz NOT NULL,
       used_at timestamptz
     )`,
    `CREATE INDEX passkey_of_person ON cooperation.passkey (person)`,
    `CREATE TABLE cooperation.passkey_challenge (
       challenge text PRIMARY KEY,
       person uuid REFERENCES cooperation.person,
       until timestamptz NOT NULL
     )`,

    `ALTER TABLE cooperation.account ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_sign_in ON cooperation.account TO justitia_application USING (${isSignIn})`,
    `GRANT SELECT (person, name, one_time_until), INSERT, UPDATE (name) ON cooperation.account TO justitia_application`,
    ...ofSignIn("session", "SELECT, INSERT, UPDATE (role, seen_at), DELETE"),
    ...ofSignIn("sign_in_attempts", "SELECT, INSERT, UPDATE, DELETE"),
    ...ofSignIn("passkey", "SELECT, INSERT, UPDATE (counter, used_at), DELETE"),
    ...ofSignIn("passkey_challenge", "SELECT, INSERT, DELETE"),

    `CREATE FUNCTION cooperation.account_for_sign_in(wanted_name text, wanted_person uuid)
       RETURNS TABLE (person uuid, password text, one_time_until timestamptz, active boolean)
       LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'sign-in' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only sign-in asks for an account';
       END IF;
       RETURN QUERY SELECT a.person, a.password, a.one_time_until, p.active
         FROM cooperation.account AS a JOIN cooperation.person AS p ON p.person = a.person
         WHERE a.name = wanted_name OR a.person = wanted_person LIMIT 1;
     END $$`,
    `CREATE FUNCTION cooperation.replace_password(whose uuid, before text, after text, until timestamptz)
       RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'sign-in' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only sign-in replaces a password';
       END IF;
       UPDATE cooperation.account AS a SET password = after, one_time_until = until
         WHERE a.person = whose AND a.password IS NOT DISTINCT FROM before;
       RETURN FOUND;
     END $$`,
    `CREATE FUNCTION cooperation.reset_password(whose uuid, after text, until timestamptz)
       RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'sign-in' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only sign-in replaces a password';
       END IF;
       UPDATE cooperation.account AS a SET password = after, one_time_until = until WHERE a.person = whose;
       RETURN FOUND;
     END $$`,
    ...["account_for_sign_in", "replace_password", "reset_password"].flatMap((name) => [
      `REVOKE ALL ON FUNCTION cooperation.${name} FROM PUBLIC`,
      `GRANT EXECUTE ON FUNCTION cooperation.${name} TO justitia_application`,
    ]),

    `CREATE TABLE cooperation.administrative_act (
       entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       at timestamptz NOT NULL,
       person uuid,
       office text,
       role text,
       operator text,
       act text NOT NULL,
       subject text NOT NULL,
       data jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
       CHECK (person IS NULL OR operator IS NULL)
     )`,
    `ALTER TABLE cooperation.administrative_act ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY read_by_auditors ON cooperation.administrative_act FOR SELECT TO justitia_application
       USING (${isSystem} OR ${hasRole("auditor")} OR ${hasRole("administrator")})`,
    // A person acts in the own name; the command line, whose operator is named, as the system; sign-in notes who came.
    `CREATE POLICY written_in_own_name ON cooperation.administrative_act FOR INSERT TO justitia_application
       WITH CHECK ((${isSystem} AND person IS NULL) OR (${isSignIn} AND role IS NULL AND operator IS NULL)
         OR (${isPerson} AND operator IS NULL
           AND person = nullif(current_setting('justitia.person', true), '')::uuid
           AND office = current_setting('justitia.office', true)
           AND role = current_setting('justitia.role', true)))`,
    `GRANT SELECT, INSERT ON cooperation.administrative_act TO justitia_application`,
    `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cooperation.administrative_act
       FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`,

    // So that the program can say that a database is older than itself.
    `CREATE FUNCTION cooperation.newest_migration() RETURNS integer
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
       AS 'SELECT coalesce(max(number), 0) FROM cooperation.migration'`,
    `REVOKE ALL ON FUNCTION cooperation.newest_migration FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.newest_migration TO justitia_application`,
  ],
};
