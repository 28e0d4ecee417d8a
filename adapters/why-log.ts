/**
 * A log read once, for an explanation: the state at an instant, and what must be remembered of the way there.
 *
 * @module
 */
import type { WallClock } from '../insight/why/why-text';
import { WhyHistory } from '../insight/why/why-history';
import type { SegmentHeader } from '../machines/log-format';
import type { SupervisorState } from '../machines/state';
import type { OpenedLog } from './event-log/reader';
import type { Damage } from './fold-log';
import type { Instant } from './log-instant';
import { observeLog } from './observed-log';

export interface WhyLog {
  readonly state: SupervisorState;
  readonly history: WhyHistory;
  /** The instant lies before the first event that the log still has: after this one. */
  readonly beginsAfter: number | undefined;
  /** What cannot be read; everything before it counts. */
  readonly damage: readonly Damage[];
}

export function readWhyLog(log: OpenedLog, until: Instant): WhyLog {
  const history = new WhyHistory();
  const { state, beginsAfter, damage } = observeLog(log, until, {
    resume: (restored) => {
      history.restore(restored);
    },
    observe: (event) => {
      history.observe(event.record, event);
    },
  });
  return { state, history, beginsAfter, damage };
}

/** By the clock as it was when the boot began: what `--at` takes. */
export const wallClockOf = ({ at, wallAt }: SegmentHeader): WallClock => ({
  at,
  wallMs: Date.parse(wallAt),
});
