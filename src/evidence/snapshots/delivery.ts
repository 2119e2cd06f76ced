import { createHash } from "node:crypto";
import { z } from "zod";
import { isSha256, type Sha256, sha256Of } from "./sha256.ts";

const sha256Schema = z.custom<Sha256>(
  (value) => typeof value === "string" && isSha256(value),
  "a SHA-256 in hexadecimal",
);

/** Shape of a part in a delivery file. */
export const partSchema = z.strictObject({
  /** Name of the file within its folder or address, or of the page; never used as a path. */
  name: z.string(),
  sha256: sha256Schema,
  bytes: z.int().min(0),
  mediaType: z.string().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** Where the part was asked for, without secrets. */
  url: z.string().optional(),
  /** Coding of the transfer, such as gzip, that has been taken off: the kept bytes are the decoded ones. */
  contentEncoding: z.string().optional(),
  /** Incremental pulls: the highest value of the column so far, and the hashes of the rows that have it. */
  through: z
    .strictObject({ column: z.string(), value: z.union([z.string(), z.number()]), rows: z.array(z.string()) })
    .optional(),
});
export type DeliveryPart = z.infer<typeof partSchema>;

const deliverySchema = z.strictObject({
  stream: z.string(),
  /** When the last byte was there: ISO 8601, UTC, milliseconds. */
  retrievedAt: z.iso.datetime({ precision: 3 }),
  /** The location that worked, without secrets. */
  location: z.string(),
  parts: z.tuple([partSchema], partSchema),
  /** SHA-256 over names, hashes and lengths of the parts in order. */
  deliveryHash: sha256Schema,
  licence: z.string().optional(),
  /** Set when the parts are pages of JSON: where each holds its rows, as a JSON Pointer. */
  rowsPath: z.string().optional(),
});

/** What one retrieval of a stream brought. */
export type Delivery = Readonly<z.infer<typeof deliverySchema>>;

/** The hash that two deliveries share exactly when they bring the same bytes under the same names in the same order. */
export function deliveryHash(parts: readonly Pick<DeliveryPart, "name" | "sha256" | "bytes">[]): Sha256 {
  const text = JSON.stringify(parts.map(({ name, sha256, bytes }) => [name, sha256, bytes]));
  return sha256Of(createHash("sha256").update(text).digest("hex"));
}

const fileName = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{12})\.json$/;

/** The file of a delivery: its time first, so that sorted names are in order of time. */
export function deliveryFileName(delivery: Pick<Delivery, "retrievedAt" | "deliveryHash">): string {
  return `${delivery.retrievedAt.replace(/[-:.]/g, "")}-${delivery.deliveryHash.slice(0, 12)}.json`;
}

/** The time that a delivery's file name says, or undefined when the file is no delivery. */
export function retrievedAtOf(name: string): string | undefined {
  const found = fileName.exec(name);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, millisecond] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`;
}

/** A delivery from its file's text, or why the text is not what was once written. */
export function readDelivery(name: string, text: string): { readonly delivery: Delivery } | { readonly fault: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { fault: "it is no JSON" };
  }
  const parsed = deliverySchema.safeParse(json);
  if (!parsed.success) return { fault: z.prettifyError(parsed.error) };
  const delivery = parsed.data;
  if (deliveryHash(delivery.parts) !== delivery.deliveryHash)
    return { fault: "its parts do not have the hash that it names" };
  if (deliveryFileName(delivery) !== name) return { fault: "its time or hash is not that of its file name" };
  return { delivery };
}
