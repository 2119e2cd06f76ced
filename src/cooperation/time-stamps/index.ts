export { certificatesInPem } from "./certificates.ts";
export { type Fetch, type Obtained, obtainTimeStamp, type TimeStampService } from "./obtain.ts";
export { type ImprintAlgorithm, type TimeStampQuestion, timeStampRequest } from "./request.ts";
export {
  type TimeStamp,
  type TimeStampExpected,
  type TimeStampFault,
  type TimeStampTrust,
  type TimeStampVerdict,
  verifyTimeStamp,
} from "./verify.ts";
