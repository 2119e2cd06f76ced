import { sql } from "kysely";
import { z } from "zod";
import {
  type Account,
  type Attempts,
  addressPolicy,
  noAttempts,
  type Passkey,
  type PeopleStore,
  personPolicy,
  type Session,
  sessionPolicy,
} from "../people/index.ts";
import type { StoreTransaction } from "../store/index.ts";
import {
  digestSchema,
  type Instant,
  instantSchema,
  type JsonObject,
  type PersonId,
  personIdSchema,
  roleSchema,
} from "../words/index.ts";

const momentSchema = z.date().transform((at) => instantSchema.parse(at.toISOString()));
const accountSchema = z.object({
  person: personIdSchema,
  password: z.string().nullable(),
  one_time_until: momentSchema.nullable(),
  active: z.boolean(),
});
const sessionSchema = z.object({
  digest: digestSchema,
  person: personIdSchema,
  means: z.enum(["password", "passkey", "organisation"]),
  role: roleSchema.nullable(),
  started_at: momentSchema,
  seen_at: momentSchema,
  ends_at: momentSchema,
  browser: z.string().nullable(),
  proved_at: momentSchema,
});
const passkeySchema = z.object({
  id: z.string(),
  person: personIdSchema,
  public_key: z.string(),
  counter: z.coerce.number(),
  transports: z.array(z.string()),
  backed_up: z.boolean(),
  added_at: momentSchema,
  used_at: momentSchema.nullable(),
});

const accountOf = (row: unknown): Account | null => {
  if (row === undefined) return null;
  const { one_time_until: oneTimeUntil, ...account } = accountSchema.parse(row);
  return { ...account, oneTimeUntil };
};
const sessionOf = (row: unknown): Session => {
  const found = sessionSchema.parse(row);
  const { started_at: startedAt, seen_at: seenAt, ends_at: endsAt, proved_at: provedAt, ...rest } = found;
  return { ...rest, startedAt, seenAt, endsAt, provedAt };
};
const passkeyOf = (row: unknown): Passkey => {
  const found = passkeySchema.parse(row);
  const { public_key: publicKey, backed_up: backedUp, added_at: addedAt, used_at: usedAt, ...rest } = found;
  return { ...rest, publicKey, backedUp, addedAt, usedAt };
};
const before = (now: Instant, milliseconds: number): string => new Date(Date.parse(now) - milliseconds).toISOString();

/** Something about sign-in that auditors can read: who came, or changed what opens the own account. */
export interface SignInNote {
  readonly at: Instant;
  /** Who did it; undefined where nobody was recognised. */
  readonly person: PersonId | undefined;
  /** Whose account it was about, where somebody else may have tried it. */
  readonly about?: PersonId | undefined;
  readonly act:
    | "signed-in"
    | "signed-out"
    | "sign-in-refused"
    | "password-changed"
    | "passkey-added"
    | "passkey-removed"
    | "session-ended"
    | "access-refused";
  readonly data: JsonObject;
}

const newsSchema = z.object({
  previous: momentSchema.nullable(),
  act: z.string().nullable(),
  at: momentSchema.nullable(),
  by_self: z.boolean().nullable(),
});

/** What happened to the ways in which a person signs in, and who tried them, since the person was last here. */
export interface SignInNews {
  /** When the person signed in the time before; undefined the first time. */
  readonly previous: Instant | undefined;
  /** The newest first, at most 500. */
  readonly acts: readonly { readonly act: string; readonly at: Instant; readonly bySelf: boolean }[];
}

/** The stores of people within a transaction, whose scope is that of sign-in afterwards. */
export interface PeopleTransaction extends PeopleStore {
  note(note: SignInNote): Promise<void>;
  /** What is new to a person whose session began at that moment. */
  news(person: PersonId, startedAt: Instant): Promise<SignInNews>;
}

/** The stores of people over the tables of an open transaction. */
export function peopleWithin({
  sql: tables,
  enterSignIn,
}: Pick<StoreTransaction, "sql" | "enterSignIn">): PeopleTransaction {
  const signIn = async () => {
    await enterSignIn();
    return tables;
  };
  const account = async (name: string | null, person: PersonId | null): Promise<Account | null> => {
    const { rows } = await sql`SELECT * FROM cooperation.account_for_sign_in(${name}, ${person})`.execute(
      await signIn(),
    );
    return accountOf(rows[0]);
  };
  return {
    findAccount: (name) => account(name, null),
    accountOf: (person) => account(null, person),
    addAccount: async ({ person, name, password, oneTimeUntil }) => {
      const { numInsertedOrUpdatedRows } = await (await signIn())
        .insertInto("cooperation.account")
        .values({ person, name, password, one_time_until: oneTimeUntil })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    renameAccount: async (person, name) => {
      const taken = await (await signIn())
        .selectFrom("cooperation.account")
        .select("person")
        .where("name", "=", name)
        .executeTakeFirst();
      if (taken !== undefined) return taken.person === person;
      const { numUpdatedRows } = await tables
        .updateTable("cooperation.account")
        .set({ name })
        .where("person", "=", person)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    resetPassword: async (person, password, oneTimeUntil) => {
      const { rows } = await sql<{ done: boolean }>`
        SELECT cooperation.reset_password(${person}, ${password}, ${oneTimeUntil}) AS done`.execute(await signIn());
      return rows[0]?.done === true;
    },
    replacePassword: async (person, known, after, oneTimeUntil) => {
      const { rows } = await sql<{ done: boolean }>`
        SELECT cooperation.replace_password(${person}, ${known}, ${after}, ${oneTimeUntil}) AS done`.execute(
        await signIn(),
      );
      return rows[0]?.done === true;
    },
    accounts: async () => {
      const rows = await (await signIn())
        .selectFrom("cooperation.account")
        .select(["person", "name", "one_time_until"])
        .orderBy(sql`name COLLATE "C"`)
        .execute();
      return rows.map(({ person, name, one_time_until }) => ({
        person: personIdSchema.parse(person),
        name,
        oneTimeUntil: momentSchema.nullable().parse(one_time_until),
      }));
    },
    changeAttempts: async (key, change) => {
      await (await signIn())
        .insertInto("cooperation.sign_in_attempts")
        .values({ key, failures: 0, last_at: 0, locked_until: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await tables
        .selectFrom("cooperation.sign_in_attempts")
        .selectAll()
        .where("key", "=", key)
        .forUpdate()
        .executeTakeFirst();
      const known: Attempts =
        row === undefined
          ? noAttempts
          : { failures: row.failures, lastAt: Number(row.last_at), lockedUntil: Number(row.locked_until) };
      const { attempts, result } = change(known);
      await tables
        .updateTable("cooperation.sign_in_attempts")
        .set({ failures: attempts.failures, last_at: attempts.lastAt, locked_until: attempts.lockedUntil })
        .where("key", "=", key)
        .execute();
      return result;
    },
    addSession: async ({ digest, person, means, role, startedAt, seenAt, endsAt, browser, provedAt }) => {
      const times = { started_at: startedAt, seen_at: seenAt, ends_at: endsAt, proved_at: provedAt };
      await (await signIn())
        .insertInto("cooperation.session")
        .values({ digest, person, means, role, browser, ...times })
        .execute();
    },
    findSession: async (digest) => {
      const row = await (await signIn())
        .selectFrom("cooperation.session")
        .selectAll()
        .where("digest", "=", digest)
        .executeTakeFirst();
      return row === undefined ? null : sessionOf(row);
    },
    touchSession: async (digest, seenAt) => {
      await (await signIn())
        .updateTable("cooperation.session")
        .set({ seen_at: seenAt })
        .where("digest", "=", digest)
        .execute();
    },
    chooseRole: async (digest, role) => {
      await (await signIn()).updateTable("cooperation.session").set({ role }).where("digest", "=", digest).execute();
    },
    proveSession: async (digest, provedAt) => {
      await (await signIn())
        .updateTable("cooperation.session")
        .set({ proved_at: provedAt })
        .where("digest", "=", digest)
        .execute();
    },
    sessionsOf: async (person) => {
      const rows = await (await signIn())
        .selectFrom("cooperation.session")
        .selectAll()
        .where("person", "=", person)
        .orderBy("started_at", "desc")
        .orderBy("digest")
        .execute();
      return rows.map(sessionOf);
    },
    removeSession: async (digest) => {
      await (await signIn()).deleteFrom("cooperation.session").where("digest", "=", digest).execute();
    },
    removeSessionsOf: async (person) => {
      await (await signIn()).deleteFrom("cooperation.session").where("person", "=", person).execute();
    },
    addChallenge: async ({ challenge, person, until }) => {
      await (await signIn()).insertInto("cooperation.passkey_challenge").values({ challenge, person, until }).execute();
    },
    takeChallenge: async (text) => {
      const row = await (await signIn())
        .deleteFrom("cooperation.passkey_challenge")
        .where("challenge", "=", text)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return null;
      const { challenge, person, until } = row;
      return { challenge, person: personIdSchema.nullable().parse(person), until: momentSchema.parse(until) };
    },
    addPasskey: async ({ id, person, publicKey, counter, transports, backedUp, addedAt, usedAt }) => {
      const row = { public_key: publicKey, backed_up: backedUp, added_at: addedAt, used_at: usedAt };
      const { numInsertedOrUpdatedRows } = await (await signIn())
        .insertInto("cooperation.passkey")
        .values({ id, person, counter, transports: [...transports], ...row })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    findPasskey: async (id) => {
      const row = await (await signIn())
        .selectFrom("cooperation.passkey")
        .selectAll()
        .where("id", "=", id)
        .executeTakeFirst();
      return row === undefined ? null : passkeyOf(row);
    },
    passkeysOf: async (person) => {
      const rows = await (await signIn())
        .selectFrom("cooperation.passkey")
        .selectAll()
        .where("person", "=", person)
        .orderBy("added_at")
        .orderBy("id")
        .execute();
      return rows.map(passkeyOf);
    },
    passkeyUsed: async (id, counted, after, usedAt) => {
      const { numUpdatedRows } = await (await signIn())
        .updateTable("cooperation.passkey")
        .set({ counter: after, used_at: usedAt })
        .where("id", "=", id)
        .where("counter", "=", counted)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    removePasskey: async (id) => {
      await (await signIn()).deleteFrom("cooperation.passkey").where("id", "=", id).execute();
    },
    forgetEnded: async (now) => {
      const at = Date.parse(now);
      const kept = Math.max(personPolicy.forgetAfter, addressPolicy.forgetAfter);
      const gone = [
        await (await signIn())
          .deleteFrom("cooperation.session")
          .where(sql<boolean>`ends_at <= ${now} OR seen_at <= ${before(now, sessionPolicy.idle)}`)
          .executeTakeFirstOrThrow(),
        await tables
          .deleteFrom("cooperation.passkey_challenge")
          .where(sql<boolean>`until <= ${now}`)
          .executeTakeFirstOrThrow(),
        await tables
          .deleteFrom("cooperation.sign_in_attempts")
          .where(sql<boolean>`locked_until <= ${at} AND last_at <= ${at - kept}`)
          .executeTakeFirstOrThrow(),
      ];
      return gone.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0);
    },
    news: async (person, startedAt) => {
      const { rows } = await sql`SELECT * FROM cooperation.sign_in_news(${person}, ${startedAt})`.execute(
        await signIn(),
      );
      const found = rows.map((row) => newsSchema.parse(row));
      return {
        previous: found[0]?.previous ?? undefined,
        acts: found.flatMap(({ act, at, by_self: bySelf }) =>
          act === null || at === null ? [] : [{ act, at, bySelf: bySelf === true }],
        ),
      };
    },
    note: async ({ at, person, about = person, act, data }) => {
      await (await signIn())
        .insertInto("cooperation.administrative_act")
        .values({
          at,
          person: person ?? null,
          office: null,
          role: null,
          operator: null,
          act,
          subject: about ?? "",
          data: JSON.stringify(data),
        })
        .execute();
    },
  };
}
