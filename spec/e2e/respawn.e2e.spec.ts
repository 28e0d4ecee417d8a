/**
 * Services that come back: when, how often, and from what their directory says by then. The times
 * are those of the event log. Not here: programs that cannot be started at all (bad-trees.e2e,
 * bad-limits.e2e), restart latency (bench/), services that are no children of minit.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addFiles, boot, cleanUp, type Files, type Supervisor } from '../support/supervisor';
import { eventually } from './fixtures-bad/bad-input';
import {
  argumentsOnceStarted,
  change,
  changesOf,
  effectsOf,
  mark,
  sleeper,
  statesOf,
} from './fixtures/recorded';

afterAll(cleanUp);

const daemon = (run: string): Files => ({
  'default/depends': 'd\n',
  'd/run': run,
  'd/respawn': '',
});
/** Lives longer than what counts as a short life. */
const oneLife = '#!/bin/sh\nexec sleep 1.1\n';

describe('restart pacing', () => {
  it('who lived shorter than 1 s is started again after 0.5 s, each time', async () => {
    const minit = boot(daemon('#!/bin/sh\nexit 1\n'));
    await minit.reaches('d', 'running', 4);
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(statesOf(changes, 'd').slice(0, 6)).toEqual([
      'waiting-deps',
      'starting',
      'running',
      'respawning',
      'starting',
      'running',
    ]);
    for (const times of [1, 2, 3]) {
      const pause =
        change(changes, 'd', 'starting', times + 1).at -
        change(changes, 'd', 'respawning', times).at;
      expect(pause).toBeGreaterThanOrEqual(500_000);
    }
    for (const timer of effectsOf(minit, 'StartTimer').filter(
      ({ timer: id }) => id === 'respawn:d',
    )) {
      expect(timer).toEqual({ timer: 'respawn:d', delayMs: 500 });
    }
  });

  it('who lived longer is started again at once, whatever its exit status', async () => {
    const minit = boot({
      ...daemon(oneLife),
      'default/depends': 'd\nfails\n',
      'fails/run': '#!/bin/sh\nsleep 1.1\nexit 9\n',
      'fails/respawn': '',
    });
    await minit.reaches('d', 'running', 2);
    await minit.reaches('fails', 'running', 2);
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    for (const name of ['d', 'fails']) {
      expect(statesOf(changes, name).slice(0, 5)).toEqual([
        'waiting-deps',
        'starting',
        'running',
        'starting',
        'running',
      ]);
      // Its end and the order to read its directory again are one event.
      expect(change(changes, name, 'starting', 2)).toMatchObject({ from: 'running' });
    }
    expect(
      effectsOf(minit, 'StartTimer').filter(({ timer }) => timer.startsWith('respawn:')),
    ).toEqual([]);
    expect(effectsOf(minit, 'SpawnProcess')).toHaveLength(4);
  });

  it('a long life pays for no later one: the pause is that of the last life', async () => {
    const minit = boot(
      daemon('#!/bin/sh\nif [ -e again ]; then exit; fi\n: > again\nexec sleep 1.1\n'),
    );
    await minit.reaches('d', 'running', 4);
    await minit.stopAndReplay();
    expect(statesOf(changesOf(minit), 'd').slice(1, 10)).toEqual([
      'starting',
      'running',
      'starting',
      'running',
      'respawning',
      'starting',
      'running',
      'respawning',
      'starting',
    ]);
  });
});

describe('what the operator wants', () => {
  it('a service that is told to go down stays down, also out of its pause, and comes back when asked', async () => {
    const minit = boot({
      ...daemon('#!/bin/sh\nexit 1\n'),
      'default/depends': 'd\nstay\n',
      'stay/run': sleeper,
    });
    await minit.reaches('d', 'respawning', 2);
    expect(minit.msvc('-d', 'd')).toMatchObject({ code: 0 });
    await minit.reaches('d', 'finished');
    expect(minit.status('d')).toMatchObject({ state: 'finished', want: 'down', pid: null });
    const respawned = changesOf(minit).filter(({ to }) => to === 'respawning').length;
    expect(minit.msvc('-u', 'd')).toMatchObject({ code: 0 });
    await minit.reaches('d', 'respawning', respawned + 1);
    await minit.stopAndReplay();
  });

  it('respawn switched off, the present process is the last; switched on, any service comes back', async () => {
    const minit = boot({ ...daemon(sleeper), 'default/depends': 'd\nonce\n', 'once/run': sleeper });
    await minit.booted();
    expect(minit.ask('rd')).toBe('1');
    expect(minit.ask('Ronce')).toBe('1');
    expect(minit.msvc('-k', 'd', 'once')).toMatchObject({ code: 0 });
    await minit.reaches('d', 'finished');
    await minit.reaches('once', 'running', 2);
    await minit.stopAndReplay();
  });
});

describe('kill -9 storms', () => {
  const names = Array.from({ length: 200 }, (_, index) => `s${String(index)}`);
  const files: Files = Object.fromEntries(
    names.flatMap((name) => [
      [`${name}/run`, '->/bin/sleep'],
      [`${name}/params`, '1000\n'],
      [`${name}/respawn`, ''],
    ]),
  );
  const pidsOf = (minit: Supervisor): number[] => {
    const status = JSON.parse(
      `[${minit
        .msvc('--json', ...names)
        .stdout.trim()
        .split('\n')
        .join(',')}]`,
    ) as { pid: number }[];
    return status.map(({ pid }) => pid);
  };

  it('200 services killed at once all come back, twice, each with one process', async () => {
    const { env, processes } = mark();
    const minit = boot({ ...files, 'default/depends': `${names.join('\n')}\n` }, { env });
    await minit.booted();
    const killed = new Set<number>();
    for (const storm of [1, 2]) {
      const pids = pidsOf(minit);
      expect(new Set(pids).size).toBe(200);
      for (const pid of pids) {
        expect(killed.has(pid)).toBe(false);
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      await minit.prints(/^ *\d+\.\d{3} {2}s\d+ +running\b/mu, 200 * (storm + 1));
    }
    const expected = [...pidsOf(minit), minit.pid].sort();
    // One that just then becomes another program, as sh becomes sleep here, has no environment for a moment.
    await eventually('all have become what they run', () => processes().length >= expected.length);
    expect(processes().sort()).toEqual(expected);
    expect(minit.status('s7')).toMatchObject({ restarts: 2, exit: { text: 'killed by SIGKILL' } });
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
    expect(processes()).toEqual([]);
  });
});

describe('before each start its directory is read again', () => {
  it('with other params, another run and no nice level left over', async () => {
    const minit = boot({ ...daemon('->/bin/sleep'), 'd/params': '1000\n', 'd/nice': '3\n' });
    await minit.booted();
    expect(await argumentsOnceStarted(minit.pidOf('d'))).toEqual(['sleep', '1000']);
    const directory = join(minit.root, 'd');
    writeFileSync(join(directory, 'params'), '-f\n/dev/null\n');
    rmSync(join(directory, 'run'));
    rmSync(join(directory, 'nice'));
    addFiles(minit.root, { 'd/run': '->/usr/bin/tail' });
    expect(minit.msvc('-k', 'd')).toMatchObject({ code: 0 });
    await minit.reaches('d', 'running', 2);
    expect(await argumentsOnceStarted(minit.pidOf('d'))).toEqual(['tail', '-f', '/dev/null']);
    await minit.stopAndReplay();
    expect(effectsOf(minit, 'SpawnProcess').map(({ nice }) => nice)).toEqual([3, undefined]);
  });

  it('`respawn` is read once: removed, it still counts', async () => {
    const minit = boot(daemon(sleeper));
    await minit.booted();
    rmSync(join(minit.root, 'd/respawn'));
    expect(minit.msvc('-k', 'd')).toMatchObject({ code: 0 });
    await minit.reaches('d', 'running', 2);
    await minit.stopAndReplay();
  });

  it('a directory that is gone: the process goes on; its start fails, is tried again, and heals', async () => {
    const minit = boot(daemon(sleeper));
    await minit.booted();
    const pid = minit.pidOf('d');
    renameSync(join(minit.root, 'd'), join(minit.root, 'away'));
    expect(minit.status('d')).toMatchObject({ state: 'running', pid });
    process.kill(pid, 'SIGKILL');
    await minit.prints(/^minit: error: .*\/d: .*$/mu, 2);
    expect(minit.status('d')).toMatchObject({ want: 'up', pid: null });
    renameSync(join(minit.root, 'away'), join(minit.root, 'd'));
    await minit.reaches('d', 'running', 2);
    expect(minit.status('d')).toMatchObject({
      state: 'running',
      reason: expect.stringMatching(/^pid \d+$/u) as string,
    });
    await minit.stopAndReplay();
    const delays = effectsOf(minit, 'StartTimer').flatMap(({ timer, delayMs }) =>
      timer === 'respawn:d' ? [delayMs] : [],
    );
    expect(delays.slice(0, 3)).toEqual([500, 100, 200]);
    expect(minit.output).toContain(
      `minit: error: ${minit.root}/d: cannot read its service directory: no such file or directory (ENOENT)`,
    );
  });
});
