/**
 * How a tree boots: the order, what runs in parallel, what is read at all.
 * Not here: the command line (command-line.e2e), files of a directory (files.e2e), trees that are wrong (bad-trees.e2e), PID 1 (pid1.e2e),
 * how long a boot takes (bench/).
 */
import { boot, cleanUp, type Files } from '../support/supervisor';
import {
  change,
  changesOf,
  effectsOf,
  printed,
  recordsOf,
  sleeper,
  statesOf,
} from './fixtures/recorded';

afterAll(cleanUp);

const says = (text: string): string => `#!/bin/sh\necho ${text}\n`;
const stays = (text: string): string => `#!/bin/sh\necho ${text}\nexec sleep 1000\n`;
const step = (seconds: string, exit = ''): string => `#!/bin/sh\nsleep ${seconds}\n${exit}\n`;

describe('the start order', () => {
  it('is that of the dependencies: each service after all that it needs, and once', async () => {
    const minit = boot({
      'default/depends': 'top\nleft\n',
      'top/run': stays('top'),
      'top/depends': '# both sides\nleft\n\nright\n',
      'left/run': stays('left'),
      'left/depends': 'bottom\n',
      'right/run': stays('right'),
      'right/depends': 'bottom\n',
      'bottom/run': stays('bottom'),
    });
    await minit.booted();
    for (const name of ['bottom', 'left', 'right', 'top'])
      await minit.prints(new RegExp(`^${name}$`, 'mu'));
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    for (const [needed, dependent] of [
      ['bottom', 'left'],
      ['bottom', 'right'],
      ['left', 'top'],
      ['right', 'top'],
    ] as const) {
      expect(change(changes, needed, 'running').place).toBeLessThan(
        change(changes, dependent, 'starting').place,
      );
    }
    expect(
      effectsOf(minit, 'SpawnProcess')
        .map(({ service }) => service)
        .sort(),
    ).toEqual(['bottom', 'left', 'right', 'top']);
    expect(printed(minit).sort()).toEqual(['bottom', 'left', 'right', 'top']);
  });

  it('a hard dependency is waited for until it has terminated, a soft one until it has been started', async () => {
    const minit = boot({
      'default/depends': 'after-hard\nafter-soft\n',
      'after-hard/run': sleeper,
      'after-hard/depends': 'hard\n',
      'after-soft/run': sleeper,
      'after-soft/depends': 'soft\n',
      'hard/run': step('0.3'),
      'hard/sync': '',
      'soft/run': step('0.3'),
    });
    await minit.booted();
    await minit.reaches('soft', 'finished');
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(change(changes, 'hard', 'sync-done').place).toBeLessThan(
      change(changes, 'after-hard', 'starting').place,
    );
    expect(change(changes, 'soft', 'running').place).toBeLessThan(
      change(changes, 'after-soft', 'starting').place,
    );
    expect(change(changes, 'after-soft', 'running').place).toBeLessThan(
      change(changes, 'soft', 'finished').place,
    );
  });

  it('independent sync services run at the same time, and their dependent after the last', async () => {
    const minit = boot({
      'default/depends': 'after\n',
      'after/run': sleeper,
      'after/depends': 'one\ntwo\n',
      'one/run': step('0.5'),
      'one/sync': '',
      'two/run': step('0.5'),
      'two/sync': '',
    });
    await minit.booted();
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    const [one, two] = (['one', 'two'] as const).map((name) => ({
      begin: change(changes, name, 'running'),
      end: change(changes, name, 'sync-done'),
    }));
    expect(one?.begin.at).toBeLessThan(two?.end.at ?? 0);
    expect(two?.begin.at).toBeLessThan(one?.end.at ?? 0);
    expect((one?.end.at ?? 0) - (one?.begin.at ?? 0)).toBeGreaterThan(400_000);
    expect(change(changes, 'after', 'starting').place).toBeGreaterThan(
      Math.max(one?.end.place ?? 0, two?.end.place ?? 0),
    );
  });

  it('a bundle has no process: it is done when its dependencies are', async () => {
    const minit = boot({
      'default/depends': 'set\n',
      'set/depends': 'step\nstay\n',
      'step/run': step('0.2'),
      'step/sync': '',
      'stay/run': sleeper,
    });
    await minit.booted();
    expect(minit.status('set')).toMatchObject({
      state: 'finished',
      pid: null,
      exit: null,
      reason: 'a bundle: its dependencies were started',
    });
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    expect(statesOf(changes, 'set')).toEqual(['waiting-deps', 'finished']);
    for (const end of [change(changes, 'step', 'sync-done'), change(changes, 'stay', 'running')]) {
      expect(end.place).toBeLessThan(change(changes, 'set', 'finished').place);
    }
    expect(
      effectsOf(minit, 'SpawnProcess')
        .map(({ service }) => service)
        .sort(),
    ).toEqual(['stay', 'step']);
  });

  it.each([
    ['exits 7', 'exit 7', 'exited 7'],
    ['is killed', 'kill -9 $$', 'killed by SIGKILL'],
  ])(
    'a sync service that %s releases its dependents all the same, on record',
    async (_, end, text) => {
      const minit = boot({
        'default/depends': 'after\n',
        'after/run': sleeper,
        'after/depends': 'bad\n',
        'bad/run': step('0', end),
        'bad/sync': '',
      });
      await minit.booted();
      expect(minit.status('after')).toMatchObject({ state: 'running' });
      expect(minit.status('bad')).toMatchObject({ state: 'sync-done', exit: { text } });
      await minit.prints(
        new RegExp(
          `^minit: warning: bad: ${text} after \\d\\.\\d\\d s; its dependents go on all the same$`,
          'mu',
        ),
      );
      await minit.stopAndReplay();
      expect(effectsOf(minit, 'Report')).toContainEqual(
        expect.objectContaining({ code: 'service-failed', service: 'bad' }),
      );
    },
  );

  it('200 services start at once, each with one process', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `s${String(index)}`);
    const files: Files = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}/run`, '->/bin/sleep'],
        [`${name}/params`, '1000\n'],
      ]),
    );
    const minit = boot({ ...files, 'default/depends': `${names.join('\n')}\n` });
    await minit.booted();
    const pids = names.map((name) => minit.pidOf(name));
    expect(new Set(pids).size).toBe(200);
    for (const pid of pids) process.kill(pid, 0);
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
  });
});

describe('a boot', () => {
  it('reads only what the start order reaches', async () => {
    const minit = boot({
      'default/depends': 'web\n',
      'web/run': sleeper,
      'web/log/run': '->/bin/cat',
      'web/sub/run': sleeper,
      'loop/depends': 'loop\n',
      'broken/depends': 'no-such\n',
    });
    await minit.booted();
    await minit.stopAndReplay();
    expect(effectsOf(minit, 'ReadService').map(({ service }) => service)).toEqual([
      'default',
      'web',
      'web/log',
    ]);
  });

  it('says once when it has settled, after the last service has', async () => {
    const minit = boot({
      'default/depends': 'last\n',
      'last/run': sleeper,
      'last/depends': 'step\n',
      'step/run': step('0.3'),
      'step/sync': '',
    });
    await minit.booted();
    expect(minit.msvc('-o', 'last')).toMatchObject({ code: 0 });
    await minit.stopAndReplay();
    const [summary, ...more] =
      minit.output.match(/^minit: boot settled after (\d\.\d\d) s: .*$/gmu) ?? [];
    expect(more).toEqual([]);
    expect(Number(/[\d.]+/u.exec(summary ?? '')?.[0])).toBeGreaterThanOrEqual(0.3);
    const settled = recordsOf(minit).find(({ effects }) =>
      effects.some(({ type, params }) => type === 'Report' && params.code === 'boot'),
    );
    expect(settled?.seq).toBe(change(changesOf(minit), 'last', 'running').seq);
  });

  it('ends with 0 when all services have gone and none will come back', async () => {
    const minit = boot({
      'default/depends': 'a\nb\n',
      'a/run': step('0.2', 'exit 3'),
      'b/run': says('b'),
      'b/sync': '',
    });
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    minit.replays();
    expect(statesOf(changesOf(minit), 'a').at(-1)).toBe('finished');
  });
});
