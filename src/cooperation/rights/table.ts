import { endingRows } from "./ending-rows.ts";
import { seeingRows } from "./seeing-rows.ts";
import type { RightsBar, RightsRow } from "./vocabulary.ts";
import { watchingRows } from "./watching-rows.ts";
import { workingRows } from "./working-rows.ts";

export const rightsBars: readonly RightsBar[] = [
  {
    id: "conflict-of-interest",
    meets: "barred",
    except: ["audit-log", "statistics"],
    says: "Who is barred from a matter for a conflict of interest does nothing with it, in any role, and may not know of it; only the audit of the log and the statistics go on.",
  },
  {
    id: "administrator",
    meets: "administrator",
    except: ["manage-people"],
    says: "An administrator manages people and sees no matter, whatever other role the same person holds.",
  },
  {
    id: "auditor",
    meets: "auditor",
    except: ["audit-log", "statistics"],
    says: "An auditor reads the log and the counts and sees no matter, whatever other role the same person holds.",
  },
];

/** The one decision table of rights: a person may do what a row allows, unless a bar forbids it. Nothing else is allowed. */
export const rightsTable: readonly RightsRow[] = [...seeingRows, ...workingRows, ...endingRows, ...watchingRows];
