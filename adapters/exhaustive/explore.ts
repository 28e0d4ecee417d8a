/**
 * Explores every order of events of a small tree, breadth first over the pure fold: what is seen again, by
 * its canonical form, is not gone on from. So what is found first is found by the shortest way there is.
 *
 * @module
 */
import { logRecord } from '../../effects/loop';
import type { LogRecord } from '../../effects/ports';
import type { RecordedEvent } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import { checkInvariants, checkInvariantsAfter, checkSignals } from '../../machines/invariants';
import { InvariantViolation } from '../../machines/invariant-violation';
import { finding, type Finding } from '../simulation/findings';
import type { Fold } from '../simulation/observer';
import { firstEvent } from '../simulation/run';
import type { SimulatedTree } from '../simulation/tree';
import { canonicalForm } from './canonical';
import { findLost } from './lost';
import { momentAfter, type Moment } from './moment';
import { movesFrom, type Move } from './moves';

export interface ExplorationOptions {
  /** Moves from the start of minit. */
  readonly depthMax: number;
  /** States kept: what the memory is bounded by. */
  readonly statesMax: number;
  /** Folds instead of minit's own: for specs that break something on purpose. */
  readonly fold?: Fold;
}

export interface Exploration {
  readonly services: number;
  /** Different ones, the first one included. */
  readonly states: number;
  readonly transitions: number;
  /** Moves to the states farthest off. */
  readonly depth: number;
  /** What ended it, when not everything was seen. */
  readonly cutBy: 'depth' | 'states' | 'finding' | undefined;
  readonly finding: Finding | undefined;
  /** The shortest way to what was found. */
  readonly records: readonly LogRecord[];
}

const startUs = 1_000_000;

/** How a moment was come to: enough to go there again. */
interface Way {
  readonly from: Way | undefined;
  readonly move: Move;
}

interface Place {
  readonly moment: Moment;
  readonly way: Way;
}

/** Explores until all is seen, something is found, or a limit is met. */
export function explore(simulated: SimulatedTree, options: ExplorationOptions): Exploration {
  const { depthMax, statesMax, fold: foldOne = fold } = options;
  const first: Way = { from: undefined, move: { at: startUs, event: firstEvent(simulated) } };
  const start = arrive(nowhere, first.move, foldOne);
  const seen = new Set([canonicalForm(start.moment)]);
  let frontier: Place[] = [{ moment: start.moment, way: first }];
  const at = { transitions: 0, depth: 0 };
  const told = (cutBy: Exploration['cutBy'], found?: Found): Exploration => ({
    services: simulated.tree.size,
    states: seen.size,
    ...at,
    cutBy,
    finding: found?.finding,
    records: found === undefined ? [] : recordsOf(found.way, foldOne),
  });
  if (start.finding !== undefined) return told('finding', { finding: start.finding, way: first });
  while (frontier.length > 0) {
    if (at.depth >= depthMax) return told('depth');
    const next: Place[] = [];
    for (const { moment, way } of frontier) {
      for (const move of movesFrom(moment, simulated)) {
        at.transitions += 1;
        const reached = { from: way, move };
        const { moment: after, finding: found } = arrive(moment, move, foldOne);
        if (found !== undefined) {
          at.depth += 1;
          return told('finding', { finding: found, way: reached });
        }
        const form = canonicalForm(after);
        if (seen.has(form)) continue;
        if (seen.size >= statesMax) return told('states');
        seen.add(form);
        next.push({ moment: after, way: reached });
      }
    }
    if (next.length > 0) at.depth += 1;
    frontier = next;
  }
  return told(undefined);
}

interface Found {
  readonly finding: Finding;
  readonly way: Way;
}

export interface Arrival {
  readonly moment: Moment;
  readonly finding: Finding | undefined;
  /** None where only time has passed. */
  readonly record: LogRecord | undefined;
}

export const nowhere: Moment = {
  state: initialState(),
  nowUs: 0,
  owed: [],
  living: [],
  unanswered: [],
  hasEnded: false,
};

/** Makes a move, and checks what it led to: as a whole, and as the loop of a simulated run does it. */
export function arrive(before: Moment, move: Move, foldOne: Fold): Arrival {
  if ('passesUs' in move) {
    const moment = { ...before, nowUs: before.nowUs + move.passesUs };
    return { moment, finding: undefined, record: undefined };
  }
  const { paid, ...occurrence } = move;
  const recorded: RecordedEvent = { seq: before.state.seq + 1, ...occurrence };
  let record = logRecord(recorded, []);
  let moment = before;
  try {
    const { state, effects } = foldOne(before.state, recorded);
    record = logRecord(recorded, effects);
    moment = momentAfter(before, { record, state, paid });
    checkReplies(before, record);
    checkSignals(before.state, state, effects);
    checkInvariantsAfter(before.state, state);
    checkInvariants(state);
    return { moment, record, finding: findLost(moment) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { moment, record, finding: finding('invariant', { text }) };
  }
}

/** One reply a request. */
function checkReplies({ unanswered }: Moment, { seq, event, effects }: LogRecord): void {
  const open = new Set(event.type === 'RequestReceived' ? [...unanswered, seq] : unanswered);
  for (const { type, params } of effects)
    if (type === 'Reply' && !open.delete(params.request))
      throw new InvariantViolation(`a second reply to request ${String(params.request)}`);
}

/** Goes the way once more. */
function recordsOf(last: Way, foldOne: Fold): LogRecord[] {
  const moves: Move[] = [];
  for (let way: Way | undefined = last; way !== undefined; way = way.from) moves.push(way.move);
  const records: LogRecord[] = [];
  let moment = nowhere;
  for (const move of moves.reverse()) {
    const arrival = arrive(moment, move, foldOne);
    ({ moment } = arrival);
    if (arrival.record !== undefined) records.push(arrival.record);
  }
  return records;
}
