import type { MatterFacts, PersonFacts } from "../rights/index.ts";
import type { OfficeReach } from "../store/index.ts";
import { matterIdSchema, personIdSchema } from "../words/index.ts";
import type { Workshop } from "./workshop.ts";

const nobody = personIdSchema.parse("00000000-0000-7000-8000-000000000000");
const anyMatter = matterIdSchema.parse(nobody);

/**
 * Of which kinds a person may list matters of the own office that are not the person's own, so that the store does not
 * fetch what nobody will be shown. Each matter is judged by itself all the same.
 *
 * @returns undefined where all may be.
 */
export function reachOf({ rights, parts, kinds }: Workshop, person: PersonFacts): OfficeReach | undefined {
  const known = new Map<string, boolean>();
  const lists = (facts: Pick<MatterFacts, "side" | "matterClass" | "stateClass">): boolean =>
    (["ordinary", "sealed"] as const).some((confidentiality) =>
      [[], [nobody]].some((assignees) => {
        const [office] = person.offices;
        const matter = { id: anyMatter, assignees, granted: [], barred: [], preparers: [], confidentiality, ...facts };
        return (
          office !== undefined &&
          rights({ person, action: "list", matter: { ...matter, office }, now: parts.now() }).allowed
        );
      }),
    );
  const may = (facts: Pick<MatterFacts, "side" | "matterClass" | "stateClass">): boolean => {
    const key = `${facts.side} ${facts.matterClass} ${facts.stateClass}`;
    const found = known.get(key) ?? lists(facts);
    known.set(key, found);
    return found;
  };
  const always = kinds.filter(may).map(({ kind }) => kind);
  if (always.length === kinds.length) return undefined;
  const whileProposed = kinds
    .filter((one) => !may(one) && may({ ...one, stateClass: one.proposed }))
    .map(({ kind }) => kind);
  return { always, whileProposed };
}
