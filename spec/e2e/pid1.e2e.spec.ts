/**
 * minit as PID 1 of a PID namespace, as root and without privileges, and orphans wherever it runs.
 * Not here: PID 1 of a kernel that has booted (console, SIGWINCH, sulogin, ctrl-alt-del by keyboard),
 * and what minit does there when it fails.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { decodeReply, encodeRequest } from '../../machines/control-protocol';
import { boot, cleanUp, type Files, type Finished, type Supervisor } from '../support/supervisor';
import {
  change,
  changesOf,
  effectsOf,
  itWhen,
  printed,
  processStat,
  recorded,
  recordsOf,
  sleeper,
  statesOf,
} from './fixtures/recorded';

afterAll(cleanUp);

const ended = { code: 0, signal: null };
const isRoot = process.getuid?.() === 0;
const asRoot = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const rootless = [
  'unshare',
  '--user',
  '--map-root-user',
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child',
];
const works = ([file = '', ...args]: readonly string[]): boolean =>
  spawnSync(file, [...args, 'true'], { stdio: 'ignore' }).status === 0;

/** The one child of unshare(1), which keeps signals to itself: PID 1 inside. */
function innerPid({ pid }: Supervisor): number {
  return Number(readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim());
}
const zombiesOf = (parent: number): string[] =>
  readdirSync('/proc').filter((name) => {
    const stat = /^\d+$/u.test(name) ? processStat(Number(name)) : undefined;
    return stat?.parent === parent && stat.state === 'Z';
  });
async function endAndReplay(
  minit: Supervisor,
  pid: number,
  signal: NodeJS.Signals,
): Promise<Finished> {
  const live = decodeReply(minit.ask(encodeRequest({ do: 'state' })))?.state as { seq: number };
  process.kill(pid, signal);
  const finished = await minit.finished();
  minit.replays(live);
  return finished;
}

/** Leaves two processes to themselves: their parent has gone before they have. */
const forksTwice =
  '#!/bin/sh\nfor _ in 1 2; do (sh -c \'echo "orphan $$ of $PPID"; sleep 0.2; exit 5\' &); done\nexec sleep 1000\n';
const tree: Files = {
  'default/depends': 'x\nstep\n',
  'x/run': forksTwice,
  'step/run': '#!/bin/sh\n',
  'step/sync': '',
};

async function reapsOrphans(minit: Supervisor, pid: number): Promise<void> {
  await minit.prints(/^orphan \d+ of \d+$/mu, 2);
  const orphans = printed(minit)
    .flatMap((line) => /^orphan (\d+)/u.exec(line)?.[1] ?? [])
    .map(Number);
  for (const orphan of orphans) {
    await recorded(
      minit,
      ({ event }) =>
        event.type === 'ProcessExited' &&
        event.pid === orphan &&
        'code' in event.status &&
        event.status.code === 5,
    );
  }
  expect(zombiesOf(pid)).toEqual([]);
  expect(minit.status('x')).toMatchObject({ state: 'running' });
}

describe('not PID 1', () => {
  it('minit adopts and reaps the orphans of its services', async () => {
    const minit = boot(tree);
    await minit.booted();
    await reapsOrphans(minit, minit.pid);
    expect(recordsOf(minit)[0]?.event).toMatchObject({ role: 'process', pid: minit.pid });
    expect(await minit.stopAndReplay()).toEqual(ended);
  });
});

describe.each([
  ['root', asRoot, isRoot ? 'no PID namespace can be had here' : 'only for root'],
  ['a user namespace', rootless, 'no user namespace can be had here'],
])('PID 1 in a PID namespace of %s', (_, wrapper, reason) => {
  const test = itWhen(works(wrapper), reason);

  test('minit is PID 1, boots, spawns and reaps, orphans too', async () => {
    const minit = boot(tree, { wrapper });
    await minit.booted();
    const [first] = recordsOf(minit);
    expect(first?.event).toMatchObject({ type: 'SupervisorStarted', pid: 1, role: 'container' });
    const pid = innerPid(minit);
    await reapsOrphans(minit, pid);
    expect(minit.status('step')).toMatchObject({ state: 'sync-done', exit: { code: 0 } });
    expect(await endAndReplay(minit, pid, 'SIGTERM')).toEqual(ended);
  });

  test('SIGTERM is an orderly end', async () => {
    const minit = boot(
      {
        'default/depends': 'top\n',
        'top/run': sleeper,
        'top/depends': 'bottom\n',
        'bottom/run': sleeper,
        'bottom/respawn': '',
      },
      { wrapper },
    );
    await minit.booted();
    expect(await endAndReplay(minit, innerPid(minit), 'SIGTERM')).toEqual(ended);
    const changes = changesOf(minit);
    expect(change(changes, 'top', 'finished').place).toBeLessThan(
      change(changes, 'bottom', 'stopping').place,
    );
    expect(minit.output).toMatch(/bottom +finished +killed by SIGTERM/u);
  });

  test('SIGINT without a service ctrlaltdel is an orderly end', async () => {
    const minit = boot({ 'default/depends': 'x\n', 'x/run': sleeper }, { wrapper });
    await minit.booted();
    expect(await endAndReplay(minit, innerPid(minit), 'SIGINT')).toEqual(ended);
    expect(effectsOf(minit, 'ReadService').at(-1)).toMatchObject({ service: 'ctrlaltdel' });
  });

  test('SIGINT with ctrlaltdel starts it, at each press, and nothing ends', async () => {
    const minit = boot(
      { 'default/depends': 'x\n', 'x/run': sleeper, 'ctrlaltdel/run': '#!/bin/sh\necho pressed\n' },
      { wrapper },
    );
    await minit.booted();
    const pid = innerPid(minit);
    for (const press of [1, 2, 3]) {
      process.kill(pid, 'SIGINT');
      await minit.reaches('ctrlaltdel', 'finished', press);
      await minit.prints(/^pressed$/mu, press);
    }
    expect(minit.status('x')).toMatchObject({ state: 'running' });
    expect(await endAndReplay(minit, pid, 'SIGTERM')).toEqual(ended);
    const presses = statesOf(changesOf(minit), 'ctrlaltdel');
    expect(presses).toEqual(
      Array.from({ length: 3 }, () => ['waiting-deps', 'starting', 'running', 'finished']).flat(),
    );
  });

  test('SIGHUP, SIGUSR1 and SIGWINCH end nothing, and open no debugger', async () => {
    const minit = boot(
      { 'default/depends': 'x\n', 'x/run': sleeper, 'kbreq/run': sleeper },
      { wrapper },
    );
    await minit.booted();
    const pid = innerPid(minit);
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGWINCH'] as const) {
      process.kill(pid, signal);
      await recorded(
        minit,
        ({ event }) => event.type === 'SignalReceived' && event.signal === signal,
      );
    }
    expect(minit.status('x')).toMatchObject({ state: 'running' });
    const files = readdirSync(`/proc/${String(pid)}/fd`)
      .filter((fd) => Number(fd) > 2)
      .map((fd) => readlinkSync(`/proc/${String(pid)}/fd/${fd}`));
    expect(files.filter((file) => file.startsWith('socket:'))).toEqual([]);
    expect(await endAndReplay(minit, pid, 'SIGTERM')).toEqual(ended);
    expect(minit.output).not.toMatch(/debugger/iu);
  });

  test('a container whose services have all gone ends with 0', async () => {
    const minit = boot({ 'default/depends': 'x\n', 'x/run': '#!/bin/sh\n' }, { wrapper });
    expect(await minit.finished()).toEqual(ended);
    minit.replays();
  });
});
