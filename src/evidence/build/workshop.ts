import type { Definitions } from "../definitions/index.ts";
import type { Sha256 } from "../snapshots/index.ts";
import type { Step, StepResult, StepStore } from "../steps/index.ts";
import type { Engine } from "../store/index.ts";
import type { BuildListener } from "./progress.ts";

/** What the steps of a build work with. */
export interface Workshop {
  readonly definitions: Definitions;
  readonly listen: BuildListener;
  /** The engine, opened when the first step needs it: a build with nothing to do opens none. */
  engine(): Promise<Engine>;
  snapshotPath(sha256: Sha256): string;
  /** Does a step unless it was done, and tells of it. */
  make(step: Step, name: string, work: (directory: string) => Promise<void>): Promise<StepResult>;
  /** Runs work on the engine and tells how far the running statement is. */
  watched<T>(what: string, work: (engine: Engine) => Promise<T>, bytes?: number): Promise<T>;
}

/** How often the running statement is asked how far it is. */
const watchMilliseconds = 250;

/** Makes the workshop of one build. `close` must be called at its end. */
export function createWorkshop(settings: {
  readonly definitions: Definitions;
  readonly steps: StepStore;
  readonly openEngine: () => Promise<Engine>;
  readonly snapshotPath: (sha256: Sha256) => string;
  readonly listen: BuildListener;
  readonly signal?: AbortSignal | undefined;
  /** A clock for durations, in milliseconds. */
  readonly elapsed: () => number;
}): Workshop & { close(): Promise<void> } {
  let opened: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    opened ??= settings.openEngine();
    return opened;
  };
  return {
    definitions: settings.definitions,
    listen: settings.listen,
    engine,
    snapshotPath: settings.snapshotPath,
    async make(step, name, work) {
      settings.signal?.throwIfAborted();
      const begun = settings.elapsed();
      const result = await settings.steps.make(step, work);
      const milliseconds = Math.round(settings.elapsed() - begun);
      settings.listen({ type: "step", kind: step.kind, name, reused: result.reused, milliseconds });
      return result;
    },
    async watched(what, work, bytes) {
      const running = await engine();
      const interrupt = (): void => running.interrupt();
      settings.signal?.addEventListener("abort", interrupt, { once: true });
      const timer = setInterval(() => {
        const far = running.progress();
        if (far === undefined) return;
        const rows = { unit: "rows", done: far.rows, total: far.total } as const;
        // Of text the engine does not know how many rows it has; the bytes are known.
        const told = bytes === undefined ? rows : ({ unit: "bytes", done: far.share * bytes, total: bytes } as const);
        settings.listen({ type: "progress", what, ...told });
      }, watchMilliseconds);
      try {
        return await work(running);
      } catch (error) {
        settings.signal?.throwIfAborted();
        throw error;
      } finally {
        clearInterval(timer);
        settings.signal?.removeEventListener("abort", interrupt);
      }
    },
    async close() {
      if (opened === undefined) return;
      (await opened).close();
    },
  };
}
