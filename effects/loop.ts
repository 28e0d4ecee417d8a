/**
 * The loop: merge → stamp → fold → record → perform, strictly one event after the other.
 *
 * The events of one turn are folded, written to the log with one write, and only then are their
 * effects performed: what minit does is on record before it is done. Effects are performed in
 * order; what comes of them arrives as events of a later turn.
 *
 * This is the only place that catches: as PID 1 a broken invariant must not end minit.
 *
 * @module
 */
import { merge, scan, tap, type Observable, type Subscription } from 'rxjs';
import type { MinitEvent } from '../machines/events';
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
}

export interface LoopOptions {
  /** Asserts the invariants after each event. Costs the number of services: for tests and simulation. */
  readonly isChecked?: boolean;
  readonly from?: SupervisorState;
}

const before = (state: SupervisorState): Turn => ({ state, records: [], transitions: [] });

/** Folds the occurrences of one turn, in order, onto the state before it. */
export function foldTurn(state: SupervisorState, batch: readonly Occurrence[], isChecked = false): Turn {
  const records: LogRecord[] = [];
  const transitions: Transition[] = [];
  let current = state;
  for (const occurrence of batch) {
    const recorded = { seq: current.seq + 1, ...occurrence };
    const folded = fold(current, recorded);
    current = folded.state;
    if (isChecked) checkInvariants(current);
    records.push({ ...recorded, effects: folded.effects });
    transitions.push(...folded.transitions);
  }
  return { state: current, records, transitions };
}

/** Returns the turns of a supervisor that lives in the world of `ports`. Cold: it begins when subscribed to. */
export function turns$(ports: Ports, first: Occurrence, options: LoopOptions = {}): Observable<Turn> {
  const { clock, timers, processes, directories, control, signals, log } = ports;
  const sources = [signals, processes, control, timers, directories, clock, log];
  const occurrence$ = merge(...sources.map((source) => source.occurrence$));
  const begin = options.from ?? initialState();
  return withFirst(occurrence$, first).pipe(
    gatherTurns(ports.turns),
    scan((turn, batch) => foldTurn(turn.state, batch, options.isChecked), before(begin)),
    tap(({ records, state }) => {
      log.append(records, () => toPlain(state));
    }),
    tap(({ transitions }) => {
      for (const transition of transitions) ports.console.transition(transition);
    }),
    tap(({ records }) => {
      for (const record of records) for (const effect of record.effects) perform(ports, effect, record);
    }),
  );
}

/** Subscribes to the sources before the first event is let in, so that nothing it causes is missed. */
function withFirst(occurrence$: Observable<Occurrence>, first: Occurrence): Observable<Occurrence> {
  return merge(occurrence$, [first]);
}

/** Runs minit until it ends itself through {@link Ports.exit}. */
export function runLoop(ports: Ports, started: MinitEvent & { type: 'SupervisorStarted' }, options: LoopOptions = {}): Subscription {
  const first: Occurrence = { at: ports.clock.now(), event: started };
  return turns$(ports, first, options).subscribe({
    error: (error: unknown) => {
      if (isInvariantViolation(error)) {
        ports.console.report({ severity: 'error', code: 'log', text: `internal error: ${error.message}` }, ports.clock.now());
        ports.log.close();
        ports.exit(101);
        return;
      }
      throw error;
    },
  });
}
