/**
 * The journal: whatever moment a program is ended at, its successor reads what it had come to.
 *
 * Not here: that it is read after a real execve(2) (never-dies.e2e).
 *
 * @module
 */
import '../support/real-process';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { recordJson } from '../../adapters/event-log/records';
import type { HeldLog } from '../../adapters/event-log/writer-options';
import { setCloseOnExec } from '../../adapters/libc/fcntl';
import { mappedBytes } from '../../adapters/libc/memory-file';
import type { FailureReason } from '../../adapters/re-exec/reasons';
import { encodeRequest } from '../../machines/control-protocol';
import type { MinitEvent } from '../../machines/events';
import { recordedReplyMax } from '../../machines/limits';
import { toPlain } from '../../machines/snapshot';
import { isCloseOnExec } from '../support/close-on-exec';
import { withFilesUpTo } from '../support/files-up-to';
import { definitionOf } from '../support/given';
import {
  expectGoneOn,
  facts,
  legacyOf,
  live,
  madeMemory,
  started,
  type Life,
} from '../support/journaled';

const read = (service: string): MinitEvent => ({
  type: 'ServiceRead',
  service,
  definition: definitionOf(service, { mode: 'respawn' }),
});
const spawned = (service: string, pid: number): MinitEvent => ({
  type: 'ProcessSpawned',
  service,
  pid,
});
const exited = (pid: number): MinitEvent => ({
  type: 'ProcessExited',
  pid,
  status: { signal: 11 },
});
/** Some 1,500 bytes of a request that is refused. */
const long: MinitEvent = { type: 'RequestReceived', request: `x${'ü'.repeat(700)}` };

/** Answered with what is known of each, and of many that are unknown. */
const askedForAll: MinitEvent = {
  type: 'RequestReceived',
  request: encodeRequest({
    do: 'status',
    services: Array.from({ length: 40 }, (_, index) => `unknown-${String(index)}`),
  }),
};

/** A boot with a process, a spawn under way, a timer and a directory that is being read. */
function booted(life: Life): Life {
  life.turn(started);
  life.turn({ type: 'LogOpened', path: '/run/minit/minit-000001.jsonl' }, read('wéb'));
  life.turn(spawned('wéb', 100), read('db'));
  life.turn(exited(100));
  return life;
}

describe('a journal that is read back', () => {
  it('is nothing before the first turn', () => {
    const life = live();
    expect(life.left()).toBeUndefined();
    life.journal.keep('log', { fds: [] });
    expect(life.left()).toBeUndefined();
    life.journal.drop('log');
    expect(life.left()).toBeUndefined();
  });

  it('gives the state after each turn, and what is outstanding', () => {
    const life = live();
    // One of them without any event: what the fold throws at.
    const turns = [[started], [read('wéb')], [], [spawned('wéb', 100), read('db')], [exited(100)]];
    for (const events of turns) {
      life.turn(...events);
      expectGoneOn(life);
    }
    expect(life.outstanding.list.map(({ effect }) => effect.type)).toEqual(
      expect.arrayContaining(['OpenLog', 'OpenControl', 'SpawnProcess', 'StartTimer']),
    );
    // What follows is folded onto the one state that was written.
    expect(life.bases()).toBe(1);
  });

  it('gives the facts of the boot as they were', () => {
    expect(legacyOf(booted(live())).facts).toEqual(facts);
  });

  it('gives the records whose effects have not all been performed', () => {
    const life = booted(live());
    expect(legacyOf(life).unperformed).toEqual(life.records);
    life.journal.performed(4);
    expect(legacyOf(life).unperformed).toEqual(life.records.slice(4));
    life.journal.performed(life.state().seq);
    expect(legacyOf(life).unperformed).toEqual([]);
  });

  it.each([
    ['behind a base', 1],
    ['with the base', 0],
  ])(
    'gives a long answer that may not have been given whole, when it was asked for %s',
    (_, bases) => {
      const life = bases === 1 ? booted(live()) : live();
      const asked = life.turn(...(bases === 1 ? [] : [started]), askedForAll);
      expect(life.bases()).toBe(1);
      const texts = asked.flatMap(({ effects }) =>
        effects.flatMap(({ type, params }) => (type === 'Reply' ? [params.text] : [])),
      );
      expect(texts.join('').length).toBeGreaterThan(recordedReplyMax);
      const { unperformed, held } = legacyOf(life);
      expect(unperformed.slice(-asked.length)).toEqual(asked);
      expect(held.lines.at(-1)?.json).toMatch(/"wholeLength":\d+/u);
    },
  );

  it('gives all records since its beginning as lines of the event log', () => {
    const life = booted(live());
    expect(legacyOf(life).held).toEqual({
      lines: life.records.map((record) => ({ seq: record.seq, json: recordJson(record) })),
    });
  });

  it('gives the state that it begins with, for a log that can go on from nothing else', () => {
    const life = booted(live());
    life.turn(...Array.from({ length: 500 }, () => long));
    expect(life.bases()).toBe(2);
    const base = { seq: life.state().seq, state: toPlain(life.state()) };
    life.turn(spawned('wéb', 101), spawned('db', 102));
    life.turn(exited(101), read('other'));
    expect(JSON.stringify(legacyOf(life).base)).toBe(JSON.stringify(base));
  });

  it('gives what the event log did not have on disk when it began, and the gap before', () => {
    const line = (seq: number) => ({
      seq,
      json: `{"seq":${String(seq)},"at":1,"event":{},"effects":[]}`,
    });
    const snapshot = { seq: 3, json: '{"snapshot":{},"seq":3}' };
    const held: HeldLog = { lines: [line(4), line(5)], gap: { dropped: [1, 3], snapshot } };
    const life = live({ held: () => held });
    const [record] = life.turn(started);
    expect(legacyOf(life).held).toEqual({
      gap: held.gap,
      lines: [...held.lines, { seq: 1, json: record && recordJson(record) }],
    });
    // They are in the state already.
    expect(toPlain(legacyOf(life).state)).toEqual(toPlain(life.state()));
  });
});

describe('a journal that goes on in the next program', () => {
  it('is read by the one after that, though no base was made', () => {
    const first = booted(live());
    const second = live({ memory: first.memory, from: legacyOf(first) });
    second.turn({ type: 'TimerFired', timer: 'respawn:wéb' });
    second.turn(spawned('db', 101));
    expect(second.bases()).toBe(0);
    expectGoneOn(second);
    expect(second.state().seq).toBe(first.state().seq + 2);
    const third = live({ memory: first.memory, from: legacyOf(second) });
    third.turn(exited(101));
    expectGoneOn(third);
  });

  it('is read in spite of a program that came to no turn', () => {
    const first = booted(live());
    const second = live({ memory: first.memory, from: legacyOf(first) });
    expectGoneOn(first);
    expect(second.records).toEqual([]);
  });

  it('may begin afresh in the memory of a program that left nothing', () => {
    const memory = madeMemory();
    live({ memory });
    expectGoneOn(booted(live({ memory })));
  });
});

describe('descriptors', () => {
  const file = (): number => openSync('/dev/null', 'r');

  it('are kept with what is to be known of them, from before the first turn and after it', () => {
    const [log, requests, replies] = [file(), file(), file()];
    const life = live();
    life.journal.keep('log', { fds: [log], note: { path: '/log', number: 3 } });
    life.turn(started);
    life.journal.keep('control', { fds: [requests, replies] });
    expect([...legacyOf(life).kept]).toMatchObject([
      ['log', { fds: [log], note: { path: '/log', number: 3 } }],
      ['control', { fds: [requests, replies] }],
    ]);
    for (const fd of [log, requests, replies]) {
      expect(isCloseOnExec(fd)).toBe(false);
      closeSync(fd);
    }
  });

  it('are kept no longer when they are dropped or replaced', () => {
    const [one, other] = [file(), file()];
    const life = live();
    life.turn(started);
    life.journal.keep('log', { fds: [one] });
    life.journal.keep('pipe:web', { fds: [one] });
    life.journal.keep('pipe:web', { fds: [other] });
    life.journal.drop('log');
    life.journal.drop('nothing');
    expect([...legacyOf(life).kept]).toMatchObject([['pipe:web', { fds: [other] }]]);
    expect([isCloseOnExec(one), isCloseOnExec(other)]).toEqual([true, false]);
    closeSync(one);
    closeSync(other);
  });

  it('are handed on by a program that did nothing with them', () => {
    const fd = file();
    const first = live();
    first.turn(started);
    first.journal.keep('log', { fds: [fd], note: 7 });
    // As Node does with what it inherits.
    for (const inherited of [fd, first.memory.fd]) setCloseOnExec(inherited);
    const second = live({ memory: first.memory, from: legacyOf(first) });
    expect([isCloseOnExec(fd), isCloseOnExec(first.memory.fd)]).toEqual([false, false]);
    expect([...legacyOf(second).kept]).toMatchObject([['log', { fds: [fd], note: 7 }]]);
    second.journal.drop('log');
    expect([...legacyOf(second).kept]).toEqual([]);
    closeSync(fd);
  });
});

describe('the reason', () => {
  const error: FailureReason = { kind: 'error', message: 'a bug of öurs', stack: 'here\nthere' };

  it('is the last one that was noted, and none where none was', () => {
    const life = booted(live());
    expect(legacyOf(life).reason).toBeUndefined();
    life.journal.noteReason({ kind: 'update' });
    life.journal.noteReason(error);
    expect(legacyOf(life).reason).toEqual(error);
    expectGoneOn(life);
  });

  it('is told to the program that comes next, and to no other', () => {
    const life = booted(live());
    const { page } = life.memory;
    life.journal.noteReason({ kind: 'update' });
    page.noteStart(1, 1);
    expect(legacyOf(life).reason).toEqual({ kind: 'update' });
    // The new program ends before it can note anything.
    page.noteStart(2, 2);
    expect(legacyOf(life).reason).toBeUndefined();
  });

  it('is taken from a version that does not say to whom it is told', () => {
    const life = booted(live());
    const { fd, page } = life.memory;
    const line = '{"reason":{"kind":"update"}}\n';
    page.end += writeSync(fd, Buffer.from(line), 0, line.length, page.end);
    page.noteStart(1, 1);
    expect(legacyOf(life).reason).toEqual({ kind: 'update' });
  });
});

describe('a journal that has become long', () => {
  it('begins with the state anew, and gives the memory before it back', () => {
    const life = booted(live());
    const { fd, page } = life.memory;
    let before = page.begin;
    for (let turns = 0; turns < 2_000; turns += 1) {
      life.turn(long);
      if (page.begin === before) continue;
      before = page.begin;
      expectGoneOn(life);
    }
    expectGoneOn(life);
    expect(life.bases()).toBeGreaterThan(3);
    const { blocks, size } = fstatSync(fd);
    expect(size).toBeLessThan(1_500_000);
    expect(blocks * 512).toBeLessThan(1_000_000);
    expect(page.isValid).toBe(true);
  });

  it('waits for a quiet moment with that, but not for ever', () => {
    const life = booted(live({ isBusy: true }));
    const { page } = life.memory;
    const fill = (bytes: number): void => {
      while (life.bases() < 2 && page.end - page.begin < bytes) life.turn(long);
    };
    fill(1_000_000);
    expect(life.bases()).toBe(1);
    expectGoneOn(life);
    fill(3_000_000);
    expect(life.bases()).toBe(2);
    expect(page.end - page.begin).toBeLessThan(100_000);
    expectGoneOn(life);
    // What was put off has been done by now.
    life.quiet();
    expect(life.bases()).toBe(2);
  });

  it('has the state of the last turn before the quiet moment', () => {
    const life = booted(live({ isBusy: true }));
    const { page } = life.memory;
    while (page.end - page.begin < 600_000) life.turn(long);
    life.turn(exited(101));
    life.quiet();
    expect(life.bases()).toBe(2);
    expect(page.end - page.begin).toBeLessThan(100_000);
    expectGoneOn(life);
  });

  it.each([
    ['a quiet moment, with the event log behind it', false],
    ['a turn that is on no disk yet', true],
  ])('takes its descriptors, and what is outstanding, along in %s', (_, isBusy) => {
    const life = booted(live({ isBusy }));
    life.journal.keep('log', { fds: [], note: 'kept' });
    life.journal.keep('control', { fds: [] });
    life.journal.drop('control');
    life.journal.noteReason({ kind: 'update' });
    for (let turns = 0; turns < 2_000 && life.bases() < 2; turns += 1) life.turn(long);
    expect(life.bases()).toBe(2);
    expectGoneOn(life);
    const { kept, reason, held } = legacyOf(life);
    expect([...kept]).toMatchObject([['log', { fds: [], note: 'kept' }]]);
    expect(reason).toBeUndefined();
    expect(held.lines.map(({ seq }) => seq)).toEqual(isBusy ? [life.state().seq] : []);
  });

  it('is not begun anew at every turn because the state is large', () => {
    const { memory, journal, state, turn, quiet } = live();
    turn(started);
    let bases = 0;
    const snapshot = () => {
      bases += 1;
      return { ...toPlain(state()), ballast: 'x'.repeat(1_000_000) };
    };
    const record = { seq: 2, at: 1, event: long, effects: [] };
    for (let turns = 0; turns < 2_500; turns += 1) {
      journal.append([record], snapshot);
      quiet();
    }
    // Of 3.6 MB of records half a megabyte comes before the first of them, then one before each.
    expect(bases).toBe(4);
    expect(memory.page.end - memory.page.begin).toBeLessThan(2_200_000);
  });
});

describe('when there is no memory', () => {
  it.each([0, 1, 100, 700])(
    'what was written before counts, but for a torn turn (%d bytes)',
    (room) => {
      const life = booted(live());
      const before = toPlain(life.state());
      withFilesUpTo(life.memory.page.end + room, () => {
        life.turn(long, spawned('db', 101));
        expect(toPlain(legacyOf(life).state)).toEqual(before);
        life.journal.noteReason({ kind: 'update' });
      });
      expect(toPlain(legacyOf(life).state)).toEqual(before);
      // For a base there was no room either.
      expect(life.bases()).toBe(2);
      // All of it is on record as soon as there is memory again.
      life.turn(exited(101));
      expect(life.bases()).toBe(3);
      expectGoneOn(life);
      life.turn(long);
      expect(life.bases()).toBe(3);
      expectGoneOn(life);
    },
  );

  it('a base that could not be written is tried again at the next turn, and the one before counts', () => {
    const life = booted(live());
    const room = life.memory.page.end;
    const before = toPlain(life.state());
    withFilesUpTo(room + 10, () => {
      life.turn(long);
      expect(life.bases()).toBe(2);
      life.turn(long);
      expect(life.bases()).toBe(3);
      expect(toPlain(legacyOf(life).state)).toEqual(before);
    });
    life.turn(long);
    expectGoneOn(life);
  });

  it('a base that was written counts though the program ended before it said so', () => {
    const life = live();
    life.turn({ ...started, words: [] });
    life.journal.noteReason({ kind: 'update' });
    const { page } = life.memory;
    const { begin } = page;
    withFilesUpTo(page.end, () => {
      life.turn(long);
    });
    life.turn(long);
    // Nothing of the base before has been given back: it is less than a page.
    expect(page.begin).toBeLessThan(mappedBytes + 4_096);
    expect(page.begin).toBeGreaterThan(begin);
    page.begin = begin;
    expectGoneOn(life);
    const { held, reason } = legacyOf(life);
    expect(held.lines.map(({ seq }) => seq)).toEqual([3]);
    expect(reason).toBeUndefined();
  });

  it('from the beginning, nothing is left, until there is', () => {
    const life = live();
    withFilesUpTo(mappedBytes + 100, () => {
      life.turn(started);
      expect(life.left()).toBeUndefined();
    });
    life.turn(read('wéb'));
    expectGoneOn(life);
  });
});

describe('a journal that is damaged', () => {
  const byteAt = (fd: number, position: number): number => {
    const byte = Buffer.alloc(1);
    readSync(fd, byte, 0, 1, position);
    return byte[0] ?? 0;
  };
  const overwrite = (fd: number, position: number, text: string): void => {
    writeSync(fd, Buffer.from(text), 0, Buffer.byteLength(text), position);
  };

  it('is none when its end is missing', () => {
    const life = booted(live());
    ftruncateSync(life.memory.fd, life.memory.page.end - 1);
    expect(life.left()).toBeUndefined();
  });

  it.each([
    ['a line that is no JSON', ({ page }: Life['memory']) => [page.begin, 'x'] as const],
    ['no end of its last line', ({ page }: Life['memory']) => [page.end - 1, ' '] as const],
    ['zeros', ({ page }: Life['memory']) => [page.end - 10, '\0'.repeat(10)] as const],
  ])('is not taken for a state that minit was in: %s', (_, damage) => {
    const life = booted(live());
    const { fd } = life.memory;
    expect(String.fromCharCode(byteAt(fd, life.memory.page.end - 1))).toBe('\n');
    overwrite(fd, ...damage(life.memory));
    expect(() => life.left()).toThrow(SyntaxError);
  });

  it('is not taken for one when a record is missing', () => {
    const life = booted(live());
    const { page } = life.memory;
    const end = page.end;
    life.turn(long);
    const lost = page.end - end;
    life.turn(exited(7));
    overwrite(life.memory.fd, end, `{"dropped":"${'x'.repeat(lost - 15)}"}\n`);
    expect(() => life.left()).toThrow('event');
  });
});
