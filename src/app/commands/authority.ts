import { cooperationDefinitions } from "../authority/definitions.ts";
import { demonstrate } from "../authority/demonstration.ts";
import { listeningFrom } from "../authority/listening.ts";
import { runAuthority } from "../authority/running.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { type FolderOptions, openedFolder } from "./authority-folder.ts";
import { durabilitySentence } from "./authority-init.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface AuthorityServeOptions extends FolderOptions {
  readonly port?: string;
  readonly host?: string;
  readonly httpsKey?: string;
  readonly httpsCertificate?: string;
  readonly trustedProxy?: readonly string[];
  readonly publicAddress?: string;
}

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
  options: Pick<AuthorityServeOptions, "port">,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  const port = portOf(options.port, 4180);
  err("Making two authorities of two invented States …\n");
  const demonstration = await demonstrate([port, port === 0 ? 0 : port + 1], (text) => err(`${text}\n`), {
    closed: true,
  });
  try {
    for (const { name, address, people } of demonstration.sides) {
      out(`${address}/  ${name}\n`);
      for (const one of people) out(`    ${one.name} (${one.roles.join(", ")})\n`);
    }
    out(`Password of everybody: ${demonstration.password}\n`);
    err(
      "Open the two addresses side by side; two people of one authority need two browsers, or a private window.\n" +
        "What to do first: docs/tutorial/first-request.md. Stop with Ctrl-C; everything is thrown away then.\n",
    );
    await untilStopped(around);
  } finally {
    await demonstration.stop();
  }
  return exitCodes.done;
}

/** `justitia authority serve`: the pages of one authority, and its door for messages of others. */
export async function authorityServeCommand(
  folder: string,
  options: AuthorityServeOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  const { host = "127.0.0.1", httpsKey, httpsCertificate, trustedProxy = [] } = options;
  const kept = await openedFolder(folder, options, around);
  const publicAddress = options.publicAddress ?? kept.publicAddress;
  const listening = listeningFrom({
    host,
    port: portOf(options.port, 4180),
    trustedProxies: trustedProxy,
    ...(httpsKey === undefined ? {} : { httpsKey }),
    ...(httpsCertificate === undefined ? {} : { httpsCertificate }),
    ...(publicAddress === undefined ? {} : { publicAddress }),
  });
  const running = await runAuthority(
    kept,
    await cooperationDefinitions(kept.folder),
    listening,
    (text) => err(`${text}\n`),
    undefined,
    around.environment,
  );
  out(`${running.address}/\n`);
  err(`${durabilitySentence(await running.authority.durability())}\n`);
  try {
    await untilStopped(around);
    err("Stopping …\n");
  } finally {
    await running.stop();
  }
  return exitCodes.done;
}
