/**
 * What a simulated run can bring to light, and how it is seen: in the state that a healed world comes to,
 * and in how often services were started.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { reasonOf } from '../../machines/describe';
import type { RecordedEvent } from '../../machines/events';
import { deadlockIn, unfinishedWork, unsettledServices } from '../../machines/liveness';
import { servicesInOrder, stateName, type SupervisorState } from '../../machines/state';

export const findingKinds = [
  /** A rule that always holds was broken, or minit failed. */
  'invariant',
  /** The tree itself: a service never comes up although nothing goes wrong. */
  'never-up',
  'deadlock',
  'stuck',
  'unanswered',
  'storm',
  /** minit was told to end, and does not, or ends and leaves a service behind. */
  'no-end',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** Two findings with the same one are the same finding. */
  readonly key: string;
  readonly service?: ServiceName;
  /** For people: lower case, no full stop. */
  readonly text: string;
}

interface FindingText {
  readonly service?: ServiceName;
  readonly text: string;
}

export function finding(kind: FindingKind, { service, text }: FindingText): Finding {
  // Numbers differ from run to run: of events, of processes.
  const about = kind === 'invariant' ? text.replace(/\d+/gu, '#') : (service ?? '');
  return { kind, key: `${kind} ${about}`, ...(service !== undefined && { service }), text };
}

/** More starts of one service than minit's own pauses between them ever allow. */
export const stormStarts = 35;
export const stormUs = 10_000_000;

/** Watches how often services are started. */
export class StormWatch {
  readonly #startsByService = new Map<ServiceName, number[]>();

  /** Returns a storm as soon as there is one. `isQuiet`: nothing has failed for so long that nothing is to start. */
  observe({ at, event }: RecordedEvent, isQuiet: boolean): Finding | undefined {
    if (event.type !== 'ProcessSpawned' && event.type !== 'SpawnFailed') return undefined;
    const { service } = event;
    let starts = this.#startsByService.get(service);
    if (starts === undefined) this.#startsByService.set(service, (starts = []));
    starts.push(at);
    if (isQuiet)
      return finding('storm', { service, text: `${service} starts again though nothing fails` });
    const first = starts.length > stormStarts ? starts.shift() : undefined;
    return first !== undefined && at - first < stormUs
      ? finding('storm', {
          service,
          text: `${service} was started ${String(stormStarts + 1)} times in less than 10 s`,
        })
      : undefined;
  }
}

/** Returns what is not as it must be in a world in which nothing has failed for long. */
export function findUnsettled(
  state: SupervisorState,
  isBroken: (service: ServiceName) => boolean,
): Finding | undefined {
  const cycle = deadlockIn(state);
  if (cycle !== undefined) {
    const service = [...cycle].sort()[0] ?? '';
    return finding('deadlock', { service, text: `deadlock: ${cycle.join(' waits for ')}` });
  }
  const service = unsettledServices(state).find(({ context }) => !isBroken(context.name));
  if (service !== undefined) {
    const { name } = service.context;
    return finding('stuck', {
      service: name,
      text: `${name} never comes up: ${stateName(service)}, ${reasonOf(service)}`,
    });
  }
  const [work] = unfinishedWork(state);
  return work === undefined
    ? undefined
    : finding('stuck', { text: `minit never finishes: ${work}` });
}

/** Returns what does not come up in a run in which nothing goes wrong: that is the tree's own. */
export function findNeverUp(state: SupervisorState, missing: Iterable<ServiceName>): Finding[] {
  const failed = servicesInOrder(state).filter(
    (service) => stateName(service) === 'failed' || stateName(service) === 'respawning',
  );
  return [
    ...failed.map((service) => {
      const { name } = service.context;
      return finding('never-up', {
        service: name,
        text: `${name} never comes up: ${reasonOf(service)}`,
      });
    }),
    ...[...missing].map((service) =>
      finding('never-up', { service, text: `${service} never comes up: there is no such service` }),
    ),
  ];
}

/** Returns what runs on when minit has ended in a world in which KILL ends every process. */
export function findLeftBehind(state: SupervisorState): Finding | undefined {
  const left = servicesInOrder(state).find(({ context }) => context.pid !== undefined);
  if (left === undefined) return undefined;
  const { name } = left.context;
  return finding('no-end', {
    service: name,
    text: `${name} still has a process when minit ends: ${reasonOf(left)}`,
  });
}
