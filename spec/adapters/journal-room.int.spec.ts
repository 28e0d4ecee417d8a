/**
 * The room that the journal takes in its file: what it has given back is used again, so that a limit of file sizes
 * (RLIMIT_FSIZE) does not end it one day; and a program may end at any moment of that. The rest of it: journal.int.spec.ts.
 */
import '../support/real-process';
import { fstatSync } from 'node:fs';
import { mappedBytes } from '../../adapters/libc/memory-file';
import { environmentFor, findVitalMemory } from '../../adapters/re-exec/vital-memory';
import { readJournal } from '../../adapters/re-exec/journal-reader';
import type { MinitEvent } from '../../machines/events';
import { toPlain } from '../../machines/snapshot';
import { withFilesUpTo } from '../support/files-up-to';
import {
  expectGoneOn,
  facts,
  live,
  madeMemory,
  started,
  writeAll,
  type Life,
} from '../support/journaled';

/** Some 1,500 bytes of a request that is refused. */
const long: MinitEvent = { type: 'RequestReceived', request: `x${'ü'.repeat(700)}` };

/** Turns until there are so many bases. */
function turnsUntil(life: Life, bases: number): void {
  for (let turns = 0; turns < 5_000 && life.bases() < bases; turns += 1) life.turn(long);
  expect(life.bases()).toBe(bases);
}

it('is no more after a long life than after a short one', () => {
  const life = live();
  const { fd, page } = life.memory;
  life.turn(started);
  let endMax = 0;
  for (let bases = 2; bases <= 12; bases += 1) {
    turnsUntil(life, bases);
    endMax = Math.max(endMax, page.end);
    expectGoneOn(life);
  }
  expect(endMax).toBeLessThan(1_300_000);
  expect(fstatSync(fd).blocks * 512).toBeLessThan(800_000);
});

it.each([
  ['is used again', 1],
  ['is not used up to its last byte', 0],
])('%s', (_, spare) => {
  const life = live();
  const { page } = life.memory;
  life.turn(started);
  turnsUntil(life, 2);
  const { begin } = page;
  while (page.end - begin < 500_000) life.turn(long);
  const lines = [{ facts }, { state: { ballast: '' }, outstanding: life.outstanding.list }].map(
    (line) => `${JSON.stringify(line)}\n`,
  );
  const ballast = 'x'.repeat(begin - mappedBytes - Buffer.byteLength(lines.join('')) - spare);
  // So much that a base is due.
  const record = { seq: 1, at: 1, event: long, effects: [] };
  life.journal.append(
    Array.from({ length: 30 }, () => record),
    () => ({ ballast }),
  );
  life.quiet();
  expect(page.begin === mappedBytes).toBe(spare > 0);
  expect(page.end - page.begin).toBe(begin - mappedBytes - spare);
});

it('does not end at the limit of file sizes', () => {
  const missing: unknown[] = [];
  const life = live({ isBusy: true, onMissing: (...what) => missing.push(what) });
  life.turn(started);
  withFilesUpTo(2_000_000, () => {
    for (let turns = 0; turns < 3_000; turns += 1) {
      const before = life.bases();
      life.turn(long);
      if (life.bases() > before) expectGoneOn(life);
    }
    expectGoneOn(life);
  });
  expect(life.bases()).toBeGreaterThan(3);
  expect(missing).toEqual([]);
});

it('may be enough for records when it is not for a base', () => {
  const life = live({ isBusy: true });
  const { page } = life.memory;
  life.turn(started);
  while (page.end < 600_000) life.turn(long);
  const exited: MinitEvent = { type: 'ProcessExited', pid: 7, status: { signal: 11 } };
  withFilesUpTo(page.end + 700, () => {
    for (const bases of [2, 3, 4]) {
      life.turn(exited);
      life.quiet();
      expect(life.bases()).toBe(bases);
      expectGoneOn(life);
    }
  });
  life.quiet();
  expect(page.begin).toBe(mappedBytes);
  life.turn(exited);
  life.quiet();
  expect(page.begin).toBeGreaterThan(mappedBytes);
  expectGoneOn(life);
});

it('is missed when there is not enough of it for a base, and that is told', () => {
  const missing: unknown[] = [];
  const life = live({ onMissing: (...what) => missing.push(what) });
  life.turn(started);
  withFilesUpTo(life.memory.page.end + 100, () => {
    life.turn(long);
  });
  expect(missing).toEqual([['vital-memory', 27]]);
  life.turn(long);
  expectGoneOn(life);
});

describe('a program that ends while the journal goes back to the beginning of its file', () => {
  afterEach(() => {
    Reflect.deleteProperty(process.env, 'MINIT_RESUME');
  });
  /** As the next program finds it. */
  const found = ({ memory }: Life) => {
    Object.assign(process.env, environmentFor(memory));
    const next = findVitalMemory();
    if (next === undefined || next === 'foreign') throw new Error('no memory');
    return readJournal(next.fd, next.page);
  };
  const ended = new Error('ended');
  /** The next base is the third: it has room before the second. */
  const aboutTo = (life: Life): Life => {
    life.turn(started);
    turnsUntil(life, 2);
    while (life.memory.page.end - life.memory.page.begin < 510_000) life.turn(long);
    return life;
  };

  it('leaves that of before, as long as not all of the new one is written', () => {
    const memory = madeMemory();
    const life = live({
      memory,
      write: (fd, gathered, start) => {
        if (start >= memory.page.begin) {
          writeAll(fd, gathered, start);
          return;
        }
        writeAll(fd, { memory: gathered.memory, end: 300 }, start);
        throw ended;
      },
    });
    aboutTo(life);
    const { begin } = memory.page;
    expect(() => {
      for (let turns = 0; turns < 20; turns += 1) life.turn(long);
    }).toThrow(ended);
    expect(memory.page.begin).toBe(begin);
    expect(found(life)?.state.seq).toBe(life.state().seq);
  });

  it('leaves the new one from the first of the two words that say where it is', () => {
    const life = aboutTo(live());
    const { page } = life.memory;
    const { begin } = page;
    let isOver = false;
    Object.defineProperty(page, 'begin', {
      get: () => begin,
      set: () => {
        isOver = true;
        throw ended;
      },
    });
    expect(() => {
      for (let turns = 0; turns < 20; turns += 1) life.turn(long);
    }).toThrow(ended);
    expect(isOver).toBe(true);
    expect(page.end).toBeLessThan(begin);
    const legacy = found(life);
    expect(legacy && toPlain(legacy.state)).toEqual(toPlain(life.state()));
  });
});
