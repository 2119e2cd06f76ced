import type { MatterType } from "../definitions/index.ts";
import { erasableFrom, type HeldItem, holderOf, isSealed, type Matter, retentionOf } from "../matter/index.ts";
import type { ProjectedClock, ProjectedEvidenceItem, Projection } from "../store/index.ts";
import type { OfficeId, PersonId } from "../words/index.ts";
import { type Calendars, clockViews, runState } from "./deadlines.ts";

/** The office and the person that a matter lies with; what arrives lies with the intake until somebody is assigned. */
export function placeOf(matter: Matter, intake: OfficeId): { office: OfficeId; assignee: PersonId | undefined } {
  const held = holderOf(matter);
  return { office: held?.office ?? intake, assignee: held?.person };
}

/**
 * What the database keeps of a matter beside its events: a pure fold, so that it can be made again at any time.
 *
 * @param intake - The office that gets what arrives, until somebody is assigned.
 */
export function projectionOf(type: MatterType, matter: Matter, intake: OfficeId, states: Calendars): Projection {
  const { office, assignee } = placeOf(matter, intake);
  const clocks = projectedClocks(type, matter, states);
  const due = clocks.flatMap(({ state, dueAt }) => (state === "running" && dueAt !== null ? [dueAt] : [])).sort()[0];
  const kept = retentionOf(type, matter);
  const reference = matter.fields["own-reference"]?.value;
  const urgency = matter.fields.urgency?.value;
  return {
    type: matter.type,
    typeVersion: String(matter.typeVersion),
    side: matter.side,
    state: matter.state,
    open: matter.open,
    office,
    assignee: assignee ?? null,
    restricted: isSealed(matter),
    granted: matter.admitted.map(({ person }) => person),
    barred: matter.conflicts.map(({ person }) => person),
    partner: matter.partner ?? null,
    // Of a request received it is the reference that the partner gave it: by that both sides speak of it.
    reference: typeof reference === "string" ? reference : null,
    urgent: urgency === "urgent" || urgency === "emergency",
    openedAt: matter.openedAt,
    changedAt: matter.changedAt,
    dueAt: due ?? null,
    erasableFrom: kept === undefined || matter.hold !== undefined ? null : erasableFrom(kept),
    clocks,
    evidence: matter.evidence.map(projectedItem),
  };
}

function projectedItem({ id, item, events, state }: HeldItem): ProjectedEvidenceItem {
  const file = events.findLast((event) => event.file !== undefined)?.file;
  return {
    item: id,
    exhibit: item.exhibitNumber,
    kind: item.kind,
    stage: state.stage,
    digest: state.digest ?? null,
    bytes: item.bytes ?? null,
    data: { standing: state.standing, integrity: state.integrity, ...(file === undefined ? {} : { file }) },
  };
}

function projectedClocks(type: MatterType, matter: Matter, states: Calendars): ProjectedClock[] {
  const views = clockViews(type, matter, states);
  return views.map(({ run, definition, deadline, assumed }, index) => {
    const before = views.slice(0, index).filter((other) => other.run.clock === run.clock).length;
    const newest = !views.slice(index + 1).some((other) => other.run.clock === run.clock);
    const state = runState(run);
    const end = deadline?.kind === "due" ? deadline : undefined;
    // An end that is only the earliest possible one warns; nothing may come about by it.
    const dueAt = end !== undefined && state !== "stopped" && !assumed ? end.due : null;
    const warnings = [...(end?.warnings ?? []), ...(assumed && end !== undefined ? [end.due] : [])];
    // An end that came stays an alarm until the matter ends or the clock is started anew.
    const alarmAt =
      state === "running" ? (warnings[0] ?? dueAt) : state === "expired" && newest && matter.open ? dueAt : null;
    return {
      clock: before === 0 ? run.clock : `${run.clock}-${before + 1}`,
      state,
      startedAt: run.startedAt,
      dueAt,
      alarmAt: alarmAt ?? null,
      data: {
        clock: run.clock,
        startedBy: run.startedBy,
        grade: definition.alarm,
        warnings,
      },
    };
  });
}
