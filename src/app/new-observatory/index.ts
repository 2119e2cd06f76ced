/** What a new observatory holds before anybody has put data of their own into it. */
export { newObservatoryFiles, observatoryIdentifier, schemaFiles } from "./files.ts";
