import { canonicalText, type Json, type JsonObject } from "../words/index.ts";
import { isRefused, type Refused, refuse } from "./refusal.ts";

/** Containers within containers that a message may have. */
const deepest = 32;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether brackets in a JSON text never stand deeper than `limit`; counted before parsing, so that depth costs nothing. */
function isShallow(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > limit) return false;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return true;
}

export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): { readonly value: Json } | Refused {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return refuse("not-canonical");
  }
}

/** The text of bytes that are UTF-8, and of nothing else. */
export function readUtf8(bytes: Uint8Array): { readonly text: string } | Refused {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return refuse("not-canonical");
  }
}

/**
 * Reads a JSON object that is written in the one canonical way (RFC 8785). Two readers can therefore not understand it
 * differently: a repeated name, a number that loses digits, half a surrogate pair or a space is refused.
 */
export function readCanonicalObject(text: string): { readonly value: JsonObject } | Refused {
  if (!isShallow(text, deepest)) return refuse("not-canonical");
  // A name that objects of this language treat specially; inside a string its quotes would be escaped.
  if (text.includes('"__proto__":')) return refuse("not-canonical");
  const parsed = parse(text);
  if (isRefused(parsed)) return parsed;
  const { value } = parsed;
  if (!isJsonObject(value)) return refuse("not-canonical");
  try {
    return canonicalText(value) === text ? { value } : refuse("not-canonical");
  } catch {
    return refuse("not-canonical");
  }
}
