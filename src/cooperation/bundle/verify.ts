import { createHash } from "node:crypto";
import type { ZipFile } from "yauzl";
import type { z } from "zod";
import { caseJsonLd, custodyChain, custodyOf } from "../custody/index.ts";
import {
  commitment,
  entryOf,
  isCheckpointProblem,
  leafHash,
  type NoteVerifier,
  type OpenCheckpoint,
  openCheckpoint,
  parseNote,
  parseVerifier,
  verifyInclusion,
  verifyNote,
} from "../log/index.ts";
import { decryptBytes, decryptStream, fileIdOf } from "../vault/index.ts";
import {
  canonicalText,
  contentsDigest,
  type Digest,
  digestOf,
  eventDigest,
  headOf,
  jsonSchema,
  type MatterEvent,
  sealedEventDigest,
} from "../words/index.ts";
import { isConsistent } from "./consistency.ts";
import { type BundleSource, contentOf, isExact, membersOf } from "./container.ts";
import { bundledEventSchema, type Manifest, manifestSchema, memberPaths, signedText } from "./format.ts";
import { type BundleReport, Findings, type Opened, parseJson, textOf, type VerifySettings } from "./opened.ts";
import { readmeTexts } from "./readme.ts";
import { verifyTimeStamps } from "./time-stamps.ts";

/** Verifies a bundle with nothing but the bundle. Never throws for what is in it; an unreadable file is the caller's. */
export async function verifyBundle(source: BundleSource, settings: VerifySettings = {}): Promise<BundleReport> {
  const findings = new Findings();
  let zip: ZipFile;
  try {
    zip = await source.openZip();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
    findings.bad("bundle.container", "", "This is no zip file, or it is damaged.");
    return findings.report(undefined);
  }
  try {
    const members = await membersOf(zip);
    if (await isExact(source, zip, members)) findings.good("The file holds its members and not a byte more.");
    else findings.bad("bundle.container", "", "The file holds bytes that belong to none of its members.");
    return findings.report(await verifyMembers({ zip, members, findings, settings }));
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
    findings.bad(
      "bundle.container",
      "",
      `The archive cannot be read: ${error instanceof Error ? error.message : "damaged"}.`,
    );
    return findings.report(undefined);
  } finally {
    zip.close();
  }
}

async function verifyMembers(opened: Opened): Promise<Manifest | undefined> {
  const { findings } = opened;
  const manifestText = await textOf(opened, memberPaths.manifest);
  const parsed = manifestSchema.safeParse(parseJson(manifestText));
  if (!parsed.success || manifestText === undefined) {
    findings.bad("bundle.manifest", memberPaths.manifest, "The list of what is in the bundle is missing or malformed.");
    return undefined;
  }
  const manifest = parsed.data;
  if (`${canonicalText(jsonSchema.parse(manifest))}\n` !== manifestText)
    findings.bad("bundle.manifest", memberPaths.manifest, "The list is not written in its canonical form (RFC 8785).");
  await verifySignature(opened, manifest, manifestText);
  await verifyDigests(opened, manifest);
  const head = await verifyHeads(opened, manifest);
  const events = await verifyEvents(opened, manifest, head);
  await verifyTimeStamps(opened, manifest, head, events);
  await verifyCustody(opened, manifest, events);
  await verifyEvidence(opened, manifest);
  findings.open("That nothing happened in the matter after the export: ask the authority for a newer bundle.");
  return manifest;
}

/** A key as it is read out to somebody: SHA-256 of the public key in groups of four. */
export function fingerprint({ publicKey }: NoteVerifier): string {
  return (digestOf(publicKey).match(/.{4}/g) ?? []).join(" ");
}

async function verifySignature(opened: Opened, manifest: Manifest, manifestText: string): Promise<void> {
  const { findings, settings } = opened;
  const key = parseVerifier(manifest.signer);
  const source = await textOf(opened, memberPaths.signature);
  const note = source === undefined ? undefined : parseNote(source);
  if (key === undefined || note === undefined || note.text !== signedText(digestOf(manifestText))) {
    findings.bad("bundle.signature", memberPaths.signature, "The list of what is in the bundle is not signed.");
    return;
  }
  if (!verifyNote(note, [key]).every(({ verdict }) => verdict === "good")) {
    findings.bad("bundle.signature", memberPaths.signature, `The signature is not that of ${key.name}.`);
    return;
  }
  findings.good(`The list of what is in the bundle is signed by ${key.name}.`);
  const named = [manifest.signer, manifest.log, ...manifest.witnesses].flatMap((text) => parseVerifier(text) ?? []);
  if (settings.trusted === undefined || settings.trusted.length === 0) {
    for (const one of new Map(named.map((each) => [each.keyId, each])).values())
      findings.open(
        `That the key of ${one.name} is its own: ask its holder by another way for the fingerprint ${fingerprint(one)}, or give it with --key.`,
      );
    return;
  }
  for (const one of named) {
    if (
      settings.trusted.some(
        ({ name, keyId, publicKey }) =>
          name === one.name && keyId === one.keyId && Buffer.compare(publicKey, one.publicKey) === 0,
      )
    )
      findings.good(`The key of ${one.name} is the one that was given.`);
    else
      findings.bad(
        "bundle.other-key",
        memberPaths.manifest,
        `The key of ${one.name} is not among those that were given.`,
      );
  }
}

async function verifyDigests({ zip, members, findings }: Opened, manifest: Manifest): Promise<void> {
  const before = findings.count;
  const listed = new Map(manifest.members.map((member) => [member.path, member]));
  const order = [memberPaths.manifest, memberPaths.signature, ...listed.keys()];
  for (const path of members.keys())
    if (!order.includes(path)) findings.bad("bundle.member-stray", path, "The list does not name this file.");
  if (findings.count === before && [...members.keys()].join("\n") !== order.join("\n") && members.size === order.length)
    findings.bad("bundle.container", "", "The files do not stand in the order that was signed for.");
  for (const [path, { bytes, digest }] of listed) {
    const entry = members.get(path);
    if (entry === undefined) {
      findings.bad("bundle.member-missing", path, "The file is missing.");
      continue;
    }
    const found = createHash("sha256");
    let size = 0;
    for await (const piece of contentOf(zip, entry)) {
      found.update(piece);
      size += piece.length;
    }
    if (size !== bytes || found.digest("hex") !== digest)
      findings.bad("bundle.member-changed", path, "The file is not the one that was signed for.");
  }
  if (findings.count === before) findings.good(`All ${listed.size} files have the digests that were signed for.`);
}

async function verifyHeads(opened: Opened, manifest: Manifest): Promise<OpenCheckpoint | undefined> {
  const { findings } = opened;
  const key = parseVerifier(manifest.log);
  const witnesses = manifest.witnesses.flatMap((text) => parseVerifier(text) ?? []);
  const source = await textOf(opened, memberPaths.checkpoint);
  if (key?.kind !== "log" || source === undefined || witnesses.length !== manifest.witnesses.length) {
    findings.bad(
      "bundle.checkpoint",
      memberPaths.checkpoint,
      "The head of the log, or a key, is missing or malformed.",
    );
    return undefined;
  }
  const head = openCheckpoint(source, key, witnesses);
  if (isCheckpointProblem(head)) {
    findings.bad("bundle.checkpoint", memberPaths.checkpoint, head.message);
    return undefined;
  }
  findings.good(`The head of the log ${head.origin}, with ${head.size} entries, is signed by it.`);
  const cosignedSource = await textOf(opened, memberPaths.cosigned);
  if (cosignedSource === undefined) {
    if (head.cosignatures.length === 0)
      findings.open("That no other history was shown to others: no witness has cosigned the log in this bundle.");
    return head;
  }
  const cosigned = openCheckpoint(cosignedSource, key, witnesses);
  if (isCheckpointProblem(cosigned) || cosigned.cosignatures.length === 0) {
    findings.bad("bundle.cosignature", memberPaths.cosigned, "The cosigned head is malformed or by no known witness.");
    return head;
  }
  const names = cosigned.cosignatures.map(({ witness }) => witness).join(", ");
  if (isConsistent(head, cosigned, await textOf(opened, memberPaths.consistency)))
    findings.good(`The first ${cosigned.size} entries of the log are those that ${names} has cosigned.`);
  else
    findings.bad(
      "bundle.cosignature",
      memberPaths.consistency,
      `The log does not continue what ${names} has cosigned.`,
    );
  return head;
}

async function verifyEvents(
  opened: Opened,
  manifest: Manifest,
  head: OpenCheckpoint | undefined,
): Promise<MatterEvent[]> {
  const { findings } = opened;
  const before = findings.count;
  const lines = ((await textOf(opened, memberPaths.events)) ?? "").split("\n").slice(0, -1);
  const events: MatterEvent[] = [];
  let erased = 0;
  for (const [at, line] of lines.entries()) {
    const where = `${memberPaths.events}:${at + 1}`;
    const parsed = bundledEventSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      findings.bad("bundle.events", where, "The line is no event with its proof.");
      continue;
    }
    const { index, proof } = parsed.data;
    const heading = "event" in parsed.data ? parsed.data.event : parsed.data.erased;
    if ("event" in parsed.data) events.push(parsed.data.event);
    else erased += 1;
    if (heading.matter !== manifest.matter || heading.sequence !== at + 1)
      findings.bad("bundle.events", where, `This should be event ${at + 1} of the matter.`);
    if (head === undefined) continue;
    const included = verifyInclusion({
      index,
      size: head.size,
      leafHash: leafHash(entryOf(entryDigest(parsed.data))),
      proof: proof.map((hash) => Buffer.from(hash, "base64")),
      root: head.root,
    });
    if (!included) findings.bad("bundle.not-in-log", where, "The log does not hold this event at this place.");
  }
  if (lines.length !== manifest.events)
    findings.bad(
      "bundle.events",
      memberPaths.events,
      `${manifest.events} events were signed for, ${lines.length} are here.`,
    );
  if (findings.count === before && head !== undefined)
    findings.good(`All ${lines.length} events of the matter are in the log, without a gap.`);
  const ending = events.find(({ name }) => name === "erased");
  if (erased > 0)
    findings.open(
      `What ${erased} events said: ${ending === undefined ? "their contents are not in the bundle" : `the contents of the matter were erased on ${ending.at.slice(0, 10)}`}.`,
    );
  return events;
}

/** What stands in the log for a line: computed anew from what the line says. */
function entryDigest(line: z.infer<typeof bundledEventSchema>): Digest {
  if ("erased" in line) return "contents" in line ? sealedEventDigest(line.erased, line.contents) : line.digest;
  const { event } = line;
  if ("contentsSalt" in line)
    return sealedEventDigest(headOf(event), contentsDigest(event.data, Buffer.from(line.contentsSalt, "hex")));
  const { salt } = line;
  return salt === undefined ? eventDigest(event) : commitment(eventDigest(event), Buffer.from(salt, "hex"));
}

async function verifyCustody(opened: Opened, manifest: Manifest, events: readonly MatterEvent[]): Promise<void> {
  const { findings } = opened;
  const before = findings.count;
  const custody = custodyOf(events);
  for (const { event, message } of custody.unsound) findings.bad("bundle.custody", event, `The event ${message}.`);
  for (const item of custody.items) {
    const own = custody.events.filter(({ exhibitNumber }) => exhibitNumber === item.exhibitNumber);
    const { state, problems } = custodyChain(item, own);
    for (const { event, message } of problems)
      findings.bad("bundle.custody", `exhibit ${item.exhibitNumber}, event ${event}`, message);
    if (state?.integrity === "broken")
      findings.bad(
        "bundle.custody",
        `exhibit ${item.exhibitNumber}`,
        "A check found that its content is not what it was.",
      );
  }
  const files = new Set(manifest.evidence.map(({ file }) => file));
  for (const { file, exhibitNumber } of custody.events)
    if (file !== undefined && !files.has(file))
      findings.bad("bundle.custody", `exhibit ${exhibitNumber}`, `The file ${file} is not in the bundle.`);
  if ((await textOf(opened, memberPaths.custody)) !== `${canonicalText(caseJsonLd(manifest.matter, custody))}\n`)
    findings.bad("bundle.custody", memberPaths.custody, "The CASE export is not what the events say.");
  if (!readmeTexts.includes((await textOf(opened, memberPaths.readme)) ?? ""))
    findings.bad("bundle.member-changed", memberPaths.readme, "The text is not the one that belongs to this format.");
  if (findings.count === before)
    findings.good(
      `The custody of ${custody.items.length} items has no gap: ${custody.events.length} events follow each other.`,
    );
}

async function verifyEvidence(opened: Opened, manifest: Manifest): Promise<void> {
  const { findings, settings } = opened;
  const members = new Map(manifest.members.map((member) => [member.path, member]));
  let openedFiles = 0;
  for (const { file, stored, content, key } of manifest.evidence) {
    const member = members.get(content);
    if (fileIdOf(stored) !== file || member?.digest !== stored.ciphertext || member.bytes !== stored.ciphertextBytes)
      findings.bad("bundle.evidence", content, "The file is not the one that the vault kept.");
    else if (key === "destroyed") findings.open(`The content of ${content}: its key was destroyed.`);
    else if (key === "withheld") findings.open(`The content of ${content}: its key is not in the bundle.`);
    else if (!members.has(key)) findings.bad("bundle.evidence", key, "The key is missing.");
    else if ((settings.identities ?? []).length === 0)
      findings.open(`The content of ${content}: give an identity that opens it with --identity.`);
    else if (await opens(opened, content, key, stored.plaintext)) openedFiles += 1;
    else
      findings.bad("bundle.evidence", content, "No identity opens it, or the content is not the one that was stored.");
  }
  if (openedFiles > 0)
    findings.good(`${openedFiles} files of evidence were opened and have the content that was stored.`);
}

async function opens(opened: Opened, content: string, key: string, plaintext: Digest): Promise<boolean> {
  const { zip, members, settings } = opened;
  const [contentEntry, keyEntry] = [members.get(content), members.get(key)];
  if (contentEntry === undefined || keyEntry === undefined || keyEntry.uncompressedSize > 1 << 20) return false;
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of contentOf(zip, keyEntry)) pieces.push(piece);
    const identity = Buffer.from(await decryptBytes(Buffer.concat(pieces), settings.identities ?? [])).toString("utf8");
    const digest = createHash("sha256");
    for await (const piece of decryptStream(contentOf(zip, contentEntry), [identity])) digest.update(piece);
    return digest.digest("hex") === plaintext;
  } catch {
    return false;
  }
}
