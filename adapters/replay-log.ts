/**
 * A recorded log folded up to an instant: the state there, the events that touched a service, and
 * the first divergence. Reads the log in pieces, keeps only what is asked for.
 *
 * @module
 */
import type { Divergence, ReplayedEvent } from '../effects/replay';
import { touchedServices } from '../insight/touched';
import type { SegmentHeader } from '../machines/log-format';
import type { SupervisorState } from '../machines/state';
import type { LogNote, OpenedLog } from './event-log/reader';
import type { Damage } from './fold-log';
import type { Instant } from './log-instant';
import { observeLog } from './observed-log';

export interface ReplayReport {
  readonly header: SegmentHeader;
  readonly state: SupervisorState;
  /** How many events were folded. */
  readonly eventCount: number;
  /** The instant lies before the first event that the log still has: after this one. */
  readonly beginsAfter: number | undefined;
  /** The events that touched the service that was asked for. */
  readonly touching: readonly ReplayedEvent[];
  readonly isServiceKnown: boolean;
  readonly divergence: Divergence | undefined;
  readonly damage: readonly Damage[];
  readonly notes: readonly LogNote[];
}

/** Folds the log up to `until`. What cannot be read is in `damage`; everything before it counts. */
export function runReplay(log: OpenedLog, until: Instant, service?: string): ReplayReport {
  let eventCount = 0;
  let divergence: Divergence | undefined;
  const touching: ReplayedEvent[] = [];
  const { state, beginsAfter, damage } = observeLog(log, until, {
    resume: () => undefined,
    observe: (event) => {
      eventCount += 1;
      divergence ??= event.divergence;
      if (service !== undefined && touchedServices(event).has(service)) touching.push(event);
    },
  });
  return {
    header: log.header,
    state,
    eventCount,
    beginsAfter,
    touching,
    isServiceKnown: service === undefined || state.services.has(service),
    divergence,
    damage,
    notes: log.notes,
  };
}
