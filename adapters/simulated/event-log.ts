/**
 * The port `EventLog` of a simulated world: a disk that may be full. All records are kept, whether
 * they were written or not, so that a scenario can be replayed.
 *
 * @module
 */
import type { EventLog, LogRecord } from '../../effects/ports';
import { simulatedError } from './behaviours';
import { createEmitter } from './ports';
import type { Schedule } from './schedule';

export interface SimulatedEventLog extends EventLog {
  /** Everything that was ever appended. */
  readonly records: readonly LogRecord[];
  /** How many of them are on the disk. */
  writtenCount(): number;
  setFull(isFull: boolean): void;
}

export interface SimulatedEventLogOptions {
  readonly schedule: Schedule;
  /** Does the disk fill up, or have room again, before this append? */
  readonly changes: () => boolean;
  readonly appended: (record: LogRecord) => void;
}

const path = '/var/log/minit';

/** Returns a log on a disk that has room. */
export function createSimulatedEventLog(options: SimulatedEventLogOptions): SimulatedEventLog {
  const { occurrence$, emit } = createEmitter(options.schedule);
  const records: LogRecord[] = [];
  let isFull = false;
  let written = 0;
  let isReleased = false;
  let told: 'open' | 'full' | undefined;

  const write = (asked?: number): void => {
    if (isReleased) return;
    if (!isFull) written = records.length;
    const condition = isFull ? 'full' : 'open';
    if (condition === told && asked === undefined) return;
    told = condition;
    emit(
      isFull
        ? { type: 'LogFailed', path, error: simulatedError('ENOSPC') }
        : { type: 'LogOpened', path },
      asked,
    );
  };

  return {
    occurrence$,
    records,
    open(asked) {
      isReleased = false;
      write(asked);
    },
    append(added) {
      for (const record of added) {
        records.push(record);
        options.appended(record);
      }
      if (options.changes()) isFull = !isFull;
      write();
    },
    release() {
      if (!isFull) written = records.length;
      isReleased = true;
    },
    close() {
      if (!isFull && !isReleased) written = records.length;
    },
    writtenCount: () => written,
    setFull(full) {
      isFull = full;
    },
  };
}
