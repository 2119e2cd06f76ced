export { bundleFile, bundleInMemory } from "./bundle-file.ts";
export type { BundleSource } from "./container.ts";
export { type BundleProblem, type BundleReport, fingerprint, type VerifySettings, verifyBundle } from "./verify.ts";
export { type BundleInput, type EvidenceToBundle, writeBundle } from "./write.ts";
