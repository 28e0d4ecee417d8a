/**
 * Which children SIGCHLD was for, by real signals. Not here: arm64, two threads that take signals at once.
 */
import '../support/real-process';
import { spawn } from 'node:child_process';
import { noteChildSignals } from '../../adapters/libc/child-signals';
import {
  setSignalAction,
  signalAction,
  type SignalAction,
} from '../../adapters/libc/signal-action';
import { signals } from '../../machines/service-context';

const onSignal = (): void => undefined;
const listen = () => {
  process.on('SIGCHLD', onSignal);
  const told = noteChildSignals();
  if (told === undefined) throw new Error('not possible here');
  return told;
};
const tellSelf = (times: number): void => {
  for (let count = 0; count < times; count += 1) process.kill(process.pid, 'SIGCHLD');
};

process.on('SIGCHLD', onSignal);
const ofNode = signalAction(signals.SIGCHLD) as SignalAction;
process.off('SIGCHLD', onSignal);

afterEach(() => {
  process.off('SIGCHLD', onSignal);
  // A child of another spec in this process may still want it of Node.
  if ((signalAction(signals.SIGCHLD) as SignalAction).handler !== 0n)
    setSignalAction(signals.SIGCHLD, ofNode);
});

describe('the PIDs of SIGCHLD', () => {
  it('are those of the children that have ended, in order', async () => {
    const told = listen();
    const pids: (number | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) {
      const child = spawn('/bin/true');
      pids.push(child.pid);
      await new Promise((resolve) => child.once('exit', resolve));
    }
    expect(told.take()).toEqual(pids);
    expect(told.take()).toEqual([]);
  });

  it('are told to Node as before', async () => {
    const heard = new Promise((resolve) => process.once('SIGCHLD', resolve));
    listen();
    tellSelf(1);
    expect(await heard).toBe('SIGCHLD');
  });

  it('are all there up to 256, more often than the ring is long', () => {
    const told = listen();
    for (const times of [1, 256, 255, 0, 7]) {
      tellSelf(times);
      expect(told.take()).toEqual(Array<number>(times).fill(process.pid));
    }
  });

  it('are not known when there were more, and known again after that', () => {
    const told = listen();
    tellSelf(257);
    expect(told.take()).toBeUndefined();
    tellSelf(2);
    expect(told.take()).toEqual([process.pid, process.pid]);
  });

  it('are noted once, however often somebody asks for it', () => {
    const told = listen();
    noteChildSignals();
    tellSelf(1);
    expect(told.take()).toEqual([process.pid]);
  });

  it('are noted again where the handler was taken away meanwhile', () => {
    listen();
    setSignalAction(signals.SIGCHLD, ofNode);
    const told = listen();
    tellSelf(1);
    expect(told.take()).toEqual([process.pid]);
  });

  it('are noted by two that know nothing of each other, the one before the other', () => {
    const first = listen();
    let other: typeof first | undefined;
    jest.isolateModules(() => {
      const load = require as (path: string) => { noteChildSignals: typeof noteChildSignals };
      other = load('../../adapters/libc/child-signals').noteChildSignals();
    });
    tellSelf(300);
    expect([first.take(), other?.take()]).toEqual([undefined, undefined]);
    tellSelf(2);
    const both = [process.pid, process.pid];
    expect([first.take(), other?.take()]).toEqual([both, both]);
  });

  it('are none of what came before', () => {
    process.on('SIGCHLD', onSignal);
    const before = noteChildSignals();
    tellSelf(3);
    const told = noteChildSignals();
    expect(told?.take()).toEqual([]);
    expect(before?.take()).toHaveLength(3);
  });

  it('are not to be had where nobody takes the signal', () => {
    const found = signalAction(signals.SIGCHLD) as SignalAction;
    setSignalAction(signals.SIGCHLD, { ...found, handler: 0n });
    expect(noteChildSignals()).toBeUndefined();
    expect(signalAction(signals.SIGCHLD)).toMatchObject({ handler: 0n });
    setSignalAction(signals.SIGCHLD, found);
  });
});
