import { z } from "zod";
import { storedFileSchema } from "../vault/index.ts";
import {
  authorityIdSchema,
  digestSchema,
  eventHeadSchema,
  instantSchema,
  matterEventSchema,
  matterIdSchema,
} from "../words/index.ts";

export const bundleFormat = "justitia-bundle/1";

/** Where everything stands in a bundle. */
export const memberPaths = {
  readme: "README.txt",
  manifest: "manifest.json",
  signature: "manifest.sig",
  events: "events.jsonl",
  custody: "custody.case.jsonld",
  checkpoint: "log/checkpoint",
  cosigned: "log/checkpoint-cosigned",
  consistency: "log/consistency.json",
} as const;

/** Where a time-stamped head of the log stands in a bundle; the first has the number 1. */
export function stampedPaths(number: number): {
  readonly checkpoint: string;
  readonly token: string;
  readonly consistency: string;
} {
  const folder = `log/stamped/${number}`;
  return {
    checkpoint: `${folder}/checkpoint`,
    token: `${folder}/token.tst`,
    consistency: `${folder}/consistency.json`,
  };
}

const path = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/);

/** A file of evidence in a bundle: encrypted, with its key unless that is withheld or was destroyed. */
const evidenceFileSchema = z.strictObject({
  file: digestSchema,
  stored: storedFileSchema,
  content: path,
  key: z.union([path, z.literal("withheld"), z.literal("destroyed")]),
});

export const manifestSchema = z.strictObject({
  format: z.literal(bundleFormat),
  matter: matterIdSchema,
  authority: authorityIdSchema,
  madeAt: instantSchema,
  /** Who signed this list: the verifier key of the manifest and of the log. */
  signer: z.string(),
  log: z.string(),
  witnesses: z.array(z.string()),
  events: z.int().nonnegative(),
  /** Every other member of the bundle, in its order. */
  members: z.array(z.strictObject({ path, bytes: z.int().nonnegative(), digest: digestSchema })),
  evidence: z.array(evidenceFileSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

const hash = z.base64().length(44);

const salt = z.string().regex(/^[0-9a-f]{64}$/);
const place = { index: z.int().nonnegative(), proof: z.array(hash) };

/**
 * An event with its place in the log: with the salt of its contents, with the salt of its entry, or with neither. Where
 * the contents were erased, what is left: which step, when, by whom, and the digest of the contents; or, where they were
 * kept in the open once, the digest of the event.
 */
export const bundledEventSchema = z.union([
  z.strictObject({ event: matterEventSchema, salt: salt.optional(), ...place }),
  z.strictObject({ event: matterEventSchema, contentsSalt: salt, ...place }),
  z.strictObject({ erased: eventHeadSchema, contents: digestSchema, ...place }),
  z.strictObject({ erased: eventHeadSchema, digest: digestSchema, ...place }),
]);

export const consistencySchema = z.strictObject({
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  proof: z.array(hash),
});

/** The text that the signature of a bundle stands under. */
export function signedText(manifestDigest: string): string {
  return `${bundleFormat}\n${manifestDigest}\n`;
}
