/**
 * What is still owed an answer, by the records alone.
 *
 * @module
 */
import { Outstanding } from '../../effects/outstanding';
import { effect, type Effect } from '../../machines/effects';
import type { MinitEvent } from '../../machines/events';
import {
  definitionOf,
  given,
  line,
  read,
  spawned,
  systemError,
  type Scenario,
} from '../support/given';

const error = systemError('EIO');
const nothing: MinitEvent = { type: 'SignalReceived', signal: 'SIGHUP' };
const spawn = (service: string): Effect =>
  effect('SpawnProcess', { service, path: '/bin/x', argv: ['x'], workingDirectory: '/' });
const timer = (name: 'log' | `respawn:${string}`, delayMs = 500): Effect =>
  effect('StartTimer', { timer: name, delayMs });

/** Notes records numbered from 1, each an event with what it asks for; returns what is outstanding. */
function after(...noted: readonly (readonly [MinitEvent, ...Effect[]])[]): Outstanding {
  const outstanding = new Outstanding();
  for (const [index, [event, ...effects]] of noted.entries())
    outstanding.note({ seq: index + 1, at: 10 * (index + 1), event, effects });
  return outstanding;
}

const effectsOf = (outstanding: Outstanding): Effect[] =>
  outstanding.list.map(({ effect: asked }) => asked);

/** Each effect that is owed an outcome, with all the outcomes that there are. */
const owed: readonly (readonly [Effect, ...MinitEvent[]])[] = [
  [timer('respawn:web'), { type: 'TimerFired', timer: 'respawn:web' }],
  [
    spawn('web'),
    { type: 'ProcessSpawned', service: 'web', pid: 7 },
    { type: 'SpawnFailed', service: 'web', stage: 'execute', error },
  ],
  [
    effect('ReadService', { service: 'web' }),
    { type: 'ServiceRead', service: 'web', definition: definitionOf('web', {}) },
    { type: 'ServiceMissing', service: 'web', error },
  ],
  [
    effect('ProbeProcess', { request: 3, pid: 7 }),
    { type: 'ProcessProbed', request: 3, pid: 7, alive: true },
  ],
  [
    effect('OpenLog', {}),
    { type: 'LogOpened', path: '/log' },
    { type: 'LogFailed', path: '/log', error },
  ],
  [
    effect('OpenControl', {}),
    { type: 'ControlOpened' },
    { type: 'ControlFailed', path: '/in', error },
  ],
  [
    effect('StartEmergencyShell', {}),
    { type: 'EmergencyShellStarted', pid: 7 },
    { type: 'EmergencyShellFailed', path: '/sbin/sulogin', error },
  ],
  [effect('EndProcesses', { graceMs: 3_000 }), { type: 'ProcessesEnded', by: 'KILL' }],
  [effect('EndSystem', { how: 'halt' }), { type: 'SystemEndFailed', how: 'halt', error }],
];
const outcomes = owed.flatMap(([asked, ...events]) =>
  events.map((event) => [event.type, asked.type, event, asked] as const),
);

describe('what is outstanding', () => {
  it.each(outcomes)('is no more when %s answers %s', (_event, _effect, event, asked) => {
    expect(effectsOf(after([nothing, asked]))).toEqual([asked]);
    expect(effectsOf(after([nothing, asked], [nothing], [event]))).toEqual([]);
  });

  it.each(outcomes)('is only what %s answers, not all but %s', (_event, _effect, event, asked) => {
    const all = owed.map(([each]) => each);
    const rest = all.filter((each) => each !== asked);
    expect(effectsOf(after([nothing, ...all], [event]))).toEqual(rest);
  });

  it('is told apart by service, by timer and by request', () => {
    const web = [spawn('web'), timer('respawn:web'), effect('ReadService', { service: 'web' })];
    const asked = [...web, effect('ProbeProcess', { request: 3, pid: 7 })];
    const others: MinitEvent[] = [
      { type: 'ProcessSpawned', service: 'db', pid: 8 },
      { type: 'TimerFired', timer: 'respawn:db' },
      { type: 'TimerFired', timer: 'stop:web' },
      { type: 'ServiceMissing', service: 'db', error },
      { type: 'ProcessProbed', request: 4, pid: 7, alive: true },
    ];
    const outstanding = after([nothing, ...asked], ...others.map((event) => [event] as const));
    expect(effectsOf(outstanding)).toEqual(asked);
  });

  it('is never what is done when it is asked for', () => {
    const done = [
      effect('SendSignal', { service: 'web', pid: 7, signal: 15 }),
      effect('WatchProcess', { service: 'web', pid: 7 }),
      effect('CloseLogPipe', { service: 'web' }),
      effect('Reply', { request: 3, text: '1' }),
      effect('Report', { severity: 'note', code: 'boot', text: 'booted' }),
      effect('CancelTimer', { timer: 'log' }),
      effect('UpdateSupervisor', {}),
      effect('ExitSupervisor', { code: 0 }),
    ];
    expect(after([nothing, ...done]).list).toEqual([]);
  });

  it('has with it who asked, and when', () => {
    const [first, second] = after([nothing], [nothing, spawn('web')], [nothing, timer('log')]).list;
    expect(first).toEqual({ seq: 2, at: 20, effect: spawn('web') });
    expect(second).toEqual({ seq: 3, at: 30, effect: timer('log') });
  });
});

describe('a timer', () => {
  it('that is cancelled is not outstanding, and no other is touched', () => {
    const cancel = effect('CancelTimer', { timer: 'respawn:web' });
    expect(
      effectsOf(after([nothing, timer('respawn:web'), timer('log')], [nothing, cancel])),
    ).toEqual([timer('log')]);
  });

  it('that is started again after it was cancelled is outstanding, in that order only', () => {
    const cancel = effect('CancelTimer', { timer: 'log' });
    expect(effectsOf(after([nothing, cancel, timer('log')]))).toEqual([timer('log')]);
    expect(effectsOf(after([nothing, timer('log'), cancel]))).toEqual([]);
  });

  it('that fires and is started by that is outstanding again', () => {
    const fired: MinitEvent = { type: 'TimerFired', timer: 'log' };
    expect(after([nothing, timer('log', 1)], [fired, timer('log', 2)]).list).toEqual([
      { seq: 2, at: 20, effect: timer('log', 2) },
    ]);
  });
});

describe('what is asked for again', () => {
  it('counts once, as it was asked for last, after what was asked for before', () => {
    const { list } = after([nothing, timer('log', 1), spawn('web')], [nothing, timer('log', 2)]);
    expect(list).toEqual([
      { seq: 1, at: 10, effect: spawn('web') },
      { seq: 2, at: 20, effect: timer('log', 2) },
    ]);
  });
});

describe('a list of what is outstanding', () => {
  it('goes on where another one stopped, also by way of JSON', () => {
    const { list } = after([nothing, spawn('web'), timer('log')], [nothing, spawn('db')]);
    const resumed = new Outstanding(JSON.parse(JSON.stringify(list)) as typeof list);
    expect(resumed.list).toEqual(list);
    const event: MinitEvent = { type: 'ProcessSpawned', service: 'web', pid: 7 };
    resumed.note({ seq: 3, at: 30, event, effects: [] });
    expect(effectsOf(resumed)).toEqual([timer('log'), spawn('db')]);
  });

  it('does not change when it has been given', () => {
    const outstanding = after([nothing, spawn('web')]);
    const { list } = outstanding;
    const event: MinitEvent = { type: 'ProcessSpawned', service: 'web', pid: 7 };
    outstanding.note({ seq: 2, at: 20, event, effects: [timer('log')] });
    expect(list).toEqual([{ seq: 1, at: 10, effect: spawn('web') }]);
  });

  it('says of a boot what its state waits for', () => {
    const scenario = given({ a: {} }).withoutAnswers();
    const outstanding = new Outstanding();
    const happens = (event: MinitEvent, run: () => Scenario): void => {
      const { state, effects } = run();
      outstanding.note({ seq: state.seq, at: state.at, event, effects });
    };
    happens(nothing, () => scenario.boots('a'));
    expect(effectsOf(outstanding).map(line)).toEqual(['OpenLog', 'OpenControl', 'ReadService a']);
    for (const event of [read('a')(scenario), spawned('a')(scenario)]) {
      happens(event, () => scenario.when(event));
      const spawns = effectsOf(outstanding).filter(({ type }) => type === 'SpawnProcess');
      expect(spawns).toHaveLength(scenario.state.spawning);
    }
    expect(effectsOf(outstanding).map(line)).toEqual(['OpenLog', 'OpenControl']);
  });
});
