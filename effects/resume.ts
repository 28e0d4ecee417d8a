/**
 * What a minit that was executed anew does first: asks once more for what was asked for and not answered,
 * and performs what was decided and perhaps not done.
 *
 * @module
 */
import type { Effect } from '../machines/effects';
import { failuresBeforeLeftOut } from '../machines/limits';
import type { Asked } from './outstanding';
import { perform } from './perform';
import type { LogRecord, Ports } from './ports';

const microsecondsPerMillisecond = 1_000;

/** What a minit goes on with that was executed anew. */
export interface Unfinished {
  /** What is owed an outcome. */
  readonly outstanding: readonly Asked[];
  /** Records that are in the journal, but whose effects may not all have been performed. */
  readonly unperformed: readonly LogRecord[];
  /** This life included. */
  readonly failuresInARow: number;
}

/**
 * What throws here has perhaps thrown in each life before this one, and would do so in the next: when
 * minit has failed a few times in a row it is left out, and that is said.
 */
export function finish(
  ports: Ports,
  { outstanding, unperformed, failuresInARow }: Unfinished,
): void {
  const performAgain = (effect: Effect, record: Pick<LogRecord, 'seq' | 'at'>): void => {
    try {
      perform(ports, effect, record);
    } catch (error) {
      if (failuresInARow < failuresBeforeLeftOut) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const text = `internal error: ${effect.type} is left out, because minit has failed ${String(failuresInARow)} times in a row: ${reason}`;
      ports.console.report({ severity: 'error', code: 'internal', text }, ports.clock.now());
    }
  };
  askAgain(ports, outstanding, performAgain);
  const final = unperformed.flatMap((record) =>
    record.effects.filter(isFinal).map((effect) => ({ effect, record })),
  );
  // The end of minit comes last: an answer may be recorded after it.
  const isEnd = ({ effect }: { readonly effect: Effect }): boolean =>
    effect.type === 'ExitSupervisor';
  for (const { effect, record } of [...final.filter((one) => !isEnd(one)), ...final.filter(isEnd)])
    performAgain(effect, record);
}

/** Each is asked for with its old cause; a timer gets the time that is left of it. */
function askAgain(
  { clock }: Ports,
  asked: readonly Asked[],
  performAgain: (effect: Effect, asked: Asked) => void,
): void {
  for (const one of asked) performAgain(withTimeLeft(one.effect, clock.now() - one.at), one);
}

function withTimeLeft(effect: Effect, passedUs: number): Effect {
  if (effect.type !== 'StartTimer') return effect;
  const { timer, delayMs } = effect.params;
  const leftMs = Math.max(0, delayMs - passedUs / microsecondsPerMillisecond);
  return { type: 'StartTimer', params: { timer, delayMs: leftMs } };
}

/**
 * Says whether an effect is owed no outcome. Of the turn that was under way some have perhaps been performed:
 * a report or a signal may come twice, but none is lost.
 */
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
