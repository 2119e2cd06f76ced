export { type Frequency, frequencies, nests, periodLength, periodStart, periodsWithin, periodText } from "./period.ts";
