/**
 * The loop on the simulated world: what is written before what is done, and what a bug of ours does.
 *
 * @module
 */
import { createWorld } from '../../adapters/simulated/world';
import { defineTree } from '../../adapters/simulated/tree';
import { foldTurn, runLoop, turns$ } from '../../effects/loop';
import type { MinitEvent } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';

const started = (pid: number): MinitEvent & { type: 'SupervisorStarted' } => ({
  type: 'SupervisorStarted',
  pid,
  role: pid === 1 ? 'container' : 'process',
  root: '/etc/minit',
  words: ['web'],
  graceMs: 3000,
});
/** No process can be spawned for a service that nobody has heard of: minit itself would be wrong. */
const impossible: MinitEvent = { type: 'ProcessSpawned', service: 'nobody', pid: 9 };
const hangUp: MinitEvent = { type: 'SignalReceived', signal: 'SIGUSR2' };

describe('a turn', () => {
  it('numbers its events from where the state stands, without a gap', () => {
    const first = foldTurn(initialState(), [{ at: 5, event: started(7) }]);
    const second = foldTurn(first.state, [
      { at: 6, event: hangUp },
      { at: 7, event: hangUp },
    ]);
    expect(second.records.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(second.state.seq).toBe(3);
  });

  it('ends with an exception when minit is wrong, as long as it is not PID 1', () => {
    const { state } = foldTurn(initialState(), [{ at: 5, event: started(7) }]);
    expect(() => foldTurn(state, [{ at: 6, event: impossible }])).toThrow('unknown service nobody');
  });

  it('goes on without the event when it is PID 1, and says so', () => {
    const { state } = foldTurn(initialState(), [{ at: 5, event: started(1) }]);
    const turn = foldTurn(state, [
      { at: 6, event: impossible },
      { at: 7, event: hangUp },
    ]);
    expect(turn.violations).toEqual([
      'ProcessSpawned: ProcessSpawned for the unknown service nobody',
    ]);
    expect(turn.records).toMatchObject([{ seq: 2, event: hangUp }]);
  });
});

describe('the loop', () => {
  it('writes the records of a turn before it performs their effects, and ends minit last', () => {
    const { ports, run, signal } = createWorld({ seed: 1, tree: defineTree({ web: {} }) });
    const done: string[] = [];
    const watched = {
      ...ports,
      log: {
        ...ports.log,
        append: (...given: Parameters<typeof ports.log.append>) => {
          done.push(
            ...given[0].flatMap(({ effects }) => effects.map(({ type }) => `record ${type}`)),
          );
          ports.log.append(...given);
        },
      },
      processes: {
        ...ports.processes,
        spawn: (...given: Parameters<typeof ports.processes.spawn>) => {
          done.push('perform SpawnProcess');
          ports.processes.spawn(...given);
        },
      },
      exit: (code: number) => {
        done.push('perform ExitSupervisor');
        ports.exit(code);
      },
    };
    turns$(watched, { at: 0, event: started(7) }, { isChecked: true }).subscribe();
    run(10_000_000);
    signal('SIGTERM');
    run(10_000_000);
    expect(done.indexOf('record SpawnProcess')).toBeLessThan(done.indexOf('perform SpawnProcess'));
    expect(done.filter((what) => what.endsWith('ExitSupervisor'))).toEqual([
      'record ExitSupervisor',
      'perform ExitSupervisor',
    ]);
    expect(done.at(-1)).toBe('perform ExitSupervisor');
  });
});

/** The types of the events in each write to the log. */
function writesOf(
  tree: Parameters<typeof defineTree>[0],
  options: Parameters<typeof turns$>[2] = {},
) {
  const { ports, run } = createWorld({ seed: 1, tree: defineTree(tree) });
  const writes: string[][] = [];
  const errors: unknown[] = [];
  const log = {
    ...ports.log,
    append: (...given: Parameters<typeof ports.log.append>) => {
      writes.push(given[0].map(({ event }) => event.type));
      ports.log.append(...given);
    },
  };
  turns$({ ...ports, log }, { at: 0, event: started(7) }, options).subscribe({
    error: (error: unknown) => void errors.push(error),
  });
  run(10_000_000);
  return { writes, errors };
}

/** How many directories there are in each write that has any. */
const readingsIn = (writes: readonly (readonly string[])[]): number[] =>
  writes
    .map((types) => types.filter((type) => type === 'ServiceRead').length)
    .filter((count) => count > 0);

describe('the directories of a turn', () => {
  const tree = { web: { depends: ['db', 'cron'] }, db: {}, cron: {} };

  it('are read before it is written, with one write for all of them', () => {
    const { writes } = writesOf(tree);
    expect(writes[0]).toEqual(['SupervisorStarted', 'ServiceRead']);
    expect(readingsIn(writes)).toEqual([1, 2]);
  });

  it('are on record when the fold fails at one of them', () => {
    const bug = new TypeError('a bug of ours');
    const { writes, errors } = writesOf(tree, {
      fold: (state, recorded) => {
        const { event } = recorded;
        if (event.type === 'ServiceRead' && event.service === 'cron') throw bug;
        return fold(state, recorded);
      },
    });
    expect(readingsIn(writes)).toEqual([1, 1]);
    expect(errors).toEqual([bug]);
  });
});

describe('a start', () => {
  const tree = defineTree({
    web: { depends: ['db', 'setup'], mode: 'respawn' },
    db: { mode: 'respawn' },
    setup: { mode: 'sync' },
  });
  /** Each start, with whether it is to be told of at once. */
  const begin = () => {
    const world = createWorld({ seed: 1, tree });
    const starts: (readonly [service: string, isAwaited: boolean | undefined])[] = [];
    const processes = {
      ...world.ports.processes,
      spawn: (...given: Parameters<typeof world.ports.processes.spawn>) => {
        starts.push([given[0].service, given[2]]);
        world.ports.processes.spawn(...given);
      },
    };
    turns$({ ...world.ports, processes }, { at: 0, event: started(7) }).subscribe();
    world.run(10_000_000);
    return { world, starts };
  };

  it('is awaited by who depends on it, unless that one waits for its end', () => {
    expect(begin().starts).toEqual([
      ['db', true],
      ['setup', false],
      ['web', false],
    ]);
  });

  it('is awaited by nobody when it is one more life', () => {
    const { world, starts } = begin();
    starts.length = 0;
    world.kill('db', 9);
    world.run(10_000_000);
    expect(starts).toEqual([['db', false]]);
  });

  it('is awaited by who asks for it', () => {
    const { world, starts } = begin();
    starts.length = 0;
    world.request('ssetup');
    world.run(10_000_000);
    expect(starts).toEqual([['setup', true]]);
  });
});

describe('a bug in the loop', () => {
  const bug = new TypeError('a bug of ours');
  const broken = () => {
    throw bug;
  };
  const { ports } = createWorld({ seed: 1, tree: defineTree({ web: {} }) });

  it.each([
    ['journal', { journal: { ...ports.journal, append: broken } }],
    ['event log', { log: { ...ports.log, append: broken } }],
    ['console', { console: { ...ports.console, transitions: broken } }],
    ['performing of effects', { directories: { ...ports.directories, read: broken } }],
  ])('in the %s ends it, and is told as what it is', (_, part) => {
    const { ports: sound, run } = createWorld({ seed: 1, tree: defineTree({ web: {} }) });
    const failures: unknown[] = [];
    const exit = jest.fn();
    runLoop({ ...sound, ...part, exit, fail: (error) => void failures.push(error) }, started(1));
    run(10_000_000);
    expect(failures).toEqual([bug]);
    expect(exit).not.toHaveBeenCalled();
  });
});
