import { everywhere, ordinary, plain, sealed } from "./cells.ts";
import type { RightsRow } from "./vocabulary.ts";

/** Rows of the table of rights: oversight and emergency. */
export const watchingRows: readonly RightsRow[] = [
  // Oversight and emergency
  {
    id: "audit",
    actions: ["audit-log"],
    roles: ["auditor"],
    relations: ["anyone"],
    ...everywhere,
    ...plain,
    says: "An auditor reads the log, who read what, and the counts.",
  },
  {
    id: "statistics",
    actions: ["statistics"],
    roles: ["head-of-office", "auditor"],
    relations: ["anyone"],
    ...everywhere,
    ...plain,
    says: "A head of office or an auditor reads the statistics of closed matters, which are protected against finding anybody in them.",
  },
  {
    id: "manage-people",
    actions: ["manage-people"],
    roles: ["administrator"],
    relations: ["anyone"],
    ...everywhere,
    ...plain,
    says: "An administrator manages people, offices and roles.",
  },
  {
    id: "break-glass",
    actions: ["break-glass"],
    roles: ["case-officer", "head-of-office", "contact-point", "executing-officer"],
    relations: ["office"],
    ...everywhere,
    conditions: ["reason"],
    says: "In an emergency a member of the office breaks the glass with a reason; an alarm follows.",
  },
  {
    id: "read-through-broken-glass",
    actions: ["read"],
    roles: ["case-officer", "contact-point", "executing-officer"],
    relations: ["office"],
    ...everywhere,
    ...ordinary,
    conditions: ["broken-glass"],
    says: "Who has broken the glass reads that ordinary matter for a limited time, and only reads.",
  },
  {
    id: "read-sealed-through-broken-glass",
    actions: ["read-sealed"],
    roles: ["case-officer", "head-of-office", "contact-point", "executing-officer"],
    relations: ["office"],
    ...everywhere,
    ...sealed,
    conditions: ["broken-glass"],
    says: "Who has broken the glass reads that sealed matter for a limited time, and only reads.",
  },
];
