/**
 * What the writer of the event log is given, and what it gives to a program that takes its place.
 *
 * @module
 */
import type { LogHeader, LogSnapshot } from '../../machines/log-format';
import type { Gap } from './held-records';
import type { WriteBytes } from '../scratch-bytes';
import type { SegmentMeans, UncheckedLine } from './segment-file';
import type { OpenedSegment } from './segments';

export interface EventLogLimits {
  readonly segmentBytesMax: number;
  readonly segmentsMax: number;
  readonly bufferBytesMax: number;
}

/** What of the log is not on disk: lines, and the gap before them. */
export interface HeldLog {
  readonly lines: readonly UncheckedLine[];
  readonly gap?: Gap;
}

/** Where another program stopped, before minit was executed anew. */
export interface ResumedLog extends HeldLog {
  /** The segment that is being written; none while nothing can be. */
  readonly segment?: OpenedSegment & { readonly number: number };
  /** A state from which all later events are in `lines`. */
  readonly base?: LogSnapshot;
}

/** The segment that is being written; `undefined`: none. `number`: 1, 2, 3, … within the boot. */
export type SegmentListener = (
  segment: (OpenedSegment & { readonly number: number }) | undefined,
) => void;

export interface EventLogOptions {
  /** Absolute path; made where it is missing. */
  readonly directory: string;
  readonly header: LogHeader;
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
  readonly resumed?: ResumedLog;
  /** Told whenever there is another segment. */
  readonly onSegment?: SegmentListener;
  /** Puts the first opening off, which takes longer than the start of a service: none shall wait for it. */
  readonly later?: (open: () => void) => void;
  /** Without it stat(2) is asked by node:fs, once a turn. */
  readonly watchPath?: SegmentMeans['watchPath'];
  /** For specs: write(2), and smaller limits. */
  readonly write?: WriteBytes;
  readonly limits?: EventLogLimits;
}
