import { z } from "zod";
import { type Disk, writeDurably } from "../disk/index.ts";
import type { Erasure } from "../store/index.ts";
import { instantSchema, matterIdSchema } from "../words/index.ts";

/** Name of the register in its folder. */
export const registerName = "register.jsonl";

const lineSchema = z.strictObject({ matter: matterIdSchema, at: instantSchema });

/**
 * The register of erasures: which matter, and when; nothing else. It is kept beside the log, so that a copy of it tells
 * whoever restores an older backup what has to be erased again.
 *
 * @returns The erasures, oldest first; undefined where a line is none.
 */
export function readRegister(text: string): readonly Erasure[] | undefined {
  const found: Erasure[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    try {
      found.push(lineSchema.parse(JSON.parse(line)));
    } catch {
      return undefined;
    }
  }
  return found;
}

/** The register of both, each matter once, the earliest first. */
export function mergedRegisters(one: readonly Erasure[], other: readonly Erasure[]): readonly Erasure[] {
  const found = new Map<string, Erasure>();
  for (const erasure of [...one, ...other]) {
    const known = found.get(erasure.matter);
    if (known === undefined || erasure.at < known.at) found.set(erasure.matter, erasure);
  }
  return [...found.values()].sort((left, right) =>
    `${left.at} ${left.matter}` < `${right.at} ${right.matter}` ? -1 : 1,
  );
}

export const registerText = (erasures: readonly Erasure[]): string =>
  erasures.map(({ matter, at }) => `${JSON.stringify({ matter, at })}\n`).join("");

/** @throws Error where it cannot be understood. */
export async function registerOn(disk: Disk): Promise<readonly Erasure[]> {
  const bytes = await disk.read(registerName);
  const read = readRegister(Buffer.from(bytes ?? []).toString("utf8"));
  if (read === undefined) throw new Error("the register of erasures cannot be understood");
  return read;
}

/** Adds erasures to the register; those that stand in it stay as they are. */
export async function addToRegister(disk: Disk, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return;
  await writeDurably(disk, registerName, Buffer.from(registerText(mergedRegisters(await registerOn(disk), erasures))));
}
