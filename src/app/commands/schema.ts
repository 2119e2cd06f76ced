import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DefinitionKind, definitionJsonSchema, definitionKinds, nearest } from "../../evidence/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { schemaFiles } from "../new-observatory/index.ts";
import type { CommandSurroundings } from "./surroundings.ts";

function isKind(text: string): text is DefinitionKind {
  return Object.hasOwn(definitionKinds, text);
}

function kinds(): DefinitionKind[] {
  return Object.keys(definitionKinds).filter(isKind);
}

/** `justitia schema`: the JSON Schema of a kind of definition, or all of them as files. */
export async function schemaCommand(
  kind: string | undefined,
  options: { readonly write?: string },
  around: CommandSurroundings,
): Promise<number> {
  if (options.write !== undefined) {
    await mkdir(options.write, { recursive: true });
    for (const [name, text] of schemaFiles()) await writeFile(join(options.write, name), text);
    around.terminal.out(`${kinds().length} schemas written to ${options.write}\n`);
    return exitCodes.done;
  }
  if (kind === undefined || !isKind(kind)) {
    const near = kind === undefined ? undefined : nearest(kind, kinds());
    throw new UserError(
      `Name a kind of definition: ${kinds().join(", ")}.${near === undefined ? "" : ` Did you mean "${near}"?`}`,
      exitCodes.usage,
    );
  }
  around.terminal.out(`${JSON.stringify(definitionJsonSchema(kind), null, 2)}\n`);
  return exitCodes.done;
}
