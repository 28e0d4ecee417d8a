import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { checksum, tableChecksum } from '../../adapters/event-log/checksum';
import { encodeLine } from '../../adapters/event-log/records';
import { openLog, type LogItem } from '../../adapters/event-log/reader';
import type { WriteBytes } from '../../adapters/scratch-bytes';
import { createEventLog } from '../../adapters/event-log/writer';
import type { EventLogOptions } from '../../adapters/event-log/writer-options';
import { watchPath } from '../../adapters/libc/same-file';
import type { LogRecord } from '../../effects/ports';
import type { MinitEvent } from '../../machines/events';
import type { LogHeader } from '../../machines/log-format';
import { readLog } from '../support/read-log';
import { temporaryDirectory } from '../support/temporary-directory';

const header: LogHeader = {
  boot: 'boot-a',
  wallAt: '2024-01-01T00:00:00.000Z',
  at: 1,
  program: '0.1.0',
  flags: [],
  argv: ['minit', 'default'],
  host: 'höst',
  node: 'v20',
};

const record = (seq: number, service = 'wéb'): LogRecord => ({
  seq,
  at: 10 * seq,
  ...(seq > 1 && { cause: seq - 1 }),
  event: { type: 'ProcessSpawned', service, pid: 100 + seq },
  effects: [{ type: 'ReadService', params: { service } }],
});

/** A log whose state is the seq of the last record, so that snapshots can be told apart. */
function start(more: Partial<EventLogOptions> = {}) {
  const directory = more.directory ?? join(temporaryDirectory(), 'log');
  const events: MinitEvent[] = [];
  const log = createEventLog({ directory, header, now: () => 5, watchPath, ...more });
  log.occurrence$.subscribe(({ event }) => events.push(event));
  const append = (...seqs: number[]) => {
    log.append(
      seqs.map((seq) => record(seq)),
      () => ({ upTo: seqs.at(-1) }),
    );
  };
  return { directory, log, append, events };
}

const files = (directory: string) => readdirSync(directory).sort();

const small = { segmentBytesMax: 1_000, segmentsMax: 3, bufferBytesMax: 1_000 };

function read(path: string) {
  const log = readLog(path);
  if ('code' in log) throw new Error(log.text);
  return {
    ...log,
    seqs: log.items.flatMap((item) => (item.kind === 'record' ? [item.record.seq] : [])),
  };
}

const failure = (code: string, errno: number) =>
  Object.assign(new Error(code), { code, errno: -errno });

/** A disk that has room for `bytes` more. */
function createDisk(bytes: number) {
  const disk = { bytes, writes: 0 };
  const write: WriteBytes = (fd, { memory, end }) => {
    disk.writes += 1;
    if (disk.bytes === 0) throw failure('ENOSPC', 28);
    const count = writeSync(fd, memory, 0, Math.min(disk.bytes, end));
    disk.bytes -= count;
    return count;
  };
  return Object.assign(disk, { write });
}

describe('event log', () => {
  it('reads what was written', () => {
    const { directory, append, log } = start();
    log.open(3);
    append(1, 2);
    append(3);
    log.close();
    const { items, notes, header: found } = read(directory);
    expect(items).toEqual(
      [1, 2, 3].map((seq): LogItem => ({ kind: 'record', record: record(seq) })),
    );
    expect(notes).toEqual([]);
    expect(found).toEqual({
      minit: 'event-log',
      version: 1,
      ...header,
      segment: 1,
      check: expect.any(String) as string,
    });
  });

  it('is lines of JSON in a fixed order, ending with the check', () => {
    const { directory, append } = start();
    append(1);
    const [first, second] = readFileSync(join(directory, 'minit-000001.jsonl'), 'utf8').split('\n');
    expect(first).toMatch(
      /^\{"minit":"event-log","version":1,"boot":"boot-a",.*,"check":"[0-9a-f]{8}"\}$/u,
    );
    expect(second).toMatch(
      /^\{"seq":1,"at":10,"event":\{.*\},"effects":\[.*\],"check":"[0-9a-f]{8}"\}$/u,
    );
  });

  it('writes the records of one turn with one write(2)', () => {
    const disk = createDisk(1e6);
    const { append, log } = start({ write: disk.write });
    log.open(1);
    disk.writes = 0;
    append(1, 2, 3, 4, 5);
    expect(disk.writes).toBe(1);
  });

  it('tells once that it is open, and each time it is asked', () => {
    const { directory, append, log, events } = start();
    append(1);
    append(2);
    log.open(3);
    const opened = { type: 'LogOpened', path: join(directory, 'minit-000001.jsonl') };
    expect(events).toEqual([opened, opened]);
  });

  it('writes nothing after its end', () => {
    const { directory, append, log } = start();
    append(1);
    log.close();
    append(2);
    log.open(1);
    log.close();
    expect(read(directory).seqs).toEqual([1]);
  });

  it('keeps lone surrogates, NULs and line ends inside strings', () => {
    const { directory, log } = start();
    const odd: LogRecord = {
      ...record(1),
      event: { type: 'RequestReceived', request: 'p\0\n\u2028\ud800' },
    };
    log.append([odd], () => ({}));
    expect(read(directory).items).toEqual([{ kind: 'record', record: odd }]);
  });
});

describe('check', () => {
  it.each(['', 'a', 'minit ü'])('of %j is the same by table as by zlib', (text) => {
    expect(tableChecksum(text, 7)).toBe(checksum(text, 7));
    expect(tableChecksum('123456789', 0)).toBe(0xcbf43926);
  });

  it('finds a line cut off at any byte, and keeps all lines before it', () => {
    const { directory, append } = start();
    append(1, 2, 3);
    const path = join(directory, 'minit-000001.jsonl');
    const whole = readFileSync(path);
    const ends = [...whole.keys()].filter((index) => whole[index] === 0x0a);
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      const log = readLog(path);
      // A line without its newline is good when its check is.
      const linesWhole = ends.filter((end) => end <= length).length;
      if (linesWhole === 0) {
        expect(log).toMatchObject({
          code: length === 0 ? 'empty' : length < 20 ? 'foreign' : 'no-header',
        });
        continue;
      }
      if ('code' in log) throw new Error(log.text);
      expect(log.items).toHaveLength(linesWhole - 1);
      const tornBytes = length - (ends[linesWhole - 1] ?? 0) - 1;
      expect(log.notes).toEqual(
        tornBytes <= 0 ? [] : [{ kind: 'torn', path, line: linesWhole + 1, tornBytes }],
      );
    }
  });

  it('finds any bit that has changed, and keeps all lines before it', () => {
    const { directory, append } = start();
    append(1, 2, 3);
    const path = join(directory, 'minit-000001.jsonl');
    const whole = readFileSync(path);
    for (let bit = 0; bit < 8 * whole.length; bit += 3) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, changed);
      const line = whole.subarray(0, bit >> 3).filter((byte) => byte === 0x0a).length + 1;
      const log = readLog(path);
      if ('code' in log) {
        expect(line).toBe(1);
        continue;
      }
      expect(log.items).toHaveLength(Math.max(0, line - 2));
      expect(log.notes).toMatchObject([{ line }]);
    }
  });

  it.each([
    ['removed', (lines: string[]) => lines.toSpliced(2, 1), 3],
    ['doubled', (lines: string[]) => lines.toSpliced(2, 0, lines[2] ?? ''), 4],
    [
      'put elsewhere',
      (lines: string[]) => [lines[0], lines[2], lines[1], lines[3], ''] as string[],
      2,
    ],
  ])('finds a line that was %s', (_what, change, line) => {
    const { directory, append } = start();
    append(1, 2, 3);
    const path = join(directory, 'minit-000001.jsonl');
    writeFileSync(path, change(readFileSync(path, 'utf8').split('\n')).join('\n'));
    const { notes } = read(path);
    expect(notes).toEqual([{ kind: 'damaged', path, line, reason: 'its check does not match' }]);
  });
});

describe('segments', () => {
  it('follow each other, each with a snapshot, and read as one log', () => {
    const { directory, append } = start({ limits: { ...small, segmentsMax: 100 } });
    for (let seq = 1; seq <= 30; seq += 1) append(seq);
    expect(files(directory).length).toBeGreaterThan(3);
    const { seqs, items, notes, segments } = read(directory);
    expect(seqs).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(notes).toEqual([]);
    expect(segments.map(({ header: { segment } }) => segment)).toEqual(
      segments.map((_, index) => index + 1),
    );
    const snapshots = items.filter(({ kind }) => kind === 'snapshot');
    expect(snapshots).toHaveLength(segments.length - 1);
    for (const snapshot of snapshots)
      expect(snapshot).toMatchObject({ state: { upTo: 'seq' in snapshot && snapshot.seq } });
  });

  it('are dropped from the oldest on, and what is left begins with a snapshot', () => {
    const { directory, append } = start({ limits: small });
    for (let seq = 1; seq <= 60; seq += 1) append(seq);
    expect(files(directory)).toHaveLength(3);
    const { items, seqs, notes } = read(directory);
    expect(notes).toEqual([]);
    expect(items[0]).toMatchObject({ kind: 'snapshot', seq: (seqs[0] ?? 0) - 1 });
    expect(seqs.at(-1)).toBe(60);
  });

  it('are dropped though the oldest of all cannot be', () => {
    const { directory, append } = start({ limits: small });
    const blocker = 'minit-000001.jsonl';
    mkdirSync(join(directory, blocker), { recursive: true });
    for (let seq = 1; seq <= 60; seq += 1) append(seq);
    expect(files(directory)).toContain(blocker);
    expect(files(directory)).toHaveLength(small.segmentsMax + 1);
    const { seqs, notes } = read(directory);
    expect(seqs.at(-1)).toBe(60);
    expect(notes).toEqual([expect.objectContaining({ kind: 'passed-over' })]);
  });

  it('can each be read alone', () => {
    const { directory, append } = start({ limits: small });
    for (let seq = 1; seq <= 12; seq += 1) append(seq);
    const { items } = read(join(directory, files(directory)[1] ?? ''));
    expect(items.slice(0, 2).map(({ kind }) => kind)).toEqual(['snapshot', 'record']);
  });

  it('do not multiply when the state is larger than a segment', () => {
    const { directory, log } = start({ limits: { ...small, segmentsMax: 100 } });
    for (let seq = 1; seq <= 30; seq += 1)
      log.append([record(seq)], () => ({ large: 'x'.repeat(3_000) }));
    expect(files(directory)).toHaveLength(3);
  });

  it('of one that is missing in the middle leave a gap', () => {
    const { directory, append } = start({ limits: { ...small, segmentsMax: 100 } });
    for (let seq = 1; seq <= 30; seq += 1) append(seq);
    rmSync(join(directory, 'minit-000002.jsonl'));
    const { items, notes } = read(directory);
    const index = items.findIndex(({ kind }) => kind === 'gap');
    const [before, gap, after] = items.slice(index - 1, index + 2);
    expect(gap).toMatchObject({
      reason: 'missing',
      from: before?.kind === 'record' && before.record.seq + 1,
    });
    expect(after).toMatchObject({ kind: 'snapshot', seq: gap?.kind === 'gap' && gap.to });
    expect(notes).toEqual([gap]);
  });
});

describe('boots', () => {
  it('number on and are read apart, the newest first', () => {
    const first = start();
    first.append(1, 2);
    first.log.close();
    const second = start({ directory: first.directory, header: { ...header, boot: 'boot-b' } });
    second.append(1);
    expect(files(first.directory)).toEqual(['minit-000001.jsonl', 'minit-000002.jsonl']);
    expect(read(first.directory).header.boot).toBe('boot-b');
    expect(openLog(first.directory, { bootsBack: 1 })).toHaveProperty('header.boot', 'boot-a');
    expect(openLog(first.directory, { bootsBack: 2 })).toMatchObject({ code: 'no-logs' });
  });

  it('at the same time do not mix', () => {
    const limits = { ...small, segmentsMax: 100 };
    const first = start({ limits });
    const second = start({
      directory: first.directory,
      header: { ...header, boot: 'boot-b' },
      limits,
    });
    for (let seq = 1; seq <= 20; seq += 1) {
      first.append(seq);
      second.append(seq);
    }
    const expected = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const bootsBack of [0, 1]) {
      const log = readLog(first.directory, { bootsBack });
      if ('code' in log) throw new Error(log.text);
      expect(
        log.items.flatMap((item) => (item.kind === 'record' ? [item.record.seq] : [])),
      ).toEqual(expected);
    }
  });

  it('pass over a newer segment that was not even begun', () => {
    const { directory, append } = start();
    append(1);
    writeFileSync(join(directory, 'minit-000002.jsonl'), '');
    const { seqs, notes } = read(directory);
    expect(seqs).toEqual([1]);
    expect(notes).toMatchObject([
      { kind: 'passed-over', path: join(directory, 'minit-000002.jsonl') },
    ]);
  });
});

describe('when it cannot be written', () => {
  it('holds the records until the directory can be made', () => {
    const parent = temporaryDirectory();
    const blocked = join(parent, 'var');
    writeFileSync(blocked, '');
    const { directory, append, log, events } = start({ directory: join(blocked, 'log') });
    log.open(1);
    append(1);
    append(2);
    expect(events).toEqual([
      { type: 'LogFailed', path: directory, error: { code: 'ENOTDIR', errno: 20 } },
    ]);
    rmSync(blocked);
    append(3);
    expect(events.at(-1)).toMatchObject({ type: 'LogOpened' });
    expect(read(directory).seqs).toEqual([1, 2, 3]);
  });

  it('tells the failure each time it is asked to open', () => {
    const directory = join(temporaryDirectory(), 'file');
    writeFileSync(directory, '');
    const { log, events } = start({ directory });
    log.open(1);
    log.open(2);
    expect(events).toHaveLength(2);
    expect(events).toMatchObject([{ error: { code: 'ENOTDIR' } }, { error: { code: 'ENOTDIR' } }]);
  });

  it.each([
    [
      'a circle of links',
      'ELOOP',
      (path: string) => {
        symlinkSync(path, path);
      },
    ],
    [
      'a link to nothing that cannot be made',
      'EEXIST',
      (path: string) => {
        symlinkSync('/proc/none', path);
      },
    ],
  ])('reports %s', (_what, code, make) => {
    const directory = join(temporaryDirectory(), 'log');
    make(directory);
    const { log, events } = start({ directory });
    log.open(1);
    expect(events).toMatchObject([
      { type: 'LogFailed', error: { code: expect.stringMatching(`${code}|ENOENT`) as string } },
    ]);
  });

  const itAsUser = process.getuid?.() === 0 ? it.skip : it;
  itAsUser('reports a directory that may not be written', () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o500);
    const { log, events } = start({ directory });
    log.open(1);
    expect(events).toMatchObject([{ type: 'LogFailed', error: { code: 'EACCES' } }]);
  });

  it('takes up a line where the full disk cut it, at any byte', () => {
    const size = (() => {
      const { directory, append } = start();
      append(1, 2);
      return readFileSync(join(directory, 'minit-000001.jsonl')).length;
    })();
    for (let bytes = 1; bytes < size; bytes += 1) {
      const disk = createDisk(bytes);
      const { directory, append, events } = start({ write: disk.write });
      append(1, 2);
      append(3);
      expect(events).toMatchObject([{ type: 'LogFailed', error: { code: 'ENOSPC', errno: 28 } }]);
      disk.bytes = 1e6;
      append(4);
      expect(events).toMatchObject([{ type: 'LogFailed' }, { type: 'LogOpened' }]);
      const { seqs, notes } = read(directory);
      expect([seqs, notes]).toEqual([[1, 2, 3, 4], []]);
    }
  });

  it('holds a line until all of it is on disk, at whatever byte the full disk cuts it', () => {
    const path = (directory: string) => join(directory, 'minit-000001.jsonl');
    const sizes = (() => {
      const { directory, append } = start();
      append(1, 2);
      const whole = readFileSync(path(directory));
      return { header: whole.indexOf('\n') + 1, all: whole.length };
    })();
    for (let bytes = sizes.header; bytes < sizes.all; bytes += 1) {
      const disk = createDisk(bytes);
      const { directory, append, log } = start({ write: disk.write });
      append(1, 2);
      append(3);
      const onDisk = readFileSync(path(directory), 'utf8').split('\n').length - 2;
      expect(log.held().lines.map(({ seq }) => seq)).toEqual([1, 2, 3].slice(onDisk));
      disk.bytes = 1e6;
      // Another file is begun, and the line that was cut is whole there.
      if (bytes % 2 === 0) {
        log.release();
        log.open(1);
      }
      append(4);
      expect(log.held()).toEqual({ lines: [] });
      const { seqs, notes } = read(directory);
      expect([seqs, notes]).toEqual([[1, 2, 3, 4], []]);
    }
  });

  it('leaves no empty files behind while the disk is full', () => {
    const { directory, append } = start({ write: createDisk(0).write });
    append(1);
    append(2);
    expect(files(directory)).toEqual([]);
  });

  it('puts a snapshot in the place of too many records, and says which', () => {
    const disk = createDisk(0);
    const { directory, append } = start({ write: disk.write, limits: small });
    for (let seq = 1; seq <= 50; seq += 1) append(seq);
    disk.bytes = 1e6;
    append(51);
    const { items, seqs, header: found } = read(directory);
    const to = (seqs[0] ?? 0) - 1;
    expect(to).toBeGreaterThan(30);
    expect(found).toMatchObject({ segment: 1, dropped: [1, to] });
    expect(items.slice(0, 2)).toMatchObject([
      { kind: 'gap', reason: 'dropped', from: 1, to },
      { kind: 'snapshot', seq: to, state: { upTo: to } },
    ]);
    expect(seqs.at(-1)).toBe(51);
  });

  it.each([600, 601, 650, 700])(
    'ends the segment before a gap with a whole line (%d bytes)',
    (bytes) => {
      const disk = createDisk(bytes);
      const { directory, append } = start({ write: disk.write, limits: small });
      for (let seq = 1; seq <= 50; seq += 1) append(seq);
      disk.bytes = 1e6;
      append(51);
      const { items, notes, seqs } = read(directory);
      const index = items.findIndex(({ kind }) => kind === 'gap');
      const [before, gap] = items.slice(index - 1);
      expect(notes).toEqual([gap]);
      expect(gap).toMatchObject({ from: before?.kind === 'record' && before.record.seq + 1 });
      expect(seqs.at(-1)).toBe(51);
    },
  );

  it('goes on in the present segment when the next one cannot be made', () => {
    const { directory, append, events } = start({ limits: small });
    append(1);
    const moved = `${directory}-moved`;
    renameSync(directory, moved);
    writeFileSync(directory, '');
    for (let seq = 2; seq <= 20; seq += 1) append(seq);
    expect(events[1]).toMatchObject({ type: 'LogFailed', error: { code: 'ENOTDIR' } });
    expect(read(moved).seqs).toHaveLength(20);
  });
});

describe('when its directory is not what it was', () => {
  it('carries the log over to where people look for it, from its first line, and goes on there', () => {
    const { directory, log, append, events } = start();
    log.open(1);
    append(1, 2);
    // As if something were mounted over it: the file is there, but not at its path.
    const hidden = `${directory}-hidden`;
    renameSync(directory, hidden);
    append(3);
    append(4);
    expect(read(directory)).toMatchObject({ seqs: [1, 2, 3, 4], notes: [] });
    expect(files(directory)).toEqual(['minit-000001.jsonl']);
    expect(read(hidden).seqs).toEqual([1, 2, 3]);
    const path = join(directory, 'minit-000001.jsonl');
    expect(events).toEqual([
      { type: 'LogOpened', path },
      { type: 'LogOpened', path },
    ]);
  });

  it('takes a number of its own among the logs that are there', () => {
    const { directory, log, append } = start();
    log.open(1);
    append(1);
    renameSync(directory, `${directory}-hidden`);
    const older = start({ directory, header: { ...header, boot: 'older' } });
    older.append(1, 2, 3);
    older.log.close();
    append(2);
    append(3);
    expect(read(directory)).toMatchObject({ seqs: [1, 2, 3], header: { boot: 'boot-a' } });
    expect(files(directory)).toEqual(['minit-000001.jsonl', 'minit-000002.jsonl']);
  });

  it('goes on in the hidden file while the new directory takes nothing, and tries again later', () => {
    const disk = createDisk(100_000);
    let now = 5;
    const { directory, log, append, events } = start({ write: disk.write, now: () => now });
    log.open(1);
    append(1);
    const hidden = `${directory}-hidden`;
    renameSync(directory, hidden);
    writeFileSync(directory, 'in the way');
    append(2);
    append(3);
    expect(read(hidden).seqs).toEqual([1, 2, 3]);
    rmSync(directory);
    append(4);
    expect(read(hidden).seqs).toEqual([1, 2, 3, 4]);
    now += 5_000_000;
    append(5);
    expect(read(directory).seqs).toEqual([1, 2, 3, 4, 5]);
    expect(events.map(({ type }) => type)).toEqual(['LogOpened', 'LogOpened']);
  });

  it('says so when the hidden file is full and no next segment can be made', () => {
    const { directory, append, events } = start({ limits: small });
    append(1);
    const hidden = `${directory}-hidden`;
    renameSync(directory, hidden);
    symlinkSync('/nowhere', directory);
    for (let seq = 2; seq <= 20; seq += 1) append(seq);
    expect(events[1]).toMatchObject({ type: 'LogFailed', error: { code: 'ENOENT' } });
    expect(read(hidden).seqs).toHaveLength(20);
  });

  it('begins the next segment in sight when the hidden file is full and could not be carried over', () => {
    const { directory, append } = start({ limits: small });
    append(1);
    const hidden = `${directory}-hidden`;
    renameSync(directory, hidden);
    symlinkSync('/nowhere', directory);
    append(2);
    rmSync(directory);
    // By the clock of this log it is always too early for another attempt to carry it over.
    for (let seq = 3; seq <= 20; seq += 1) append(seq);
    expect(read(hidden).seqs.length).toBeLessThan(20);
    expect(read(directory).seqs.at(-1)).toBe(20);
  });

  it('leaves nothing of a copy behind that could not be finished', () => {
    const disk = createDisk(100_000);
    const { directory, log, append } = start({ write: disk.write });
    log.open(1);
    append(1);
    const hidden = `${directory}-hidden`;
    renameSync(directory, hidden);
    const room = Math.floor(readFileSync(join(hidden, 'minit-000001.jsonl')).length / 2);
    // Enough for the record, and for the first part of the copy.
    disk.bytes = room + 200;
    append(2);
    expect(read(hidden).seqs).toEqual([1, 2]);
    expect(files(directory)).toEqual([]);
  });

  it('does not mind that its file was renamed in place', () => {
    const { directory, log, append, events } = start();
    log.open(1);
    append(1);
    renameSync(join(directory, 'minit-000001.jsonl'), join(directory, 'kept.jsonl'));
    append(2);
    expect(files(directory)).toEqual(['kept.jsonl']);
    expect(read(join(directory, 'kept.jsonl')).seqs).toEqual([1, 2]);
    expect(events).toHaveLength(1);
  });
});

describe('what is no event log', () => {
  const lineOf = (value: object) => encodeLine(JSON.stringify(value), 0).line;
  const good = { minit: 'event-log', version: 1, ...header, segment: 1 };

  it.each([
    ['an empty file', 'empty', ''],
    ['a text', 'foreign', 'hello\n'],
    ['other JSON', 'foreign', '{"a":1}\n'],
    ['a newer format', 'unknown-version', lineOf({ ...good, version: 2 })],
    ['a header without its members', 'no-header', lineOf({ ...good, boot: 7 })],
    ['a header that was changed', 'no-header', lineOf(good).replace('boot-a', 'boot-b')],
    ['a file without lines', 'foreign', 'x'.repeat(2_000_000)],
  ])('is refused: %s is %s', (_what, code, content) => {
    const path = join(temporaryDirectory(), 'log');
    writeFileSync(path, content);
    expect(readLog(path)).toMatchObject({ code });
  });

  it('is said to be missing, a device, or an empty directory', () => {
    expect(readLog('/nowhere')).toMatchObject({ code: 'missing' });
    expect(readLog('/dev/null')).toMatchObject({ code: 'not-a-file' });
    expect(readLog(temporaryDirectory())).toMatchObject({ code: 'no-logs' });
  });

  it.each([
    [{ seq: 2, at: 1, event: { type: 'X' }, effects: [] }, '"seq" is 2, not 1'],
    [{ seq: 1, at: 1, event: {}, effects: [] }, '"event" is no event'],
    [{ seq: 1, event: { type: 'X' }, effects: [] }, '"at" is no time'],
    [{ seq: 1, at: 1, event: { type: 'X' } }, '"effects" is no list'],
  ])('reports the line %j whose check is right', (value, reason) => {
    const path = join(temporaryDirectory(), 'log');
    const first = encodeLine(JSON.stringify(good), 0);
    writeFileSync(path, first.line + encodeLine(JSON.stringify(value), first.check).line);
    expect(read(path).notes).toEqual([{ kind: 'damaged', path, line: 2, reason }]);
  });
});

describe('a long log', () => {
  it('is read in pieces, with lines across their borders, also while it grows', () => {
    const { directory, log } = start({ limits: { ...small, segmentBytesMax: 1e9 } });
    const records = Array.from({ length: 20_000 }, (_, index) =>
      record(index + 1, 'n'.repeat(index % 300)),
    );
    log.append(records, () => ({}));
    const opened = openLog(directory);
    if ('code' in opened) throw new Error(opened.text);
    let count = 0;
    for (const item of opened.items()) {
      count += 1;
      if (count === 1) log.append([record(20_001)], () => ({}));
      expect(item.kind === 'record' && item.record.seq).toBe(count);
    }
    expect(count).toBe(20_001);
    appendFileSync(join(directory, 'minit-000001.jsonl'), '{"seq":20002');
    expect([...opened.items()]).toHaveLength(20_001);
    expect(opened.notes).toMatchObject([{ kind: 'torn', tornBytes: 12 }]);
  });
});
