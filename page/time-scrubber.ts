/**
 * The whole boot in one strip: how many events there were when, the part that is shown below, and the instant,
 * which the reader drags or moves by keys.
 *
 * @module
 */
import { prepare } from './bars';
import type { Selected } from './selection';
import { onToneChange, styleColor } from './tones';

export class TimeScrubber {
  #counts: { readonly width: number; readonly counts: readonly number[] } | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly slider: HTMLInputElement,
    private readonly selected: Selected,
  ) {
    slider.min = '-1';
    slider.max = String(selected.boot.lastIndex);
    slider.addEventListener('input', () => {
      selected.change({ index: Number(slider.value) });
      selected.follow();
    });
    const point = (event: PointerEvent): void => {
      const { left, width } = canvas.getBoundingClientRect();
      selected.change({ index: selected.boot.indexAt(this.#atOf((event.clientX - left) / width)) });
      selected.follow();
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) point(event);
    });
    const draw = this.draw.bind(this);
    new ResizeObserver(draw).observe(canvas);
    onToneChange(draw);
    selected.onChange(draw);
  }

  draw(): void {
    const { selected, slider } = this;
    slider.value = String(selected.value.index);
    const { seq } = selected.boot.stateAt(selected.value.index);
    slider.setAttribute('aria-valuetext', `event ${String(seq)}`);
    const { context, width, height } = prepare(this.canvas);
    const counts = this.#countsFor(Math.max(1, Math.round(width)));
    const most = Math.log1p(Math.max(...counts));
    context.fillStyle = styleColor('--quiet');
    for (const [x, count] of counts.entries()) {
      const tall = count === 0 ? 0 : Math.max(2, (Math.log1p(count) / most) * (height - 4));
      context.fillRect(x, height - tall, 1, tall);
    }
    const { from, to } = selected.value;
    context.fillStyle = styleColor('--window');
    context.fillRect(
      this.#xOf(from, width),
      0,
      this.#xOf(to, width) - this.#xOf(from, width),
      height,
    );
    context.fillStyle = styleColor('--cursor');
    context.fillRect(Math.round(this.#xOf(selected.at, width)) - 1, 0, 2, height);
  }

  /** Events for each pixel. */
  #countsFor(width: number): readonly number[] {
    if (this.#counts?.width === width) return this.#counts.counts;
    const counts = new Array<number>(width).fill(0);
    for (const { at } of this.selected.boot.records) {
      const x = Math.min(width - 1, Math.max(0, Math.floor(this.#xOf(at, width))));
      counts[x] = (counts[x] ?? 0) + 1;
    }
    this.#counts = { width, counts };
    return counts;
  }

  #xOf(at: number, width: number): number {
    const { begin, end } = this.selected.boot.timeline;
    return ((at - begin.at) / Math.max(1, end.at - begin.at)) * width;
  }

  #atOf(share: number): number {
    const { begin, end } = this.selected.boot.timeline;
    return begin.at + share * (end.at - begin.at);
  }
}
