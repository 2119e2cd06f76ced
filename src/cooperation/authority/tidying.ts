import { digestSchema, instantSchema } from "../words/index.ts";
import { forgetUpload, staleUploads } from "./kept-files.ts";
import type { AuthorityRecords } from "./records.ts";
import type { Workshop } from "./workshop.ts";

/** For how long an upload that nobody goes on with is kept. */
const patience = 7 * 86_400_000;

/**
 * Ends what an end of the process left open: the keys of items whose destruction was recorded are destroyed, and uploads
 * that nobody went on with go. Repeating it changes nothing.
 *
 * @returns how many keys were destroyed now.
 */
export async function tidyVault({ node, parts }: Workshop, { vault, uploads }: AuthorityRecords): Promise<number> {
  const { destroyed, stale } = await node.store.transaction(async (transaction) => {
    await transaction.enter({ kind: "system" });
    const rows = await transaction.sql
      .selectFrom("cooperation.evidence_item")
      .select("data")
      .where("stage", "=", "destroyed")
      .execute();
    const before = instantSchema.parse(new Date(Date.parse(parts.now()) - patience).toISOString());
    return {
      destroyed: rows.flatMap(({ data }) => digestSchema.safeParse(data.file).data ?? []),
      stale: await staleUploads(transaction, before),
    };
  });
  let erased = 0;
  for (const file of destroyed) {
    if (await vault.isErased(file)) continue;
    await vault.erase(file);
    erased += 1;
  }
  for (const upload of stale) {
    await uploads.abandon(upload);
    await node.store.transaction((transaction) => forgetUpload(transaction, upload));
  }
  return erased;
}
