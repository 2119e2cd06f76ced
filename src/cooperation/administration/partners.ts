import {
  announceKeys,
  introduce,
  isDirectoryProblem,
  type KnownAuthority,
  type UsableKey,
  usualRetryPolicy,
  withoutKey,
} from "../exchange/index.ts";
import type { Partner } from "../store/index.ts";
import { type AuthorityId, authorityIdSchema, stateCodeSchema } from "../words/index.ts";
import type { AdministrativeDesk } from "./desk.ts";
import { introductionOf, readIntroduction } from "./introduction-letter.ts";
import { demand, Objected, type Objection } from "./objection.ts";
import { nameObjection, nameOf } from "./people.ts";

/** A partner as an administrator describes one; texts as they were typed. */
export interface PartnerDescription {
  readonly name: string;
  readonly state: string;
  /** Where its messages are brought, such as `https://central.example/exchange`. */
  readonly address: string;
}

/** An address of another authority: encrypted, except on the machine itself. */
function addressOf(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return undefined;
  const here = url.hostname === "localhost" || url.hostname === "127.0.0.1" || url.hostname === "[::1]";
  return url.protocol === "https:" || (url.protocol === "http:" && here) ? url.href.replace(/\/$/, "") : undefined;
}

function objectionsTo({ name, state, address }: PartnerDescription): (Objection | undefined)[] {
  const code = stateCodeSchema.safeParse(state.trim().toUpperCase());
  return [
    nameObjection("name", name),
    state.trim() === ""
      ? { field: "state", code: "needed" }
      : code.success
        ? undefined
        : { field: "state", code: "not-a-state" },
    address.trim() === ""
      ? { field: "address", code: "needed" }
      : addressOf(address) === undefined
        ? { field: "address", code: "not-an-address" }
        : undefined,
  ];
}

const described = ({ name, state, address }: PartnerDescription) => ({
  name: nameOf(name) ?? "",
  state: stateCodeSchema.parse(state.trim().toUpperCase()),
  data: { address: addressOf(address) ?? "" },
});

async function known(desk: AdministrativeDesk, id: string): Promise<Partner> {
  const found = (await (await desk.directory()).partners()).find(({ authority }) => authority === id);
  if (found === undefined) throw new Objected([{ field: undefined, code: "unknown-partner" }]);
  return found;
}

/**
 * Adds another authority from its introduction, after its fingerprint was compared over another channel.
 *
 * @param given - Name, State and address may be left empty: then what the introduction says counts.
 */
export async function addPartner(
  desk: AdministrativeDesk,
  given: PartnerDescription & { readonly introduction: string; readonly fingerprint: string },
): Promise<AuthorityId> {
  const letter = readIntroduction(given.introduction);
  const of = (typed: string, said: string | undefined): string => (typed.trim() === "" ? (said ?? "") : typed);
  const description = {
    name: of(given.name, letter?.name),
    state: of(given.state, letter?.state),
    address: of(given.address, letter?.exchange),
  };
  const empty = given.fingerprint.trim() === "";
  demand([
    given.introduction.trim() === ""
      ? { field: "introduction", code: "needed" }
      : letter === undefined
        ? { field: "introduction", code: "introduction-unreadable" }
        : undefined,
    empty ? { field: "fingerprint", code: "needed" } : undefined,
    ...(letter === undefined ? [] : objectionsTo(description)),
  ]);
  if (letter === undefined) throw new TypeError("an objection ends the act");
  const { authority } = letter;
  const pinned = await introduce(introductionOf(letter), given.fingerprint, desk.at);
  const taken = (await (await desk.directory()).partners()).some((one) => one.authority === authority);
  demand([
    authority === desk.own ? { field: "introduction", code: "introduction-own" } : undefined,
    taken || (await desk.exchange.authority(authority)) !== undefined
      ? { field: "introduction", code: "taken" }
      : undefined,
    isDirectoryProblem(pinned)
      ? pinned.problem === "fingerprint-differs"
        ? { field: "fingerprint", code: "fingerprint-differs" }
        : { field: "introduction", code: "keys-unusable" }
      : undefined,
  ]);
  if (isDirectoryProblem(pinned)) throw new TypeError("an objection ends the act");
  await desk.exchange.saveAuthority(pinned);
  await (await desk.directory()).putPartner({ authority, active: true, ...described(description) });
  const { data, ...rest } = described(description);
  await desk.note("partner-added", authority, { ...rest, ...data, fingerprint: pinned.pinned });
  return authority;
}

/** Changes name, State and address of a partner. */
export async function changePartner(desk: AdministrativeDesk, id: string, given: PartnerDescription): Promise<void> {
  const found = await known(desk, id);
  demand(objectionsTo(given));
  const after = described(given);
  await (await desk.directory()).putPartner({ ...found, ...after, data: { ...found.data, ...after.data } });
  const before = { name: found.name, state: found.state, data: found.data };
  await desk.note("partner-changed", found.authority, { before, after });
}

/** Ends the exchange with a partner, whose messages are not taken any more, or takes it up again. */
export async function setPartnerActive(desk: AdministrativeDesk, id: string, active: boolean): Promise<void> {
  const found = await known(desk, id);
  await (await desk.directory()).putPartner({ ...found, active });
  await desk.note(active ? "partner-taken-up" : "partner-put-aside", found.authority);
}

/** Has a key of a partner count no more, such as after a telephone call that it was stolen. */
export async function revokePartnerKey(
  desk: AdministrativeDesk,
  id: string,
  kid: string,
  reason: string,
): Promise<KnownAuthority> {
  const partner = await known(desk, id);
  const held = await desk.exchange.authority(authorityIdSchema.parse(partner.authority));
  const why = nameOf(reason);
  demand([why === undefined ? { field: "reason", code: "reason-needed" } : undefined]);
  const without = held === undefined ? undefined : withoutKey(held, kid, why ?? "", desk.at);
  if (without === undefined || isDirectoryProblem(without))
    throw new Objected([{ field: undefined, code: "unknown-key" }]);
  await desk.exchange.saveAuthority(without);
  await desk.note("partner-key-revoked", partner.authority, { kid, reason: why ?? "" });
  return without;
}

/**
 * Tells every partner that was introduced about new keys of our own, which become valid later: the messages are signed by
 * the key that is current when they are sent.
 *
 * @returns The partners that are told.
 */
export async function announceOwnKeys(
  desk: AdministrativeDesk,
  added: readonly UsableKey[],
): Promise<readonly AuthorityId[]> {
  const node = { authority: desk.own, now: () => desk.at, random: desk.random, retryPolicy: usualRetryPolicy };
  const told: AuthorityId[] = [];
  for (const { authority, active } of await (await desk.directory()).partners()) {
    if (!active || (await desk.exchange.authority(authority)) === undefined) continue;
    await announceKeys(node, desk.exchange, authority, added, []);
    told.push(authority);
  }
  await desk.note("own-keys-announced", desk.own, { kids: added.map(({ public: { kid } }) => kid), told });
  return told;
}
