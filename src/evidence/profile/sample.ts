import { open, readFile, stat } from "node:fs/promises";
import { openPayload, zipMembers } from "../../formats/index.ts";
import { decide, type Finding, fault, quoted, seen } from "./finding.ts";

/** Most bytes of a file, after decompression, that are looked at; and most rows and cells. */
export const sampleLimits = { bytes: 20_000_000, rows: 200_000, cells: 4_000_000, workbookBytes: 60_000_000 } as const;

/** The beginning of a file as a format reader would see it. */
export interface Sample {
  readonly container: "bytes" | "xlsx" | "parquet";
  readonly compression: "none" | "gzip" | "zip";
  /** Which file of a zip, when it holds several. */
  readonly member?: string | undefined;
  readonly bytes: Uint8Array;
  /** Whether these are all bytes of the file. */
  readonly whole: boolean;
  /** Size of the file itself. */
  readonly fileBytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Reads the beginning of a file, taking off gzip or zip, which its first bytes tell and not its name.
 *
 * @throws FormatError when a compressed file is damaged; system errors when it cannot be read.
 */
export async function readSample(path: string, wantedMember: string | undefined): Promise<Sample> {
  const { size } = await stat(path);
  const start = await firstBytes(path, 512);
  const common = { fileBytes: size };
  if (startsWith(start, "PAR1")) {
    const findings = [seen("kind", "The file begins with PAR1: it is Parquet, which states its own types.")];
    return { ...common, container: "parquet", compression: "none", bytes: start, whole: true, findings };
  }
  if (start[0] === 0x1f && start[1] === 0x8b) {
    const finding = seen("compression", "The file is compressed with gzip.");
    return { ...common, ...(await fromPayload(path, "gzip", undefined)), findings: [finding] };
  }
  if (startsWith(start, "PK\u0003\u0004") || startsWith(start, "PK\u0005\u0006")) {
    return { ...common, ...(await fromZip(path, size, wantedMember)) };
  }
  return { ...common, ...(await fromPayload(path, "none", undefined)), findings: otherFindings(start) };
}

type Taken = Omit<Sample, "fileBytes">;

async function fromZip(path: string, size: number, wanted: string | undefined): Promise<Taken> {
  const members = await zipMembers(path);
  if (members.some(({ name }) => name === "xl/workbook.xml" || name === "xl/workbook.bin")) {
    const none = { container: "xlsx" as const, compression: "none" as const };
    if (size > sampleLimits.workbookBytes) {
      const message = `The workbook has ${size} bytes, more than ${sampleLimits.workbookBytes}: too large to be looked at.`;
      return { ...none, bytes: new Uint8Array(), whole: false, findings: [fault("too-large", message)] };
    }
    const findings = [seen("kind", "The file is a workbook (Office Open XML).")];
    return { ...none, bytes: await readFile(path), whole: true, findings };
  }
  const list = members
    .slice(0, 10)
    .map(({ name, bytes }) => `${quoted(name)} (${bytes} bytes)`)
    .join(", ");
  const chosen =
    wanted === undefined
      ? [...members].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))[0]
      : members.find(({ name }) => name === wanted);
  if (chosen === undefined) {
    const message =
      wanted === undefined ? "The zip file holds no files." : `The zip file holds no ${quoted(wanted)}, but ${list}.`;
    const none = { container: "bytes" as const, compression: "zip" as const, bytes: new Uint8Array() };
    return { ...none, whole: true, findings: [fault("zip-member", message)] };
  }
  const taken = await fromPayload(path, "zip", chosen.name);
  const findings =
    members.length === 1
      ? [seen("compression", `The file is a zip file with one file in it, ${list}.`)]
      : [
          decide(
            "zip-member",
            `The zip file holds ${members.length} files: ${list}. ${wanted === undefined ? `The largest, ${quoted(chosen.name)}, is read.` : ""}`,
          ),
        ];
  return { ...taken, member: members.length === 1 ? undefined : chosen.name, findings };
}

async function fromPayload(
  path: string,
  compression: "none" | "gzip" | "zip",
  member: string | undefined,
): Promise<Omit<Taken, "findings">> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const payload = openPayload(path, {
    compression,
    maximumBytes: Number.POSITIVE_INFINITY,
    ...(member === undefined ? {} : { member }),
  });
  let whole = true;
  for await (const chunk of payload) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > sampleLimits.bytes) {
      whole = false;
      break;
    }
  }
  const joined = Buffer.concat(chunks);
  return {
    container: "bytes" as const,
    compression,
    bytes: new Uint8Array(joined.buffer, joined.byteOffset, Math.min(bytes, sampleLimits.bytes)),
    whole,
  };
}

function otherFindings(start: Uint8Array): Finding[] {
  if (start[0] === 0xd0 && start[1] === 0xcf)
    return [fault("kind", "This is a workbook of the older binary format, or an encrypted one: save it as .xlsx.")];
  if (startsWith(start, "%PDF")) return [fault("kind", "This is a PDF: tables in it must be taken out first.")];
  if (/^\s*<(!doctype|html|\?xml)/i.test(Buffer.from(start).toString("latin1")))
    return [fault("kind", "This looks like a web page or XML, not like a table.")];
  return [];
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text;
}

async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.alloc(count);
    const { bytesRead } = await handle.read(buffer, 0, count, 0);
    return new Uint8Array(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
