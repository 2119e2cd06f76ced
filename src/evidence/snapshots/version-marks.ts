import type { DeliveryPart } from "./delivery.ts";

/** What the head of an answer says about the version and form of its body. */
export type VersionMarks = Pick<DeliveryPart, "etag" | "lastModified" | "mediaType" | "contentEncoding">;

const longestMark = 1_000;

/** The marks of an answer; `contentEncoding` only when there was a coding, which has been taken off. */
export function versionMarks(headers: Headers): VersionMarks {
  const text = (name: string): string | undefined => headers.get(name)?.slice(0, longestMark);
  const etag = text("etag");
  const lastModified = text("last-modified");
  const mediaType = text("content-type");
  const contentEncoding = text("content-encoding");
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(contentEncoding === undefined || contentEncoding.toLowerCase() === "identity" ? {} : { contentEncoding }),
  };
}
