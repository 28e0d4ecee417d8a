/**
 * The event log of a minit that was executed anew: it goes on in the same file as if nothing had happened.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { recordJson } from '../../adapters/event-log/records';
import type { WriteBytes } from '../../adapters/scratch-bytes';
import { createEventLog } from '../../adapters/event-log/writer';
import type { EventLogOptions, ResumedLog } from '../../adapters/event-log/writer-options';
import type { LogRecord } from '../../effects/ports';
import type { MinitEvent } from '../../machines/events';
import { readLog } from '../support/read-log';
import { facts } from '../support/journaled';
import { temporaryDirectory } from '../support/temporary-directory';

const { header } = facts;
const record = (seq: number): LogRecord => ({
  seq,
  at: 10 * seq,
  event: { type: 'ProcessSpawned', service: 'wéb', pid: 100 + seq },
  effects: [{ type: 'ReadService', params: { service: 'wéb' } }],
});
/** As the journal has them. */
const lines = (...seqs: number[]) => seqs.map((seq) => ({ seq, json: recordJson(record(seq)) }));
const small = { segmentBytesMax: 1_000, segmentsMax: 9, bufferBytesMax: 1_000 };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

type Segment = NonNullable<ResumedLog['segment']>;

const opened = new Set<number>();
afterEach(() => {
  for (const fd of opened) closeSync(fd);
  opened.clear();
});

/** One program and its log, whose state is the seq of the last record. */
function program(directory: string, more: Partial<EventLogOptions> = {}) {
  const events: MinitEvent[] = [];
  let segment: Segment | undefined = more.resumed?.segment;
  const log = createEventLog({
    directory,
    header,
    now: () => 5,
    onSegment: (present) => {
      if (segment !== undefined && segment.fd !== present?.fd) opened.delete(segment.fd);
      segment = present;
      if (segment !== undefined) opened.add(segment.fd);
    },
    ...more,
  });
  log.occurrence$.subscribe(({ event }) => events.push(event));
  return {
    log,
    events,
    append(...seqs: number[]) {
      log.append(seqs.map(record), () => ({ upTo: seqs.at(-1) }));
    },
    /** What the next program finds, whatever this one was doing: its file and the lines of the journal. */
    leaves: (held: Omit<ResumedLog, 'segment'>): ResumedLog => ({
      ...held,
      ...(segment && { segment }),
    }),
  };
}

/** The files that this process has open. */
const openPaths = (): string[] =>
  readdirSync('/proc/self/fd').map((fd) => {
    const link = `/proc/self/fd/${fd}`;
    return existsSync(link) ? readlinkSync(link) : '';
  });
const files = (directory: string) => readdirSync(directory).sort();
const onlyFile = (directory: string): string => {
  expect(files(directory)).toHaveLength(1);
  return join(directory, files(directory)[0] ?? '');
};

function read(path: string) {
  const log = readLog(path);
  if ('code' in log) throw new Error(log.text);
  return {
    ...log,
    seqs: log.items.flatMap((item) => (item.kind === 'record' ? [item.record.seq] : [])),
  };
}

/** The bytes of a log that one program has written without a break. */
function unbroken(count: number): Buffer {
  const directory = temporaryDirectory();
  const { append, log } = program(directory);
  for (const seq of upTo(count)) append(seq);
  log.close();
  return readFileSync(onlyFile(directory));
}

/** A log of three records whose program has ended. */
function broken() {
  const directory = temporaryDirectory();
  const first = program(directory);
  first.append(1, 2);
  first.append(3);
  return { directory, first, path: onlyFile(directory) };
}

describe('an event log that goes on', () => {
  it('is, byte for byte, what it would have been', () => {
    const { directory, first, path } = broken();
    const second = program(directory, { resumed: first.leaves({ lines: lines(1, 2, 3) }) });
    second.append(4);
    expect(readFileSync(path)).toEqual(unbroken(4));
    const third = program(directory, { resumed: first.leaves({ lines: lines(1, 2, 3, 4) }) });
    third.append(5, 6);
    expect(readFileSync(path)).toEqual(unbroken(6));
    expect(read(path)).toMatchObject({ seqs: upTo(6), notes: [] });
  });

  it('gets the records that only the journal had', () => {
    const { directory, first, path } = broken();
    const second = program(directory, { resumed: first.leaves({ lines: lines(2, 3, 4, 5) }) });
    expect(second.log.held()).toEqual({ lines: lines(4, 5) });
    second.append(6);
    expect(second.log.held()).toEqual({ lines: [] });
    expect(readFileSync(path)).toEqual(unbroken(6));
  });

  it('tells nobody, for nothing has changed, unless somebody asks', () => {
    const { directory, first, path } = broken();
    const second = program(directory, { resumed: first.leaves({ lines: [] }) });
    second.append(4);
    expect(second.events).toEqual([]);
    second.log.open(7);
    expect(second.events).toEqual([{ type: 'LogOpened', path }]);
  });

  it('takes its time to the next segment, which has the next number', () => {
    const directory = temporaryDirectory();
    const first = program(directory, { limits: small });
    first.append(1, 2);
    const second = program(directory, {
      limits: small,
      resumed: first.leaves({ lines: lines(1, 2) }),
    });
    for (const seq of upTo(12).slice(2)) second.append(seq);
    const log = read(directory);
    expect([log.seqs, log.notes]).toEqual([upTo(12), []]);
    expect(log.header.segment).toBe(1);
    expect(read(join(directory, 'minit-000002.jsonl')).header.segment).toBe(2);
  });

  it('knows where it is in a segment that has but a snapshot', () => {
    const directory = temporaryDirectory();
    const first = program(directory, { limits: small });
    let last = 0;
    while (files(directory).length < 2 && last < 50) first.append((last += 1));
    expect(files(directory)).toHaveLength(2);
    const second = program(directory, { resumed: first.leaves({ lines: lines(...upTo(last)) }) });
    expect(second.log.held()).toEqual({ lines: [] });
    second.append(last + 1);
    expect(read(directory)).toMatchObject({ seqs: upTo(last + 1), notes: [] });
  });
});

describe('a log that was carried over to where people look for it', () => {
  it('goes on there', () => {
    const directory = join(temporaryDirectory(), 'log');
    const first = program(directory);
    first.append(1, 2);
    // As if something were mounted over it.
    renameSync(directory, `${directory}-hidden`);
    first.append(3);
    const second = program(directory, { resumed: first.leaves({ lines: lines(3) }) });
    second.append(4);
    expect(read(onlyFile(directory))).toMatchObject({ seqs: upTo(4), notes: [] });
    expect(second.events).toEqual([]);
  });
});

describe('a line that is torn', () => {
  const whole = unbroken(2).length;
  const bytes = unbroken(3).length;

  it('is cut off and written once more, wherever it is torn', () => {
    const expected = unbroken(4);
    for (let size = whole; size < bytes; size += 1) {
      const { directory, first, path } = broken();
      truncateSync(path, size);
      const second = program(directory, { resumed: first.leaves({ lines: lines(3) }) });
      second.append(4);
      expect(readFileSync(path)).toEqual(expected);
      for (const fd of opened) closeSync(fd);
      opened.clear();
    }
  });

  it('may be the first one after the header', () => {
    const { directory, first, path } = broken();
    truncateSync(path, readFileSync(path).indexOf('\n') + 10);
    const second = program(directory, { resumed: first.leaves({ lines: lines(1, 2, 3) }) });
    second.append(4);
    expect(readFileSync(path)).toEqual(unbroken(4));
  });

  it('of which nobody knows any more is gone, and the log is sound', () => {
    const { directory, first, path } = broken();
    truncateSync(path, bytes - 5);
    program(directory, { resumed: first.leaves({ lines: [] }) });
    expect(readFileSync(path)).toEqual(unbroken(2));
  });

  it('that was changed is written once more, with what came after it', () => {
    const { directory, first, path } = broken();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"pid":102', '"pid":666'));
    const second = program(directory, { resumed: first.leaves({ lines: lines(1, 2, 3) }) });
    second.append(4);
    expect(readFileSync(path)).toEqual(unbroken(4));
  });
});

describe('a segment in which nothing can go on', () => {
  it.each([
    ['is empty', ({ path }: { path: string }) => truncateSync(path, 0)],
    ['has a part of its header only', ({ path }: { path: string }) => truncateSync(path, 40)],
    [
      'has another header',
      ({ path }: { path: string }) => {
        writeFileSync(path, readFileSync(path, 'utf8').replace('boot-a', 'boot-b'));
      },
    ],
  ])('because it %s is left, and the next one takes over', (_, damage) => {
    const { directory, first, path } = broken();
    damage({ path });
    const damaged = readFileSync(path);
    const second = program(directory, { resumed: first.leaves({ lines: lines(1, 2, 3) }) });
    second.append(4);
    const next = join(directory, 'minit-000002.jsonl');
    expect(read(next)).toMatchObject({ seqs: upTo(4), notes: [], header: { segment: 2 } });
    expect(second.events).toEqual([{ type: 'LogOpened', path: next }]);
    expect(readFileSync(path)).toEqual(damaged);
  });

  it('because it cannot be read is left, and the next one takes over', () => {
    const { directory, path } = broken();
    const fd = openSync(path, 'a');
    opened.add(fd);
    const resumed = { lines: lines(1, 2, 3), segment: { fd, path, number: 1 } };
    const second = program(directory, { resumed });
    second.append(4);
    const next = join(directory, 'minit-000002.jsonl');
    expect(read(next)).toMatchObject({ seqs: upTo(4), notes: [], header: { segment: 2 } });
    expect(second.events).toEqual([{ type: 'LogOpened', path: next }]);
  });
});

/** What the journal knows: the state after the third event, and all events since. */
describe('a segment in which nothing can go on, of a program whose journal has begun anew', () => {
  const base = { seq: 3, state: { upTo: 3 } };
  /** A log of five records whose program has ended, and what the next one finds. */
  function longer() {
    const { directory, first, path } = broken();
    first.append(4);
    first.append(5);
    return { directory, path, resumed: first.leaves({ lines: lines(4, 5), base }) };
  }
  const damages = [
    ['was emptied', (path: string) => truncateSync(path, 0)],
    ['ends before that', (path: string) => truncateSync(path, unbroken(2).length)],
    [
      'was changed before that',
      (path: string) => {
        writeFileSync(path, readFileSync(path, 'utf8').replace('"pid":102', '"pid":666'));
      },
    ],
  ] as const;

  it.each(damages)('because it %s is followed by one that begins with a snapshot', (_, damage) => {
    const { directory, path, resumed } = longer();
    damage(path);
    const damaged = readFileSync(path);
    const second = program(directory, { resumed });
    second.append(6);
    const next = join(directory, 'minit-000002.jsonl');
    const { items, seqs, notes, header: found } = read(next);
    expect(items[0]).toMatchObject({ kind: 'snapshot', ...base });
    expect([seqs, notes, found.segment]).toEqual([[4, 5, 6], [], 2]);
    expect(second.events).toEqual([{ type: 'LogOpened', path: next }]);
    expect(readFileSync(path)).toEqual(damaged);
  });

  it('is read with the next one as one log', () => {
    const { directory, path, resumed } = longer();
    truncateSync(path, unbroken(2).length);
    program(directory, { resumed }).append(6);
    const { items, seqs, notes } = read(directory);
    expect(items[2]).toEqual({ kind: 'gap', from: 3, to: 3, reason: 'missing' });
    expect([seqs, notes]).toEqual([[1, 2, 4, 5, 6], [items[2]]]);
  });

  it('is closed, so that on a full disk there is room when it is removed', () => {
    const { directory, path, resumed } = longer();
    truncateSync(path, 0);
    const second = program(directory, { resumed });
    expect(openPaths()).toContain(path);
    second.append(6);
    expect(openPaths()).not.toContain(path);
  });

  it('is kept for no program after that, while no other can be made', () => {
    const { directory, path, resumed } = longer();
    truncateSync(path, 0);
    renameSync(directory, join(temporaryDirectory(), 'gone'));
    writeFileSync(directory, 'in the way');
    const second = program(directory, { resumed });
    second.append(6);
    expect(second.events).toMatchObject([{ type: 'LogFailed', error: { code: 'ENOTDIR' } }]);
    const left = second.leaves(second.log.held());
    expect(left).toEqual({
      lines: lines(4, 5, 6),
      gap: { snapshot: { seq: 3, json: '{"snapshot":{"upTo":3},"seq":3}' } },
    });
    rmSync(directory);
    program(directory, { resumed: { ...left, base: { seq: 6, state: {} } } }).append(7);
    expect(read(directory)).toMatchObject({ seqs: [4, 5, 6, 7], notes: [] });
  });

  it('may be none at all, when the one before had to be let go of', () => {
    const { directory } = broken();
    program(directory, { resumed: { lines: lines(4, 5), base } }).append(6);
    const { items, seqs, notes } = read(directory);
    expect(items[3]).toMatchObject({ kind: 'snapshot', ...base });
    expect([seqs, notes]).toEqual([upTo(6), []]);
    expect(files(directory)).toHaveLength(2);
  });
});

describe('an event log that could not be written', () => {
  const gap = {
    dropped: [1, 3],
    snapshot: { seq: 3, json: '{"snapshot":{"upTo":3},"seq":3}' },
  } as const;

  it('holds what was held, and the gap before it, until it can be', () => {
    const directory = join(temporaryDirectory(), 'log');
    const second = program(directory, { resumed: { lines: lines(4, 5), gap } });
    expect(second.log.held()).toEqual({ lines: lines(4, 5), gap });
    second.append(6);
    const { items, header: found, seqs } = read(directory);
    expect(found).toMatchObject({ segment: 1, dropped: [1, 3] });
    expect(items.slice(0, 2)).toMatchObject([
      { kind: 'gap', from: 1, to: 3, reason: 'dropped' },
      { kind: 'snapshot', seq: 3, state: { upTo: 3 } },
    ]);
    expect(seqs).toEqual([4, 5, 6]);
    expect(second.events).toMatchObject([{ type: 'LogOpened' }]);
  });

  it('does not write a gap that is on record already', () => {
    const directory = join(temporaryDirectory(), 'log');
    const first = program(directory, { resumed: { lines: lines(4), gap } });
    first.append(5);
    const path = onlyFile(directory);
    const before = readFileSync(path);
    const second = program(directory, { resumed: first.leaves({ lines: lines(4, 5), gap }) });
    expect(second.log.held()).toEqual({ lines: [] });
    second.log.open(1);
    expect(readFileSync(path)).toEqual(before);
  });

  it('goes on where the full disk cut a line, when there is room again', () => {
    const { directory, first, path } = broken();
    // The next line of the program before got no further than here.
    const { fd } = first.leaves({ lines: [] }).segment ?? { fd: -1 };
    writeSync(fd, '{"seq":4,"a');
    let room = 20;
    const write: WriteBytes = (file, { memory, end }) => {
      const count = writeSync(file, memory, 0, Math.min(room, end));
      room -= count;
      if (count === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28 });
      return count;
    };
    const second = program(directory, { write, resumed: first.leaves({ lines: lines(4) }) });
    second.append(5);
    expect(second.events).toMatchObject([{ type: 'LogFailed', error: { code: 'ENOSPC' } }]);
    room = 1e6;
    // Nothing of it is lost for a third program either.
    const third = program(directory, { resumed: first.leaves({ lines: lines(4, 5) }) });
    third.append(6);
    expect(readFileSync(path)).toEqual(unbroken(6));
  });

  it('has the line that the full disk cut, also when the journal has begun anew since', () => {
    const whole = unbroken(4).length;
    for (let size = unbroken(3).length; size < whole; size += 1) {
      const { directory, first, path } = broken();
      let room = size - readFileSync(path).length;
      const write: WriteBytes = (file, { memory, end }) => {
        const count = writeSync(file, memory, 0, Math.min(room, end));
        room -= count;
        if (count === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28 });
        return count;
      };
      const second = program(directory, { write, resumed: first.leaves({ lines: [] }) });
      second.append(4);
      // The records before this are in the state that the journal begins with, and nowhere else in it.
      const third = program(directory, { resumed: second.leaves(second.log.held()) });
      third.append(5);
      expect(readFileSync(path)).toEqual(unbroken(5));
      for (const fd of opened) closeSync(fd);
      opened.clear();
    }
  });
});
