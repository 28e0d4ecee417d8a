/**
 * Replays of a log in several segments, of which the first are gone.
 *
 * @module
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLog, type OpenedLog } from '../../adapters/event-log/reader';
import { createEventLog } from '../../adapters/event-log/writer';
import { parseInstant } from '../../adapters/log-instant';
import { runReplay } from '../../adapters/replay-log';
import { printReport } from '../../adapters/replay-report';
import { readWhyLog } from '../../adapters/why-log';
import { foldTurn } from '../../effects/loop';
import { explain } from '../../insight/why/why';
import type { MinitEvent } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';
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
const beginning: readonly MinitEvent[] = [
  {
    type: 'SupervisorStarted',
    pid: 7,
    role: 'process',
    root: '/etc/minit',
    words: ['web'],
    graceMs: 3000,
  },
  { type: 'ServiceRead', service: 'web', definition: definitionOf('web', { mode: 'respawn' }) },
  { type: 'ProcessSpawned', service: 'web', pid: 100 },
];
const request: MinitEvent = { type: 'RequestReceived', request: 'pweb' };
const eventCount = 40;

/** One event a second, in segments of a few; returns the folder and the state after each event. */
function writeLog() {
  const directory = temporaryDirectory();
  const limits = { segmentBytesMax: 4_000, segmentsMax: 100, bufferBytesMax: 1_000_000 };
  const log = createEventLog({ directory, header, now: () => 0, limits });
  log.open(1);
  const states = [toPlain(initialState())];
  let state = initialState();
  for (let index = 0; index < eventCount; index += 1) {
    const event = beginning[index] ?? request;
    const turn = foldTurn(state, [{ at: (index + 1) * 1_000_000, event }]);
    ({ state } = turn);
    states.push(toPlain(state));
    log.append(turn.records, () => toPlain(turn.state));
  }
  log.close();
  return { directory, states, segments: readdirSync(directory).sort() };
}

function opened(path: string): OpenedLog {
  const log = openLog(path);
  if ('code' in log) throw new Error(log.text);
  return log;
}

describe('a replay', () => {
  it('gives the same state from any segment on', () => {
    const { directory, states, segments } = writeLog();
    expect(segments.length).toBeGreaterThan(2);
    for (const segment of segments) {
      const report = runReplay(opened(join(directory, segment)), undefined);
      expect(report.divergence).toBeUndefined();
      expect(toPlain(report.state)).toEqual(states[report.state.seq]);
    }
    expect(runReplay(opened(directory), undefined).state.seq).toBe(eventCount);
  });

  it('stops at an instant in any segment', () => {
    const { directory, states } = writeLog();
    for (const seq of [1, 3, 17, eventCount]) {
      const { state, beginsAfter } = runReplay(opened(directory), { seq });
      expect(toPlain(state)).toEqual(states[seq]);
      expect(beginsAfter).toBeUndefined();
    }
  });

  it('says where the log begins when the instant lies before', () => {
    const { directory, segments } = writeLog();
    rmSync(join(directory, segments[0] ?? ''));
    const log = opened(directory);
    const begins = runReplay(log, { seq: 1 }).beginsAfter;
    expect(begins).toBeGreaterThan(3);
    expect(runReplay(log, parseInstant('+2', log.header) as { at: number }).beginsAfter).toBe(
      begins,
    );
    const there = runReplay(log, { seq: begins ?? 0 });
    expect([there.beginsAfter, there.state.seq]).toEqual([undefined, begins]);
  });

  it('up to a time between two events tells how it was then, not at the event before', () => {
    const { directory, segments } = writeLog();
    const between = { at: 7_500_000 };
    const { state } = runReplay(opened(directory), between);
    expect([state.seq, state.at]).toEqual([7, 7_500_000]);
    expect(explain(state, 'web').at).toBe(7_500_000);
    expect(readWhyLog(opened(directory), between).state.at).toBe(7_500_000);
    // Nobody knows how long it was as it is at the end.
    const beyond = runReplay(opened(directory), { at: 1e9 }).state;
    expect([beyond.seq, beyond.at]).toEqual([eventCount, eventCount * 1_000_000]);
    // Before what is left of the log it is not known how it was.
    rmSync(join(directory, segments[0] ?? ''));
    expect(runReplay(opened(directory), between).state.seq).toBe(0);
  });

  it('says which events are gone in the middle, and only where it comes that far', () => {
    const { directory, segments } = writeLog();
    const [before = '', gone = '', after = ''] = segments;
    const last = [...opened(join(directory, before)).items()].length;
    const from = last + 1;
    const to = opened(join(directory, after)).items().next().value as { seq: number };
    rmSync(join(directory, gone));
    const linesUpTo = (seq: number): string[] => {
      const lines: string[] = [];
      printReport(runReplay(opened(directory), { seq }), { verify: true }, (line) =>
        lines.push(line),
      );
      return lines;
    };
    const note = `note: events ${String(from)} to ${String(to.seq)} are gone from the log`;
    expect(linesUpTo(eventCount)).toEqual([
      note,
      expect.stringMatching(/^verified: \d+ events ask for the recorded effects again$/u),
    ]);
    expect(linesUpTo(last)).toHaveLength(1);
  });

  it('counts the time from the start of the boot, not of what is left of the log', () => {
    const { directory, segments } = writeLog();
    rmSync(join(directory, segments[0] ?? ''));
    const lines: string[] = [];
    const report = runReplay(opened(directory), undefined);
    printReport(report, {}, (line) => lines.push(line));
    expect(lines[1]).toMatch(/^event 40, 40\.0 s after the start; /u);
  });
});
