/** Looks at a file of which nothing is known, and proposes a first definition of a stream for it. */
export type { ColumnProfile } from "./column.ts";
export { type FileProfile, type ProfileOptions, profileFile } from "./file-profile.ts";
export type { Finding } from "./finding.ts";
export { type ProposalSurroundings, proposedStream } from "./proposal.ts";
