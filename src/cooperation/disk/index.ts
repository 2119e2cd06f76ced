export {
  type Disk,
  type DiskEntry,
  type DiskFile,
  filesBelow,
  folderOf,
  makeFolders,
  unfinishedEnding,
  writeDurably,
  writeSynced,
} from "./disk.ts";
export { nodeDisk } from "./node-disk.ts";
export { type Fault, Killed, type SimulatedDisk, type Survival, simulatedDisk } from "./simulated-disk.ts";
