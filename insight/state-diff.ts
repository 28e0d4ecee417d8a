/**
 * What is not the same at two moments of a log: of each service, and of minit itself. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import { servicesInOrder, type SupervisorState } from '../machines/state';
import { statusOf, type ServiceStatus } from '../machines/status';

type Plain = string | number | boolean | null;

/** `null`: there is none. */
export interface FieldChange {
  readonly field: string;
  readonly from: Plain;
  readonly to: Plain;
}

export interface ServiceDiff {
  readonly service: ServiceName;
  /** `new`: minit knew nothing of it at the first moment; `gone`: at the second one, which is the earlier. */
  readonly is: 'changed' | 'new' | 'gone';
  readonly changes: readonly FieldChange[];
}

export interface StateDiff {
  readonly minit: readonly FieldChange[];
  /** Those that have changed, in the order of first mention. */
  readonly services: readonly ServiceDiff[];
}

const statusFields = ['state', 'inner', 'want', 'pid', 'restarts', 'reason'] as const;

export function diffStates(before: SupervisorState, after: SupervisorState): StateDiff {
  const later = before.seq <= after.seq ? after : before;
  const services: ServiceDiff[] = [];
  for (const { context } of servicesInOrder(later)) {
    const [from, to] = [statusIn(before, context.name), statusIn(after, context.name)];
    const changes = changesOf(from, to);
    const is = from === undefined ? 'new' : to === undefined ? 'gone' : 'changed';
    if (changes.length > 0) services.push({ service: context.name, is, changes });
  }
  return { minit: changesOf(ownFields(before), ownFields(after)), services };
}

function statusIn(
  state: SupervisorState,
  name: ServiceName,
): Readonly<Record<string, Plain>> | undefined {
  const service = state.services.get(name);
  if (service === undefined) return undefined;
  const status: ServiceStatus = statusOf(service, state.at);
  return Object.fromEntries(statusFields.map((field) => [field, status[field] ?? null]));
}

/** What people ask of minit itself; how it keeps its books is not among it. */
function ownFields(state: SupervisorState): Readonly<Record<string, Plain>> {
  const { init, shutdown, emergencyShell, resumes, isLogOpen, isControlOpen } = state;
  return {
    state: init.value,
    services: state.services.size,
    rising: state.rising,
    active: state.active,
    stuck: state.stuck,
    shutdown: shutdown?.goal ?? null,
    emergencyShell: emergencyShell?.pid ?? null,
    executedAnew: resumes ?? 0,
    isLogOpen: isLogOpen ?? null,
    isControlOpen: isControlOpen ?? null,
  };
}

function changesOf(
  before: Readonly<Record<string, Plain>> = {},
  after: Readonly<Record<string, Plain>> = {},
): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({ field, from: before[field] ?? null, to: after[field] ?? null }))
    .filter(({ from, to }) => from !== to);
}
