import { everywhere, ordinary, plain } from "./cells.ts";
import type { RightsRow } from "./vocabulary.ts";

/** Rows of the table of rights: to keep the contents of matters that have ended, and to erase them. */
export const endingRows: readonly RightsRow[] = [
  {
    id: "hold",
    actions: ["hold"],
    roles: ["head-of-office"],
    relations: ["office"],
    ...everywhere,
    ...plain,
    says: "The head of the office places a hold on a matter, so that it is not erased, or lifts it, also in a sealed one without seeing it.",
  },
  {
    id: "propose-erasure",
    actions: ["propose-erasure"],
    roles: ["head-of-office"],
    relations: ["office"],
    ...everywhere,
    states: ["closed"],
    ...plain,
    says: "The head of the office proposes to erase the contents of a matter that has ended, also of a sealed one without seeing it.",
  },
  {
    id: "approve-erasure-as-head",
    actions: ["approve-erasure"],
    roles: ["head-of-office"],
    relations: ["office"],
    ...everywhere,
    states: ["closed"],
    conditions: ["four-eyes"],
    says: "Another head of the office has the contents erased, also of a sealed matter without seeing it.",
  },
  {
    id: "approve-erasure-in-office",
    actions: ["approve-erasure"],
    roles: ["approver"],
    relations: ["office"],
    ...everywhere,
    ...ordinary,
    states: ["closed"],
    conditions: ["four-eyes"],
    says: "An approver of the office has the contents of an ordinary matter erased that the head proposed to erase.",
  },
  {
    id: "approve-erasure-admitted",
    actions: ["approve-erasure"],
    roles: ["approver", "head-of-office"],
    relations: ["assignee", "admitted"],
    ...everywhere,
    states: ["closed"],
    conditions: ["four-eyes"],
    says: "An approver or head who is assigned or admitted has the contents erased, also of a sealed matter, unless the same person proposed it.",
  },
];
