import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type BundleReport,
  bundleFile,
  certificatesInPem,
  fingerprint,
  type NoteVerifier,
  parseVerifier,
  verifyBundle,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { counted } from "../terminal.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface VerifyOptions {
  readonly key?: readonly string[];
  readonly identity?: string;
  readonly timeStampAnchor?: readonly string[];
  readonly json?: boolean;
}

/** `justitia verify`: holds an exported matter against its own signatures and proofs; needs nothing but the file. */
export async function verifyCommand(
  bundle: string,
  options: VerifyOptions,
  around: CommandSurroundings,
): Promise<number> {
  const path = resolve(bundle);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new UserError(`There is no file ${bundle}.`, exitCodes.usage);
  const report = await verifyBundle(bundleFile(path), {
    trusted: (options.key ?? []).map(verifierKey),
    identities: options.identity === undefined ? [] : await identitiesIn(options.identity),
    timeStampAnchors: (await Promise.all((options.timeStampAnchor ?? []).map(certificatesIn))).flat(),
  });
  around.terminal.out(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
  return report.problems.length === 0 ? exitCodes.done : exitCodes.invalid;
}

function verifierKey(text: string): NoteVerifier {
  const key = parseVerifier(text);
  if (key === undefined)
    throw new UserError(`"${text}" is no verifier key: it is written name+id+key, on one line.`, exitCodes.usage);
  return key;
}

/** The age identities in a file, one a line; lines with # are remarks. */
async function identitiesIn(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(`The file ${path} with the identity cannot be read.`, exitCodes.usage);
  });
  const identities = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (identities.length === 0 || !identities.every((line) => /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/.test(line)))
    throw new UserError(`The file ${path} holds no age identity (AGE-SECRET-KEY-...).`, exitCodes.usage);
  return identities;
}

/** The certificates in a PEM file. */
async function certificatesIn(path: string) {
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(`The file ${path} with the certificate cannot be read.`, exitCodes.usage);
  });
  const certificates = certificatesInPem(text);
  if (certificates === null)
    throw new UserError(`The file ${path} holds no certificate, or one that is damaged (PEM).`, exitCodes.usage);
  return certificates;
}

function reportText({ manifest, checked, notChecked, problems }: BundleReport): string {
  const lines: string[] = [];
  if (manifest !== undefined) {
    lines.push(`Matter ${manifest.matter} of ${manifest.authority}, exported at ${manifest.madeAt}`);
    const signer = parseVerifier(manifest.signer);
    if (signer !== undefined) lines.push(`Key of ${signer.name}: ${fingerprint(signer)}`);
    lines.push("");
  }
  lines.push(...checked.map((sentence) => `good         ${sentence}`));
  lines.push(
    ...problems.map(
      ({ code, where, message }) => `WRONG        ${where === "" ? "" : `${where}: `}${message} (${code})`,
    ),
  );
  lines.push(...notChecked.map((sentence) => `not checked  ${sentence}`));
  lines.push(
    "",
    problems.length === 0
      ? "Nothing is wrong."
      : `${counted(problems.length, "thing")} wrong: do not rely on this bundle.`,
  );
  return `${lines.join("\n")}\n`;
}
