/**
 * The event log when somebody takes its files away while it is written. Whatever minit tells is an event, which is
 * written in a turn of its own: what is told there again and again never ends.
 *
 * @module
 */
import {
  existsSync,
  fstatSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { WriteBytes } from '../../adapters/scratch-bytes';
import { createEventLog } from '../../adapters/event-log/writer';
import type { EventLogOptions } from '../../adapters/event-log/writer-options';
import type { LogRecord } from '../../effects/ports';
import type { MinitEvent } from '../../machines/events';
import { facts } from '../support/journaled';
import { readLog } from '../support/read-log';
import { temporaryDirectory } from '../support/temporary-directory';

const { header } = facts;
const turnsMax = 20;

const record = (seq: number): LogRecord => ({
  seq,
  at: 10 * seq,
  event: { type: 'ProcessSpawned', service: 'wéb', pid: 100 + seq },
  effects: [],
});

/** A log whose state is the seq of the last record; each event that it tells comes back to it, as in the loop. */
function start(more: Partial<EventLogOptions> = {}) {
  const directory = join(temporaryDirectory(), 'log');
  const events: MinitEvent[] = [];
  const clock = { now: 5 };
  const log = createEventLog({ directory, header, now: () => clock.now, ...more });
  log.occurrence$.subscribe(({ event }) => events.push(event));
  let seq = 0;
  let heard = 0;
  const append = (): void => {
    seq += 1;
    const upTo = seq;
    log.append([record(seq)], () => ({ upTo }));
  };
  /** Takes turns until nothing is told any more. Returns what was told. */
  const settle = (): MinitEvent[] => {
    const from = heard;
    for (let turns = 0; heard < events.length && turns < turnsMax; turns += 1, heard += 1) append();
    return events.slice(from);
  };
  return {
    directory,
    log,
    clock,
    seq: () => seq,
    turn() {
      append();
      return settle();
    },
    open() {
      log.open(1);
      return settle();
    },
  };
}

function read(path: string) {
  const log = readLog(path);
  if ('code' in log) throw new Error(log.text);
  const seqs = log.items.flatMap((item) => (item.kind === 'record' ? [item.record.seq] : []));
  return { ...log, seqs };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const types = (events: readonly MinitEvent[]): string[] => events.map(({ type }) => type);

describe('a segment that was removed', () => {
  it('is followed by one that begins with a snapshot, and that is told once', () => {
    const { directory, turn, seq } = start();
    turn();
    turn();
    rmSync(join(directory, 'minit-000001.jsonl'));
    const path = join(directory, 'minit-000001.jsonl');
    expect(turn()).toEqual([
      { type: 'LogFailed', path, error: { code: 'ENOENT', errno: 2 } },
      { type: 'LogOpened', path },
    ]);
    const after = seq() - 2;
    expect(turn()).toEqual([]);
    const { items, seqs, notes, header: found } = read(directory);
    expect(items[0]).toMatchObject({ kind: 'snapshot', seq: after, state: { upTo: after } });
    expect(seqs).toEqual(range(after + 1, seq()));
    expect([notes, found.segment, found.dropped]).toEqual([[], 2, undefined]);
  });

  it('and cannot be made anew is told once, and all is held until it can', () => {
    const { directory, log, open, turn, seq } = start();
    turn();
    rmSync(directory, { recursive: true });
    symlinkSync('/nowhere/log', directory);
    const failed = { type: 'LogFailed', path: directory, error: { code: 'ENOENT', errno: 2 } };
    expect(turn()).toEqual([failed]);
    const after = seq() - 1;
    expect(turn()).toEqual([]);
    // Asked once more, five seconds later, it does not say that it is written.
    expect(open()).toEqual([failed]);
    expect(log.held()).toMatchObject({
      gap: { snapshot: { seq: after } },
      lines: range(after + 1, seq()).map((held) => ({ seq: held })),
    });
    rmSync(directory);
    expect(open()).toEqual([{ type: 'LogOpened', path: join(directory, 'minit-000001.jsonl') }]);
    expect(log.held()).toEqual({ lines: [] });
    const { items, seqs, notes } = read(directory);
    expect(items[0]).toMatchObject({ kind: 'snapshot', seq: after, state: { upTo: after } });
    expect([seqs, notes]).toEqual([range(after + 1, seq()), []]);
  });

  it('is written to a new file without end only as often as the log is carried over', () => {
    // A file system that says of each file that nobody can find it.
    const write: WriteBytes = (fd, { memory, end }) => {
      for (const name of existsSync(directory) ? readdirSync(directory) : [])
        unlinkSync(join(directory, name));
      return writeSync(fd, memory, 0, end);
    };
    const { directory, clock, turn } = start({ write });
    const told = [turn(), turn(), turn()].flat();
    expect(told.length).toBeLessThan(5);
    clock.now += 5_000_000;
    expect(types(turn())).toEqual(['LogFailed', 'LogOpened']);
  });

  it('to make room on a full disk is let go of, so that there is some', () => {
    let isFull = false;
    let deleted: number | undefined;
    const isDeleted = (fd: number): boolean => fstatSync(fd).nlink === 0;
    const write: WriteBytes = (fd, { memory, end }) => {
      if (isFull && isDeleted(fd)) deleted = fd;
      // The room comes back when nobody has the deleted file open any more.
      const isHeld = deleted !== undefined && isOpenAndDeleted(deleted);
      if (isFull && (deleted === undefined || isHeld))
        throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28 });
      return writeSync(fd, memory, 0, end);
    };
    const isOpenAndDeleted = (fd: number): boolean => {
      try {
        return isDeleted(fd);
      } catch {
        return false;
      }
    };
    const { directory, turn, seq } = start({ write });
    turn();
    const written = seq();
    isFull = true;
    expect(turn()).toMatchObject([{ type: 'LogFailed', error: { code: 'ENOSPC' } }]);
    rmSync(join(directory, 'minit-000001.jsonl'));
    const after = seq() + 1;
    expect(types(turn())).toEqual(['LogOpened']);
    const { items, seqs, notes, header: found } = read(directory);
    expect(found.dropped).toEqual([written + 1, after]);
    expect(items.slice(0, 2)).toMatchObject([
      { kind: 'gap', reason: 'dropped', from: written + 1, to: after },
      { kind: 'snapshot', seq: after, state: { upTo: after } },
    ]);
    expect([seqs, notes]).toEqual([range(after + 1, seq()), [items[0]]]);
  });
});
