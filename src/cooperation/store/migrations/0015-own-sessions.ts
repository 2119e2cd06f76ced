import type { Migration } from "./migration.ts";

const onlySignIn = `IF current_setting('justitia.scope', true) IS DISTINCT FROM 'sign-in' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only sign-in asks for this';
       END IF;`;

/**
 * What a person sees of the own account: sessions with the browser they are used from, and what happened to the ways to
 * sign in since the last time. When the person last proved who they are stands beside the session.
 */
export const ownSessions: Migration = {
  number: 15,
  name: "own-sessions",
  statements: [
    `ALTER TABLE cooperation.session ADD COLUMN browser text CHECK (length(browser) <= 50)`,
    `ALTER TABLE cooperation.session ADD COLUMN proved_at timestamptz`,
    `UPDATE cooperation.session SET proved_at = started_at`,
    `ALTER TABLE cooperation.session ALTER COLUMN proved_at SET NOT NULL`,
    `GRANT UPDATE (proved_at) ON cooperation.session TO justitia_application`,

    `CREATE INDEX administrative_act_of_subject ON cooperation.administrative_act (subject, entry)`,
    // Sign-in may not read what others did: a person is told of the own account alone, and not by whom.
    `CREATE FUNCTION cooperation.sign_in_news(whose uuid, until timestamptz)
       RETURNS TABLE (previous timestamptz, act text, at timestamptz, by_self boolean)
       LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     DECLARE
       last_entry bigint;
       last_at timestamptz;
     BEGIN
       ${onlySignIn}
       SELECT a.entry, a.at INTO last_entry, last_at FROM cooperation.administrative_act AS a
         WHERE a.subject = whose::text AND a.act = 'signed-in' AND a.at < until ORDER BY a.entry DESC LIMIT 1;
       RETURN QUERY SELECT last_at, NULL::text, NULL::timestamptz, NULL::boolean;
       RETURN QUERY SELECT last_at, a.act, a.at, coalesce(a.person = whose, false)
         FROM cooperation.administrative_act AS a
         WHERE a.subject = whose::text AND a.entry > coalesce(last_entry, 0) AND a.at <= until
           AND a.act IN ('sign-in-refused', 'password-changed', 'password-reset', 'passkey-added', 'passkey-removed',
             'person-changed', 'session-ended')
         ORDER BY a.entry DESC LIMIT 500;
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.sign_in_news FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.sign_in_news TO justitia_application`,
  ],
};
