/**
 * The loop: merge → stamp → fold → record → perform, strictly one event after the other.
 *
 * The events of one turn are folded, written to the log with one write, and only then are their
 * effects performed: what minit does is on record before it is done. Effects are performed in
 * order; what comes of them arrives as events of a later turn.
 *
 * A broken invariant does not end PID 1. Whatever else is thrown here ends the loop, and the program with
 * it: the next one goes on from the journal. What the fold throws is not in there, and so the event is lost.
 *
 * @module
 */
import { merge, scan, tap, type Observable, type Subscription } from 'rxjs';
import type { Effect } from '../machines/effects';
import type { MinitEvent, RecordedEvent } from '../machines/events';
import { fold, initialState, type Transition } from '../machines/fold';
import { checkInvariants } from '../machines/invariants';
import { isInvariantViolation } from '../machines/invariant-violation';
import { toPlain } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import { gatherTurns } from './gather-turns';
import { perform } from './perform';
import type { LogRecord, Occurrence, Ports } from './ports';

/** All that one turn came to. */
export interface Turn {
  readonly state: SupervisorState;
  readonly records: readonly LogRecord[];
  readonly transitions: readonly Transition[];
  /** Broken invariants that PID 1 lived through: the event counts as if it had not happened. */
  readonly violations: readonly string[];
}

export interface LoopOptions {
  /** Asserts the invariants after each event. Costs the number of services: for tests and simulation. */
  readonly isChecked?: boolean;
  readonly from?: SupervisorState;
  /** Something round the fold, which looks at what it makes of each event: for simulation. */
  readonly fold?: typeof fold;
}

const before = (state: SupervisorState): Turn => ({
  state,
  records: [],
  transitions: [],
  violations: [],
});

// Written out field by field, since each event makes them: a spread costs more than all else here.
const recordedEvent = (seq: number, { at, cause, event }: Occurrence): RecordedEvent =>
  cause === undefined ? { seq, at, event } : { seq, at, cause, event };

/** Returns the record of an event. */
export const logRecord = (
  { seq, at, cause, event }: RecordedEvent,
  effects: readonly Effect[],
): LogRecord =>
  cause === undefined ? { seq, at, event, effects } : { seq, at, cause, event, effects };

/** Folds the occurrences of one turn, in order, onto the state before it. */
export function foldTurn(
  state: SupervisorState,
  batch: readonly Occurrence[],
  options: Pick<LoopOptions, 'isChecked' | 'fold'> = {},
): Turn {
  const foldOne = options.fold ?? fold;
  const records: LogRecord[] = [];
  const transitions: Transition[] = [];
  const violations: string[] = [];
  let current = state;
  for (const occurrence of batch) {
    const recorded = recordedEvent(current.seq + 1, occurrence);
    try {
      const folded = foldOne(current, recorded);
      if (options.isChecked === true) checkInvariants(folded.state);
      current = folded.state;
      records.push(logRecord(recorded, folded.effects));
      transitions.push(...folded.transitions);
    } catch (error) {
      // The old state is untouched by a fold that failed, so PID 1 can go on from it.
      if (!isInvariantViolation(error) || current.pid !== 1) throw error;
      violations.push(`${occurrence.event.type}: ${error.message}`);
    }
  }
  return { state: current, records, transitions, violations };
}

/** Returns the turns of a supervisor that lives in the world of `ports`. Cold: it begins when subscribed to. */
export function turns$(
  ports: Ports,
  first: Occurrence,
  options: LoopOptions = {},
): Observable<Turn> {
  const { clock, timers, processes, directories, control, signals, log, journal } = ports;
  const { program, systemEnding, means } = ports;
  const outside = [signals, processes, control, timers, directories, clock, log];
  const sources = [...outside, program, systemEnding, means];
  const occurrence$ = merge(...sources.map((source) => source.occurrence$));
  const begin = options.from ?? initialState();
  // The sources come first: nothing that the first event causes may be missed.
  return merge(occurrence$, [first]).pipe(
    gatherTurns(ports.turns),
    scan((turn, batch) => foldTurn(turn.state, batch, options), before(begin)),
    // The journal first: what it goes on from must never be behind what the log says.
    tap(({ records, state }) => {
      journal.append(records, () => toPlain(state));
      log.append(records, () => toPlain(state));
    }),
    tap(({ transitions }) => {
      for (const transition of transitions) ports.console.transition(transition);
    }),
    tap(({ records, state }) => {
      performAll(ports, records);
      journal.performed(state.seq);
    }),
  );
}

/** In order, but for the end of minit or of the machine: what else the turn asks for is done before. */
function performAll(ports: Ports, records: readonly LogRecord[]): void {
  const isEnd = ({ type }: Effect): boolean => type === 'ExitSupervisor' || type === 'EndSystem';
  for (const record of records) {
    for (const effect of record.effects) if (!isEnd(effect)) perform(ports, effect, record);
  }
  for (const record of records) {
    for (const effect of record.effects) if (isEnd(effect)) perform(ports, effect, record);
  }
}

/** Runs minit until it ends itself through {@link Ports.exit}. `from`: the state to go on from. */
export function runLoop(ports: Ports, first: MinitEvent, from?: SupervisorState): Subscription {
  const complain = (text: string): void => {
    ports.console.report(
      { severity: 'error', code: 'internal', text: `internal error: ${text}` },
      ports.clock.now(),
    );
  };
  const options = from === undefined ? {} : { from };
  return turns$(ports, { at: ports.clock.now(), event: first }, options).subscribe({
    next: ({ violations }) => {
      for (const violation of violations) complain(violation);
    },
    error: (error: unknown) => {
      ports.fail(error);
    },
  });
}
