/**
 * Children that a program has started and told nobody of: found by what they are, and never mistaken.
 *
 * Not here: a program that really ends in the middle of its starts (never-dies.e2e).
 *
 * @module
 */
import '../support/real-process';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { setImmediate as immediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { bootTimeUs } from '../../adapters/libc/clock';
import { bind } from '../../adapters/libc/koffi';
import { makeFifo } from '../../adapters/libc/pipe';
import { killProcess } from '../../adapters/libc/process';
import { SpawnBlock } from '../../adapters/libc/spawn-block';
import { captureEnvironment } from '../../adapters/libc/vectors';
import { findLostChildren, type LostStart } from '../../adapters/re-exec/lost-children';
import type { SpawnProcessParams } from '../../machines/effects';
import { SIGKILL, startRealProcesses } from '../support/real-processes';

const world = startRealProcesses();
const { exited, newName, newPath, processes, recorder, file, script } = world;
afterAll(world.close);

const living: number[] = [];
afterEach(async () => {
  // Never 0: that would be all of our own process group.
  for (const pid of living.splice(0).filter((one) => one > 0)) {
    killProcess(pid, SIGKILL);
    await exited(pid);
  }
});

/** A FIFO that nobody writes to: whoever reads it waits. */
function silentFifo(): string {
  const path = newPath();
  expect(makeFifo(path, 0o600)).toBe(0);
  return path;
}
/** A script that waits for ever, and stays what it is: the shell starts nothing for `read`. */
const waiting = (...lines: readonly string[]): string =>
  script(...lines, `read _ < ${silentFifo()}`);

/** The sixth field of proc_pid_stat(5). */
const sessionOf = (pid: number): number =>
  Number(readFileSync(`/proc/${String(pid)}/stat`, 'latin1').split(' ')[5]);

function ownDirectory(): string {
  const path = newPath();
  mkdirSync(path);
  return path;
}

type Wanted = Partial<SpawnProcessParams> & Pick<SpawnProcessParams, 'path'>;

/** Asks for a process, whatever becomes of it. */
const start = (wanted: Wanted, at = bootTimeUs()): LostStart => ({
  params: { service: newName(), argv: ['run'], workingDirectory: ownDirectory(), ...wanted },
  at,
});

/** Starts what `params` say; it is ended after the test. */
async function bringUp({ params }: LostStart): Promise<number> {
  processes.spawn(params, 1);
  const { service } = params;
  const { event } = await recorder.first('ProcessSpawned', (one) => one.service === service);
  living.push(event.pid);
  return event.pid;
}

/** What is found of `starts`, by service; of other children nobody must think. */
const find = (starts: readonly LostStart[], known: readonly number[] = []) =>
  findLostChildren(starts, (pid) => known.includes(pid));

/** The same start with other facts than those that the process was started with. */
const but = ({ params, at }: LostStart, facts: Partial<SpawnProcessParams>): LostStart => ({
  params: { ...params, ...facts },
  at,
});
const elsewhere = { workingDirectory: '/nowhere' };
const otherwise = { path: '/bin/other', argv: ['other'] };

describe('a lost child', () => {
  it('is found by its working directory, whatever it has become', async () => {
    const wanted = start({ path: waiting() });
    const pid = await bringUp(wanted);
    expect(find([but(wanted, otherwise)])).toEqual(new Map([[wanted.params.service, pid]]));
  });

  it.each([
    ['a program', () => ({ path: '/bin/sleep', argv: ['sleep', '1000'] })],
    ['a script', () => ({ path: waiting(), argv: ['run', 'a b', '', '-x'] })],
    ['a script without arguments', () => ({ path: waiting() })],
    [
      'a script whose interpreter has an argument',
      () => ({ path: file(`#!/bin/sh -e\nread _ < ${silentFifo()}\n`) }),
    ],
    ['a script with letters of all kinds', () => ({ path: waiting(), argv: ['rün', 'wéb', '→'] })],
    [
      'a script with bytes that are no letters',
      () => ({ path: waiting(), argv: ['rün', '\u00ff\u00e9'], argvEncoding: 'latin1' as const }),
    ],
    ['a program with a name of letters', () => ({ path: '/bin/sleep', argv: ['schläft', '1000'] })],
  ])('is found by its command line, wherever it has gone: %s', async (_, make) => {
    const wanted = start(make());
    const pid = await bringUp(wanted);
    expect(find([but(wanted, elsewhere)])).toEqual(new Map([[wanted.params.service, pid]]));
  });

  it('is found also in the very moment of its exec', async () => {
    for (let round = 0; round < 30; round += 1) {
      const wanted = start({ path: waiting(), argv: ['run', 'a'] });
      const pid = await bringUp(wanted);
      expect(find([but(wanted, elsewhere)])).toEqual(new Map([[wanted.params.service, pid]]));
    }
  });

  it('is younger than the wish for it, by the clock of the kernel', async () => {
    for (let round = 0; round < 10; round += 1) {
      const wanted = start({ path: '/bin/sleep', argv: ['sleep', '1000'] });
      const pid = await bringUp(wanted);
      expect(find([wanted]).get(wanted.params.service)).toBe(pid);
      expect(find([{ ...wanted, at: bootTimeUs() + 20_000 }])).toEqual(new Map());
    }
  });
});

describe('what is no lost child', () => {
  it('is one that is known', async () => {
    const wanted = start({ path: waiting() });
    const pid = await bringUp(wanted);
    expect(find([wanted], [pid])).toEqual(new Map());
  });

  it('is one in another directory with another command line', async () => {
    const wanted = start({ path: waiting(), argv: ['run', 'a', 'b'] });
    await bringUp(wanted);
    for (const argv of [
      ['run'],
      ['run', 'a'],
      ['run', 'a b'],
      ['run', 'b'],
      ['run', 'a', 'b', 'c'],
    ])
      expect(find([but(wanted, { ...elsewhere, argv })])).toEqual(new Map());
    expect(find([but(wanted, { ...elsewhere, path: 'run' })])).toEqual(new Map());
  });

  it('is what a service has left behind when it ended', async () => {
    const output = file('', 0o644);
    const path = script(`read _ < ${silentFifo()} &`, 'echo $!');
    const wanted = start({ path, output });
    processes.spawn(wanted.params, 1);
    const { event } = await recorder.first(
      'ProcessSpawned',
      ({ service }) => service === wanted.params.service,
    );
    await exited(event.pid);
    const orphan = Number(readFileSync(output, 'utf8'));
    expect(readFileSync(`/proc/${String(orphan)}/cmdline`, 'utf8')).toContain(path);
    expect(find([wanted])).toEqual(new Map());
    killProcess(orphan, SIGKILL);
    await exited(orphan);
  });

  it('is the child of another one, even if it leads a session', async () => {
    const [ready, output] = [silentFifo(), file('', 0o644)];
    const inner = script('echo $$', `echo > ${ready}`, `read _ < ${silentFifo()}`);
    const path = script(`setsid ${inner} &`, `read _ < ${ready}`, `read _ < ${silentFifo()}`);
    const wanted = start({ path, output });
    const pid = await bringUp(wanted);
    while (!readFileSync(output, 'utf8').endsWith('\n')) await immediate();
    const innerPid = Number(readFileSync(output, 'utf8'));
    expect(sessionOf(innerPid)).toBe(innerPid);
    expect(find([wanted], [pid])).toEqual(new Map());
    killProcess(innerPid, SIGKILL);
  });

  it('is looked for only where something is missing', () => {
    const isKnown = (): boolean => {
      throw new Error('nobody needs to be looked at');
    };
    expect(findLostChildren([], isKnown)).toEqual(new Map());
  });
});

describe('several starts', () => {
  it('get their own children each', async () => {
    const wanted = Array.from({ length: 5 }, () => start({ path: waiting() }));
    const pids = await Promise.all(wanted.map(bringUp));
    const expected = wanted.map(({ params }, index) => [params.service, pids[index]] as const);
    expect(find(wanted)).toEqual(new Map(expected));
    expect(find([...wanted].reverse())).toEqual(new Map(expected));
  });

  it('never share one child', async () => {
    const one = start({ path: waiting() });
    const pid = await bringUp(one);
    const same = but(one, { service: newName() });
    expect(find([one, same])).toEqual(new Map([[one.params.service, pid]]));
  });

  it('in one directory are told apart by their command lines', async () => {
    const workingDirectory = ownDirectory();
    const [one, other] = [
      start({ path: waiting(), workingDirectory }),
      start({ path: waiting(), workingDirectory }),
    ];
    const pid = await bringUp(other);
    expect(find([one, other])).toEqual(new Map([[other.params.service, pid]]));
    const onePid = await bringUp(one);
    expect(find([other, one])).toEqual(
      new Map([
        [one.params.service, onePid],
        [other.params.service, pid],
      ]),
    );
  });
});

/** What libc is given for posix_spawn(3) of a process in its own session that first opens a FIFO to read. */
function actionsAndAttributes(fifo: string): readonly [Buffer, Buffer] {
  const [actions, attributes] = [Buffer.alloc(256), Buffer.alloc(512)];
  const prefix = 'int posix_spawn_file_actions_';
  bind<[Buffer]>(`${prefix}init(void *)`)(actions);
  bind<[Buffer, number, Buffer, number, number]>(
    `${prefix}addopen(void *, int, void *, int, uint32_t)`,
  )(actions, 0, Buffer.from(`${fifo}\0`), 0, 0);
  bind<[Buffer]>('int posix_spawnattr_init(void *)')(attributes);
  const SETSID = 0x80;
  bind<[Buffer, number]>('int posix_spawnattr_setflags(void *, short)')(attributes, SETSID);
  return [actions, attributes];
}

const commandLine = (pid: number | 'self'): string =>
  readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1');

/** Children that have not come to their exec: until then they have the command line of this program. */
const copies = (): number[] =>
  readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'latin1').split(' '))
    .map(Number)
    .filter((pid) => pid > 0 && commandLine(pid) === commandLine('self'));

/** Begins a spawn, as minit does, that comes no further than to its FIFO; returns that, and what becomes of it. */
async function beginHangingSpawn({ path, argv }: SpawnProcessParams) {
  const fifo = silentFifo();
  const [actions, attributes] = actionsAndAttributes(fifo);
  const pid = new Int32Array(1);
  const block = new SpawnBlock();
  const program = block.pack({ path, argv, argvEncoding: 'utf8', workingDirectory: '/' });
  const environment = captureEnvironment();
  const memory = [pid, program.path, actions, attributes, program.argv, environment] as const;
  // Held by the callback: C uses this memory until the call is over.
  const done = new Promise<{ readonly errno: number; readonly held: unknown }>((resolve) => {
    bind<[Int32Array, number, Buffer, Buffer, number, Buffer]>(
      'int posix_spawn(void *, uintptr_t, void *, void *, uintptr_t, void *)',
    ).async(...memory, (_error, errno) => {
      resolve({ errno, held: [memory, block] });
    });
  });
  while (copies().length === 0) await immediate();
  const started = async (): Promise<number> => {
    expect((await done).errno).toBe(0);
    return pid[0] ?? 0;
  };
  return { fifo, started };
}

describe('a child that is on its way', () => {
  const wanted = start({ path: '/bin/sleep', argv: ['sleep', '1000'] });
  const opened: number[] = [];
  afterAll(() => {
    opened.forEach((fd) => {
      closeSync(fd);
    });
  });

  it('is waited for until it has executed its program', async () => {
    const { fifo, started } = await beginHangingSpawn(wanted.params);
    // From another thread: this one waits for the child.
    const opener = new Worker(`require('node:fs').openSync(${JSON.stringify(fifo)}, 'w')`, {
      eval: true,
    });
    const found = find([wanted]);
    living.push(await started());
    expect(found).toEqual(new Map([[wanted.params.service, await started()]]));
    await opener.terminate();
  });

  it('is not waited for without an end', async () => {
    const { fifo, started } = await beginHangingSpawn(wanted.params);
    expect(find([wanted])).toEqual(new Map());
    expect(copies()).toHaveLength(1);
    opened.push(openSync(fifo, 'w'));
    living.push(await started());
    expect(find([wanted])).toEqual(new Map([[wanted.params.service, await started()]]));
  });
});
