/**
 * Histories of logs in files that change while somebody looks at them: they grow, are rotated, cut off,
 * replaced, or are damaged. Never a crash, never a state that was not.
 *
 * @module
 */
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openLog, type OpenedLog } from '../../adapters/event-log/reader';
import { createEventLog } from '../../adapters/event-log/writer';
import { pointAt, readHistory, type LogHistory } from '../../adapters/log-history';
import { foldTurn } from '../../effects/loop';
import { LogChanged } from '../../insight/history';
import type { MinitEvent } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { toPlain, type PlainState } from '../../machines/snapshot';
import { definitionOf } from '../support/given';
import { temporaryDirectory } from '../support/temporary-directory';

const header = {
  boot: '00000000-0000-4000-8000-000000000001',
  wallAt: '2026-01-01T00:00:00.000Z',
  at: 0,
  program: '0.1.0',
  flags: [],
  argv: ['minit'],
  host: 'spec',
  node: 'v20',
};
const web = {
  type: 'ServiceRead',
  service: 'web',
  definition: definitionOf('web', { mode: 'respawn' }),
} as const;

/** A service that is killed and started again, for ever. */
function* life(): Generator<MinitEvent, never> {
  yield {
    type: 'SupervisorStarted',
    pid: 7,
    role: 'process',
    root: '/etc/minit',
    words: ['web'],
    graceMs: 3000,
  };
  for (let pid = 100; ; pid += 1) {
    yield web;
    yield { type: 'ProcessSpawned', service: 'web', pid };
    yield { type: 'ProcessExited', pid, status: { signal: 9 } };
  }
}

/** A log that is being written: two seconds an event. */
function writer({ segmentBytesMax = 1e9, segmentsMax = 100 } = {}) {
  const directory = temporaryDirectory();
  const limits = { segmentBytesMax, segmentsMax, bufferBytesMax: 1_000_000 };
  const log = createEventLog({ directory, header, now: () => 0, limits });
  log.open(1);
  const states: PlainState[] = [toPlain(initialState())];
  const events = life();
  let state = initialState();
  const write = (count: number): void => {
    for (let i = 0; i < count; i += 1) {
      const turn = foldTurn(state, [
        { at: (state.seq + 1) * 2_000_000, event: events.next().value },
      ]);
      ({ state } = turn);
      states.push(toPlain(state));
      log.append(turn.records, () => toPlain(turn.state));
    }
  };
  const segments = (): string[] =>
    readdirSync(directory)
      .sort()
      .map((name) => join(directory, name));
  return { directory, log, write, states, segments };
}

function opened(path: string): OpenedLog {
  const log = openLog(path);
  if ('code' in log) throw new Error(log.text);
  return log;
}

const small = { eventsMin: 5, changesMax: 10_000 };
const read = (path: string): LogHistory => readHistory(opened(path), small);

/** The state at each seq is that which was live. */
function expectAll({ history }: LogHistory, states: readonly PlainState[], from = 0): void {
  for (let seq = states.length - 1; seq >= from; seq -= 1) {
    const point = history.atSeq(seq);
    expect(point.seq).toBe(seq);
    expect(toPlain(point.state)).toEqual(states[seq]);
  }
}

describe('the history of a log', () => {
  it('gives every state, also over several segments', () => {
    for (const segmentBytesMax of [3_000, 1e9]) {
      const { directory, write, states } = writer({ segmentBytesMax });
      write(60);
      const history = read(directory);
      expectAll(history, states);
      expect(history).toMatchObject({ damage: [], divergence: undefined });
    }
  });

  it('begins with the snapshot of the first segment that is left', () => {
    const { directory, write, states, segments } = writer({
      segmentBytesMax: 3_000,
      segmentsMax: 3,
    });
    write(60);
    expect(segments()).toHaveLength(3);
    const history = read(directory);
    const { seq } = history.history.first();
    expect(seq).toBeGreaterThan(5);
    expectAll(history, states, seq);
    expect(pointAt(history.history, { seq: 1 })).toBe(
      `the log begins after event ${String(seq)}; what was before is gone`,
    );
    expect(pointAt(history.history, { at: 1 })).toMatch(/what was before is gone$/u);
    expect(pointAt(history.history, { seq })).toMatchObject({ seq });
  });

  it('at a time between two events tells how it was then, not at the event before', () => {
    const { directory, write } = writer();
    write(9);
    const { history } = read(directory);
    const atOf = (at: number): unknown[] => {
      const point = pointAt(history, { at });
      return typeof point === 'string' ? [point] : [point.seq, point.state.at];
    };
    expect(atOf(6_000_000)).toEqual([3, 6_000_000]);
    expect(atOf(7_500_000)).toEqual([3, 7_500_000]);
    expect(atOf(1e9)).toEqual([9, 18_000_000]);
  });

  it('of a log without an event is a moment without one', () => {
    const { directory } = writer();
    const { history } = read(directory);
    expect(history.last()).toMatchObject({ seq: 0, event: undefined });
    expect(history.next(history.first())).toBeUndefined();
  });
});

describe('a log that grows', () => {
  it('is read on, into segments that are new', () => {
    const { directory, write, states } = writer({ segmentBytesMax: 3_000 });
    write(7);
    const history = read(directory);
    for (let round = 0; round < 20; round += 1) {
      expect(history.grow()).toBe(0);
      write(3);
      expect(history.grow()).toBe(3);
      expect(toPlain(history.history.last().state)).toEqual(states.at(-1));
    }
    expectAll(history, states);
  });

  it('is read on where a line was written in part', () => {
    const { directory, write, states, segments, log } = writer();
    write(20);
    log.close();
    const [path = ''] = segments();
    const bytes = readFileSync(path);
    for (const cut of [1, 2, 30, 150]) {
      writeFileSync(path, bytes.subarray(0, bytes.length - cut));
      const history = read(directory);
      expect(history.history.last().seq).toBe(cut === 1 ? 20 : 19);
      appendFileSync(path, bytes.subarray(bytes.length - cut));
      expect(history.grow()).toBe(cut === 1 ? 0 : 1);
      expect(history.notes).toEqual([]);
      expectAll(history, states);
    }
  });

  it('and is rotated: what is gone is said, what is there goes on', () => {
    const { directory, write, states } = writer({ segmentBytesMax: 3_000, segmentsMax: 3 });
    write(30);
    const history = read(directory);
    const first = history.history.first().seq;
    write(15);
    expect(() => history.history.atSeq(first + 1)).toThrow(LogChanged);
    expect(() => history.history.atSeq(first + 1)).toThrow(
      /^the log has changed since it was read: event \d+ is gone \(.+minit-00000\d\.jsonl:\d+: unable to read it: ENOENT\)$/u,
    );
    expect(history.grow()).toBe(15);
    expect(toPlain(history.history.last().state)).toEqual(states.at(-1));
  });

  it('beyond a gap, so that the segment in which it was read is gone', () => {
    const { directory, write } = writer({ segmentBytesMax: 3_000, segmentsMax: 2 });
    write(10);
    const history = read(directory);
    write(200);
    history.grow();
    expect(history.damage).toEqual([
      expect.objectContaining({ reason: 'unable to read it: ENOENT' }),
    ]);
    expect(history.history.end().seq).toBe(10);
    expect(history.grow()).toBe(0);
  });
});

describe('a log that is not what it was', () => {
  const written = () => {
    const made = writer();
    made.write(40);
    made.log.close();
    const [path = ''] = made.segments();
    return { ...made, path, bytes: readFileSync(path) };
  };

  it('cut off at any line gives what is left, and says what is gone', () => {
    const { directory, path, bytes, states } = written();
    const whole = read(directory);
    let end = bytes.length;
    for (let lines = 40; lines > 0; lines -= 1) {
      truncateSync(path, end);
      for (let seq = 40; seq > 0; seq -= 9) {
        try {
          expect(toPlain(whole.history.atSeq(seq).state)).toEqual(states[seq]);
        } catch (error) {
          if (!(error instanceof LogChanged)) throw error;
        }
      }
      end = bytes.subarray(0, end - 1).lastIndexOf('\n') + 1;
    }
    expect(() => whole.history.atSeq(33)).toThrow(LogChanged);
    expect(whole.grow()).toBe(0);
  });

  it.each(['another boot', 'nothing', 'a byte changed'])(
    'replaced by %s: nothing wrong is shown',
    (kind) => {
      const { directory, path, bytes, states } = written();
      const { history } = read(directory);
      expect(history.atSeq(3).seq).toBe(3);
      const changed = Buffer.from(bytes);
      const place = bytes.indexOf('"seq":20');
      changed[place + 7] = 0x39;
      rmSync(path);
      if (kind !== 'nothing')
        writeFileSync(
          path,
          kind === 'a byte changed' ? changed : bytes.toString().replaceAll('web', 'bew'),
        );
      const seen = states.map((state, seq) => {
        try {
          expect(toPlain(history.atSeq(seq).state)).toEqual(state);
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(LogChanged);
          return false;
        }
      });
      expect(seen).toContain(false);
      // What is read whole is right, whatever has become of the rest.
      if (kind === 'a byte changed') expect(seen.lastIndexOf(true)).toBe(40);
    },
  );

  it('damaged in the middle counts up to there', () => {
    const { directory, path, bytes, states } = written();
    const changed = Buffer.from(bytes);
    changed[bytes.indexOf('"seq":30')] = 0x20;
    writeFileSync(path, changed);
    const history = read(directory);
    expect(history.damage).toEqual([
      { kind: 'damaged', path, line: 31, reason: 'its check does not match' },
    ]);
    expect(history.history.last().seq).toBe(29);
    expectAll(history, states.slice(0, 30));
    expect(history.grow()).toBe(0);
  });

  it('without a segment in the middle has a gap, and says so', () => {
    const { directory, write, states, segments } = writer({ segmentBytesMax: 3_000 });
    write(60);
    const [, second = ''] = segments();
    renameSync(second, join(directory, 'kept'));
    const { history } = read(directory);
    let [missing, snapshot] = [0, 0];
    for (let point = history.first(); ;) {
      const next = history.next(point);
      if (next === undefined) break;
      if (next.seq !== point.seq + 1) [missing, snapshot] = [point.seq + 1, next.seq];
      expect(toPlain(next.state)).toEqual(states[next.seq]);
      point = next;
    }
    expect(snapshot).toBeGreaterThan(missing);
    expect(pointAt(history, { seq: missing })).toBe(`event ${String(missing)} is not in the log`);
    expect(history.last().seq).toBe(60);
  });
});
