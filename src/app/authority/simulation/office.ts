import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { main } from "../../main.ts";
import { cooperationDefinitions } from "../definitions.ts";
import { type AuthorityFolder, openAuthorityFolder } from "../folder.ts";
import { listeningFrom } from "../listening.ts";
import { type RunningAuthority, runAuthority } from "../running.ts";
import type { SafeKey } from "../safe.ts";

/** What a command said and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `justitia authority …` in this process. */
export async function authorityCommand(
  arguments_: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Said> {
  let [out, err] = ["", ""];
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    interactive: false,
  };
  const signal = new AbortController().signal;
  const code = await main(["authority", ...arguments_], { terminal, environment, signal });
  return { code, out, err };
}

const madeSchema = z.object({
  fingerprint: z.string(),
  storage: z.string(),
  administrator: z.object({ signInName: z.string(), password: z.string() }),
});

/** A folder of its own for authorities, that goes when it is let go. */
export async function officeFolder(): Promise<{ readonly path: (name: string) => string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "justitia-office-"));
  return {
    path: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Makes an authority with `init`. @throws Error where it is refused */
export async function initAuthority(
  folder: string,
  options: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<z.infer<typeof madeSchema>> {
  const { code, out, err } = await authorityCommand(["init", folder, "--json", ...options], environment);
  if (code !== 0) throw new Error(`init ended with ${code}: ${err}`);
  return madeSchema.parse(JSON.parse(out));
}

/**
 * Serves an authority on a port of the system's choice, under a name, so that passkeys can be made for it.
 *
 * @param secondFactorFor - Roles of whom a second factor is demanded.
 */
export async function serveAuthority(
  folder: string,
  key: SafeKey,
  report: (text: string) => void,
  secondFactorFor: AuthorityFolder["secondFactorFor"] = [],
): Promise<RunningAuthority> {
  const kept = await openAuthorityFolder(folder, key);
  const listening = listeningFrom({ host: "localhost", port: 0, trustedProxies: [] });
  return await runAuthority({ ...kept, secondFactorFor }, await cooperationDefinitions(kept.folder), listening, report);
}
