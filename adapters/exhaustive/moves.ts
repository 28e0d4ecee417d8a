/**
 * What can happen next: the whole alphabet of an exhaustive exploration. It is small on purpose, since every
 * letter multiplies the orders:
 *
 * - every outcome that is owed: a process is there or could not be forked, a timer fires;
 * - a living process ends: exit 0, exit 1, or killed;
 * - an operator starts or stops a service (one request at a time, as the client does it);
 * - SIGTERM to minit, once;
 * - a second passes, where a process is younger than that: minit respawns what has lived longer at once.
 *
 * Whatever is owed may come at any time and in any order; a timer may be late. Only the log and the FIFOs
 * open at once, and a directory is read at once, as minit does it.
 *
 * @module
 */
import type { Asked } from '../../effects/outstanding';
import type { Occurrence } from '../../effects/ports';
import { encodeRequest } from '../../machines/control-protocol';
import type { ServiceName } from '../../machines/definition';
import type { ExitStatus, MinitEvent } from '../../machines/events';
import { shortLifeUs } from '../../machines/limits';
import { signals } from '../../machines/service-context';
import { simulatedError } from '../simulated/behaviours';
import type { SimulatedTree } from '../simulation/tree';
import type { LivingProcess, Moment } from './moment';

/** Something that minit learns, and what the world pays with it; or only time that passes. */
export type Move = (Occurrence & { readonly paid?: Asked }) | { readonly passesUs: number };

const tickUs = 1;
const logPath = '/var/log/minit';
const ends: readonly ExitStatus[] = [{ code: 0 }, { code: 1 }, { signal: signals.SIGKILL }];

/** Is this process so young that its end would bring a pause? One µs ahead: the next event comes then. */
export const isYoung = ({ state, nowUs }: Moment, { service }: LivingProcess): boolean => {
  const context = state.services.get(service)?.context;
  return (
    context?.definition.mode === 'respawn' &&
    context.spawnedAt !== undefined &&
    nowUs + tickUs - context.spawnedAt < shortLifeUs
  );
};

/** Returns all that can happen next, always in the same order. */
export function movesFrom(moment: Moment, simulated: SimulatedTree): Move[] {
  if (moment.hasEnded) return [];
  const at = moment.nowUs + tickUs;
  const first = moment.owed.find(({ effect: { type } }) => comesFirst(type));
  if (first !== undefined) return outcomes(first, { at, simulated });
  const isTold = moment.state.stopPlan !== undefined || moment.state.shutdown !== undefined;
  return [
    ...moment.owed.flatMap((asked) => outcomes(asked, { at, simulated })),
    ...moment.living.flatMap(({ pid, cause }) =>
      ends.map((status): Move => ({ at, cause, event: { type: 'ProcessExited', pid, status } })),
    ),
    ...(moment.living.some((process) => isYoung(moment, process))
      ? [{ passesUs: shortLifeUs }]
      : []),
    ...(moment.unanswered.length === 0 ? requests(simulated, at) : []),
    ...(isTold ? [] : [{ at, event: { type: 'SignalReceived', signal: 'SIGTERM' } as const }]),
  ];
}

const comesFirst = (type: string): boolean =>
  type === 'OpenLog' || type === 'OpenControl' || type === 'ReadService';

const requests = ({ tree }: SimulatedTree, at: number): Move[] =>
  [...tree].flatMap(([service, { mode }]) =>
    [
      encodeRequest({ do: 'start', service, respawn: mode === 'respawn' }),
      encodeRequest({ do: 'stop', service }),
    ].map((request): Move => ({ at, event: { type: 'RequestReceived', request } })),
  );

interface Given {
  readonly at: number;
  readonly simulated: SimulatedTree;
}

function outcomes(paid: Asked, { at, simulated }: Given): Move[] {
  const { seq, effect } = paid;
  const cause = effect.type === 'ReadService' ? (effect.params.cause ?? seq) : seq;
  const of = (...events: MinitEvent[]): Move[] =>
    events.map((event) => ({ at, cause, event, paid }));
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the others are owed no outcome here
  switch (effect.type) {
    case 'OpenLog':
      return of({ type: 'LogOpened', path: logPath });
    case 'OpenControl':
      return of({ type: 'ControlOpened' });
    case 'StartTimer':
      return of({ type: 'TimerFired', timer: effect.params.timer });
    case 'ReadService':
      return of(reading(effect.params.service, simulated));
    case 'SpawnProcess':
      return of(...spawning(effect.params.service, { seq, simulated }));
    default:
      return [];
  }
}

function reading(service: ServiceName, { tree }: SimulatedTree): MinitEvent {
  const definition = tree.get(service);
  return definition === undefined
    ? { type: 'ServiceMissing', service, error: simulatedError('ENOENT') }
    : { type: 'ServiceRead', service, definition };
}

/** What cannot be executed on this machine never is; all else works, or cannot be forked just now. */
function spawning(
  service: ServiceName,
  { seq, simulated }: { readonly seq: number; readonly simulated: SimulatedTree },
): MinitEvent[] {
  const lasting = Object.hasOwn(simulated.broken, service)
    ? simulated.broken[service]?.[0]?.failure
    : undefined;
  const { stage, code, errno } = lasting ?? { ...simulatedError('EAGAIN'), stage: 'fork' };
  const failed: MinitEvent = { type: 'SpawnFailed', service, stage, error: { code, errno } };
  // PIDs are never used twice: the number of the event that asked is one.
  return lasting === undefined
    ? [{ type: 'ProcessSpawned', service, pid: 1_000 + seq }, failed]
    : [failed];
}
