export { betaQuantile, incompleteBeta } from "./beta.ts";
export { gammaQuantile, incompleteGamma, logGamma, poissonDensity } from "./gamma.ts";
export { byarInterval, clopperPearsonInterval, garwoodInterval, type Interval, wilsonInterval } from "./intervals.ts";
export { normalQuantile } from "./normal.ts";
export { createRandom, philox4x32, type Random } from "./random.ts";
