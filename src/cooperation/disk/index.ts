export { diskBelow } from "./below.ts";
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
