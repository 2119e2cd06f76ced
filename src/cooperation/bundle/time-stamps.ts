import { custodyOf, stampedDigest } from "../custody/index.ts";
import { isCheckpointProblem, type OpenCheckpoint, openCheckpoint, parseNote, parseVerifier } from "../log/index.ts";
import { type TimeStamp, verifyTimeStamp } from "../time-stamps/index.ts";
import { type Digest, digestOf, type MatterEvent } from "../words/index.ts";
import { isConsistent } from "./consistency.ts";
import { type Manifest, stampedPaths } from "./format.ts";
import { bytesOf, type Findings, type Opened, textOf } from "./opened.ts";

/** Verifies the time stamps of a bundle: those over heads of the log, and those that custody events carry. */
export async function verifyTimeStamps(
  opened: Opened,
  manifest: Manifest,
  head: OpenCheckpoint | undefined,
  events: readonly MatterEvent[],
): Promise<void> {
  for (let number = 1; opened.members.has(stampedPaths(number).checkpoint); number += 1)
    await verifyStampedHead(opened, manifest, head, number);
  for (const event of custodyOf(events).events) {
    if (event.timestamp === undefined) continue;
    const what = `The custody event ${event.sequence} of exhibit ${event.exhibitNumber}`;
    const token = Buffer.from(event.timestamp, "base64");
    await report(opened, { token, digest: stampedDigest(event), where: `event ${event.id}`, what });
  }
}

async function verifyStampedHead(
  opened: Opened,
  manifest: Manifest,
  head: OpenCheckpoint | undefined,
  number: number,
): Promise<void> {
  const paths = stampedPaths(number);
  const key = parseVerifier(manifest.log);
  const source = await textOf(opened, paths.checkpoint);
  const token = await bytesOf(opened, paths.token);
  const note = source === undefined ? undefined : parseNote(source);
  const stamped = source === undefined || key === undefined ? undefined : openCheckpoint(source, key);
  if (
    head === undefined ||
    token === undefined ||
    note === undefined ||
    stamped === undefined ||
    isCheckpointProblem(stamped) ||
    !isConsistent(head, stamped, await textOf(opened, paths.consistency))
  ) {
    opened.findings.bad("bundle.time-stamp", paths.checkpoint, "It is no head of the log that this bundle leads to.");
    return;
  }
  const what = `The head of the log with ${stamped.size} entries`;
  await report(opened, { token, digest: digestOf(note.text), where: paths.token, what });
}

interface Stamped {
  readonly token: Uint8Array;
  readonly digest: Digest;
  readonly where: string;
  readonly what: string;
}

async function report({ findings, settings }: Opened, { token, digest, where, what }: Stamped): Promise<void> {
  const expected = { digests: { "SHA-256": Buffer.from(digest, "hex") } };
  const found = await verifyTimeStamp(token, expected, { anchors: settings.timeStampAnchors ?? [] });
  if (found.verdict === "refused") {
    findings.bad("bundle.time-stamp", where, `${what} has a time stamp that is not good: ${found.message}`);
    return;
  }
  if (found.verdict === "unknown-anchor") {
    findings.open(
      `That ${lower(what)} existed at ${timeOf(found.stamp)}: so signs ${found.stamp.service}, which leads to no certificate that was given; give the one that the service publishes with --time-stamp-anchor.`,
    );
    return;
  }
  findings.good(
    `${what} existed at ${timeOf(found.stamp)}: so signs ${found.stamp.service}, known by ${found.anchor}.`,
  );
  notRevoked(findings, found.stamp);
}

const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

const timeOf = ({ at, accuracy }: TimeStamp): string =>
  accuracy === undefined ? at : `${at} (within ${accuracy / 1000} s)`;

function notRevoked(findings: Findings, { service, certificateEnds }: TimeStamp): void {
  findings.open(`That the certificate of ${service}, was not revoked before it ended at ${certificateEnds}.`);
}
