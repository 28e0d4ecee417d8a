/**
 * Dependencies that a start went on without: missing, black-listed, or closing a cycle. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { Effect, ReportCode } from '../../machines/effects';
import type { RecordedEvent, SystemError } from '../../machines/events';
import type { SupervisorState } from '../../machines/state';
import type { CauseNode } from './cause-chain';

export type SkipReason =
  | { readonly kind: 'missing'; readonly error: SystemError }
  | { readonly kind: 'black-listed' }
  /** The first service again at the end. */
  | { readonly kind: 'cycle'; readonly path: readonly ServiceName[] };

export interface Skip {
  readonly dependent: ServiceName;
  readonly dependency: ServiceName;
  /** The file that asks for it; 1-based line, none for a log. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly why: SkipReason;
  readonly node: CauseNode | undefined;
}

const codes: ReadonlySet<ReportCode> = new Set([
  'dependency-missing',
  'dependency-black-listed',
  'dependency-cycle',
]);

/** Returns what the event made a start go on without. `reading`: of the state before it. */
export function skipsOf(
  { event, effects }: RecordedEvent & { readonly effects: readonly Effect[] },
  reading: SupervisorState['reading'],
  state: SupervisorState,
): Skip[] {
  const skips: Skip[] = [];
  for (const { type, params } of effects) {
    if (type !== 'Report' || !codes.has(params.code) || params.service === undefined) continue;
    const { service: dependent, file, line, code } = params;
    const place = { dependent, file, line, node: undefined };
    if (code === 'dependency-missing') {
      if (event.type !== 'ServiceMissing' || reading?.service !== event.service) continue;
      const why: SkipReason = { kind: 'missing', error: event.error };
      skips.push({ ...place, dependency: event.service, why });
      continue;
    }
    const dependency = dependencyAt(state, dependent, line);
    if (dependency === undefined) continue;
    const why: SkipReason =
      code === 'dependency-cycle'
        ? { kind: 'cycle', path: [dependent, ...pathOf(state, dependency, dependent)] }
        : { kind: 'black-listed' };
    skips.push({ ...place, dependency, why });
  }
  return skips;
}

/** A report names the line; only a log has none. */
function dependencyAt(
  state: SupervisorState,
  dependent: ServiceName,
  line: number | undefined,
): ServiceName | undefined {
  if (line === undefined) return `${dependent}/log`;
  const depends = state.services.get(dependent)?.context.definition.depends ?? [];
  return depends.find((one) => one.line === line)?.name;
}

/** The shortest way from one service to another along what they need. */
export function pathOf(
  state: SupervisorState,
  from: ServiceName,
  to: ServiceName,
): readonly ServiceName[] {
  const cameFrom = new Map<ServiceName, ServiceName | undefined>([[from, undefined]]);
  const queue = [from];
  for (const name of queue) {
    if (name === to) break;
    for (const need of state.services.get(name)?.context.needs ?? []) {
      if (cameFrom.has(need)) continue;
      cameFrom.set(need, name);
      queue.push(need);
    }
  }
  const path: ServiceName[] = [];
  for (let name = cameFrom.has(to) ? to : undefined; name !== undefined; name = cameFrom.get(name))
    path.unshift(name);
  return path.length > 0 ? path : [from, to];
}
