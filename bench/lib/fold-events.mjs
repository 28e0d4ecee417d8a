/**
 * Folds events in this process, without a world: what an event costs with so many services.
 * Bundled with the machines and run by itself, so that nothing else has warmed the code. Argument:
 * the number of services; prints JSON, times in µs an event.
 *
 * @module
 */
import { foldTurn } from '../../effects/loop';
import { initialState } from '../../machines/fold';
import { recordJson, encodeLine } from '../../adapters/event-log/records';
import { letV8Optimize, setFlagsByNode, tuneV8 } from '../../adapters/tune-v8';

// What minit tells V8 counts here, too.
tuneV8(setFlagsByNode);

const count = Number(process.argv[2]);
/** Multiplied by the second argument, for a smoke run. */
const scale = Number(process.argv[3] ?? 1);
const timedEvents = 30_000 * scale;
const warmEvents = 60_000 * scale;
const batches = 10;
const elapsedUs = (from) => Number(process.hrtime.bigint() - from) / 1_000;

let at = 1_000_000;
let state = initialState();

/** Folds one event, gives the records of it. */
function take(event) {
  at += 1_500;
  const turn = foldTurn(state, [{ at, event }]);
  state = turn.state;
  return turn.records;
}

const names = Array.from({ length: count }, (_, i) => `s${String(i + 1).padStart(5, '0')}`);

const definition = (name, more = {}) => ({
  directory: `/tree/${name}`,
  mode: 'respawn',
  run: { path: '/usr/bin/pause', argv0: 'pause' },
  params: [],
  depends: [],
  workingDirectory: `/tree/${name}`,
  problems: [],
  ...more,
});

/** A boot of all services. */
function* bootEvents() {
  yield {
    type: 'SupervisorStarted',
    pid: 2,
    role: 'process',
    root: '/tree',
    words: [],
    graceMs: 3_000,
  };
  const depends = names.map((name, i) => ({ name, line: i + 1 }));
  const { run: _none, ...bundle } = definition('default', { mode: 'oneshot', depends });
  yield { type: 'ServiceRead', service: 'default', definition: bundle };
  for (const [i, name] of names.entries()) {
    yield { type: 'ServiceRead', service: name, definition: definition(name) };
    yield { type: 'ProcessSpawned', service: name, pid: 10_000 + i };
  }
}

/** An endless row of processes that die and are started again, all over the services. */
function* restartEvents() {
  let pid = 10_000 + count;
  const pids = names.map((_, i) => 10_000 + i);
  // A step that shares no divisor with the number of services visits them all.
  for (let i = 0; ; i = (i + 7_919) % count) {
    at += 2_000_000;
    yield { type: 'ProcessExited', pid: pids[i], status: { signal: 9 } };
    yield { type: 'ServiceRead', service: names[i], definition: definition(names[i]) };
    pids[i] = pid;
    yield { type: 'ProcessSpawned', service: names[i], pid };
    pid += 1;
  }
}

function foldFirst(events, limit) {
  const from = process.hrtime.bigint();
  let folded = 0;
  while (folded < limit) {
    take(events.next().value);
    folded += 1;
  }
  return elapsedUs(from) / folded;
}

const boot = [...bootEvents()];
const coldUs = foldFirst(boot.values(), boot.length);
// As in a minit to which so much has happened.
letV8Optimize(setFlagsByNode);
const events = restartEvents();
foldFirst(events, warmEvents);
const inBatches = Array.from({ length: batches }, () =>
  foldFirst(events, timedEvents / batches),
).sort((a, b) => a - b);

// As the loop does: fold, then the line of the event log.
let check = 0;
let bytes = 0;
let from = 0n;
for (let i = 0; i < timedEvents + warmEvents; i += 1) {
  if (i === warmEvents) from = process.hrtime.bigint();
  for (const record of take(events.next().value)) {
    const encoded = encodeLine(recordJson(record), check);
    check = encoded.check;
    bytes += encoded.line.length;
  }
}
const recordedUs = elapsedUs(from) / timedEvents;

const running = [...state.services.values()].filter(
  ({ value }) => value.running !== undefined,
).length;
if (running !== count) throw new Error(`${String(running)} of ${String(count)} run`);
console.log(
  JSON.stringify({
    count,
    coldUs,
    warmUs: inBatches[batches / 2],
    recordedUs,
    bytesPerEvent: bytes / (timedEvents + warmEvents),
  }),
);
