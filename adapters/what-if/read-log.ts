/**
 * Reads a log for a what-if: the world that it recorded, and the boot as it was.
 *
 * @module
 */
import type { Divergence } from '../../effects/replay';
import type { LivedBoot } from '../../insight/what-if/what-if-diff';
import { TimelineBuilder } from '../../insight/timeline';
import type { ServiceName } from '../../machines/definition';
import type { LoggedRecord } from '../../machines/log-format';
import type { OpenedLog } from '../event-log/reader';
import { observeLog } from '../observed-log';
import type { Damage } from '../fold-log';
import type { Instant } from '../log-instant';
import { Recorder, type Recording } from './recorded-world';

export interface WhatIfLog {
  readonly recording: Recording;
  readonly boot: LivedBoot;
  /** All of which the log says anything. */
  readonly services: ReadonlySet<ServiceName>;
  /** The first there is. */
  readonly divergence: Divergence | undefined;
  /** What cannot be read; everything before it counts. */
  readonly damage: readonly Damage[];
}

/** Reads up to `until`. Returns what is wrong where the log does not have the whole boot. */
export function readWhatIfLog(log: OpenedLog, until: Instant): WhatIfLog | string {
  const recorder = new Recorder();
  const timeline = new TimelineBuilder();
  const events: LoggedRecord[] = [];
  const services = new Set<ServiceName>();
  let divergence: Divergence | undefined;
  let missingAfter: number | undefined;
  const { state, damage, beginsAfter } = observeLog(log, until, {
    resume(restored) {
      missingAfter ??= events.at(-1)?.seq ?? restored.seq;
    },
    observe(event) {
      const { record, transitions } = event;
      recorder.observe(record, event.state);
      timeline.observe(event.state, transitions);
      divergence ??= event.divergence;
      events.push(record);
      if ('service' in record.event) services.add(record.event.service);
    },
  });
  const gap = beginsAfter ?? missingAfter;
  if (gap !== undefined)
    return `the log does not have the whole boot: events are gone before or after event ${String(gap)}; a what-if needs all of them`;
  if (events.length === 0) return 'the log has no event up to there';
  const recording = recorder.finish();
  const boot = { timeline: timeline.finish(), state: state.init.value, events };
  return { recording, boot, services, divergence, damage };
}
