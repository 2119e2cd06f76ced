export {
  type IccsCode,
  type IccsDefinition,
  type IccsLanguage,
  type IccsLevel,
  iccsAncestors,
  iccsChildren,
  iccsCodes,
  iccsDefinitionsFromRows,
  iccsDescendants,
  iccsLevel,
  iccsParent,
  iccsSection,
  iccsTitle,
  isIccsLeaf,
  type ParsedIccsCode,
  parseIccsCode,
} from "./classification.ts";
export { type Condition, columnsOfCondition, conditionMatches, conditionSchema, conditionSql } from "./condition.ts";
export {
  applyCrosswalk,
  type Crosswalk,
  type CrosswalkDefinition,
  type CrosswalkProblem,
  type CrosswalkRule,
  conditionColumns,
  crosswalkFromRows,
  crosswalkRuleSchema,
  crosswalkSchema,
  type Mapping,
  splitSets,
  validityCuts,
} from "./crosswalk.ts";
export { checkCrosswalk } from "./crosswalk-check.ts";
export { type CrosswalkSqlInput, crosswalkSql } from "./crosswalk-sql.ts";
export {
  type AgreedExample,
  defaultSettings,
  type ExampleProblem,
  type IccsSuggestion,
  type NationalSuggestions,
  type NationalTitle,
  type SuggestionOptions,
  type SuggestionReason,
  type SuggestionSettings,
  suggestIccs,
} from "./suggest.ts";
export { crossValidated, type LevelAccuracy, type Proposer, proposerOf } from "./suggest-accuracy.ts";
export {
  type DisaggregatingVariable,
  disaggregatingVariable,
  disaggregatingVariables,
  type VariableCategory,
  type VariableSubject,
  variableCategories,
} from "./variables.ts";
