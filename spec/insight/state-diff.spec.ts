import { diffStates } from '../../insight/state-diff';
import type { MinitEvent } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import type { SupervisorState } from '../../machines/state';
import { definitionOf } from '../support/given';

const events: readonly MinitEvent[] = [
  {
    type: 'SupervisorStarted',
    pid: 7,
    role: 'process',
    root: '/etc/minit',
    words: ['web', 'db'],
    graceMs: 3_000,
  },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn' }) },
  { type: 'ProcessSpawned', service: 'web', pid: 100 },
  { type: 'ServiceRead', service: 'db', definition: definitionOf('db', {}) },
  { type: 'ProcessSpawned', service: 'db', pid: 101 },
  { type: 'ControlOpened' },
  { type: 'ProcessExited', pid: 101, status: { code: 0 } },
];
const states = events.reduce<SupervisorState[]>(
  (before, event, index) => [
    ...before,
    fold(before[index] ?? initialState(), { seq: index + 1, at: index + 1, event }).state,
  ],
  [initialState()],
);
const diff = (from: number, to: number) =>
  diffStates(states[from] ?? initialState(), states[to] ?? initialState());

describe('the difference of two states', () => {
  it('is nothing for the same state', () => {
    for (const seq of states.keys()) expect(diff(seq, seq)).toEqual({ minit: [], services: [] });
  });

  it('is nothing where only time has passed', () => {
    const [last] = states.slice(-1);
    if (last === undefined) throw new Error('no state');
    expect(diffStates(last, { ...last, at: last.at + 5_000_000 })).toEqual({
      minit: [],
      services: [],
    });
  });

  it('names what changed of a service, and of minit', () => {
    expect(diff(5, 7)).toEqual({
      minit: [
        { field: 'active', from: 2, to: 1 },
        { field: 'isControlOpen', from: null, to: true },
      ],
      services: [
        {
          service: 'db',
          is: 'changed',
          changes: [
            { field: 'state', from: 'running', to: 'finished' },
            { field: 'inner', from: 'ready', to: null },
            { field: 'pid', from: 101, to: null },
            { field: 'reason', from: 'pid 101', to: 'exited 0 after 0.00 s' },
          ],
        },
      ],
    });
  });

  it('tells a service that is new, and backwards one that is gone', () => {
    expect(diff(3, 4).services).toEqual([expect.objectContaining({ service: 'db', is: 'new' })]);
    expect(diff(4, 3).services).toEqual([expect.objectContaining({ service: 'db', is: 'gone' })]);
  });

  it('backwards is the same with both sides exchanged', () => {
    const turned = ({ minit, services }: ReturnType<typeof diff>) => ({
      minit: minit.map(({ field, from, to }) => ({ field, from: to, to: from })),
      services: services.map(({ service, is, changes }) => ({
        service,
        is: { new: 'gone', gone: 'new', changed: 'changed' }[is],
        changes: changes.map(({ field, from, to }) => ({ field, from: to, to: from })),
      })),
    });
    for (const from of states.keys())
      for (const to of states.keys()) expect(diff(to, from)).toEqual(turned(diff(from, to)));
  });
});
