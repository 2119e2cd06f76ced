/** The program as a whole: what its tests and its benchmarks drive. Nothing in src/ may import it. */

export { cooperationDefinitions } from "./authority/definitions.ts";
export { type Demonstration, demonstrate } from "./authority/demonstration.ts";
export { recordsDoor } from "./authority/records-folder.ts";
export { createDesk } from "./authority/server.ts";
export { exitCodes } from "./exit-codes.ts";
export { main } from "./main.ts";
export { type BuildSettings, buildObservatory, type OpenObservatory, openObservatory } from "./observatory.ts";
export { createServer, type ServerSurroundings } from "./server.ts";
export type { Terminal } from "./terminal.ts";
