/**
 * Logs of real boots, as the version that ran them wrote them. Every later minit must fold them to
 * the same states and the same effects. A log that is here is never written again: a change of
 * behaviour that replay can see gets a flag (machines/log-format.ts), a change of format an upcaster.
 *
 * `UPDATE_GOLDEN=1` makes what does not exist yet, and touches nothing that does.
 *
 * @module
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventLog } from '../../adapters/event-log/writer';
import { openLog } from '../../adapters/event-log/reader';
import { runReplay } from '../../adapters/replay-log';
import { foldTurn } from '../../effects/loop';
import type { MinitEvent, MinitEventType } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';
import { servicesInOrder } from '../../machines/state';
import { statusOf } from '../../machines/status';
import { definitionOf } from '../support/given';

/** What no real boot on a machine of many can do: somebody sets its clock, a process refuses a signal. */
const rareEvents: readonly MinitEvent[] = [
  { type: 'SupervisorStarted', pid: 1, role: 'machine', root: '/etc/minit', words: ['ro', 'web'], graceMs: 3000 },
  { type: 'ServiceMissing', service: 'ro', error: { code: 'ENOENT', errno: 2 } },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn' }) },
  { type: 'ProcessSpawned', service: 'web', pid: 7 },
  { type: 'WallClockStepped', byUs: -3_600_000_000, wallAt: '2004-09-01T11:00:00.000Z' },
  { type: 'RequestReceived', request: 'p\u0001{"do":"signal","service":"web","signal":1}' },
  { type: 'SignalFailed', service: 'web', pid: 7, signal: 1, error: { code: 'EPERM', errno: 1 } },
  { type: 'RequestReceived', requestBase64: '/w==', bytes: 1 },
  { type: 'SignalReceived', signal: 'SIGINT' },
  { type: 'ServiceMissing', service: 'ctrlaltdel', error: { code: 'ENOENT', errno: 2 } },
  { type: 'ProcessExited', pid: 7, status: { signal: 15 } },
];

/** minit itself fails and goes on, is updated or not, and gives an administrator a shell. */
const resumedEvents: readonly MinitEvent[] = [
  { type: 'SupervisorStarted', pid: 1, role: 'machine', root: '/etc/minit', words: ['web'], graceMs: 3000 },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', {}) },
  { type: 'ProcessSpawned', service: 'web', pid: 7 },
  { type: 'SupervisorResumed', reason: { kind: 'signal', signal: 11 }, count: 1, failuresInARow: 1, program: '0.1.0' },
  {
    type: 'SupervisorResumed',
    reason: { kind: 'error', message: 'x is not a function', stack: 'TypeError: x is not a function' },
    count: 2,
    failuresInARow: 2,
    program: '0.1.0',
  },
  { type: 'RequestReceived', request: 'p\u0001{"do":"update"}' },
  { type: 'UpdateFailed', error: { code: 'ENOEXEC', errno: 8 }, hint: 'the new program does not start (exited 1)' },
  { type: 'RequestReceived', request: 'update' },
  { type: 'SupervisorResumed', reason: { kind: 'update' }, count: 3, failuresInARow: 0, program: '0.2.0' },
  { type: 'ProcessExited', pid: 7, status: { code: 0 } },
  { type: 'EmergencyShellFailed', path: '/sbin/sulogin', error: { code: 'ENOENT', errno: 2 } },
  { type: 'TimerFired', timer: 'emergency' },
  { type: 'ServiceMissing', service: 'default', error: { code: 'ENOENT', errno: 2 } },
  { type: 'EmergencyShellStarted', pid: 9 },
  { type: 'ProcessExited', pid: 9, status: { code: 0 } },
];


/** The end of a machine whose kernel refuses it, and then of one that does not. */
const endEvents: readonly MinitEvent[] = [
  { type: 'SupervisorStarted', pid: 1, role: 'machine', root: '/etc/minit', words: ['web'], graceMs: 3000, endsSystem: true },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn', depends: ['db'] }) },
  { type: 'ServiceRead', service: 'db', definition: definitionOf('db', { mode: 'respawn' }) },
  { type: 'ProcessSpawned', service: 'db', pid: 7 },
  { type: 'ProcessSpawned', service: 'web', pid: 8 },
  { type: 'RequestReceived', request: 'p\u0001{"do":"shutdown","how":"reboot","isOrdered":true,"graceMs":1000}' },
  { type: 'ServiceMissing', service: 'reboot', error: { code: 'ENOENT', errno: 2 } },
  { type: 'ProcessExited', pid: 8, status: { signal: 15 } },
  { type: 'ProcessExited', pid: 7, status: { signal: 15 } },
  { type: 'ProcessesEnded', by: 'KILL' },
  { type: 'SystemEndFailed', how: 'reboot', error: { code: 'EPERM', errno: 1 } },
  { type: 'SignalReceived', signal: 'SIGUSR2' },
  { type: 'ServiceRead', service: 'halt', definition: definitionOf('halt', { depends: ['db'] }) },
  { type: 'ProcessesEnded', by: 'left' },
];

/** What only a kernel that refuses something says. */
const refusals: readonly MinitEvent[] = [
  { type: 'SupervisorStarted', pid: 1, role: 'container', root: '/etc/minit', words: ['web', 'minit.debug'], graceMs: 3000 },
  { type: 'MeansMissing', means: 'ctrl-alt-del', error: { code: 'ENOSYS', errno: 38 } },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn', nice: -5 }) },
  { type: 'ServiceMissing', service: 'minit.debug', error: { code: 'ENOENT', errno: 2 } },
  { type: 'MeansMissing', means: 'clock-steps', error: { code: 'EPERM', errno: 1 } },
  { type: 'ProcessSpawned', service: 'web', pid: 7 },
  { type: 'MeansMissing', means: 'nice', error: { code: 'EACCES', errno: 13 } },
  { type: 'RequestReceived', request: 'Pweb\u00009\u0000' },
  { type: 'ProcessProbed', request: 8, pid: 9, alive: true },
  { type: 'MeansMissing', means: 'process-watch', error: { code: 'ENOSYS', errno: 38 } },
  { type: 'ProcessVanished', pid: 9 },
  { type: 'MeansMissing', means: 'orphans', error: { code: 'EINVAL', errno: 22 } },
];

/** A daemon goes to the background and tells its PID; another one tells none in time. */
const backgroundEvents: readonly MinitEvent[] = [
  { type: 'SupervisorStarted', pid: 1, role: 'container', root: '/etc/minit', words: ['web', 'late'], graceMs: 3000 },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn' }) },
  { type: 'ServiceRead', service: 'late', definition: definitionOf('late', {}) },
  { type: 'ProcessSpawned', service: 'web', pid: 7 },
  { type: 'ProcessSpawned', service: 'late', pid: 8 },
  { type: 'RequestReceived', request: 'p\u0001{"do":"expect-pid","service":"web"}' },
  { type: 'RequestReceived', request: 'p\u0001{"do":"expect-pid","service":"late"}' },
  { type: 'ProcessExited', pid: 8, status: { code: 0 } },
  { type: 'ProcessExited', pid: 7, status: { code: 0 } },
  { type: 'RequestReceived', request: 'p\u0001{"do":"set-pid","service":"web","pid":17}' },
  { type: 'ProcessProbed', request: 10, pid: 17, alive: true },
  { type: 'TimerFired', timer: 'pid:late' },
  { type: 'MeansMissing', means: 'vital-memory', error: { code: 'EPERM', errno: 1 } },
  { type: 'MeansMissing', means: 'crash-handler', error: { code: 'EACCES', errno: 13 } },
  { type: 'MeansMissing', means: 'watchdog', error: { code: 'EPERM', errno: 1 } },
];

function writeLog(path: string, events: readonly MinitEvent[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'golden-'));
  const header = { boot: '00000000-0000-4000-8000-000000000000', wallAt: '2004-09-01T12:00:00.000Z', at: 0 };
  const log = createEventLog({
    directory,
    now: () => 0,
    header: { ...header, program: '0.1.0', flags: [], argv: ['minit', ...wordsOf(events)], host: 'golden', node: 'v20' },
  });
  log.open(1);
  const occurrences = events.map((event, index) => ({ at: (index + 1) * 1_000, event }));
  const { records, state } = foldTurn(initialState(), occurrences, { isChecked: true });
  log.append(records, () => toPlain(state));
  log.close();
  renameSync(join(directory, readdirSync(directory)[0] ?? ''), path);
  rmSync(directory, { recursive: true });
}

const wordsOf = ([first]: readonly MinitEvent[]) => (first?.type === 'SupervisorStarted' ? first.words : []);

const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
const made = {
  rare: rareEvents,
  resumed: resumedEvents,
  end: endEvents,
  refusals,
  background: backgroundEvents,
};
for (const [name, events] of Object.entries(made)) {
  const path = join(__dirname, `${name}.v1.jsonl`);
  if (isUpdate && !existsSync(path)) writeLog(path, events);
}
const names = readdirSync(__dirname).filter((name) => name.endsWith('.jsonl'));

/** All there are: a missing or an unknown one does not compile. */
const eventTypes: Readonly<Record<MinitEventType, true>> = {
  SupervisorStarted: true,
  SupervisorResumed: true,
  UpdateFailed: true,
  EmergencyShellStarted: true,
  EmergencyShellFailed: true,
  ServiceRead: true,
  ServiceMissing: true,
  ProcessSpawned: true,
  SpawnFailed: true,
  ProcessExited: true,
  ProcessVanished: true,
  ProcessProbed: true,
  SignalFailed: true,
  SignalReceived: true,
  TimerFired: true,
  RequestReceived: true,
  ControlOpened: true,
  ControlFailed: true,
  LogOpened: true,
  LogFailed: true,
  WallClockStepped: true,
  ProcessesEnded: true,
  SystemEndFailed: true,
  MeansMissing: true,
};

describe.each(names)('golden log %s', (name) => {
  const log = openLog(join(__dirname, name));
  if ('code' in log) throw new Error(log.text);
  const report = runReplay(log, undefined);
  const expectedPath = join(__dirname, name.replace(/jsonl$/u, 'expected.json'));

  it('asks for the recorded effects again', () => {
    expect(report.eventCount).toBeGreaterThan(0);
    expect({ divergence: report.divergence, damage: report.damage, notes: report.notes }).toEqual({
      divergence: undefined,
      damage: [],
      notes: [],
    });
  });

  it('ends in the same state', () => {
    // What people and programs see; how the fold keeps it may change.
    const state = {
      init: report.state.init.value,
      // Without the words, which may be put better one day.
      services: servicesInOrder(report.state).map((service) => {
        const { reason: _, ...status } = statusOf(service, report.state.at);
        return { ...status, exit: service.context.exit ?? null };
      }),
    };
    if (isUpdate && !existsSync(expectedPath)) writeFileSync(expectedPath, `${JSON.stringify(state, null, 2)}\n`);
    expect(state).toEqual(JSON.parse(readFileSync(expectedPath, 'utf8')));
  });
});

describe('the golden logs together', () => {
  it('hold every event that there is', () => {
    const seen = new Set(
      names.flatMap((name) => {
        const log = openLog(join(__dirname, name));
        if ('code' in log) return [];
        return [...log.items()].flatMap((item) => (item.kind === 'record' ? [item.record.event.type] : []));
      }),
    );
    expect([...seen].sort()).toEqual(Object.keys(eventTypes).sort());
  });
});
