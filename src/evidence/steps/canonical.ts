import { createHash } from "node:crypto";

/** Plain data that can be written as JSON; what step keys and manifests are made of. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain | undefined };

/** JSON with sorted keys and nothing optional: equal data give equal texts. Numbers must be finite. */
function canonicalText(value: Plain): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no canonical text`);
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonicalText).join(",")}]`;
  const entries = Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, inner] as const]));
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(",")}}`;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** SHA-256 of the canonical text, in hexadecimal. */
export function contentHash(value: Plain): string {
  return createHash("sha256").update(canonicalText(value)).digest("hex");
}

/** Any parsed definition as plain data; a definition holds nothing that JSON does not. */
export function plainOf(value: unknown): Plain {
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string")
    return value;
  if (Array.isArray(value)) return value.map(plainOf);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), plainOf(inner)]));
  if (typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, plainOf(inner)] as const])),
    );
  }
  throw new TypeError(`a definition cannot hold a ${typeof value}`);
}
