/**
 * Lives of minit that go on from each other by way of a journal in real memory: each folds its turns and
 * puts them on record, and what it leaves is what the next one finds.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import type { HeldLog } from '../../adapters/event-log/writer-options';
import { isOpen, keptOpen } from '../../adapters/libc/fcntl';
import {
  Journal,
  writeAll,
  type BootFacts,
  type JournalOptions,
} from '../../adapters/re-exec/journal';
import { readJournal, type Legacy } from '../../adapters/re-exec/journal-reader';
import { makeVitalMemory, type VitalMemory } from '../../adapters/re-exec/vital-memory';
import { foldTurn } from '../../effects/loop';
import { Outstanding } from '../../effects/outstanding';
import type { LogRecord } from '../../effects/ports';
import type { MinitEvent } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';
import type { SupervisorState } from '../../machines/state';

export const facts: BootFacts = {
  header: {
    boot: 'boot-a',
    wallAt: '2024-01-01T00:00:00.000Z',
    at: 1,
    program: '0.1.0',
    flags: [],
    argv: ['minit', 'wéb'],
    host: 'höst',
    node: 'v20',
  },
  root: '/etc/minit',
  logDirectory: '/run/minit',
  verbosity: 'transitions',
};

export const started: MinitEvent & { readonly type: 'SupervisorStarted' } = {
  type: 'SupervisorStarted',
  pid: 77,
  role: 'process',
  root: '/etc/minit',
  words: ['wéb', 'db'],
  graceMs: 3_000,
};

const opened: number[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) {
    keptOpen.delete(fd);
    if (isOpen(fd)) closeSync(fd);
  }
});

/** Memory of the kernel's, until the test has run. */
export function madeMemory(): VitalMemory {
  const memory = makeVitalMemory(5);
  if ('code' in memory) throw new Error(`no memory file can be had here: ${memory.code}`);
  opened.push(memory.fd);
  return memory;
}

export interface Life {
  readonly memory: VitalMemory;
  readonly journal: Journal;
  /** All records of this life. */
  readonly records: readonly LogRecord[];
  /** By the records of this life alone, as the next one has to know it. */
  readonly outstanding: Outstanding;
  state(): SupervisorState;
  /** How often a base was made. */
  bases(): number;
  /** A moment in which nothing happens; there is one after each turn of a life that is not busy. */
  quiet(): void;
  /** Folds the events of one turn and puts them on record. */
  turn(...events: readonly MinitEvent[]): readonly LogRecord[];
  /** What the next program finds, if anything. */
  left(): Legacy | undefined;
}

export { writeAll };

export interface LifeOptions extends Pick<JournalOptions, 'write' | 'onMissing'> {
  readonly memory?: VitalMemory;
  /** What the life before has left. */
  readonly from?: Legacy;
  readonly held?: () => HeldLog;
  readonly isBusy?: boolean;
}

/** A program that goes on from what there was, or begins. */
export function live({
  memory = madeMemory(),
  from,
  held,
  isBusy,
  ...more
}: LifeOptions = {}): Life {
  const putOff: (() => void)[] = [];
  const quiet = (): void => {
    for (const task of putOff.splice(0)) task();
  };
  const records: LogRecord[] = [];
  const outstanding = new Outstanding(from?.outstanding.list);
  let state = from?.state ?? initialState();
  let bases = 0;
  const journal = new Journal({
    ...memory,
    ...more,
    facts,
    held: held ?? (() => ({ lines: [] })),
    whenQuiet: (task) => putOff.push(task),
    ...(from && { outstanding: from.outstanding, kept: from.kept }),
  });
  return {
    memory,
    journal,
    records,
    outstanding,
    state: () => state,
    bases: () => bases,
    quiet,
    turn(...events) {
      const batch = events.map((event, index) => ({ at: state.at + 1_000 + index, event }));
      const turn = foldTurn(state, batch);
      state = turn.state;
      records.push(...turn.records);
      turn.records.forEach((record) => {
        outstanding.note(record);
      });
      journal.append(turn.records, () => {
        bases += 1;
        // As it was after this turn, whenever somebody asks: so has it the loop.
        return toPlain(turn.state);
      });
      if (isBusy !== true) quiet();
      return turn.records;
    },
    left: () => readJournal(memory.fd, memory.page),
  };
}

/** What `life` leaves, which must be something. */
export function legacyOf(life: Life): Legacy {
  const legacy = life.left();
  if (legacy === undefined) throw new Error('nothing is left of this life');
  return legacy;
}

/** The next program has come to the very state, and waits for the very same. */
export function expectGoneOn(life: Life): void {
  const { state, outstanding } = legacyOf(life);
  expect(toPlain(state)).toEqual(toPlain(life.state()));
  expect(outstanding.list).toEqual(life.outstanding.list);
}
