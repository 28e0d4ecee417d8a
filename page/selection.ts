/**
 * What the reader looks at: an event, a service, a stretch of time, and the words searched for. Views
 * draw it and change it; nothing else is shared among them.
 *
 * @module
 */
import type { RecordedBoot } from './recorded-boot';

export interface Selection {
  /** Place of the event; −1: before all. */
  readonly index: number;
  readonly service: string | undefined;
  /** CLOCK_BOOTTIME µs. */
  readonly from: number;
  readonly to: number;
  readonly search: string;
}

export class Selected {
  #value: Selection;
  readonly #listeners: (() => void)[] = [];
  #isDue = false;

  constructor(readonly boot: RecordedBoot) {
    const { begin, end } = boot.timeline;
    // A hair more than the log, so that its ends can be seen.
    const margin = Math.max(1_000, (end.at - begin.at) / 100);
    this.#value = {
      index: boot.lastIndex,
      service: undefined,
      from: begin.at - margin,
      to: end.at + margin,
      search: '',
    };
  }

  get value(): Selection {
    return this.#value;
  }

  /** CLOCK_BOOTTIME µs of the event that is looked at. */
  get at(): number {
    return this.boot.records[this.#value.index]?.at ?? this.boot.timeline.begin.at;
  }

  /** Changes some of it; the views are drawn once, before the next picture. */
  change(changes: Partial<Selection>): void {
    const index = changes.index ?? this.#value.index;
    const bounded = Math.max(-1, Math.min(this.boot.lastIndex, index));
    this.#value = { ...this.#value, ...changes, index: bounded };
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      for (const listener of this.#listeners) listener();
    });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Shows `factor` times as much time around the event that is looked at. */
  zoom(factor: number): void {
    const { begin, end } = this.boot.timeline;
    const whole = Math.max(1_000, end.at - begin.at) * 1.02;
    const { from, to } = this.#value;
    const span = Math.min(whole, Math.max(50, (to - from) * factor));
    const share = (this.at - from) / (to - from);
    const isInside = share > 0 && share < 1;
    const start = this.at - span * (isInside ? share : 0.5);
    const first = begin.at - whole / 100;
    const bounded = Math.max(first, Math.min(start, first + whole - span));
    this.change({ from: bounded, to: bounded + span });
  }

  /** Brings the event that is looked at into the stretch that is shown. */
  follow(): void {
    const { from, to } = this.#value;
    if (this.at >= from && this.at <= to) return;
    const half = (to - from) / 2;
    this.change({ from: this.at - half, to: this.at + half });
  }
}
