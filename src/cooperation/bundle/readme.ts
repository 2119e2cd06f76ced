/** What a bundle says to somebody who has nothing but the bundle. */
export const readmeText = `This is one matter of an authority, exported so that anybody can verify it without that authority.

Verify it:    justitia verify <this file>
              (add --key <verifier key> with the key that the authority told you by another way, and
              --time-stamp-anchor <pem> with the certificate that a time-stamp service publishes)

manifest.json           every file here with its SHA-256, the matter, the keys
manifest.sig            signature of the authority under the SHA-256 of manifest.json (C2SP signed-note, Ed25519)
events.jsonl            every event of the matter, one a line, with its place in the log and its inclusion proof
log/checkpoint          signed head of the log that the proofs lead to (C2SP tlog-checkpoint; RFC 6962 hashes)
log/checkpoint-cosigned newest head that another authority has cosigned; log/consistency.json leads from it to the other
log/stamped/<n>/        an older or newer head of the log (checkpoint) with an RFC 3161 time stamp (token.tst) over the SHA-256 of
                        its text, which are the lines before the empty one; consistency.json leads from the one head to the other
custody.case.jsonld     the chain of custody of the evidence as CASE JSON-LD
evidence/               files of evidence, encrypted with age; evidence/<name>.key.age is the key, encrypted for its recipients:
                        age -d -i my-identity <name>.key.age > file.key; age -d -i file.key <name>.age > content

The entry of an event in the log is the SHA-256 of its canonical text (RFC 8785). Where the line has a contentsSalt, "data" is
taken out of that text and "contents" put in: the SHA-256, in hexadecimal, of "justitia/contents/v1", a line feed, the salt as
bytes, and the canonical text of "data". A line with "erased" has what is left of an event whose contents were erased, and
that SHA-256 under "contents". Where the line has a salt, the entry is the SHA-256 of "justitia/commitment/v1", a line feed,
the salt and the SHA-256 of the event, the last two as bytes.
What the signatures cannot show: that the key belongs to who it says, and that nothing happened after the export.
`;

/** The text as bundles had it before contents were sealed. */
const withoutSealing = `This is one matter of an authority, exported so that anybody can verify it without that authority.

Verify it:    justitia verify <this file>
              (add --key <verifier key> with the key that the authority told you by another way, and
              --time-stamp-anchor <pem> with the certificate that a time-stamp service publishes)

manifest.json           every file here with its SHA-256, the matter, the keys
manifest.sig            signature of the authority under the SHA-256 of manifest.json (C2SP signed-note, Ed25519)
events.jsonl            every event of the matter, one a line, with its place in the log and its inclusion proof
log/checkpoint          signed head of the log that the proofs lead to (C2SP tlog-checkpoint; RFC 6962 hashes)
log/checkpoint-cosigned newest head that another authority has cosigned; log/consistency.json leads from it to the other
log/stamped/<n>/        an older or newer head of the log (checkpoint) with an RFC 3161 time stamp (token.tst) over the SHA-256 of
                        its text, which are the lines before the empty one; consistency.json leads from the one head to the other
custody.case.jsonld     the chain of custody of the evidence as CASE JSON-LD
evidence/               files of evidence, encrypted with age; evidence/<name>.key.age is the key, encrypted for its recipients:
                        age -d -i my-identity <name>.key.age > file.key; age -d -i file.key <name>.age > content

The entry of an event in the log is the SHA-256 of its canonical text (RFC 8785). Where the line has a salt, the entry is
the SHA-256 of "justitia/commitment/v1", a line feed, the salt and that SHA-256, the last two as bytes.
What the signatures cannot show: that the key belongs to who it says, and that nothing happened after the export.
`;

/** The text as bundles had it before they could bear time stamps. */
const withoutTimeStamps = `This is one matter of an authority, exported so that anybody can verify it without that authority.

Verify it:    justitia verify <this file>
              (add --key <verifier key> with the key that the authority told you by another way)

manifest.json           every file here with its SHA-256, the matter, the keys
manifest.sig            signature of the authority under the SHA-256 of manifest.json (C2SP signed-note, Ed25519)
events.jsonl            every event of the matter, one a line, with its place in the log and its inclusion proof
log/checkpoint          signed head of the log that the proofs lead to (C2SP tlog-checkpoint; RFC 6962 hashes)
log/checkpoint-cosigned newest head that another authority has cosigned; log/consistency.json leads from it to the other
custody.case.jsonld     the chain of custody of the evidence as CASE JSON-LD
evidence/               files of evidence, encrypted with age; evidence/<name>.key.age is the key, encrypted for its recipients:
                        age -d -i my-identity <name>.key.age > file.key; age -d -i file.key <name>.age > content

The entry of an event in the log is the SHA-256 of its canonical text (RFC 8785). Where the line has a salt, the entry is
the SHA-256 of "justitia/commitment/v1", a line feed, the salt and that SHA-256, the last two as bytes.
What the signatures cannot show: that the key belongs to who it says, and that nothing happened after the export.
`;

/** The texts that a bundle may have, the newest first. */
export const readmeTexts: readonly string[] = [readmeText, withoutSealing, withoutTimeStamps];
