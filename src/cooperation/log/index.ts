export { checkLog, checkTile, type LogCheck, type LogProblem, type RememberedHead, tilesOfLog } from "./check.ts";
export {
  type Checkpoint,
  type CheckpointProblem,
  type Cosignature,
  isCheckpointProblem,
  type OpenCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from "./checkpoint.ts";
export { commitment } from "./commitment.ts";
export { leafHash } from "./hashing.ts";
export {
  verifyConsistency,
  verifyInclusion,
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
  verifierText,
  verifyNote,
} from "./signed-note.ts";
export { isTilePath, LogDamaged, tilePath } from "./tiles.ts";
export {
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
  openLog,
} from "./writer.ts";
