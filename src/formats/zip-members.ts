import { openPromise } from "yauzl";
import { FormatError, quotation } from "./problem.ts";

/** A file in a zip archive, with the size that the archive states for it. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: number;
}

/** Most members that are listed: an archive can hold any number of them. */
const mostMembers = 10_000;

/**
 * The files in a zip archive, in its order, folders left out; at most 10,000.
 *
 * @throws FormatError when the file is no zip archive.
 */
export async function zipMembers(path: string): Promise<readonly ZipMember[]> {
  const members: ZipMember[] = [];
  try {
    const zip = await openPromise(path, { autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) {
        if (!entry.fileName.endsWith("/")) members.push({ name: entry.fileName, bytes: entry.uncompressedSize });
        if (members.length >= mostMembers) break;
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
    throw new FormatError(
      {
        code: "zip.broken",
        message: "The file is no zip file, or is damaged.",
        found: error instanceof Error ? quotation(error.message) : "",
        expected: "a complete zip file",
        hint: "Get the file again.",
      },
      { cause: error },
    );
  }
  return members;
}
