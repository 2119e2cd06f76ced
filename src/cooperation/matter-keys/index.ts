/** The keys of matters: what is written into a matter is closed with its key, and erased with it. Knows the words. */
export { contentsDigestWith, type MatterKey, type MatterKeys, matterKeys, SealBroken } from "./keys.ts";
