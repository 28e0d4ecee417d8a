/**
 * The watchers watched: each of these worlds is broken on purpose, and the checker must say so.
 *
 * @module
 */
import type { Occurrence, Ports, Processes } from '../../effects/ports';
import { fold, initialState } from '../../machines/fold';
import { checkInvariants, invariantNames } from '../../machines/invariants';
import type { SupervisorState } from '../../machines/state';
import { createChecker } from '../support/checker';
import { whatWaits } from '../../machines/liveness';
import { bootTree, type Boot } from '../support/world';

const tree = {
  default: { mode: 'respawn', depends: ['db'] },
  db: { mode: 'respawn', hasLog: true },
  'db/log': { mode: 'respawn' },
} as const;

function booted(wrap?: (ports: Ports) => Ports): Boot {
  const boot = bootTree({ tree, ...(wrap && { wrap }) });
  boot.run();
  return boot;
}

const withProcesses =
  (change: (processes: Processes) => Partial<Processes>) =>
  (ports: Ports): Ports => ({
    ...ports,
    processes: { ...ports.processes, ...change(ports.processes) },
  });

describe('canary', () => {
  it('lives in a world that is not broken', () => {
    const boot = booted();
    boot.world.signal('SIGTERM');
    expect(boot.run()).toBe('exited');
  });

  it('notices a port that spawns twice', () => {
    const spawnsTwice = withProcesses((real) => ({
      spawn(params, cause) {
        real.spawn(params, cause);
        real.spawn(params, cause);
      },
    }));
    expect(() => booted(spawnsTwice)).toThrow(/more spawns ended than began/u);
  });

  it('notices a port that swallows the outcome of a spawn', () => {
    const swallows = withProcesses(() => ({ spawn: () => undefined }));
    const boot = booted(swallows);
    boot.world.heal();
    boot.advance(120_000_000);
    expect(whatWaits(boot.state())).toContain('1 spawns');
  });

  it('notices a port that reports the process of a service that nobody asked for', () => {
    const confuses = withProcesses((real) => ({
      spawn(params, cause) {
        real.spawn({ ...params, service: 'gone' }, cause);
      },
    }));
    expect(() => booted(confuses)).toThrow(/ProcessSpawned for the unknown service gone/u);
  });

  const log = () => booted().world.records;

  it.each([
    ['an effect is missing', (effects: readonly object[]) => effects.slice(1)],
    [
      'an effect is there twice',
      (effects: readonly object[]) => [...effects, ...effects.slice(0, 1)],
    ],
  ])('notices a log in which %s', (_, tamper) => {
    const checker = createChecker();
    expect(() => {
      for (const record of log())
        checker.observe({ ...record, effects: tamper(record.effects) as never });
    }).toThrow(/folding again asks for other effects/u);
  });

  it('notices a log in which a record is missing', () => {
    const checker = createChecker();
    expect(() => {
      for (const record of log().filter(({ seq }) => seq !== 4)) checker.observe(record);
    }).toThrow(/event 5 after 3/u);
  });

  const tampered: readonly (readonly [string, (state: SupervisorState) => SupervisorState])[] = [
    [
      'a second process for a service',
      (state) => ({ ...state, serviceByPid: state.serviceByPid.set('7', 'db') }),
    ],
    [
      'a process on record of a service that is gone',
      (state) => ({ ...state, services: state.services.delete('db') }),
    ],
    ['a wrong count', (state) => ({ ...state, active: state.active + 1 })],
    [
      'a process of a service that is at rest',
      (state) => withService(state, 'db', (db) => ({ ...db, value: 'finished' }) as never),
    ],
    [
      'a service that waits for nothing',
      (state) =>
        withService(
          state,
          'db',
          (db) =>
            ({ ...db, value: 'waiting-deps', context: { ...db.context, pid: undefined } }) as never,
        ),
    ],
    [
      'a service that is spawned while it waits',
      (state) =>
        withService(state, 'db', (db) => {
          const waitingFor = db.context.waitingFor.set('default', true);
          return {
            ...db,
            value: { starting: 'spawning' },
            context: { ...db.context, waitingFor },
          } as never;
        }),
    ],
  ];

  it.each(tampered)('notices %s', (_, tamper) => {
    const state = booted().state();
    expect(() => {
      checkInvariants(state);
    }).not.toThrow();
    expect(() => {
      checkInvariants(tamper(state));
    }).toThrow(new RegExp(invariantNames.join('|'), 'u'));
  });

  it('notices an event out of order', () => {
    const event: Occurrence['event'] = { type: 'SignalReceived', signal: 'SIGUSR1' };
    expect(() => fold(initialState(), { seq: 2, at: 0, event })).toThrow(/event 2 after 0/u);
  });
});

type Service = NonNullable<ReturnType<SupervisorState['services']['get']>>;

function withService(
  state: SupervisorState,
  name: string,
  change: (service: Service) => Service,
): SupervisorState {
  const service = state.services.get(name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return { ...state, services: state.services.set(name, change(service)) };
}
