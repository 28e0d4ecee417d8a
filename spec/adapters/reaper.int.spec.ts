/**
 * Whom the reaper asks for, with real children: those that the signals tell, and sooner or later all others.
 * What becomes of their ends is in processes.int.
 */
import '../support/real-process';
import { Subject, firstValueFrom, take, timeout, toArray } from 'rxjs';
import { createChildren } from '../../adapters/children';
import type { ChildSignals } from '../../adapters/libc/child-signals';
import { killProcess } from '../../adapters/libc/process';
import { spawnProcess } from '../../adapters/libc/spawn';
import { captureEnvironment } from '../../adapters/libc/vectors';
import { peekChild } from '../../adapters/libc/wait';
import { createReaper, type Reaper } from '../../adapters/reaper';
import { signals } from '../../machines/service-context';

const deadlineMs = 10_000;
const ended$ = new Subject<number>();
let reaper: Reaper | undefined;

/** `told`: what the signals are said to have told each time; `undefined` for a machine where nobody can know. */
async function reap(told: ChildSignals['take'] | undefined): Promise<void> {
  reaper = createReaper({
    children: createChildren(),
    dropWatch: () => undefined,
    areSpawnsUnderWay: () => false,
    settleSpawns: () => undefined,
    onExited: (pid) => {
      ended$.next(pid);
    },
    noteSignals: () => told && { take: told },
  });
  // At the start it asks for any.
  await new Promise(setImmediate);
}

afterEach(() => {
  reaper?.close();
});

const sleeper = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = {
      path: '/bin/sleep',
      argv: ['sleep', '60'],
      argvEncoding: 'utf8',
      workingDirectory: '/',
      envp: captureEnvironment(),
      ...{ inputFd: 0, outputFd: 1, errorFd: 2 },
    } as const;
    spawnProcess(request, (outcome) => {
      if ('pid' in outcome) resolve(outcome.pid);
      else reject(new Error(`errno ${String(outcome.errno)}`));
    });
  });

const firstEnds = (count: number): Promise<number[]> =>
  firstValueFrom(ended$.pipe(take(count), toArray(), timeout(deadlineMs)));

const kill = (pids: readonly number[]): void => {
  for (const pid of pids) killProcess(pid, signals.SIGKILL);
};

describe('the reaper', () => {
  it('reaps whom a signal has told, and all others later', async () => {
    const [other, told] = [await sleeper(), await sleeper()];
    await reap(() => [told]);
    const ends = firstEnds(2);
    kill([other, told]);
    while (peekChild(other) === undefined || peekChild(told) === undefined);
    expect(await ends).toEqual([told, other]);
  });

  it('finds all that no signal has told', async () => {
    const pids = [await sleeper(), await sleeper(), await sleeper()];
    await reap(() => []);
    const ends = firstEnds(3);
    kill(pids);
    expect((await ends).sort((one, other) => one - other)).toEqual(pids);
  });

  it.each([
    ['does not know whom the signals were for', () => undefined],
    ['cannot learn whom signals are for', undefined],
  ])('asks for any where it %s', async (_, told) => {
    const pids = [await sleeper(), await sleeper()];
    await reap(told);
    const ends = firstEnds(2);
    kill(pids);
    expect((await ends).sort((one, other) => one - other)).toEqual(pids);
  });

  it('reports nothing of a process that is told and has not ended, or is nobody of ours', async () => {
    const alive = await sleeper();
    await reap(() => [alive, process.ppid, 1]);
    const last = await sleeper();
    const end = firstValueFrom(ended$.pipe(timeout(deadlineMs)));
    kill([last]);
    expect(await end).toBe(last);
    const rest = firstEnds(1);
    kill([alive]);
    expect(await rest).toEqual([alive]);
  });
});
