/**
 * How a boot went, in one sentence. Costs the number of services, once. Pure.
 *
 * @module
 */
import { stateName, type Service, type SupervisorState } from './state';

/** A step that was faster is not worth a word. */
const slowStepUsMin = 10_000;

const inSeconds = (us: number): string => `${(us / 1_000_000).toFixed(2)} s`;

interface Tally {
  up: number;
  steps: number;
  finished: number;
  respawning: number;
  failed: number;
  slowest: Service | undefined;
}

/** A process that ended well. */
const endedWell = ({ context: { exit } }: Service): boolean =>
  exit !== undefined && 'code' in exit && exit.code === 0;

function count(tally: Tally, service: Service): void {
  const { definition, failure, livedUs = 0 } = service.context;
  switch (stateName(service)) {
    case 'running':
      tally.up += 1;
      return;
    case 'respawning':
      tally.respawning += 1;
      return;
    case 'failed':
      tally.failed += 1;
      return;
    case 'sync-done':
    case 'finished': {
      if (definition.run === undefined || service.context.want === 'down') return;
      if (failure !== undefined || !endedWell(service)) tally.failed += 1;
      else if (definition.mode === 'sync') tally.steps += 1;
      else tally.finished += 1;
      const { slowest } = tally;
      if (definition.mode === 'sync' && livedUs > (slowest?.context.livedUs ?? slowStepUsMin))
        tally.slowest = service;
      return;
    }
    case 'down':
    case 'waiting-deps':
    case 'starting':
    case 'stopping':
      return;
  }
}

/** `boot settled after 1.07 s: 12 services up, 3 steps done, 1 failed; slowest step net/eth0 0.50 s`. */
export function describeBoot({ at, role, init, services }: SupervisorState): string {
  const tally: Tally = {
    ...{ up: 0, steps: 0, finished: 0, respawning: 0, failed: 0 },
    slowest: undefined,
  };
  for (const service of services.values()) count(tally, service);
  const { up, steps, finished, respawning, failed, slowest } = tally;
  const counts = [
    up > 0 ? `${String(up)} ${up === 1 ? 'service' : 'services'} up` : '',
    steps > 0 ? `${String(steps)} ${steps === 1 ? 'step' : 'steps'} done` : '',
    finished > 0 ? `${String(finished)} finished` : '',
    respawning > 0 ? `${String(respawning)} to be started again` : '',
    failed > 0 ? `${String(failed)} failed` : '',
  ].filter((text) => text !== '');
  const { livedUs, name } = slowest?.context ?? {};
  return [
    `boot settled after ${inSeconds(at - init.context.startedAt)}`,
    // CLOCK_BOOTTIME counts from the kernel's start.
    role === 'machine' ? `, ${inSeconds(at)} after the kernel's start` : '',
    counts.length > 0 ? `: ${counts.join(', ')}` : '',
    livedUs !== undefined ? `; slowest step ${String(name)} ${inSeconds(livedUs)}` : '',
  ].join('');
}
