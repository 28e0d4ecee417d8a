/**
 * A log read once, for an explanation: the state at an instant, and what must be remembered of the way there.
 *
 * @module
 */
import type { WallClock } from '../insight/why-text';
import { WhyHistory } from '../insight/why-history';
import { initialState } from '../machines/fold';
import type { SegmentHeader } from '../machines/log-format';
import type { SupervisorState } from '../machines/state';
import type { OpenedLog } from './event-log/reader';
import { foldOne, isPast, placeOf, restore, type Damage, type Instant } from './replay-log';

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
  const damage: Damage[] = [];
  let state = initialState();
  let beginsAfter: number | undefined;
  for (const item of log.items()) {
    if (item.kind === 'gap') continue;
    if (item.kind === 'snapshot') {
      if (item.seq === state.seq) continue;
      const restored = restore(item.state);
      if ('reason' in restored) {
        damage.push({ ...placeOf(log), reason: restored.reason });
        break;
      }
      if (isPast(restored.state, until)) {
        if (state.seq === 0) beginsAfter = restored.state.seq;
        break;
      }
      ({ state } = restored);
      history.restore(state);
      continue;
    }
    if (isPast(item.record, until)) break;
    const next = foldOne(state, item.record);
    if ('reason' in next) {
      damage.push({ ...placeOf(log), reason: next.reason });
      break;
    }
    ({ state } = next);
    history.observe(item.record, next);
  }
  for (const note of log.notes) if (note.kind === 'damaged') damage.push(note);
  return { state, history, beginsAfter, damage };
}

/** By the clock as it was when the boot began: what `--at` takes. */
export const wallClockOf = ({ at, wallAt }: SegmentHeader): WallClock => ({
  at,
  wallMs: Date.parse(wallAt),
});
