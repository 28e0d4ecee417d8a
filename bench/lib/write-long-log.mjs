/**
 * Writes the log of a long life of minit: a boot of some services that then die and are started again, all over
 * the tree, while an administrator asks now and then. What minit decided is what the fold says, so that the
 * log replays. Arguments: directory, number of events, of services, bytes a segment may have.
 *
 * @module
 */
import { createEventLog } from '../../adapters/event-log/writer';
import { foldTurn } from '../../effects/loop';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';

const [directory, ...numbers] = process.argv.slice(2);
const [eventCount, serviceCount, segmentBytesMax] = numbers.map(Number);
const turnEvents = 500;
const names = Array.from({ length: serviceCount }, (_, i) => `s${String(i + 1).padStart(5, '0')}`);

const definition = (name, more = {}) => ({
  directory: `/etc/minit/${name}`,
  mode: 'respawn',
  run: { path: `/usr/sbin/${name}`, argv0: name },
  params: ['--config', `/etc/${name}.conf`],
  depends: [],
  workingDirectory: `/etc/minit/${name}`,
  problems: [],
  ...more,
});

/** Each service but the first depends on the one that was before half of them. */
const dependsOf = (i) => (i === 0 ? [] : [{ name: names[i >> 1], line: 1 }]);

let at = 1_000_000;
const header = {
  boot: '00000000-0000-4000-8000-000000000002',
  wallAt: '2026-01-01T00:00:00.000Z',
  at,
  program: '0.1.0',
  flags: [],
  argv: ['minit'],
  host: 'bench',
  node: process.version,
};
const limits = { segmentBytesMax, segmentsMax: 1_000_000, bufferBytesMax: 1e9 };
const log = createEventLog({ directory, header, now: () => at / 1_000, limits });
log.open(1);

let state = initialState();
let nextPid = 1_000;
/** Effects that are to have an outcome, with the event that asked for them. */
const pending = [];
let records = [];

function take(event, cause) {
  const turn = foldTurn(state, [{ at, event, ...(cause !== undefined && { cause }) }]);
  state = turn.state;
  for (const record of turn.records) {
    records.push(record);
    for (const { type, params } of record.effects) {
      if (type === 'StartTimer' && !params.timer.startsWith('respawn:')) continue;
      pending.push({ type, params, seq: record.seq });
    }
  }
  if (records.length < turnEvents) return;
  log.append(records, () => toPlain(state));
  records = [];
}

/** The outcome of one effect; none for most. */
function outcome({ type, params, seq }) {
  if (type === 'ReadService') {
    const i = names.indexOf(params.service);
    const depends = i < 0 ? names.map((name, j) => ({ name, line: j + 1 })) : dependsOf(i);
    const { run, ...bundle } = definition(params.service, { depends });
    const read = i < 0 ? { ...bundle, mode: 'oneshot' } : { ...bundle, run };
    take({ type: 'ServiceRead', service: params.service, definition: read }, seq);
  } else if (type === 'SpawnProcess') {
    nextPid += 1;
    take({ type: 'ProcessSpawned', service: params.service, pid: nextPid }, seq);
  } else if (type === 'StartTimer') {
    at += params.delayMs * 1_000;
    take({ type: 'TimerFired', timer: params.timer }, seq);
  }
}

function settle() {
  for (let effect = pending.shift(); effect !== undefined; effect = pending.shift()) {
    at += 700;
    outcome(effect);
  }
}

const root = '/etc/minit';
take({ type: 'SupervisorStarted', pid: 1, role: 'container', root, words: [], graceMs: 3_000 });
settle();
for (let round = 0; state.seq < eventCount; round += 1) {
  // A step that shares no divisor with the number of services visits them all.
  const name = names[(round * 7_919) % serviceCount];
  const { pid } = state.services.get(name).context;
  // Every other one has not lived for a second, and waits for its timer.
  at += round % 2 === 0 ? 2_000_000 : 1_000;
  take({ type: 'ProcessExited', pid, status: round % 3 === 0 ? { code: 1 } : { signal: 9 } });
  settle();
  if (round % 20 === 0) take({ type: 'RequestReceived', request: `p${name}` });
  if (round % 2_000 === 0) take({ type: 'RequestReceived', request: 'p\u0001{"do":"status"}' });
  if (round % 5 === 0)
    take({ type: 'ProcessExited', pid: 900 + (round % 90), status: { code: 0 } });
  settle();
}
log.append(records, () => toPlain(state));
log.close();
console.log(JSON.stringify({ events: state.seq }));
