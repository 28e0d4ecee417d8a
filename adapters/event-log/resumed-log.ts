/**
 * Takes up the log of the program before: its segment, or, where nothing can go on in that, what the next one begins
 * with. Whatever it was that has become of the file, the log stays one that can be read.
 *
 * @module
 */
import type { LogSnapshot } from '../../machines/log-format';
import { snapshotJson } from './records';
import { SegmentFile, type SegmentMeans } from './segment-file';
import type { HeldLog, ResumedLog } from './writer-options';

export interface TakenUpLog {
  /** None where there was none, or nothing can go on in it. */
  readonly segment: SegmentFile | undefined;
  /** What is not on disk; without a segment, all that is known. */
  readonly held: HeldLog;
  readonly lastSeq: number;
}

export function takeUpLog(resumed: ResumedLog, means: SegmentMeans): TakenUpLog {
  const { lines } = resumed;
  const seqBefore = seqBeforeLines(resumed);
  const lastSeq = lines.at(-1)?.seq ?? seqBefore;
  if (resumed.segment !== undefined) {
    try {
      const { segment, lastSeq: written } = SegmentFile.resume(resumed.segment, means, seqBefore);
      const held = { lines: lines.filter(({ seq }) => seq > written) };
      return { segment, held, lastSeq: Math.max(lastSeq, written) };
    } catch {
      // It cannot be read any more, or not all is in it that should be: the next segment takes over.
    }
  }
  return { segment: undefined, held: heldForNewSegment(resumed), lastSeq };
}

/** All events up to this one should be on disk, or a snapshot stand for them. */
function seqBeforeLines({ lines: [first], gap, base }: ResumedLog): number {
  return first === undefined ? (gap?.snapshot.seq ?? base?.seq ?? 0) : first.seq - 1;
}

/** Records lead up to the present from the first event or from a snapshot, and from nothing else. */
function heldForNewSegment({ lines, gap, base }: ResumedLog): HeldLog {
  if (gap !== undefined) return { lines, gap };
  if (base === undefined || lines[0]?.seq === 1) return { lines };
  return {
    lines: lines.filter(({ seq }) => seq > base.seq),
    gap: { snapshot: snapshotLine(base) },
  };
}

const snapshotLine = (snapshot: LogSnapshot) => ({
  seq: snapshot.seq,
  json: snapshotJson(snapshot),
});
