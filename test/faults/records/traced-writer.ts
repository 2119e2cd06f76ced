import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Identity } from "../../../src/cooperation/index.ts";

const writer = fileURLToPath(new URL("writer.ts", import.meta.url));

/** One run of the writer: what it said, and what strace saw of the calls that were chosen on the thread of the disk. */
export interface Trial {
  readonly said: readonly string[];
  readonly traced: readonly string[];
}

/**
 * A process that writes a log and a vault again and again, each time in another folder and with other expressions of
 * strace over it; one that died is replaced. To start a process costs several times what one round of its work costs.
 */
export class TracedWriter {
  readonly #warm: string;
  readonly #identity: Identity;
  #child: ChildProcessWithoutNullStreams | undefined;
  #lines: string[] = [];
  #wake: () => void = () => undefined;

  /** `warm` is a folder of its own, in which each process does its work once before any call may fail. */
  constructor(warm: string, identity: Identity) {
    this.#warm = warm;
    this.#identity = identity;
  }

  async run(folder: string, ...expressions: readonly string[]): Promise<Trial> {
    const child = await this.#living();
    const log = `${folder}.trace`;
    const tracer = spawn(
      "/usr/bin/strace",
      ["-f", "-o", log, ...expressions.flatMap((one) => ["-e", one]), "-p", String(child.pid)],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const over = once(tracer, "exit");
    await new Promise<void>((attached, failed) => {
      tracer.stderr.setEncoding("utf8").on("data", (said: string) => {
        if (said.includes("attached")) attached();
      });
      tracer.once("exit", () => failed(new Error("strace ended before it was attached")));
    });
    this.#lines = [];
    child.stdin.write(`${folder}\n`);
    const ended = await this.#line("end");
    if (ended) tracer.kill("SIGTERM");
    await over;
    // Every thread has its number at the beginning of its lines; the first thread is the program's own.
    const traced = (await readFile(log, "utf8"))
      .split("\n")
      .filter((one) => one !== "" && !one.startsWith(`${child.pid} `));
    await rm(log);
    return { said: this.#lines, traced };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  }

  async #living(): Promise<ChildProcessWithoutNullStreams> {
    if (this.#child !== undefined) return this.#child;
    await rm(this.#warm, { recursive: true, force: true });
    const child = spawn(process.execPath, [writer, this.#warm, this.#identity], {
      // One thread does the work of the disk, so that its calls can be counted.
      env: { NODE_COMPILE_CACHE: join(tmpdir(), "justitia-compile-cache"), ...process.env, UV_THREADPOOL_SIZE: "1" },
    });
    child.stderr.resume();
    // Whoever died cannot be told where to write next.
    child.stdin.on("error", () => undefined);
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      const lines = (rest + more).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake();
    });
    child.once("close", () => {
      this.#child = undefined;
      this.#wake();
    });
    this.#child = child;
    if (!(await this.#line("ready"))) throw new Error("the writer ended before it was ready");
    return child;
  }

  /** Waits for this line; false when the process died before it. */
  async #line(wanted: string): Promise<boolean> {
    while (!this.#lines.includes(wanted)) {
      if (this.#child === undefined) return false;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    return true;
  }
}
