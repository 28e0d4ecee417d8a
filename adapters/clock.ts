/**
 * The port `Clock`: CLOCK_BOOTTIME for all that is measured, wall time for people. A timerfd tells
 * when somebody sets the wall clock; where the kernel refuses one, nobody does, and that is said.
 *
 * @module
 */
import { closeSync, readSync } from 'node:fs';
import { Subject } from 'rxjs';
import type { Clock, Occurrence } from '../effects/ports';
import { isoTime } from './iso-time';
import { bootTimeUs, wallTimeUs } from './libc/clock';
import { watchReadable } from './libc/readiness';
import { openClockSetFd } from './libc/timerfd';
import type { MissingMeans } from './missing-means';

export interface RealClock extends Clock {
  /** Stops noticing steps. */
  close(): void;
}

/**
 * A resume from suspend counts as a step for the kernel though the two clocks went on together;
 * what is left of it is the time between reading the one and the other.
 */
const stepUsMin = 1_000;

/** Returns the clock of this machine. Does not keep the program alive. */
export function createClock(onMissing?: MissingMeans['note']): RealClock {
  const occurrence$ = new Subject<Occurrence>();
  // Slewing (adjtime(3)) between two steps is counted into the second one.
  let offsetUs = wallTimeUs() - bootTimeUs();
  const stopNoticing = noticeSteps(onMissing, () => {
    const at = bootTimeUs();
    const byUs = wallTimeUs() - at - offsetUs;
    offsetUs += byUs;
    if (Math.abs(byUs) < stepUsMin) return;
    occurrence$.next({ at, event: { type: 'WallClockStepped', byUs, wallAt: wallAt() } });
  });
  return { occurrence$, now: bootTimeUs, wallAt, close: stopNoticing };
}

function wallAt(): string {
  return isoTime(new Date());
}

function noticeSteps(onMissing: MissingMeans['note'] | undefined, onStep: () => void): () => void {
  const fd = openClockSetFd();
  if (fd < 0) {
    onMissing?.('clock-steps', -fd);
    return () => undefined;
  }
  const count = Buffer.alloc(8);
  const stop = watchReadable(fd, () => {
    try {
      readSync(fd, count);
    } catch {
      // ECANCELED is how timerfd_create(2) says that the clock was set; the read has armed it again.
    }
    onStep();
  });
  return () => {
    stop();
    closeSync(fd);
  };
}
