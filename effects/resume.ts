/**
 * What a minit that was executed anew does first: asks once more for what was asked for and not answered,
 * and performs what was decided and perhaps not done.
 *
 * @module
 */
import type { Effect } from '../machines/effects';
import type { Asked } from './outstanding';
import { perform } from './perform';
import type { LogRecord, Ports } from './ports';

const microsecondsPerMillisecond = 1_000;

/** Each is asked for with its old cause; a timer gets the time that is left of it. */
export function askAgain(ports: Ports, asked: readonly Asked[]): void {
  for (const { effect, seq, at } of asked) {
    perform(ports, withTimeLeft(effect, ports.clock.now() - at), { seq, at });
  }
}

function withTimeLeft(effect: Effect, passedUs: number): Effect {
  if (effect.type !== 'StartTimer') return effect;
  const { timer, delayMs } = effect.params;
  const leftMs = Math.max(0, delayMs - passedUs / microsecondsPerMillisecond);
  return { type: 'StartTimer', params: { timer, delayMs: leftMs } };
}

/**
 * The effects of the turn that was under way, but for those that are owed an outcome, see
 * {@link askAgain}. Some have perhaps been performed: a report or a signal may come twice, but none is lost.
 * The end of minit comes last: an answer may be recorded after it.
 */
export function performUnperformed(ports: Ports, records: readonly LogRecord[]): void {
  const final = records.flatMap((record) =>
    record.effects.filter(isFinal).map((effect) => ({ effect, record })),
  );
  const isEnd = ({ effect }: { readonly effect: Effect }): boolean =>
    effect.type === 'ExitSupervisor';
  for (const { effect, record } of [...final.filter((one) => !isEnd(one)), ...final.filter(isEnd)])
    perform(ports, effect, record);
}

function isFinal({ type }: Effect): boolean {
  switch (type) {
    case 'SendSignal':
    case 'CloseLogPipe':
    case 'Reply':
    case 'Report':
    case 'ExitSupervisor':
      return true;
    case 'ReadService':
    case 'SpawnProcess':
    case 'WatchProcess':
    case 'ProbeProcess':
    case 'StartTimer':
    case 'CancelTimer':
    case 'OpenLog':
    case 'OpenControl':
    case 'UpdateSupervisor':
    case 'StartEmergencyShell':
    case 'EndProcesses':
    case 'EndSystem':
      return false;
  }
}
