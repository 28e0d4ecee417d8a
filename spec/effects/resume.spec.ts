/**
 * What a minit that was executed anew asks for once more, what it makes up for, and what it leaves.
 *
 * @module
 */
import { defineTree } from '../../adapters/simulated/tree';
import { createWorld } from '../../adapters/simulated/world';
import { Outstanding, type Asked } from '../../effects/outstanding';
import type { LogRecord, Ports } from '../../effects/ports';
import { finish } from '../../effects/resume';
import { effect, type Effect, type EffectType } from '../../machines/effects';
import type { MinitEvent } from '../../machines/events';

type Call = readonly [name: string, ...unknown[]];

/** One effect of each type. */
const effectByType: { readonly [K in EffectType]: Effect & { readonly type: K } } = {
  ReadService: { type: 'ReadService', params: { service: 'web' } },
  SpawnProcess: {
    type: 'SpawnProcess',
    params: { service: 'web', path: '/bin/web', argv: ['web'], workingDirectory: '/' },
  },
  SendSignal: { type: 'SendSignal', params: { service: 'web', pid: 7, signal: 15 } },
  WatchProcess: { type: 'WatchProcess', params: { service: 'web', pid: 7 } },
  ProbeProcess: { type: 'ProbeProcess', params: { request: 3, pid: 7 } },
  StartTimer: { type: 'StartTimer', params: { timer: 'stop:web', delayMs: 3_000 } },
  CancelTimer: { type: 'CancelTimer', params: { timer: 'log' } },
  CloseLogPipe: { type: 'CloseLogPipe', params: { service: 'web' } },
  Reply: { type: 'Reply', params: { request: 3, text: '1' } },
  Report: { type: 'Report', params: { severity: 'note', code: 'boot', text: 'booted' } },
  OpenLog: { type: 'OpenLog', params: {} },
  OpenControl: { type: 'OpenControl', params: {} },
  UpdateSupervisor: { type: 'UpdateSupervisor', params: {} },
  StartEmergencyShell: { type: 'StartEmergencyShell', params: {} },
  EndProcesses: { type: 'EndProcesses', params: { graceMs: 3_000 } },
  EndSystem: { type: 'EndSystem', params: { how: 'halt' } },
  ExitSupervisor: { type: 'ExitSupervisor', params: { code: 0 } },
};
const every: readonly Effect[] = Object.values(effectByType);
const paramsOf = (type: EffectType): unknown => effectByType[type].params;

/** The ports of a simulated world, which do nothing but say what is asked of them. */
function listeningPorts(now: number): { readonly ports: Ports; readonly calls: Call[] } {
  const { ports } = createWorld({ seed: 1, tree: defineTree({}) });
  const calls: Call[] = [];
  const heard =
    (name: string) =>
    (...given: readonly unknown[]): void => {
      calls.push([name, ...given]);
    };
  const { clock, timers, processes, directories, control, log, systemEnding, program } = ports;
  const listening: Ports = {
    ...ports,
    clock: { ...clock, now: () => now },
    timers: { ...timers, start: heard('start timer'), cancel: heard('cancel timer') },
    processes: {
      ...processes,
      spawn: heard('spawn'),
      signal: heard('signal'),
      watch: heard('watch'),
      probe: heard('probe'),
      closeLogPipe: heard('close log pipe'),
      startEmergencyShell: heard('start shell'),
    },
    directories: { ...directories, read: heard('read') },
    control: { ...control, open: heard('open control'), reply: heard('reply') },
    log: { ...log, open: heard('open log') },
    systemEnding: {
      ...systemEnding,
      endProcesses: heard('end processes'),
      endSystem: heard('end system'),
    },
    console: { ...ports.console, report: heard('report') },
    program: { ...program, update: heard('update') },
    exit: heard('exit'),
  };
  return { ports: listening, calls };
}

const askAgain = (ports: Ports, outstanding: readonly Asked[]): void => {
  finish(ports, { outstanding, unperformed: [], failuresInARow: 1 });
};
const performUnperformed = (ports: Ports, unperformed: readonly LogRecord[]): void => {
  finish(ports, { outstanding: [], unperformed, failuresInARow: 1 });
};
const asked = (asking: Effect, seq = 5, at = 0): Asked => ({ seq, at, effect: asking });
const nothing: MinitEvent = { type: 'SignalReceived', signal: 'SIGHUP' };
const record = (seq: number, ...effects: Effect[]): LogRecord => ({
  seq,
  at: 10 * seq,
  event: nothing,
  effects,
});
const timer = (delayMs: number): Effect => effect('StartTimer', { timer: 'stop:web', delayMs });

describe('what is asked for once more', () => {
  it('has the cause that it had, and the order', () => {
    const { ports, calls } = listeningPorts(0);
    askAgain(ports, [
      asked(effectByType.ReadService, 5),
      asked(effectByType.SpawnProcess, 6),
      asked(effectByType.ProbeProcess, 7),
      asked(effectByType.OpenLog, 8),
      asked(effectByType.OpenControl, 9),
      asked(effectByType.StartEmergencyShell, 10),
      asked(effectByType.EndProcesses, 11),
      asked(effectByType.EndSystem, 12),
    ]);
    expect(calls).toEqual([
      ['read', paramsOf('ReadService'), 5],
      ['spawn', paramsOf('SpawnProcess'), 6, false],
      ['probe', paramsOf('ProbeProcess'), 7],
      ['open log', 8],
      ['open control', 9],
      ['start shell', 10],
      ['end processes', paramsOf('EndProcesses'), 11],
      ['end system', paramsOf('EndSystem'), 12],
    ]);
  });

  it('is a directory that another event had asked for, on behalf of that one', () => {
    const { ports, calls } = listeningPorts(0);
    askAgain(ports, [asked(effect('ReadService', { service: 'web', cause: 2 }), 5)]);
    expect(calls).toEqual([['read', { service: 'web', cause: 2 }, 2]]);
  });
});

describe('a timer that is started again', () => {
  it.each([
    ['all of it, when no time has passed', 3_000, 0, 3_000],
    ['what is left of it', 3_000, 2_400_000, 600],
    ['less than a millisecond', 3_000, 2_999_750, 0.25],
    ['nothing, when its time has just come', 3_000, 3_000_000, 0],
    ['nothing, when its time has passed long since', 3_000, 1e12, 0],
  ])('gets %s', (_, delayMs, passedUs, leftMs) => {
    const { ports, calls } = listeningPorts(70_000 + passedUs);
    askAgain(ports, [asked(timer(delayMs), 5, 70_000)]);
    expect(calls).toEqual([['start timer', { timer: 'stop:web', delayMs: leftMs }, 5]]);
  });

  it('goes off at the very moment at which it would have', () => {
    const world = createWorld({ seed: 1, tree: defineTree({}) });
    const { clock, timers } = world.ports;
    const startedAt = clock.now();
    const fired: (readonly [number, number | undefined])[] = [];
    timers.occurrence$.subscribe(({ at, cause }) => fired.push([at - startedAt, cause]));
    world.advance(1_234_000);
    askAgain(world.ports, [asked(timer(3_000), 5, startedAt)]);
    world.run();
    expect(fired).toEqual([[3_000_000, 5]]);
  });
});

describe('what was decided and perhaps not done', () => {
  it('is made up for: signals, pipes, answers, reports, and the end of minit', () => {
    const { ports, calls } = listeningPorts(0);
    performUnperformed(ports, [record(5, ...every)]);
    expect(calls).toEqual([
      ['signal', paramsOf('SendSignal'), 5],
      ['close log pipe', paramsOf('CloseLogPipe')],
      ['reply', paramsOf('Reply')],
      ['report', paramsOf('Report'), 50],
      ['exit', 0],
    ]);
  });

  it('is made up for in the order of the records', () => {
    const { ports, calls } = listeningPorts(0);
    performUnperformed(ports, [
      record(5, effectByType.Reply, effectByType.SendSignal),
      record(6),
      record(7, effectByType.SendSignal),
    ]);
    expect(calls).toEqual([
      ['reply', paramsOf('Reply')],
      ['signal', paramsOf('SendSignal'), 5],
      ['signal', paramsOf('SendSignal'), 7],
    ]);
  });
});

describe('the end of minit that was decided', () => {
  it('comes when all else is made up for, wherever it stands', () => {
    const { ports, calls } = listeningPorts(0);
    performUnperformed(ports, [
      record(5, effectByType.ExitSupervisor, effectByType.Reply),
      record(6, effectByType.SendSignal),
    ]);
    expect(calls).toEqual([
      ['reply', paramsOf('Reply')],
      ['signal', paramsOf('SendSignal'), 6],
      ['exit', 0],
    ]);
  });
});

describe('an effect of a program that has gone', () => {
  it.each(every.map((each) => [each.type, each] as const))(
    'is not done twice by its successor: %s',
    (_, each) => {
      const { ports, calls } = listeningPorts(0);
      const outstanding = new Outstanding();
      outstanding.note(record(5, each));
      askAgain(ports, outstanding.list);
      performUnperformed(ports, [record(5, each)]);
      expect(calls.length).toBeLessThanOrEqual(1);
    },
  );

  it('is left alone only where it is of the program: timers and updates, and watches that are found anew', () => {
    const left = every.filter((each) => {
      const { ports, calls } = listeningPorts(0);
      const outstanding = new Outstanding();
      outstanding.note(record(5, each));
      askAgain(ports, outstanding.list);
      performUnperformed(ports, [record(5, each)]);
      return calls.length === 0;
    });
    expect(left.map(({ type }) => type)).toEqual([
      'WatchProcess',
      'CancelTimer',
      'UpdateSupervisor',
    ]);
  });
});
