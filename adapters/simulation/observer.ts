/**
 * Looks over minit's shoulder in a simulated run: stands round the fold, keeps the records, and notes the
 * first thing that is wrong.
 *
 * @module
 */
import type { LogRecord } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import type { RecordedEvent } from '../../machines/events';
import { initialState, type fold } from '../../machines/fold';
import { checkInvariantsAfter } from '../../machines/invariants';
import { InvariantViolation } from '../../machines/invariant-violation';
import { createRunRules } from '../../machines/run-rules';
import type { SupervisorState } from '../../machines/state';
import { finding, StormWatch, type Finding } from './findings';

export type Fold = typeof fold;

export class RunObserver {
  /** Up to and with the event that showed what is wrong. */
  readonly records: LogRecord[] = [];
  /** Services that were asked for and are not there. */
  readonly missing = new Set<ServiceName>();
  /** Nothing has failed for so long that after this instant nothing is to start any more. */
  quietFrom = Infinity;
  readonly #foldEvent: Fold;
  readonly #startsByItself: (service: ServiceName, state: SupervisorState) => boolean;
  readonly #rules = createRunRules();
  readonly #storms = new StormWatch();
  #state = initialState();
  #finding: Finding | undefined;

  /** `startsByItself`: that it starts again in a quiet world is nobody's fault but its own. */
  constructor(
    foldEvent: Fold,
    startsByItself: (service: ServiceName, state: SupervisorState) => boolean,
  ) {
    this.#foldEvent = foldEvent;
    this.#startsByItself = startsByItself;
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
    let effects: LogRecord['effects'] = [];
    try {
      const folded = this.#foldEvent(before, recorded);
      ({ effects } = folded);
      this.#state = folded.state;
      checkInvariantsAfter(before, folded.state);
      const record = { ...recorded, effects };
      const problem = this.#rules.observe({ before, record, after: folded.state });
      if (problem !== undefined) throw new InvariantViolation(problem);
      this.#watch(recorded);
      return folded;
    } catch (error) {
      this.noteError(error);
      throw error;
    } finally {
      this.records.push({ ...recorded, effects });
    }
  };

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
