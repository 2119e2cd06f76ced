import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as shortly } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { BadLine } from "./bad-line.ts";
import type { OwnPart } from "./own-part.ts";
import { below, type Chance, saidSchema, type Task } from "./tasks.ts";

const script = fileURLToPath(new URL("authority-process.ts", import.meta.url));
// The processes compile the same modules each time.
const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "justitia-compile-cache") };
/** Tasks that an authority is given at a time. */
const atOnce = 6;

/** One of the two, which is started again after each kill, and is given again what it had not done. */
export class KilledNode {
  readonly part: OwnPart;
  readonly faults: string[] = [];
  kills = 0;
  readonly #file: string;
  readonly #line: BadLine;
  readonly #waiting: Task[];
  readonly #given = new Map<number, Task>();
  readonly #total: number;
  #done = 0;
  #child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #awaiting: (() => void)[] = [];

  constructor(part: OwnPart, file: string, line: BadLine, tasks: readonly Task[]) {
    this.part = part;
    this.#file = file;
    this.#line = line;
    this.#waiting = [...tasks];
    this.#total = tasks.length;
  }

  get done(): number {
    return this.#done;
  }
  get total(): number {
    return this.#total;
  }

  start(): void {
    const child = spawn(process.execPath, [script, this.#file], {
      env: environment,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    // Whoever was killed reads no more.
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = saidSchema.parse(JSON.parse(line));
      if ("port" in said) {
        this.#line.connect(this.part.authority, said.port);
        for (const task of this.#given.values()) child.stdin.write(`${JSON.stringify(task)}\n`);
      } else if ("failed" in said) this.faults.push(said.failed);
      else if (this.#given.delete(said.done)) this.#done += 1;
      this.#give();
      this.#change();
    });
    child.once("exit", (code, signal) => {
      if (signal !== "SIGKILL") this.faults.push(`ended with ${code ?? signal}`);
      this.#change();
    });
  }

  #change(): void {
    for (const resolve of this.#awaiting.splice(0)) resolve();
  }

  #give(): void {
    while (this.#given.size < atOnce) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#given.set(task.number, task);
      this.#child?.stdin.write(`${JSON.stringify(task)}\n`);
    }
  }

  /** Waits until so many tasks are done, or something went wrong. */
  async until(done: number): Promise<void> {
    while (this.#done < done && this.faults.length === 0)
      await new Promise<void>((resolve) => this.#awaiting.push(resolve));
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
    this.#line.connect(this.part.authority, undefined);
    this.kills += 1;
  }
}

/** Kills a node at random moments while it works through its tasks; now and then while it has only just begun again. */
export async function killAgainAndAgain(node: KilledNode, kills: number, chance: Chance): Promise<void> {
  const moments = Array.from({ length: kills }, () => below(chance, node.total)).sort((left, right) => left - right);
  for (const moment of moments) {
    await node.until(moment);
    if (node.faults.length > 0) return;
    await shortly(chance() * (chance() < 0.3 ? 900 : 60));
    await node.kill();
    node.start();
  }
}
