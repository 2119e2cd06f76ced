import type { Worker } from "../authority/index.ts";
import { type KnownAuthority, newMessageId, type UsableKey } from "../exchange/index.ts";
import type { AccountEntry, Passkey } from "../people/index.ts";
import { peopleWithin } from "../people-store/index.ts";
import type { Office, Partner, Person } from "../store/index.ts";
import { type AuthorityId, authorityIdSchema, instantSchema } from "../words/index.ts";
import { type AdministrativeAct, type Administrator, actsBefore, resetsSince, scopeOf } from "./act.ts";
import { type AdministrationParts, administer, mayAdminister, transactions } from "./desk.ts";
import type { AdministrativeOutcome } from "./objection.ts";
import {
  addPartner,
  announceOwnKeys,
  changePartner,
  type PartnerDescription,
  revokePartnerKey,
  setPartnerActive,
} from "./partners.ts";
import {
  addOffice,
  addPerson,
  changePerson,
  type OneTimePassword,
  type PersonDescription,
  renameOffice,
  resetPerson,
  setPersonActive,
} from "./people.ts";

/** A person with the account, as administrators see them. */
export interface StaffMember {
  readonly person: Person;
  /** Undefined for who cannot sign in. */
  readonly account: AccountEntry | undefined;
  readonly passkeys: readonly Pick<Passkey, "id" | "addedAt" | "usedAt">[];
}

/** A partner with the keys that it is known by. */
export interface KnownPartner {
  readonly partner: Partner;
  /** Undefined where it was never introduced. */
  readonly known: KnownAuthority | undefined;
}

/** What administrators do: each act as a whole, by whoever may, and noted for auditors with who and when. */
export interface Administration {
  /** Undefined where the person may not administer. */
  staff(who: Worker): Promise<readonly StaffMember[] | undefined>;
  offices(who: Worker): Promise<readonly Office[] | undefined>;
  partners(who: Worker): Promise<readonly KnownPartner[] | undefined>;
  /** The newest first; undefined where the person is neither auditor nor administrator. */
  acts(
    who: Worker,
    page: { readonly before?: number; readonly limit: number },
  ): Promise<readonly AdministrativeAct[] | undefined>;
  /** One-time passwords that others made in the last week; undefined where the person may not administer. */
  resetsByOthers(who: Worker): Promise<readonly AdministrativeAct[] | undefined>;

  addPerson(by: Administrator, given: PersonDescription): Promise<AdministrativeOutcome<OneTimePassword>>;
  changePerson(by: Administrator, person: string, given: PersonDescription): Promise<AdministrativeOutcome<void>>;
  setPersonActive(by: Administrator, person: string, active: boolean): Promise<AdministrativeOutcome<void>>;
  resetPerson(by: Administrator, person: string): Promise<AdministrativeOutcome<OneTimePassword>>;
  addOffice(
    by: Administrator,
    given: { readonly id: string; readonly name: string },
  ): Promise<AdministrativeOutcome<void>>;
  renameOffice(by: Administrator, office: string, name: string): Promise<AdministrativeOutcome<void>>;
  addPartner(
    by: Administrator,
    given: PartnerDescription & { readonly introduction: string; readonly fingerprint: string },
  ): Promise<AdministrativeOutcome<AuthorityId>>;
  changePartner(by: Administrator, partner: string, given: PartnerDescription): Promise<AdministrativeOutcome<void>>;
  setPartnerActive(by: Administrator, partner: string, active: boolean): Promise<AdministrativeOutcome<void>>;
  revokePartnerKey(
    by: Administrator,
    partner: string,
    kid: string,
    reason: string,
  ): Promise<AdministrativeOutcome<KnownAuthority>>;
  /** Tells partners about keys of our own that become valid later; gives who is told. */
  announceKeys(by: Administrator, added: readonly UsableKey[]): Promise<AdministrativeOutcome<readonly AuthorityId[]>>;
}

/** Milliseconds for which the other administrators are told of a new one-time password. */
const shownFor = 7 * 86_400_000;

/** The administration of an authority over its migrated database. */
export function createAdministration(parts: AdministrationParts): Administration {
  const looking = <Value>(
    who: Worker,
    work: (transaction: Parameters<Parameters<ReturnType<typeof transactions>>[0]>[0]) => Promise<Value>,
    actions: Parameters<typeof mayAdminister>[3] = ["manage-people"],
  ): Promise<Value | undefined> =>
    transactions(parts)(async (transaction) =>
      (await mayAdminister(parts, transaction, who, actions)) ? await work(transaction) : undefined,
    );
  const directory = (who: Worker) => scopeOf({ kind: "person", worker: who });
  return {
    staff: (who) =>
      looking(who, async (transaction) => {
        const people = await (await transaction.enter(directory(who))).people();
        const signIn = peopleWithin(transaction);
        const accounts = new Map((await signIn.accounts()).map((account) => [account.person, account]));
        const members: StaffMember[] = [];
        for (const person of people)
          members.push({
            person,
            account: accounts.get(person.person),
            passkeys: await signIn.passkeysOf(person.person),
          });
        return members;
      }),
    offices: (who) => looking(who, async (transaction) => await (await transaction.enter(directory(who))).offices()),
    partners: (who) =>
      looking(who, async (transaction) => {
        const partners = await (await transaction.enter(directory(who))).partners();
        const found: KnownPartner[] = [];
        for (const partner of partners)
          found.push({ partner, known: await transaction.authority(authorityIdSchema.parse(partner.authority)) });
        return found;
      }),
    acts: (who, page) =>
      looking(
        who,
        async (transaction) => {
          await transaction.enter(directory(who));
          return await actsBefore(transaction, page);
        },
        ["audit-log", "manage-people"],
      ),
    resetsByOthers: (who) =>
      looking(who, async (transaction) => {
        await transaction.enter(directory(who));
        const since = instantSchema.parse(new Date(Date.parse(parts.now()) - shownFor).toISOString());
        return (await resetsSince(transaction, since)).filter(({ person }) => person !== who.person);
      }),
    addPerson: (by, given) => {
      const identifier = newMessageId(parts.now(), parts.random);
      return administer(parts, by, (desk) => addPerson(desk, given, identifier));
    },
    changePerson: (by, person, given) => administer(parts, by, (desk) => changePerson(desk, person, given)),
    setPersonActive: (by, person, active) => administer(parts, by, (desk) => setPersonActive(desk, person, active)),
    resetPerson: (by, person) => administer(parts, by, (desk) => resetPerson(desk, person)),
    addOffice: (by, given) => administer(parts, by, (desk) => addOffice(desk, given)),
    renameOffice: (by, office, name) => administer(parts, by, (desk) => renameOffice(desk, office, name)),
    addPartner: (by, given) => administer(parts, by, (desk) => addPartner(desk, given)),
    changePartner: (by, partner, given) => administer(parts, by, (desk) => changePartner(desk, partner, given)),
    setPartnerActive: (by, partner, active) => administer(parts, by, (desk) => setPartnerActive(desk, partner, active)),
    revokePartnerKey: (by, partner, kid, reason) =>
      administer(parts, by, (desk) => revokePartnerKey(desk, partner, kid, reason)),
    announceKeys: (by, added) => administer(parts, by, (desk) => announceOwnKeys(desk, added)),
  };
}
