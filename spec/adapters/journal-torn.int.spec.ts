/**
 * The journal when there was no memory for a turn: what comes behind the gap. The rest of it: journal.int.spec.ts.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../../adapters/re-exec/journal';
import { readJournal } from '../../adapters/re-exec/journal-reader';
import { VitalPage } from '../../adapters/re-exec/vital-page';
import { foldTurn } from '../../effects/loop';
import type { MinitEvent } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';
import { temporaryDirectory } from '../support/temporary-directory';

const started: MinitEvent = {
  type: 'SupervisorStarted',
  pid: 1,
  role: 'container',
  root: '/etc/minit',
  words: [],
  graceMs: 3_000,
};
const hangUp: MinitEvent = { type: 'SignalReceived', signal: 'SIGHUP' };
const facts = {
  header: {
    boot: 'spec',
    at: 0,
    wallAt: '',
    program: 'spec',
    flags: [],
    argv: [],
    host: '',
    node: '',
  },
  root: '/etc/minit',
  logDirectory: '/run/minit',
  verbosity: 'quiet',
} as const;

/** A journal in a file, with turns of one event each; while `memory.isFull` no write goes through. */
function begin() {
  const fd = openSync(join(temporaryDirectory(), 'journal'), 'w+');
  const page = new VitalPage(new ArrayBuffer(65_536));
  const memory = { isFull: false };
  let state = initialState();
  const journal = new Journal({
    fd,
    page,
    facts,
    held: () => ({ lines: [] }),
    whenQuiet: () => undefined,
    write: (file, { memory: bytes, end }, start) => {
      if (memory.isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28 });
      writeSync(file, bytes, 0, end, start);
    },
  });
  const turn = (event: MinitEvent): void => {
    const folded = foldTurn(state, [{ at: 0, event }]);
    state = folded.state;
    journal.append(folded.records, () => toPlain(state));
  };
  return {
    ...{ fd, page, memory, journal, turn },
    read: () => readJournal(fd, page),
    close: () => {
      closeSync(fd);
    },
  };
}

it('takes nothing after a turn that it could not take, until it has a new base', () => {
  const { journal, memory, page, turn, read, close } = begin();
  turn(started);
  journal.keep('before', { fds: [] });
  memory.isFull = true;
  turn(hangUp);
  memory.isFull = false;
  const { end } = page;
  journal.keep('after', { fds: [] });
  journal.drop('before');
  journal.noteReason({ kind: 'update' });
  expect(page.end).toBe(end);
  expect(read()).toMatchObject({ state: { seq: 1 }, reason: undefined });
  turn(hangUp);
  const legacy = read();
  expect(legacy?.state.seq).toBe(3);
  expect([...(legacy?.kept.keys() ?? [])]).toEqual(['after']);
  journal.noteReason({ kind: 'update' });
  expect(read()?.reason).toEqual({ kind: 'update' });
  close();
});
