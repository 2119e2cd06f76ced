import { join } from "node:path";
import {
  createLog,
  type Digest,
  digestOf,
  fileIdOf,
  type Identity,
  isUploadRefusal,
  nodeDisk,
  noteSigner,
  openLog,
  openUploads,
  openVault,
  recipientOf,
  uploadIdSchema,
} from "../../../src/cooperation/index.ts";

export const signer = noteSigner("example.org/log", "log", new Uint8Array(32).fill(9));
export const upload = uploadIdSchema.parse("statement");
export const contents = ["statement of a witness ".repeat(4000), "photograph"] as const;
/** Sizes of the batches that are added to the log: over the edge of a tile. */
export const batches = [3, 250, 5] as const;
export const entriesFrom = (first: number, count: number): Digest[] =>
  Array.from({ length: count }, (_, index) => digestOf(`event ${first + index}`));

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < text.length; from += 30_000) yield Buffer.from(text.slice(from, from + 30_000));
}

/** Does everything once, and says of each whether it is acknowledged: `log 3`, `store 0 <id>`, … or `failed log`. */
export async function work(folder: string, identity: Identity, say: (text: string) => void): Promise<void> {
  const attempt = async (what: string, doing: () => Promise<string>): Promise<boolean> => {
    try {
      say(`${what} ${await doing()}`);
      return true;
    } catch {
      say(`failed ${what}`);
      return false;
    }
  };
  await attempt("opened-log", async () => {
    const disk = await nodeDisk(join(folder, "log"));
    await createLog(disk, signer);
    const log = await openLog(disk, signer);
    for (const count of batches)
      await attempt("log", async () => `${(await log.append(entriesFrom(log.size, count))).size}`);
    return "";
  });
  await attempt("opened-vault", async () => {
    const disk = await nodeDisk(join(folder, "vault"));
    const vault = await openVault(disk);
    const uploads = await openUploads(disk, vault, identity);
    const recipients = [await recipientOf(identity)];
    const [first, second] = contents;
    await attempt("store", async () => fileIdOf(await vault.store(pieces(first), recipients)));
    const [head, rest] = [Buffer.from(first.slice(0, 50_000)), Buffer.from(first.slice(50_000))];
    const parts = [
      () => uploads.begin(upload),
      () => uploads.add(upload, 0, head, digestOf(head)),
      () => uploads.add(upload, head.length, rest, digestOf(rest)),
    ];
    for (const part of parts) await attempt("part", async () => String(await part()));
    await attempt("finished", async () => {
      const done = await uploads.finish(upload, digestOf(Buffer.from(first)), recipients);
      if (isUploadRefusal(done)) throw new Error(done.code);
      return fileIdOf(done);
    });
    let erasable: Awaited<ReturnType<typeof vault.store>> | undefined;
    await attempt("store", async () => {
      erasable = await vault.store(pieces(second), recipients);
      return fileIdOf(erasable);
    });
    const file = erasable;
    if (file === undefined) return "";
    await attempt("readdressed", async () => {
      await vault.readdress(fileIdOf(file), [identity], recipients);
      return fileIdOf(file);
    });
    await attempt("erased", async () => {
      await vault.erase(fileIdOf(file));
      return fileIdOf(file);
    });
    return "";
  });
}
