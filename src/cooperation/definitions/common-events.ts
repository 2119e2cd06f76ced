/** Events that all matters share, whatever their type; transitions of a type have other names. */
export const commonEventNames: readonly string[] = [
  "opened",
  "fields-set",
  "field-corrected",
  "assigned",
  "attachment-added",
  "consultation-held",
  "information-asked",
  "information-supplied",
  "note",
  "proposed",
  "proposal-declined",
  "clock-expired",
];
