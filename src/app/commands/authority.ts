import { randomBytes } from "node:crypto";
import {
  authorityIdSchema,
  createPeopleStore,
  createStore,
  hashPassword,
  instantSchema,
  introductionFingerprint,
  inUse,
  officeIdSchema,
  openPGlite,
  personIdSchema,
  stateCodeSchema,
} from "../../cooperation/index.ts";
import { cooperationDefinitions } from "../authority/definitions.ts";
import { demonstrate } from "../authority/demonstration.ts";
import { keysEnd, makeAuthorityFolder, readAuthorityFolder } from "../authority/folder.ts";
import { newId, now, runAuthority } from "../authority/running.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface AuthorityServeOptions {
  readonly port?: string;
  readonly host?: string;
}

export interface AuthorityInitOptions {
  readonly name?: string;
  readonly authorityState?: string;
  readonly id?: string;
}

/** Days for which a password that somebody else made opens anything. */
const oneTimeDays = 7;

function portOf(text: string | undefined, usual: number): number {
  const port = text === undefined ? usual : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_534)
    throw new UserError(`--port ${text}: expected a whole number from 0 to 65534.`, exitCodes.usage);
  return port;
}

/** Waits until the user asks to stop. */
async function untilStopped({ signal }: CommandSurroundings): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** `justitia authority demo`: two authorities of two invented States, to play both sides in two browser windows. */
export async function authorityDemoCommand(
  options: AuthorityServeOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  const port = portOf(options.port, 4180);
  err("Making two authorities of two invented States …\n");
  const demonstration = await demonstrate([port, port === 0 ? 0 : port + 1], (text) => err(`${text}\n`));
  try {
    for (const { name, address, people } of demonstration.sides) {
      out(`${address}/  ${name}\n`);
      for (const one of people) out(`    ${one.name} (${one.roles.join(", ")})\n`);
    }
    out(`Password of everybody: ${demonstration.password}\n`);
    err("Open the two addresses in two windows. Stop with Ctrl-C; everything is thrown away then.\n");
    await untilStopped(around);
  } finally {
    await demonstration.stop();
  }
  return exitCodes.done;
}

/** `justitia authority init`: makes an authority with its keys and its first administrator. */
export async function authorityInitCommand(
  folder: string,
  options: AuthorityInitOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out } = around.terminal;
  const id = authorityIdSchema.safeParse(options.id ?? "central-authority");
  const state = stateCodeSchema.safeParse(options.authorityState ?? "");
  if (!id.success)
    throw new UserError(`--id ${options.id}: expected lower-case letters, digits and hyphens.`, exitCodes.usage);
  if (!state.success)
    throw new UserError("--country: expected the two letters of the State (ISO 3166-1), such as XA.", exitCodes.usage);
  const person = personIdSchema.parse(newId());
  const password = randomBytes(12).toString("base64url");
  const hash = await hashPassword(password, (bytes) => new Uint8Array(randomBytes(bytes)));
  const from = now();
  const until = instantSchema.parse(new Date(keysEnd(Date.parse(from))).toISOString());
  const office = officeIdSchema.parse("central-office");
  const name = options.name ?? "Central Authority";
  const about = { authority: id.data, state: state.data, name, office, invented: false };
  const kept = await makeAuthorityFolder(folder, about, from, until);
  const database = await openPGlite(folder, from);
  if ("heldBy" in database) throw new UserError(inUse(folder, database.heldBy), exitCodes.usage);
  try {
    await createStore(database).read({ kind: "system" }, async (directory) => {
      await directory.putOffice({ office, name: "Central office", data: {} });
      await directory.putPerson({
        person,
        office,
        name: "Administrator",
        roles: ["administrator"],
        active: true,
        data: {},
      });
    });
    const oneTimeUntil = instantSchema.parse(new Date(Date.parse(from) + oneTimeDays * 86_400_000).toISOString());
    const people = createPeopleStore(database);
    await people.addAccount({ person, name: "administrator", password: hash, oneTimeUntil });
  } finally {
    await database.close();
  }
  out(`Made ${folder}. The keys are in secrets.json, which only you can read; keep a copy in a safe place.\n`);
  out(`Fingerprint, to be compared by telephone: ${introductionFingerprint(kept.introduction)}\n`);
  out(
    `First person: Administrator, sign-in name administrator. Password for ${oneTimeDays} days, shown this once: ${password}\n`,
  );
  return exitCodes.done;
}

/** `justitia authority serve`: the pages of one authority. */
export async function authorityServeCommand(
  folder: string,
  options: AuthorityServeOptions,
  around: CommandSurroundings,
): Promise<number> {
  const kept = await readAuthorityFolder(folder);
  const at = { hostname: options.host ?? "127.0.0.1", port: portOf(options.port, 4180), https: false };
  const running = await runAuthority(
    kept,
    await cooperationDefinitions(),
    at,
    () => undefined,
    (text) => around.terminal.err(`${text}\n`),
  );
  around.terminal.out(`${running.address}/\n`);
  try {
    await untilStopped(around);
  } finally {
    await running.stop();
  }
  return exitCodes.done;
}
