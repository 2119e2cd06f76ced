import type { Transition } from "./life.ts";
import type { MatterType } from "./matter-type.ts";

const marks = { requesting: "→", requested: "←", either: "↔" } as const;

/**
 * The states of a matter type as a Mermaid state diagram. Steps that are possible from any open state are drawn from one
 * box, so that the picture stays readable. The arrow says who acts: → the requesting side, ← the requested one, ↔ either.
 */
export function stateDiagram(type: MatterType): string {
  const node = (id: string): string => id.replaceAll("-", "_");
  const step = (transition: Transition): string =>
    `${transition.name} ${marks[transition.side]}${transition.fourEyes === undefined ? "" : " (two persons)"}`;
  const grouped = new Map<string, string[]>();
  for (const transition of type.transitions.filter(({ to }) => to !== "same")) {
    const froms = transition.from === "any-open" ? ["any_open"] : transition.from.map(node);
    for (const from of froms) {
      const edge = `${from} --> ${node(transition.to)}`;
      grouped.set(edge, [...(grouped.get(edge) ?? []), step(transition)]);
    }
  }
  const anyOpen = type.transitions.some(({ from }) => from === "any-open");
  return [
    "stateDiagram-v2",
    ...type.states.map((state) => `  state "${state.label.en}" as ${node(state.id)}`),
    ...(anyOpen ? ['  state "any open state" as any_open'] : []),
    `  [*] --> ${node(type.initial.outgoing)}`,
    ...[...grouped].map(([edge, steps]) => `  ${edge}: ${steps.join(", ")}`),
    ...type.states.filter(({ open }) => !open).map((state) => `  ${node(state.id)} --> [*]`),
  ].join("\n");
}
