export { checkLog, checkTile, type LogCheck, type LogProblem, type RememberedHead, tilesOfLog } from "./check.ts";
export {
  type Checkpoint,
  type CheckpointProblem,
  type Cosignature,
  checkpointText,
  isCheckpointProblem,
  type OpenCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signedCheckpoint,
} from "./checkpoint.ts";
export { commitment } from "./commitment.ts";
export { emptyRoot, leafHash, nodeHash, rootOfLeaves } from "./hashing.ts";
export {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "./proof.ts";
export { entryOf, type LogReader, logReader } from "./reader.ts";
export {
  type KeyKind,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  noteSigner,
  noteText,
  parseNote,
  parseVerifier,
  type SignatureVerdict,
  type SignedNote,
  signNote,
  strictBase64,
  verifierText,
  verifyNote,
} from "./signed-note.ts";
export { entriesOfBundle, hashesOfTile, isTilePath, LogDamaged, parseTilePath, tilePath } from "./tiles.ts";
export {
  considerHead,
  diskWitnessMemory,
  type Witness,
  type WitnessMemory,
  type WitnessRefusal,
  witness,
} from "./witness.ts";
export {
  type Appended,
  checkpointPath,
  cosignedPath,
  createLog,
  type LogWriter,
  LogWriterStopped,
  openLog,
} from "./writer.ts";
