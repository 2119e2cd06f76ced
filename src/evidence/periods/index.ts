export { type Frequency, frequencies, nests, periodLength, periodStart, periodText } from "./period.ts";
