export {
  type BreakGlass,
  type BreakGlassAlarm,
  type Decision,
  decide,
  isReason,
  type MatterFacts,
  type PersonFacts,
  type Question,
  type RefusalCode,
} from "./decide.ts";
export { rightsPage } from "./page.ts";
export { rightsBars, rightsTable } from "./table.ts";
export {
  type Action,
  actions,
  brokenGlassHours,
  type Condition,
  type Confidentiality,
  confidentialities,
  minimumReason,
  type Relation,
  type RightsBar,
  type RightsRow,
  type Side,
  type StateClass,
  sides,
  stateClasses,
} from "./vocabulary.ts";
