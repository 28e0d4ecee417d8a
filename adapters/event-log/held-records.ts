/**
 * Records that are not on disk yet, from their first to their last byte. Their size is bounded: when there are
 * too many, a snapshot of the state takes their place, and the next segment says which records it stands for.
 *
 * @module
 */
import type { LogSnapshot } from '../../machines/log-format';
import { snapshotJson } from './records';
import type { UncheckedLine } from './segment-file';

/** What the next segment begins with, where those before it do not lead up to what is held. */
export interface Gap {
  /** Records that were neither written nor held; absent where they have been written and are gone. */
  readonly dropped?: readonly [from: number, to: number];
  readonly snapshot: UncheckedLine;
}

export class HeldRecords {
  private kept: UncheckedLine[] = [];
  private characters = 0;
  private keptGap: Gap | undefined;

  get isEmpty(): boolean {
    return this.kept.length === 0;
  }

  /** JSON is ASCII nearly everywhere, so that characters are bytes. */
  get bytes(): number {
    return this.characters;
  }

  get lines(): readonly UncheckedLine[] {
    return this.kept;
  }

  get gap(): Gap | undefined {
    return this.keptGap;
  }

  /** For a log that goes on: what was held before. */
  take(lines: readonly UncheckedLine[], gap: Gap | undefined): void {
    for (const line of lines) this.hold(line);
    this.keptGap = gap;
  }

  hold(line: UncheckedLine): void {
    this.kept.push(line);
    this.characters += line.json.length;
  }

  /** The first lines, of about `bytesMax` together, at least one. */
  first(bytesMax: number): readonly UncheckedLine[] {
    if (this.characters <= bytesMax) return this.kept;
    let bytes = 0;
    const count = this.kept.findIndex(({ json }) => (bytes += json.length) > bytesMax);
    return this.kept.slice(0, Math.max(1, count));
  }

  /** Forgets the first `count` lines: they are on disk. */
  forget(count: number): void {
    if (count === this.kept.length) {
      this.kept = [];
      this.characters = 0;
      return;
    }
    for (const { json } of this.kept.splice(0, count)) this.characters -= json.length;
  }

  /** Puts a snapshot in the place of all that is held. */
  replaceBySnapshot(snapshot: LogSnapshot): void {
    const { seq } = snapshot;
    const from = this.keptGap?.dropped?.[0] ?? this.kept[0]?.seq;
    this.keptGap = {
      ...(from !== undefined && { dropped: [from, seq] }),
      snapshot: { seq, json: snapshotJson(snapshot) },
    };
    this.kept = [];
    this.characters = 0;
  }

  /** The gap is on record. */
  forgetGap(): void {
    this.keptGap = undefined;
  }
}
