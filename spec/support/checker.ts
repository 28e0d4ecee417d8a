/**
 * What must hold of every run of minit, checked record by record: from the log alone, and by
 * folding it again. Throws at the first record that is wrong.
 *
 * @module
 */
import { isSame } from '../../effects/replay';
import type { LogRecord } from '../../effects/ports';
import { fold, initialState } from '../../machines/fold';
import { checkInvariants } from '../../machines/invariants';
import { createRunRules } from '../../machines/run-rules';
import type { SupervisorState } from '../../machines/state';

export interface Checker {
  /** @throws Error that names the record and the rule. */
  observe(record: LogRecord): void;
  /** The state that the records so far fold to. */
  state(): SupervisorState;
  /** Requests that have no reply yet; those that came after minit decided to end get none. */
  unanswered(): readonly number[];
}

/** Returns a checker for a log from its first record on. */
export function createChecker(): Checker {
  const rules = createRunRules();
  let state = initialState();
  return {
    observe(record) {
      const before = state;
      const folded = fold(state, record);
      state = folded.state;
      const broken = rules.observe({ before, record, after: state });
      const problem = isSame(folded.effects, record.effects)
        ? broken
        : 'folding again asks for other effects';
      if (problem !== undefined)
        throw new Error(`record ${String(record.seq)} ${JSON.stringify(record)}: ${problem}`);
      checkInvariants(state);
    },
    state: () => state,
    unanswered: rules.unanswered,
  };
}
