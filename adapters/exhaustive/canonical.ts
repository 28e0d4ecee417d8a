/**
 * The form of a moment by which it is known again. Left out is what decides nothing: PIDs, times, numbers of
 * events, how processes ended, how often something failed, and the history that operators can ask for.
 *
 * @module
 */
import type { Asked } from '../../effects/outstanding';
import type { AgendaItem, Service, StopPlan, SupervisorState } from '../../machines/state';
import { isYoung } from './moves';
import type { Moment } from './moment';

/** Returns the same text for two moments exactly when the same can come of both. */
export function canonicalForm(moment: Moment): string {
  const { state, owed, living, unanswered, hasEnded } = moment;
  const parts: string[] = [
    hasEnded ? 'ended' : state.init.value,
    walkForm(state),
    [...state.pendingStarts.toJSON()]
      .map(([name, { length }]) => `${name} ${String(length)}`)
      .join(),
    state.stopPlan === undefined ? '' : planForm(state.stopPlan),
    state.shutdown === undefined ? '' : `${state.shutdown.goal} ${state.shutdown.reading ?? ''}`,
    `${String(unanswered.length)} ${String(state.unclaimed.size)} ${String(state.spawning)}`,
    owed.map(owedForm).sort().join(),
    living
      .map((process) => `${process.service}${isYoung(moment, process) ? ' young' : ''}`)
      .sort()
      .join(),
  ];
  for (const [name, service] of state.services.toJSON())
    parts.push(`${name} ${serviceForm(service)}`);
  return parts.join('\n');
}

function serviceForm({ value, context }: Service): string {
  const { want, respawns, isRead, needs, waitingFor, pid, graceMs, takenDown } = context;
  return [
    typeof value === 'string' ? value : JSON.stringify(value),
    ...[want, respawns, isRead, pid === undefined, graceMs > 0, takenDown === true],
    needs.join(' '),
    waitingFor.keys().sort().join(' '),
  ].join();
}

function walkForm({
  agenda,
  requested,
  reading,
  blackList,
  open,
  hasStarted,
}: SupervisorState): string {
  const items: (AgendaItem | undefined)[] = [reading];
  for (let node = agenda; node !== undefined; node = node.rest) items.push(node.item);
  return [
    items.map(itemForm).join(),
    requested.map(itemForm).join(),
    blackList.join(),
    open.keys().sort().join(),
    hasStarted,
  ].join(';');
}

function itemForm(item: AgendaItem | undefined): string {
  if (item === undefined) return '';
  if (item.kind !== 'start') return `${item.kind} ${'service' in item ? item.service : ''}`;
  const { asker, service } = item;
  const who = 'name' in asker ? asker.name : 'respawn' in asker ? String(asker.respawn) : '';
  return `start ${service} ${asker.kind} ${who}`;
}

const planForm = ({ blockers, below }: StopPlan): string => JSON.stringify([blockers, below]);

/** The timer of a reply has the number of its request in its name; there is one request at a time. */
function owedForm({ effect }: Asked): string {
  if (effect.type === 'StartTimer') return effect.params.timer.replace(/^reply:.*/u, 'reply');
  return `${effect.type} ${'service' in effect.params ? (effect.params.service ?? '') : ''}`;
}
