import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

const packageSchema = z.object({ version: z.string() });

/** Folder of the program's package, as an address: above `src/` in the repository, above `dist/` where it is installed. */
export const packageFolder: URL = folderAbove(new URL(".", import.meta.url));

/** Version of the program, from its package file. */
export const programVersion: string = packageSchema.parse(
  JSON.parse(readFileSync(new URL("package.json", packageFolder), "utf8")),
).version;

function folderAbove(folder: URL): URL {
  if (existsSync(new URL("package.json", folder))) return folder;
  const parent = new URL("..", folder);
  if (parent.href === folder.href) throw new Error("the program stands in no package: package.json is missing");
  return folderAbove(parent);
}
