import { hashPassword, normalSignInName, type RandomBytes } from "../people/index.ts";
import type { Person } from "../store/index.ts";
import {
  type Instant,
  instantSchema,
  type OfficeId,
  officeIdSchema,
  type PersonId,
  personIdSchema,
  type Role,
} from "../words/index.ts";
import type { AdministrativeDesk } from "./desk.ts";
import { demand, Objected, type Objection } from "./objection.ts";

/** A person as an administrator describes one; texts as they were typed. */
export interface PersonDescription {
  readonly name: string;
  readonly signInName: string;
  readonly office: string;
  readonly roles: readonly Role[];
}

/** A password that an administrator hands over: shown once, changed at the first sign-in, worth nothing later. */
export interface OneTimePassword {
  readonly person: PersonId;
  readonly signInName: string;
  readonly password: string;
  readonly until: Instant;
}

/** Days for which a one-time password opens anything. */
const oneTimeDays = 7;

const letters = "abcdefghjkmnpqrstuvwxyz23456789";
/** Letters that nobody confuses, in groups that can be read out: 24 of 31 signs, about 118 bits. */
function oneTimePassword(random: RandomBytes): string {
  const signs: string[] = [];
  while (signs.length < 24) {
    // Bytes above the last whole round would make the first letters more likely.
    for (const byte of random(24))
      if (byte < 248 && signs.length < 24) signs.push(letters[byte % letters.length] ?? "");
  }
  return (signs.join("").match(/.{6}/g) ?? []).join("-");
}

/** A name as it is kept, or undefined when it is none: up to 200 signs, none of which changes the order of others. */
export function nameOf(text: string): string | undefined {
  const name = text.normalize("NFC").trim().replaceAll(/\s+/g, " ");
  const fine = name.isWellFormed() && !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name);
  return fine && name !== "" && [...name].length <= 200 ? name : undefined;
}

export const nameObjection = (field: string, text: string): Objection | undefined =>
  text.trim() === ""
    ? { field, code: "needed" }
    : nameOf(text) === undefined
      ? { field, code: "not-a-name" }
      : undefined;

function signInNameObjection(text: string): Objection | undefined {
  const name = normalSignInName(text);
  if (name === "") return { field: "signInName", code: "needed" };
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@-]{2,63}$/u.test(name)
    ? undefined
    : { field: "signInName", code: "not-a-sign-in-name" };
}

/** Bars of the table of rights make every other role of an administrator or auditor void, so none is given. */
function rolesObjection(roles: readonly Role[]): Objection | undefined {
  if (roles.length === 0) return { field: "roles", code: "needed" };
  const alone = roles.some((role) => role === "administrator" || role === "auditor");
  return alone && roles.length > 1 ? { field: "roles", code: "role-alone" } : undefined;
}

async function described(
  desk: AdministrativeDesk,
  given: PersonDescription,
  person: PersonId,
): Promise<{ readonly name: string; readonly signInName: string; readonly office: OfficeId; readonly roles: Role[] }> {
  const signInName = normalSignInName(given.signInName);
  const taken = (await desk.people.accounts()).some((one) => one.name === signInName && one.person !== person);
  const offices = await (await desk.directory()).offices();
  const office = offices.find((one) => one.office === given.office);
  demand([
    nameObjection("name", given.name),
    signInNameObjection(given.signInName) ?? (taken ? { field: "signInName", code: "taken" } : undefined),
    office === undefined ? { field: "office", code: given.office === "" ? "needed" : "unknown-office" } : undefined,
    rolesObjection(given.roles),
  ]);
  const name = nameOf(given.name) ?? "";
  return { name, signInName, office: officeIdSchema.parse(given.office), roles: [...new Set(given.roles)] };
}

async function known(desk: AdministrativeDesk, person: string): Promise<{ found: Person; others: readonly Person[] }> {
  const all = await (await desk.directory()).people();
  const found = all.find((one) => one.person === person);
  if (found === undefined) throw new Objected([{ field: undefined, code: "unknown-person" }]);
  return { found, others: all.filter((one) => one.person !== person) };
}

const isActor = ({ by }: AdministrativeDesk, person: PersonId): boolean =>
  by.kind === "person" && by.worker.person === person;
const administers = ({ active, roles }: Pick<Person, "active" | "roles">): boolean =>
  active && roles.includes("administrator");

async function newPassword(desk: AdministrativeDesk): Promise<{ password: string; hash: string; until: Instant }> {
  const password = oneTimePassword(desk.random);
  const until = instantSchema.parse(new Date(Date.parse(desk.at) + oneTimeDays * 86_400_000).toISOString());
  return { password, hash: await hashPassword(password, desk.random, desk.cost), until };
}

/** Adds a person with an account and a one-time password. */
export async function addPerson(
  desk: AdministrativeDesk,
  given: PersonDescription,
  identifier: string,
): Promise<OneTimePassword> {
  const person = personIdSchema.parse(identifier);
  const { signInName, ...rest } = await described(desk, given, person);
  const { password, hash, until } = await newPassword(desk);
  await (await desk.directory()).putPerson({ person, ...rest, active: true, data: {} });
  const added = await desk.people.addAccount({ person, name: signInName, password: hash, oneTimeUntil: until });
  demand([added ? undefined : { field: "signInName", code: "taken" }]);
  await desk.note("person-added", person, { ...rest, signInName });
  return { person, signInName, password, until };
}

/** Changes name, sign-in name, office and roles of a person. Nobody changes the own roles. */
export async function changePerson(desk: AdministrativeDesk, who: string, given: PersonDescription): Promise<void> {
  const { found, others } = await known(desk, who);
  const { signInName, ...rest } = await described(desk, given, found.person);
  const sameRoles = rest.roles.length === found.roles.length && rest.roles.every((role) => found.roles.includes(role));
  demand([
    !sameRoles && isActor(desk, found.person) ? { field: "roles", code: "own-roles" } : undefined,
    administers(found) && !rest.roles.includes("administrator") && !others.some(administers)
      ? { field: "roles", code: "last-administrator" }
      : undefined,
  ]);
  await (await desk.directory()).putPerson({ ...found, ...rest });
  const account = (await desk.people.accounts()).find((one) => one.person === found.person);
  const named =
    account === undefined
      ? await desk.people.addAccount({ person: found.person, name: signInName, password: null, oneTimeUntil: null })
      : await desk.people.renameAccount(found.person, signInName);
  demand([named ? undefined : { field: "signInName", code: "taken" }]);
  // Whoever works in a role or an office that was taken away stops now.
  if (!sameRoles || rest.office !== found.office) await desk.people.removeSessionsOf(found.person);
  const before = { name: found.name, office: found.office, roles: found.roles, signInName: account?.name ?? null };
  await desk.note("person-changed", found.person, { before, after: { ...rest, signInName } });
}

/** Shuts a person out, who is signed out at once, or lets the person in again. */
export async function setPersonActive(desk: AdministrativeDesk, who: string, active: boolean): Promise<void> {
  const { found, others } = await known(desk, who);
  demand([
    !active && isActor(desk, found.person) ? { field: undefined, code: "own-account" } : undefined,
    !active && administers(found) && !others.some(administers)
      ? { field: undefined, code: "last-administrator" }
      : undefined,
  ]);
  await (await desk.directory()).putPerson({ ...found, active });
  if (!active) await desk.people.removeSessionsOf(found.person);
  await desk.note(active ? "person-let-in" : "person-shut-out", found.person);
}

/** Makes a new one-time password; all sessions of the person end, and passkeys, which may be lost too, go. */
export async function resetPerson(desk: AdministrativeDesk, who: string): Promise<OneTimePassword> {
  const { found } = await known(desk, who);
  demand([isActor(desk, found.person) ? { field: undefined, code: "own-account" } : undefined]);
  const account = (await desk.people.accounts()).find((one) => one.person === found.person);
  if (account === undefined) throw new Objected([{ field: undefined, code: "unknown-person" }]);
  const { password, hash, until } = await newPassword(desk);
  await desk.people.resetPassword(found.person, hash, until);
  await desk.people.removeSessionsOf(found.person);
  const passkeys = await desk.people.passkeysOf(found.person);
  for (const { id } of passkeys) await desk.people.removePasskey(id);
  await desk.note("password-reset", found.person, { passkeysRemoved: passkeys.length });
  return { person: found.person, signInName: account.name, password, until };
}

/** Adds an office. */
export async function addOffice(desk: AdministrativeDesk, given: { readonly id: string; readonly name: string }) {
  const id = officeIdSchema.safeParse(given.id.trim());
  const directory = await desk.directory();
  const taken = (await directory.offices()).some(({ office }) => office === given.id.trim());
  demand([
    given.id.trim() === ""
      ? { field: "id", code: "needed" }
      : !id.success || given.id.length > 60
        ? { field: "id", code: "not-an-identifier" }
        : taken
          ? { field: "id", code: "taken" }
          : undefined,
    nameObjection("name", given.name),
  ]);
  const [office, name] = [officeIdSchema.parse(given.id.trim()), nameOf(given.name) ?? ""];
  await directory.putOffice({ office, name, data: {} });
  await desk.note("office-added", office, { name });
}

/** Gives an office another name; its identifier stays. */
export async function renameOffice(desk: AdministrativeDesk, id: string, given: string): Promise<void> {
  const directory = await desk.directory();
  const found = (await directory.offices()).find(({ office }) => office === id);
  demand([
    found === undefined ? { field: undefined, code: "unknown-office" } : undefined,
    nameObjection("name", given),
  ]);
  if (found === undefined) return;
  const name = nameOf(given) ?? "";
  await directory.putOffice({ ...found, name });
  await desk.note("office-renamed", found.office, { before: found.name, after: name });
}
