export { type Engine, type EngineSettings, openEngine, QueryError } from "./engine.ts";
export { identifier, literal, literalOf, parquet, type SqlQuery, type SqlValue } from "./sql.ts";
