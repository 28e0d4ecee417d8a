import fc from 'fast-check';
import { CheckpointBuilder, type CheckpointLimits } from '../../insight/checkpoints';
import { History, LogChanged, type HistoryEvent, type HistoryPoint } from '../../insight/history';
import { fold, initialState } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import { stateName, type SupervisorState } from '../../machines/state';
import { enact, scenario } from '../support/scenarios';

/** A history over records in memory: a place is an index. `gapAfter`: the records from there to `gapTo` are lost. */
function historyOf(
  records: readonly LoggedRecord[],
  limits: CheckpointLimits,
  gap?: { readonly after: number; readonly to: number },
) {
  const builder = new CheckpointBuilder<number>(limits);
  const states: SupervisorState[] = [initialState()];
  let state = initialState();
  builder.begin(state, 0);
  let reads = 0;
  for (const [index, record] of records.entries()) {
    const folded = fold(state, record);
    ({ state } = folded);
    states.push(state);
    if (gap !== undefined && record.seq > gap.after && record.seq <= gap.to) {
      if (record.seq === gap.to) builder.begin(state, index + 1);
    } else builder.observe(state, folded.transitions, () => index + 1);
  }
  const history = new History(builder, function* (place, lastSeq) {
    reads += 1;
    for (const record of records.slice(place)) {
      if (record.seq > lastSeq) return;
      yield record;
    }
  });
  return { history, states, stretches: builder.stretches(), reads: () => reads };
}

const recordsOf = (drawn: Parameters<typeof enact>[0]): readonly LoggedRecord[] => {
  const boot = enact(drawn);
  boot.run(10_000_000);
  return boot.world.records;
};
const limits = fc.record({
  eventsMin: fc.integer({ min: 1, max: 20 }),
  changesMax: fc.integer({ min: 1, max: 200 }),
});
const runs = { numRuns: 25 };
const seqOf = (point: HistoryPoint | undefined): number | undefined => point?.seq;

describe('a history', () => {
  it('gives the state after each event, whatever the checkpoints', () => {
    fc.assert(
      fc.property(scenario, limits, fc.infiniteStream(fc.nat()), (drawn, given, picks) => {
        const records = recordsOf(drawn);
        const { history, states } = historyOf(records, given);
        for (const pick of picks.take(20)) {
          const seq = pick % (records.length + 1);
          const point = history.atSeq(seq);
          expect(point.seq).toBe(seq);
          expect(point.state).toEqual(states[seq]);
          expect(point.event?.record).toEqual(records[seq - 1]);
        }
        expect(history.atSeq(records.length + 5).seq).toBe(records.length);
        expect(history.last().event?.record).toEqual(records.at(-1));
        expect(history.first()).toEqual({ seq: 0, state: states[0], event: undefined });
      }),
      runs,
    );
  });

  it('is walked event by event in both directions', () => {
    fc.assert(
      fc.property(scenario, limits, (drawn, given) => {
        const records = recordsOf(drawn);
        const { history } = historyOf(records, given);
        const forward: number[] = [];
        let last = history.first();
        for (let point = history.next(last); point; point = history.next(point)) {
          forward.push(point.seq);
          last = point;
        }
        expect(forward).toEqual(records.map(({ seq }) => seq));
        const backward: number[] = [];
        for (let point = history.previous(last); point; point = history.previous(point))
          backward.push(point.seq);
        expect(backward).toEqual([
          ...forward.slice(0, -1).reverse(),
          ...(forward.length > 0 ? [0] : []),
        ]);
      }),
      runs,
    );
  });

  it('finds the last event at a time', () => {
    fc.assert(
      fc.property(scenario, limits, fc.nat(), (drawn, given, pick) => {
        const records = recordsOf(drawn);
        const { history } = historyOf(records, given);
        const at = records[pick % records.length]?.at ?? 0;
        for (const time of [at - 1, at, at + 1])
          expect(history.atTime(time).seq).toBe(
            records.findLast((record) => record.at <= time)?.seq ?? 0,
          );
      }),
      runs,
    );
  });

  it('finds the next and the last event that is wanted, as a walk would', () => {
    fc.assert(
      fc.property(
        scenario,
        limits,
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        (drawn, given, pick, nth) => {
          const records = recordsOf(drawn);
          const { history, states } = historyOf(records, given);
          const from = history.atSeq(pick % (records.length + 1));
          const isWanted = ({ record }: HistoryEvent, before: SupervisorState): boolean => {
            expect(before).toEqual(states[record.seq - 1]);
            return record.seq % nth === 0;
          };
          const wanted = records.map(({ seq }) => seq).filter((seq) => seq % nth === 0);
          const found = (direction: 1 | -1): number | undefined => {
            for (const step of history.search(from, direction, isWanted))
              if (step.done) return seqOf(step.point);
            return undefined;
          };
          expect(found(1)).toBe(wanted.find((seq) => seq > from.seq));
          expect(found(-1)).toBe(wanted.findLast((seq) => seq < from.seq));
        },
      ),
      runs,
    );
  });

  it('goes over a gap by its snapshot', () => {
    fc.assert(
      fc.property(scenario, limits, fc.nat(), (drawn, given, pick) => {
        const records = recordsOf(drawn);
        fc.pre(records.length > 12);
        const after = pick % (records.length - 10);
        const { history, states } = historyOf(records, given, { after, to: after + 4 });
        expect(
          [after, after + 1, after + 3, after + 4, after + 5].map((seq) => history.atSeq(seq).seq),
        ).toEqual([after, after, after, after + 4, after + 5]);
        const snapshot = history.next(history.atSeq(after));
        expect(snapshot).toEqual({ seq: after + 4, state: states[after + 4], event: undefined });
        expect(seqOf(snapshot && history.next(snapshot))).toBe(after + 5);
        expect(seqOf(snapshot && history.previous(snapshot))).toBe(after);
        expect(history.atSeq(after + 5).state).toEqual(states[after + 5]);
      }),
      runs,
    );
  });

  it('reads a stretch once while somebody walks in it', () => {
    const boot = enact(fc.sample(scenario, { seed: 7, numRuns: 1 })[0] as never);
    boot.run(10_000_000);
    const { records } = boot.world;
    const { history, reads } = historyOf(records, { eventsMin: 1_000_000, changesMax: 1_000 });
    for (let point = history.next(history.first()); point; point = history.next(point));
    history.atSeq(1);
    expect(reads()).toBe(1);
  });

  it('passes on that the log has changed', () => {
    const history = new History<undefined>(
      {
        stretches: () => [{ before: initialState(), place: undefined, lastSeq: 3, lastAt: 0 }],
        end: () => ({ ...initialState(), seq: 3 }),
      },
      () => {
        throw new LogChanged('gone');
      },
    );
    expect(() => history.atSeq(2)).toThrow(LogChanged);
    expect(history.first().seq).toBe(0);
  });
});

describe('the checkpoints', () => {
  it('cover the log without a gap, and keep what changes between them within bounds', () => {
    fc.assert(
      fc.property(scenario, limits, (drawn, given) => {
        const records = recordsOf(drawn);
        const { stretches, states } = historyOf(records, given);
        let seq = 0;
        let changes = 0;
        for (const [index, { before, lastSeq }] of stretches.entries()) {
          expect(before.seq).toBe(seq);
          expect(before).toEqual(states[seq]);
          const earlier = stretches[index - 1]?.before;
          for (const [name, service] of before.services)
            if (earlier?.services.get(name) !== service && earlier !== undefined)
              changes += Number(stateName(service) !== 'down');
          seq = lastSeq;
        }
        expect(seq).toBe(records.length);
        const perCheckpoint = states.at(-1)?.services.size ?? 0;
        expect(changes).toBeLessThanOrEqual(given.changesMax + 2 * perCheckpoint);
      }),
      runs,
    );
  });
});
