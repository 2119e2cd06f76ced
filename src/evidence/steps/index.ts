export { contentHash, type Plain, plainOf } from "./canonical.ts";
export { createStepStore, type Step, type StepResult, type StepStore } from "./step-store.ts";
export { readJson, writeWhole } from "./whole-file.ts";
