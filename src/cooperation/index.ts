/** Requests between authorities: matters, clocks, evidence, exchange. Knows the classification and nothing else. */
export { type MatterEvent, matterEventSchema } from "./words/index.ts";
