import fc from 'fast-check';
import { InspectEventMapper, type InspectEvent } from '../../insight/inspect-events';
import { fold, initialState } from '../../machines/fold';
import type { SupervisorState } from '../../machines/state';
import { enact, scenario, type Scenario } from '../support/scenarios';
import { bootTree, type Boot } from '../support/world';

/** A random boot, until nothing happens any more. */
const bootOf = (drawn: Scenario): Boot => {
  const boot = enact(drawn);
  boot.run(10_000_000);
  return boot;
};

const definitions = { init: '{"id":"init"}', service: '{"id":"service"}' };

/** What an inspector gets. `resumeAt`: the log begins after that event, with the state as a snapshot. */
function inspected({ world: { records } }: Boot, resumeAt = 0) {
  const mapper = new InspectEventMapper({
    clock: { at: records[0]?.at ?? 0, wallMs: 1_000_000 },
    definitions,
  });
  const events: InspectEvent[] = [];
  let state = initialState();
  for (const record of records) {
    const folded = fold(state, record);
    ({ state } = folded);
    if (record.seq === resumeAt) events.push(...mapper.resume(state));
    if (record.seq > resumeAt) events.push(...mapper.observe(record, state, folded.transitions));
  }
  return { events: JSON.parse(JSON.stringify(events)) as InspectEvent[], state };
}

/** All that holds of every log, wherever it begins. */
function check(events: readonly InspectEvent[], state: SupervisorState): void {
  const known = new Set<string>();
  const last = new Map<string, InspectEvent & { snapshot: unknown }>();
  for (const event of events) {
    if (event.type === '@xstate.actor') {
      expect(known).not.toContain(event.sessionId);
      known.add(event.sessionId);
    }
    expect(known).toContain(event.sessionId);
    if (event.type === '@xstate.event' && event.sourceId !== undefined)
      expect(known).toContain(event.sourceId);
    if (event.type !== '@xstate.event') last.set(event.sessionId, event);
    expect(event.createdAt).toMatch(/^\d+$/u);
  }
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  for (const [name, { value, context }] of state.services)
    expect(last.get(`service:${name}`)?.snapshot).toEqual(
      plain({ status: 'active', value, context }),
    );
  if (events.length > 0)
    expect(last.get('minit')?.snapshot).toMatchObject({ value: state.init.value });
}

describe('the inspect protocol', () => {
  it('introduces each actor, then tells its events and states', () => {
    const boot = bootTree({ tree: { default: {} }, behaviours: { default: [{ livesUs: 5_000 }] } });
    boot.run(1_000_000);
    const { events } = inspected(boot);
    const base = { rootId: 'minit', id: null, _version: '0.7.2' };
    expect(events[0]).toEqual({
      ...{ ...base, type: '@xstate.actor', sessionId: 'minit', createdAt: '1000000' },
      ...{ name: 'minit', definition: '{"id":"init"}' },
      snapshot: {
        ...{ status: 'active', value: 'booting' },
        context: {
          ...{ role: 'process', graceMs: 3_000, endsSystem: true },
          ...{ startedAt: 1_000_000, exitCode: 0 },
        },
      },
    });
    for (const event of events) expect(event).toMatchObject(base);
    expect(
      events.map((event) => {
        const who = `${event.type.slice('@xstate.'.length)} ${event.sessionId} ${event.createdAt}`;
        const what = 'event' in event ? ` ${event.event.type}` : '';
        return `${who}${what}${'snapshot' in event ? ` ${JSON.stringify(event.snapshot.value)}` : ''}`;
      }),
    ).toEqual([
      'actor minit 1000000 "booting"',
      'event minit 1000000 SupervisorStarted',
      'event minit 1000000 ServiceRead',
      'actor service:default 1000000 "down"',
      'event service:default 1000000 StartRequested',
      'snapshot service:default 1000000 StartRequested "waiting-deps"',
      'event service:default 1000000 DefinitionRead',
      'snapshot service:default 1000000 DefinitionRead {"starting":"spawning"}',
      'event minit 1000000 LogOpened',
      'event minit 1000000 LogOpened',
      'event minit 1000000 ControlOpened',
      'event minit 1000000 ProcessSpawned',
      'event service:default 1000000 ProcessSpawned',
      'snapshot service:default 1000000 ProcessSpawned {"running":"ready"}',
      'snapshot minit 1000000 ProcessSpawned "running"',
      'event minit 1000005 ProcessExited',
      'event service:default 1000005 ProcessExited',
      'snapshot service:default 1000005 ProcessExited "finished"',
      'snapshot minit 1000005 ProcessExited "halted"',
    ]);
  });

  it('ends with the states of the replay, and names no actor that was not introduced', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { events, state } = inspected(bootOf(drawn));
        check(events, state);
      }),
      { numRuns: 40 },
    );
  });

  it('does so for a log that begins in the middle', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (drawn, pick) => {
        const boot = bootOf(drawn);
        const { events, state } = inspected(boot, 1 + (pick % boot.world.records.length));
        check(events, state);
      }),
      { numRuns: 20 },
    );
  });
});
