/**
 * The loop: merge → stamp → fold → record → perform, strictly one event after the other.
 *
 * The events of one turn are folded, written to the log with one write, and only then are their
 * effects performed: what minit does is on record before it is done. Effects are performed in
 * order; what comes of them arrives as events of a later turn. Only directories are read at once, which
 * changes nothing in the world: what they say belongs to the same turn, with which a boot writes once
 * for several services.
 *
 * A broken invariant does not end PID 1. Whatever else is thrown here ends the loop, and the program with
 * it: the next one goes on from the journal. What the fold throws is not in there, and so the event is lost.
 *
 * @module
 */
import { filter, merge, scan, type Observable, type Subscription } from 'rxjs';
import type { Effect } from '../machines/effects';
import type { MinitEvent, RecordedEvent } from '../machines/events';
import { fold, initialState, type Transition } from '../machines/fold';
import { checkInvariants } from '../machines/invariants';
import { isInvariantViolation } from '../machines/invariant-violation';
import { writable } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import { gatherTurns, type Round } from './gather-turns';
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

/** A turn under way, to which each round adds. */
interface OpenTurn extends Turn {
  state: SupervisorState;
  readonly records: LogRecord[];
  readonly transitions: Transition[];
  readonly violations: string[];
  isOver: boolean;
  /** What the fold of the last event threw, a bug of ours. */
  failure?: { readonly error: unknown };
}

const openTurn = (state: SupervisorState): OpenTurn => ({
  state,
  records: [],
  transitions: [],
  violations: [],
  isOver: false,
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

/** Folds occurrences, in order, onto the state before them. */
export function foldTurn(
  state: SupervisorState,
  batch: readonly Occurrence[],
  options: Pick<LoopOptions, 'isChecked' | 'fold'> = {},
): Turn {
  const turn = openTurn(state);
  foldInto(turn, batch, options);
  return turn;
}

/** When the fold throws, what was folded before it is in `turn`. */
function foldInto(
  turn: OpenTurn,
  batch: readonly Occurrence[],
  options: Pick<LoopOptions, 'isChecked' | 'fold'>,
): void {
  const foldOne = options.fold ?? fold;
  for (const occurrence of batch) {
    const recorded = recordedEvent(turn.state.seq + 1, occurrence);
    try {
      const folded = foldOne(turn.state, recorded);
      if (options.isChecked === true) checkInvariants(folded.state);
      turn.state = folded.state;
      turn.records.push(logRecord(recorded, folded.effects));
      for (const transition of folded.transitions) turn.transitions.push(transition);
    } catch (error) {
      // The old state is untouched by a fold that failed, so PID 1 can go on from it.
      if (!isInvariantViolation(error) || turn.state.pid !== 1) throw error;
      turn.violations.push(`${occurrence.event.type}: ${error.message}`);
    }
  }
}

/** Returns the turns of a supervisor that lives in the world of `ports`. Cold: it begins when subscribed to. */
export function turns$(
  ports: Ports,
  first: Occurrence,
  options: LoopOptions = {},
): Observable<Turn> {
  const { clock, timers, processes, directories, control, signals, log } = ports;
  const { program, systemEnding, means } = ports;
  const outside = [signals, processes, control, timers, directories, clock, log];
  const sources = [...outside, program, systemEnding, means];
  const occurrence$ = merge(...sources.map((source) => source.occurrence$));
  const takeRound = (before: OpenTurn, { items, isLast }: Round<Occurrence>): OpenTurn => {
    const turn = before.isOver ? openTurn(before.state) : before;
    const known = turn.records.length;
    try {
      foldInto(turn, items, options);
      performEach(ports, turn, { from: known, isWanted: isReading });
    } catch (error) {
      turn.failure = { error };
    }
    turn.isOver = turn.failure !== undefined || isLast();
    if (turn.isOver) endTurn(ports, turn);
    return turn;
  };
  // The sources come first: nothing that the first event causes may be missed.
  return merge(occurrence$, [first]).pipe(
    gatherTurns(ports.turns),
    // One operator for all that a turn takes: each further one is run through at each event.
    scan(takeRound, openTurn(options.from ?? initialState())),
    filter(({ isOver }) => isOver),
  );
}

/** Puts a turn on record, and performs what it asks for. */
function endTurn(ports: Ports, turn: OpenTurn): void {
  const { journal, log } = ports;
  const { records, state, failure } = turn;
  const snapshot = (): unknown => writable(state);
  // The journal first: what it goes on from must never be behind what the log says.
  journal.append(records, snapshot);
  log.append(records, snapshot);
  performAll(ports, turn);
  journal.performed(state.seq);
  if (failure !== undefined) throw failure.error;
}

const isReading = ({ type }: Effect): boolean => type === 'ReadService';
const isReport = ({ type }: Effect): boolean => type === 'Report';
const isEnd = ({ type }: Effect): boolean => type === 'ExitSupervisor' || type === 'EndSystem';
const isOther = (effect: Effect): boolean =>
  !isReading(effect) && !isReport(effect) && !isEnd(effect);

interface Wanted {
  /** The first record that counts. */
  readonly from?: number;
  readonly isWanted: (effect: Effect) => boolean;
}

/** Performs some effects, in order. By index: several times a turn, and an iterator costs more than to look. */
function performEach(ports: Ports, { records, state }: Turn, { from = 0, isWanted }: Wanted): void {
  for (let at = from; at < records.length; at += 1) {
    const record = records[at];
    const effects = record?.effects ?? [];
    for (let index = 0; index < effects.length; index += 1) {
      const effect = effects[index];
      if (record !== undefined && effect !== undefined && isWanted(effect))
        perform(ports, effect, { seq: record.seq, at: record.at, state });
    }
  }
}

/**
 * In order, but for what people are told, which nobody waits for, and the end of minit or of the machine: what
 * else the turn asks for is done before.
 */
function performAll(ports: Ports, turn: Turn): void {
  performEach(ports, turn, { isWanted: isOther });
  ports.console.transitions(turn.transitions);
  performEach(ports, turn, { isWanted: isReport });
  performEach(ports, turn, { isWanted: isEnd });
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
