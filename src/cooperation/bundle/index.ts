export { bundleFile, bundleInMemory } from "./bundle-file.ts";
export type { BundleSource } from "./container.ts";
export type { BundleProblem, BundleReport, VerifySettings } from "./opened.ts";
export { fingerprint, verifyBundle } from "./verify.ts";
export { type BundleInput, type EventToBundle, type EvidenceToBundle, type StampedHead, writeBundle } from "./write.ts";
