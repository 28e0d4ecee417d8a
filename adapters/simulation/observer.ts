/**
 * Looks over minit's shoulder in a simulated run: stands round the fold, keeps the records, and notes the
 * first thing that is wrong.
 *
 * @module
 */
import { logRecord } from '../../effects/loop';
import type { LogRecord } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import type { RecordedEvent } from '../../machines/events';
import { isSame } from '../../effects/replay';
import { initialState, type fold, type Folded } from '../../machines/fold';
import { checkInvariantsAfter } from '../../machines/invariants';
import { InvariantViolation } from '../../machines/invariant-violation';
import { createRunRules } from '../../machines/run-rules';
import type { SupervisorState } from '../../machines/state';
import { finding, StormWatch, type Finding } from './findings';

export type Fold = typeof fold;

/** All runs begin with one and the same state, so that what one folded can be known to others. */
export const begin: SupervisorState = initialState();

/** Something that a run without incidents folds, and every other one too, up to its first incident. */
interface Known {
  readonly before: SupervisorState;
  readonly recorded: RecordedEvent;
  readonly folded: Folded;
}

/** What a run folded, event by event. The fold is pure: what comes there again need not be worked out again. */
export type FoldedPath = readonly Known[];

export interface RunObserverOptions {
  readonly foldEvent: Fold;
  /** That it starts again in a quiet world is nobody's fault but its own. */
  readonly startsByItself: (service: ServiceName, state: SupervisorState) => boolean;
  readonly known?: FoldedPath | undefined;
}

export class RunObserver {
  /** Up to and with the event that showed what is wrong. */
  readonly records: LogRecord[] = [];
  /** What was folded, for other runs; kept only where there is nothing of the kind yet. */
  readonly path: Known[] | undefined;
  /** Services that were asked for and are not there. */
  readonly missing = new Set<ServiceName>();
  /** Nothing has failed for so long that after this instant nothing is to start any more. */
  quietFrom = Infinity;
  readonly #foldEvent: Fold;
  readonly #startsByItself: (service: ServiceName, state: SupervisorState) => boolean;
  readonly #rules = createRunRules();
  readonly #storms = new StormWatch();
  #state = begin;
  #finding: Finding | undefined;

  readonly #known: FoldedPath;

  constructor({ foldEvent, startsByItself, known }: RunObserverOptions) {
    this.#foldEvent = foldEvent;
    this.#startsByItself = startsByItself;
    this.#known = known ?? [];
    this.path = known === undefined ? [] : undefined;
  }

  get state(): SupervisorState {
    return this.#state;
  }

  get finding(): Finding | undefined {
    return this.#finding;
  }

  /** Requests without a reply. */
  unanswered(): readonly number[] {
    return this.#rules.unanswered();
  }

  /** Notes what is wrong; only the first counts. */
  note(found: Finding | undefined): void {
    this.#finding ??= found;
  }

  noteError(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.note(finding('invariant', { text }));
  }

  /** Folds an event for the loop. @throws whatever is wrong, so that the run ends here. */
  readonly fold: Fold = (before, recorded) => {
    if (this.#finding !== undefined) throw new InvariantViolation('the run is over');
    let record: LogRecord | undefined;
    try {
      const recalled = this.#recall(before, recorded);
      const folded = recalled ?? this.#foldEvent(before, recorded);
      record = logRecord(recorded, folded.effects);
      this.#state = folded.state;
      if (recalled === undefined) checkInvariantsAfter(before, folded.state);
      this.path?.push({ before, recorded, folded });
      const problem = this.#rules.observe({ before, record, after: folded.state });
      if (problem !== undefined) throw new InvariantViolation(problem);
      this.#watch(recorded);
      return folded;
    } catch (error) {
      this.noteError(error);
      throw error;
    } finally {
      this.records.push(record ?? { ...recorded, effects: [] });
    }
  };

  /** Returns what is known to come of this event in this state. */
  #recall(before: SupervisorState, recorded: RecordedEvent): Folded | undefined {
    const known = this.#known[recorded.seq - 1];
    const isKnown = known?.before === before && isSame(known.recorded, recorded);
    return isKnown ? known.folded : undefined;
  }

  #watch(recorded: RecordedEvent): void {
    const { event, at } = recorded;
    if (event.type === 'ServiceMissing') this.missing.add(event.service);
    if (event.type !== 'ProcessSpawned' && event.type !== 'SpawnFailed') return;
    const isQuiet = at > this.quietFrom && !this.#startsByItself(event.service, this.#state);
    const storm = this.#storms.observe(recorded, isQuiet);
    if (storm === undefined) return;
    this.note(storm);
    throw new InvariantViolation(storm.text);
  }
}
