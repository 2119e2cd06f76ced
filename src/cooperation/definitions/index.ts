export { conditionHolds, isDemanded } from "./condition.ts";
export { stateDiagram } from "./diagram.ts";
export {
  eventNameSchema,
  type FieldDefinition,
  idSchema,
  type Label,
  type Side,
  sideSchema,
} from "./field.ts";
export {
  alarmClasses,
  type ClockDefinition,
  type Guard,
  type StateDefinition,
  type Transition,
} from "./life.ts";
export {
  type CommonContent,
  type MatterType,
  matterTypeDigest,
  matterTypeJson,
  matterTypeJsonSchema,
  matterTypeSchema,
  matterTypeVersion,
} from "./matter-type.ts";
export { type ReadMatterTypes, readMatterTypes } from "./read.ts";
export { matterTypesPage } from "./reference-page.ts";
