import { resolve } from "node:path";
import {
  type BuildEvent,
  type BuildLedger,
  type BuildResult,
  build,
  checkReferences,
  createBuildLedger,
  createSnapshotStore,
  createStepStore,
  type DefinitionProblem,
  type Definitions,
  type Engine,
  folderFiles,
  formatProblem,
  loadDefinitions,
  type ObservatoryFiles,
  openEngine,
  type SnapshotStore,
  type StepStore,
  takeBuildLock,
} from "../evidence/index.ts";
import { exitCodes, UserError } from "./exit-codes.ts";
import { programVersion } from "./package.ts";

/** An observatory folder with its state folder: everything that commands work on. */
export interface OpenObservatory {
  readonly directory: string;
  readonly state: string;
  readonly definitions: Definitions;
  readonly texts: Readonly<Record<string, string>>;
  readonly warnings: readonly DefinitionProblem[];
  readonly snapshots: SnapshotStore;
  readonly steps: StepStore;
  readonly builds: BuildLedger;
  readonly openEngine: () => Promise<Engine>;
}

export interface EngineLimits {
  readonly memoryLimit: string;
  readonly threads: number;
}

/** Loads and checks the definitions of a folder. Throws a UserError that lists every fault. */
export async function openObservatory(
  folder: string,
  settings: {
    readonly state?: string | undefined;
    readonly limits: EngineLimits;
    readonly environment: NodeJS.ProcessEnv;
  },
): Promise<OpenObservatory> {
  const directory = resolve(folder);
  const { files, texts } = recording(folderFiles(directory));
  const { definitions, problems } = await checked(directory, files);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (definitions === undefined || errors.length > 0) {
    const list = problems.map(formatProblem).join("\n");
    throw new UserError(
      `${list}\n${errors.length} ${errors.length === 1 ? "fault" : "faults"} in the definitions of ${folder}; nothing was built.`,
      exitCodes.invalid,
    );
  }
  const state = resolve(settings.state ?? `${directory}/.justitia`);
  return {
    directory,
    state,
    definitions,
    texts,
    warnings: problems,
    snapshots: createSnapshotStore({ directory: `${state}/snapshots`, effects: { environment: settings.environment } }),
    steps: createStepStore(`${state}/steps`),
    builds: createBuildLedger(state),
    openEngine: () => openEngine({ ...settings.limits, temporaryDirectory: `${state}/temporary` }),
  };
}

/** Definitions with all faults, those between files too. */
export async function checked(
  directory: string,
  files: ObservatoryFiles,
): Promise<{ readonly definitions: Definitions | undefined; readonly problems: readonly DefinitionProblem[] }> {
  const { definitions, problems } = await loadDefinitions(directory, files);
  if (definitions === undefined) return { definitions, problems };
  return { definitions, problems: [...problems, ...checkReferences(definitions)] };
}

/** Remembers the text of every file that is read, so that a build can keep the definitions it was made with. */
function recording(files: ObservatoryFiles): {
  readonly files: ObservatoryFiles;
  readonly texts: Record<string, string>;
} {
  const texts: Record<string, string> = {};
  return {
    texts,
    files: {
      list: (folder) => files.list(folder),
      async read(path) {
        const text = await files.read(path);
        if (text !== undefined) texts[path] = text;
        return text;
      },
    },
  };
}

/** Files as they were kept with a build. */
export function keptFiles(texts: Readonly<Record<string, string>>): ObservatoryFiles {
  return {
    async list(folder) {
      const prefix = folder === "." ? "" : `${folder}/`;
      return Object.keys(texts)
        .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"))
        .map((path) => path.slice(prefix.length))
        .sort();
    },
    async read(path) {
      return texts[path];
    },
  };
}

export interface BuildSettings {
  readonly asOf?: Date | undefined;
  readonly offline?: boolean | undefined;
  readonly verify?: boolean | undefined;
  /** Wait for another build to end, or give up at once. */
  readonly wait: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly listen: (event: BuildEvent) => void;
}

/** How long to wait before asking for the lock again. */
const lockPauseMilliseconds = 500;

/** Takes the lock and builds. Throws a UserError when another build holds the observatory and waiting is not wanted. */
export async function buildObservatory(observatory: OpenObservatory, settings: BuildSettings): Promise<BuildResult> {
  let told = false;
  for (;;) {
    settings.signal?.throwIfAborted();
    const lock = await takeBuildLock(observatory.state, new Date());
    if ("heldBy" in lock) {
      const holder = lock.heldBy;
      const who =
        holder === undefined ? "another process" : `process ${holder.process} on ${holder.host} since ${holder.since}`;
      if (!settings.wait) throw new UserError(`${who} is building this observatory.`, exitCodes.locked);
      if (!told)
        settings.listen({ type: "warning", message: `${who} is building this observatory; waiting for it to end.` });
      told = true;
      await new Promise((proceed) => setTimeout(proceed, lockPauseMilliseconds));
      continue;
    }
    try {
      return await build({
        ...observatory,
        ...settings,
        now: () => new Date(),
        elapsed: () => performance.now(),
        program: programVersion,
      });
    } finally {
      lock.release();
    }
  }
}
