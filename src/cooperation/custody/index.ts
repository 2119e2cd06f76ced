export { caseJsonLd } from "./case-json-ld.ts";
export {
  afterCustodyEvent,
  authorisationSchema,
  type Custodian,
  type CustodyChain,
  type CustodyEvent,
  type CustodyProblem,
  type CustodyStage,
  type CustodyState,
  custodyChain,
  custodyProblems,
  custodyStageSchema,
  custodyStages,
  type EvidenceItem,
  type ExhibitNumber,
  evidenceItemSchema,
  exhibitNumberSchema,
  stageRules,
} from "./chain.ts";
export { custodyDataSchema, custodyEventName, custodyOf, type MatterCustody, stampedDigest } from "./matter-events.ts";
