/**
 * What the checkpoints of a long log keep in memory. Not here: that they are right (history).
 */
import { CheckpointBuilder } from '../../insight/checkpoints';
import { logRecord } from '../../effects/loop';
import type { MinitEvent } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import { definitionOf } from '../support/given';
import { countLiving } from '../support/living';

const names = Array.from({ length: 10 }, (_, index) => `s${String(index)}`);
const read = (service: string, depends: readonly string[] = []): MinitEvent => ({
  type: 'ServiceRead',
  service,
  definition: definitionOf(service, {
    mode: 'respawn',
    depends,
  }),
});

/** A boot of ten services, and so many restarts of one after the other. */
function* events(restarts: number): Generator<MinitEvent> {
  yield {
    type: 'SupervisorStarted',
    ...{ pid: 2, role: 'process', root: '/tree', words: [], graceMs: 3_000 },
  };
  yield read('default', names);
  let pid = 100;
  for (const service of names) {
    yield read(service);
    yield { type: 'ProcessSpawned', service, pid: (pid += 1) };
  }
  for (let count = 0; count < restarts; count += 1) {
    const service = names[count % names.length] ?? '';
    yield { type: 'ProcessExited', pid: pid - names.length + 1, status: { signal: 9 } };
    yield read(service);
    yield { type: 'ProcessSpawned', service, pid: (pid += 1) };
  }
}

it.each([
  ['while none has to go', 1_000_000],
  ['when every second one has to go, again and again', 60],
])('is what differs from one to the next, %s', async (_, changesMax) => {
  const builder = new CheckpointBuilder<number>({ eventsMin: 30, changesMax });
  const services: WeakRef<object>[] = [];
  let state = initialState();
  builder.begin(state, 0);
  for (const event of events(3_000)) {
    // Each process lives long enough to be started again at once.
    const at = state.at + 2_000_000;
    const record = logRecord({ seq: state.seq + 1, at, event }, []);
    const folded = fold(state, record);
    ({ state } = folded);
    builder.observe(state, folded.transitions, () => record.seq);
    for (const { after } of folded.transitions) services.push(new WeakRef(after));
  }
  expect(services.length).toBeGreaterThan(6_000);
  const kept = builder.stretches().length;
  expect(kept).toBeGreaterThan(2);
  // The last ones are changed on, so that what was before that is still there for a while.
  expect(await countLiving(services)).toBeLessThan((kept + 1) * (names.length + 1) + 30);
  expect(builder.end().services.size).toBe(names.length + 1);
});
