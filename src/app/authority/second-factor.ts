import { isIP } from "node:net";
import type { Role, Session } from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";

/** Roles of whom a second factor is demanded unless the authority says otherwise: who can open what others closed. */
export const usuallyDemanded: readonly Role[] = ["administrator", "approver", "head-of-office", "auditor"];

/** Whether browsers make passkeys for an address: for names, never for numbers, and encrypted or on this machine. */
export function passkeysPossible(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname, protocol } = new URL(address);
  return isIP(hostname.replaceAll(/[[\]]/g, "")) === 0 && (protocol === "https:" || hostname === "localhost");
}

/**
 * The roles of whom a second factor is demanded.
 *
 * @param chosen - What the authority says; undefined: the usual ones, where the pages are reached over a network.
 * @param possible - Whether one can be had: passkeys work at this address, or the organisation asks for strong methods.
 * @param rehearsal - Whether everything is invented, or the pages are for this machine alone.
 * @throws UserError where the authority demands what nobody could give.
 */
export function demandedRoles(
  chosen: readonly Role[] | undefined,
  { possible, rehearsal }: { readonly possible: boolean; readonly rehearsal: boolean },
): ReadonlySet<Role> {
  if (chosen !== undefined && chosen.length > 0 && !possible)
    throw new UserError(
      "authority.json demands a second factor (`secondFactorFor`), and none can be had: passkeys need a name instead of a " +
        "number, by HTTPS or on localhost. Give --public-address https://central.example, or set `strongMethods` in organisation.json.",
      exitCodes.invalid,
    );
  return new Set(chosen ?? (rehearsal || !possible ? [] : usuallyDemanded));
}

/** What of a second factor stands between a person and the pages. */
export interface SecondFactor {
  /** `enrol`: the person has none yet. `use`: the person has one and signed in without it. */
  readonly missing: "enrol" | "use" | undefined;
  /**
   * Whether this session may change passwords and passkeys. Who has a second factor for one of the roles does so only
   * with it, in whatever role: else the first one alone would be enough to replace the second.
   */
  readonly mayChangeKeys: boolean;
}

/**
 * What is missing for a session, in the role of now. A passkey is two factors in one step: a key in the device, unlocked by
 * PIN or body. An organisation counts where the settings ask it for strong methods.
 */
export function secondFactorOf(
  { means }: Pick<Session, "means">,
  role: Role,
  held: readonly Role[],
  around: {
    readonly demanded: ReadonlySet<Role>;
    readonly strongOrganisation: boolean;
    readonly hasPasskey: () => Promise<boolean>;
  },
): Promise<SecondFactor> | SecondFactor {
  const { demanded, strongOrganisation } = around;
  const strong = means === "passkey" || (means === "organisation" && strongOrganisation);
  if (strong || !held.some((one) => demanded.has(one))) return { missing: undefined, mayChangeKeys: true };
  return around.hasPasskey().then((has) => ({
    missing: demanded.has(role) ? (has ? "use" : "enrol") : undefined,
    mayChangeKeys: !has,
  }));
}

/** Paths of the own account that change how one signs in. */
const ofKeys = /^\/account\/(?:passkeys|password)(?:\/|$)/;
const always: readonly string[] = ["/sign-out", "/role", "/second-factor"];

/** Whether a page is shown, as far as the second factor goes. */
export function mayOpen(path: string, { missing, mayChangeKeys }: SecondFactor): boolean {
  if (always.includes(path)) return true;
  if (ofKeys.test(path) && !mayChangeKeys) return false;
  return missing === undefined || (missing === "enrol" && path === "/account/passkeys/new");
}
