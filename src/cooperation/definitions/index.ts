export { commonEnds, eventNames } from "./checks.ts";
export { commonEventNames } from "./common-events.ts";
export { conditionHolds } from "./condition.ts";
export { stateDiagram } from "./diagram.ts";
export {
  eventNameSchema,
  type FieldDefinition,
  type FieldType,
  fieldTypes,
  idSchema,
  type Label,
  labelSchema,
  type Sensitivity,
  type Side,
  sensitivities,
  sideSchema,
  sides,
} from "./field.ts";
export {
  alarmClasses,
  type ClockDefinition,
  evidenceNames,
  type Ground,
  type Guard,
  type StateDefinition,
  type Transition,
  timeUnits,
} from "./life.ts";
export {
  type CommonContent,
  type Instrument,
  type MatterType,
  matterTypeDigest,
  matterTypeJsonSchema,
  matterTypeSchema,
} from "./matter-type.ts";
export { commonFile, type ReadMatterTypes, readMatterType, readMatterTypes } from "./read.ts";
export { matterTypesPage } from "./reference-page.ts";
