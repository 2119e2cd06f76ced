export { betaQuantile, incompleteBeta } from "./beta.ts";
export {
  chiSquareCdf,
  chiSquareQuantile,
  fisherCdf,
  fisherQuantile,
  studentCdf,
  studentQuantile,
} from "./continuous.ts";
export {
  binomialCdf,
  binomialPmf,
  binomialQuantile,
  negativeBinomialCdf,
  negativeBinomialPmf,
  negativeBinomialQuantile,
  poissonCdf,
  poissonPmf,
  poissonQuantile,
} from "./discrete.ts";
export { gammaQuantile, incompleteGamma, poissonDensity } from "./gamma.ts";
export { byarInterval, clopperPearsonInterval, garwoodInterval, type Interval, wilsonInterval } from "./intervals.ts";
export { digamma, logGamma, trigamma } from "./log-gamma.ts";
export { normalCdf, normalDensity, normalQuantile } from "./normal.ts";
export { createRandom, philox4x32, type Random } from "./random.ts";
export {
  directStandardisation,
  exactRateRatio,
  type IndirectStandardisation,
  indirectStandardisation,
  type RateRatio,
  type StandardisedRate,
} from "./rates.ts";
export type { Tail, Tails } from "./tail.ts";
