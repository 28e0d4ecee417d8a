/**
 * Daemons that put themselves into the background, under pidfilehack: watched, restarted, stopped.
 * What goes wrong there is in bad-pidfilehack.e2e. Not here: PID files on network file systems.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, program, run, type Files, type Supervisor } from '../support/supervisor';
import {
  change,
  changesOf,
  effectsOf,
  itWhen,
  processStat,
  recorded,
  recordsOf,
  sleeper,
} from './fixtures/recorded';
import { eventually } from './fixtures-bad/bad-input';
import { innerPid, namespaces } from './fixtures/namespaces';

afterAll(cleanUp);

const ended = { code: 0, signal: null };

/** A service `name` whose daemon forks twice: `body` runs in a session of its own. */
const backgrounds = (name: string, body: string, files: Files = {}): Files => ({
  [`${name}/run`]: `->${program('pidfilehack')}`,
  [`${name}/params`]: `${name}\npid\n/bin/sh\n-c\n(setsid ${body} & echo $! > pid)\n`,
  ...files,
});
const tree: Files = {
  'default/depends': 'd\n',
  ...backgrounds('d', 'sleep 1000', { 'd/respawn': '' }),
};

/** The PIDs that minit was told, in order. */
const told = (minit: Supervisor): number[] =>
  effectsOf(minit, 'WatchProcess').map(({ pid }) => pid);

/** Waits until minit has been told a PID, `times` times; returns the last one. */
async function daemon(minit: Supervisor, times = 1): Promise<number> {
  await minit.booted();
  await recorded(minit, () => told(minit).length >= times);
  return told(minit)[times - 1] ?? 0;
}

const pidInFile = ({ root }: Supervisor, name = 'd'): number =>
  Number(readFileSync(join(root, name, 'pid'), 'utf8'));

describe('a daemon that backgrounds itself', () => {
  it('is the process of its service, and its own end is what counts', async () => {
    const minit = boot(tree);
    const pid = await daemon(minit);
    expect(pid).toBe(pidInFile(minit));
    expect(minit.status('d')).toMatchObject({ state: 'running', inner: 'ready', pid });
    expect(minit.msvc('-g', 'd').stdout).toBe(`${String(pid)}\n`);
    // It is orphaned, and minit is who inherits it.
    await eventually('it is minit’s', () => processStat(pid).parent === minit.pid);
    expect(processStat(pid).session).toBe(pid);
    expect(await minit.stopAndReplay()).toEqual(ended);
    expect(existsSync(`/proc/${String(pid)}`)).toBe(false);
  });

  it('is started again with a new PID when it is killed, and how it ended is known', async () => {
    const minit = boot(tree);
    const first = await daemon(minit);
    // Its PID may be told before its parent has gone; who inherits it then learns less of its end.
    await eventually('it is minit’s', () => processStat(first).parent === minit.pid);
    process.kill(first, 'SIGKILL');
    const second = await daemon(minit, 2);
    expect(second).not.toBe(first);
    expect(second).toBe(pidInFile(minit));
    expect(minit.status('d')).toMatchObject({ pid: second, restarts: 1, exit: { signal: 9 } });
    await minit.stopAndReplay();
    expect(existsSync(`/proc/${String(second)}`)).toBe(false);
  });

  it('is started again at once when it lived for more than a second', async () => {
    const minit = boot({
      'default/depends': 'd\n',
      ...backgrounds('d', 'sleep 1.1', { 'd/respawn': '' }),
    });
    const first = await daemon(minit);
    await daemon(minit, 2);
    await minit.stopAndReplay();
    const records = recordsOf(minit);
    const end = records.find(({ event }) => event.type === 'ProcessExited' && event.pid === first);
    const again = records.filter(({ effects }) =>
      effects.some(({ type }) => type === 'WatchProcess'),
    )[1];
    expect(end?.event).toMatchObject({ status: { code: 0 } });
    // Two starts of Node, of two shells, and no pause: well below the original's one-second steps.
    expect((again?.at ?? 0) - (end?.at ?? 0)).toBeLessThan(900_000);
    expect(effectsOf(minit, 'StartTimer').filter(({ timer }) => timer === 'respawn:d')).toEqual([]);
  });

  it('gets the signals that msvc sends', async () => {
    const minit = boot({ ...tree, 'default/depends': 'd\nstay\n', 'stay/run': sleeper });
    const pid = await daemon(minit);
    expect(minit.msvc('-d', 'd').code).toBe(0);
    await minit.reaches('d', 'finished');
    expect(minit.status('d')).toMatchObject({ pid: null, exit: { signal: 15 } });
    expect(existsSync(`/proc/${String(pid)}`)).toBe(false);
    expect(minit.msvc('-u', 'd').code).toBe(0);
    const again = await daemon(minit, 2);
    minit.msvc('-p', 'd');
    await minit.until('stopped', () => processStat(again).state === 'T' || minit.pidOf('d') === 0);
    minit.msvc('-k', 'd');
    await daemon(minit, 3);
    await minit.stopAndReplay();
  });

  it('is stopped before what it needs, and after what needs it', async () => {
    const minit = boot({
      'default/depends': 'top\n',
      'top/run': sleeper,
      'top/depends': 'd\n',
      'bottom/run': sleeper,
      ...backgrounds('d', 'sleep 1000', { 'd/depends': 'bottom\n' }),
    });
    await minit.booted();
    await daemon(minit);
    await minit.stopAndReplay();
    const changes = changesOf(minit);
    const order = [
      change(changes, 'top', 'finished'),
      change(changes, 'd', 'stopping'),
      change(changes, 'd', 'finished'),
      change(changes, 'bottom', 'stopping'),
    ];
    expect(order.map(({ place }) => place)).toEqual(
      order.map(({ place }) => place).sort((a, b) => a - b),
    );
  });

  it('writes to its log service, from its first process to its last', async () => {
    const minit = boot({
      'default/depends': 'd\n',
      ...backgrounds('d', 'sh -c "echo daemon; exec sleep 1000"'),
      'd/params':
        'd\npid\n/bin/sh\n-c\necho parent; (setsid sh -c "echo daemon; exec sleep 1000" & echo $! > pid)\n',
      'd/log/run': '#!/bin/sh\nexec sed -u "s/^/logged: /"\n',
    });
    await daemon(minit);
    await minit.prints(/^logged: parent$/mu);
    await minit.prints(/^logged: daemon$/mu);
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('is ended when its service is taken down before it has told a PID', async () => {
    const minit = boot({
      'default/depends': 'd\nstay\n',
      'stay/run': sleeper,
      'd/run': `->${program('pidfilehack')}`,
      // A shell that stays in the foreground, and says so.
      'd/params':
        'd\npid\n/bin/sh\n-c\ntrap "echo got TERM; exit 0" TERM; echo up; while :; do sleep 0.05; done\n',
    });
    await minit.prints(/^up$/mu);
    minit.msvc('-d', 'd');
    await minit.reaches('d', 'finished');
    await minit.prints(/^got TERM$/mu);
    expect(minit.status('d')).toMatchObject({ exit: { code: 143 } });
    await minit.stopAndReplay();
  });

  it('is watched on by a minit that is executed anew', async () => {
    const minit = boot({ ...tree, 'default/depends': 'd\nstay\n', 'stay/run': sleeper });
    const pid = await daemon(minit);
    expect(run('minit-update', ['--root', minit.root])).toMatchObject({ code: 0, stderr: '' });
    expect(minit.status('d')).toMatchObject({ state: 'running', pid });
    const before = told(minit).length;
    process.kill(pid, 'SIGKILL');
    await recorded(minit, () => told(minit).length > before && told(minit).at(-1) !== pid);
    expect(minit.status('d')).toMatchObject({ exit: { signal: 9 }, pid: pidInFile(minit) });
    expect(await minit.stopAndReplay()).toEqual(ended);
  });

  it('may as well stay in the foreground', async () => {
    const minit = boot({
      'default/depends': 'd\n',
      'd/run': `->${program('pidfilehack')}`,
      'd/params': 'd\npid\n/bin/sh\n-c\necho $$ > pid; exec sleep 1000\n',
    });
    const pid = await daemon(minit);
    expect(pid).toBe(pidInFile(minit));
    expect(await minit.stopAndReplay()).toEqual(ended);
    // Nobody may have reaped it yet.
    expect(processStat(pid).state).toMatch(/^Z?$/u);
  });

  it('may write its PID file late, in pieces, and first with a process that is not there', async () => {
    const minit = boot({
      'default/depends': 'd\n',
      ...backgrounds('d', ''),
      'd/params': [
        'd',
        'late/pid',
        '/bin/sh',
        '-c',
        // The last PID that Linux could give is nobody's; the first digit of the right one may be anybody's.
        '(sleep 1000 & P=$!; mkdir late; printf 4194303 > late/x; mv late/x late/pid; sleep 0.3; R=${P#?}; F=${P%$R}; printf "  $F" > late/pid; sleep 0.02; printf "$R\\nmore\\n" >> late/pid)',
        '',
      ].join('\n'),
    });
    const pid = await daemon(minit);
    expect(readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')).toBe('sleep\x001000\x00');
    await minit.stopAndReplay();
  });

  it('finds the ROOT of its minit by its own directory, unless it is told another', async () => {
    const minit = boot(tree, { env: { MINIT_ROOT: '/nowhere' } });
    await minit.prints(/^pidfilehack: \/nowhere\/in does not exist/mu);
    await minit.stopAndReplay();
  });
});

describe.each(namespaces)('in a PID namespace of %s', (_, wrapper, canDo, reason) => {
  const test = itWhen(canDo, reason);

  test('a daemon is inherited by PID 1, reaped with its status, and started again', async () => {
    const minit = boot(
      {
        ...tree,
        'd/params': 'd\npid\n/bin/sh\n-c\n(setsid sh -c "sleep 0.2; exit 7" & echo $! > pid)\n',
      },
      { wrapper },
    );
    const first = await daemon(minit);
    await daemon(minit, 2);
    const end = recordsOf(minit).find(
      ({ event }) => event.type === 'ProcessExited' && event.pid === first,
    );
    expect(end?.event).toMatchObject({ status: { code: 7 } });
    process.kill(innerPid(minit), 'SIGTERM');
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });
});
