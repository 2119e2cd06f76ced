/**
 * What a figure is, from import to export; zero is `normal`. The letters are those of the SDMX code list CL_OBS_STATUS
 * (version 2.2), which has none for "not yet due" and "partial": they travel in an attribute of their own.
 */
const observationStatuses = {
  normal: "A",
  estimated: "E",
  partial: "A",
  suppressed: "Q",
  "not-reported": "L",
  "not-applicable": "M",
  "not-yet-due": "O",
  missing: "O",
} as const;
export type ObservationStatus = keyof typeof observationStatuses;
export const observationStatusWords = [
  "normal",
  "estimated",
  "partial",
  "suppressed",
  "not-reported",
  "not-applicable",
  "not-yet-due",
  "missing",
] as const satisfies readonly ObservationStatus[];
