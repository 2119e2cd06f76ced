import { announcedEncoding, type TextEncoding } from "../../formats/index.ts";
import { decide, type Finding, fault, seen } from "./finding.ts";

export interface TextSample {
  readonly encoding: TextEncoding;
  readonly text: string;
  readonly findings: readonly Finding[];
}

/**
 * The text of a sample and the encoding that it is read with: what a byte order mark announces; else UTF-8 when every byte
 * fits; else windows-1252, in which nearly every byte is some character, so that a person must look.
 *
 * @param whole - Whether the sample is the whole file: if not, a character cut off at the end is no fault.
 */
export function readText(bytes: Uint8Array, whole: boolean): TextSample {
  const announced = announcedEncoding(bytes);
  if (announced !== undefined) {
    const text = decoded(bytes, announced, whole);
    if (text !== undefined) {
      return {
        encoding: announced,
        text,
        findings: [seen("encoding", `The text is ${announced}: its byte order mark says so.`), ...lost(text)],
      };
    }
  }
  const wide = announced === undefined ? unmarkedUtf16(bytes) : undefined;
  if (wide !== undefined) {
    const text = decoded(bytes, wide, whole);
    if (text !== undefined) {
      return {
        encoding: wide,
        text,
        findings: [decide("encoding", `Every other byte is zero: the text is read as ${wide}, without a mark.`)],
      };
    }
  }
  const utf8 = decoded(bytes, "utf-8", whole);
  if (utf8 !== undefined) {
    const ascii = !bytes.some((byte) => byte > 127);
    const message = ascii
      ? "The text has ASCII characters only, which are the same in UTF-8."
      : "The text is valid UTF-8, without a byte order mark.";
    return { encoding: "utf-8", text: utf8, findings: [seen("encoding", message), ...lost(utf8)] };
  }
  const high = bytes.findIndex((byte) => byte > 127);
  const unused = bytes.filter((byte) => [0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)).length;
  const findings = [
    decide(
      "encoding",
      `The text is not UTF-8 (a first byte beyond ASCII is at ${high}); it is read as windows-1252. Look at names with accents.`,
    ),
  ];
  if (unused > 0) {
    findings.push(
      fault(
        "encoding",
        `${unused} bytes are no character of windows-1252: it is probably another code page, which must be converted first.`,
      ),
    );
  }
  return { encoding: "windows-1252", text: new TextDecoder("windows-1252").decode(bytes), findings };
}

function decoded(bytes: Uint8Array, encoding: TextEncoding, whole: boolean): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return undefined;
  }
}

/** UTF-16 without a mark: in text that is mostly Latin, one byte of each pair is zero. */
function unmarkedUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const looked = Math.min(bytes.length - (bytes.length % 2), 4096);
  if (looked < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < looked; at += 2) {
    if (bytes[at] === 0) even += 1;
    if (bytes[at + 1] === 0) odd += 1;
  }
  if (odd > looked * 0.35 && even < looked * 0.05) return "utf-16le";
  if (even > looked * 0.35 && odd < looked * 0.05) return "utf-16be";
  return undefined;
}

function lost(text: string): Finding[] {
  const findings: Finding[] = [];
  if (text.includes("\uFFFD"))
    findings.push(fault("encoding", "The text holds replacement characters (U+FFFD): letters were lost before."));
  if (/Ã[\u0080-\u00bf]/.test(text))
    findings.push(decide("encoding", "Pairs such as Ã© suggest that the text was once decoded wrongly."));
  return findings;
}
