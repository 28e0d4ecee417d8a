/**
 * The services that match the search, one row each: the name and the state as of the instant on the left, the
 * bars of the whole boot beside it.
 *
 * @module
 */
import type { ServiceLine } from '../insight/timeline';
import { innerState, stateName } from '../machines/state';
import { drawBars } from './bars';
import type { Selected } from './selection';
import { onToneChange, toneOf } from './tones';
import { rowIndexOf, VirtualList } from './virtual-list';

export const rowHeight = 22;

export class ServiceRows {
  readonly #list: VirtualList;
  #lines: readonly ServiceLine[] = [];
  #search: string | undefined;

  constructor(
    element: HTMLElement,
    private readonly canvas: HTMLCanvasElement,
    private readonly selected: Selected,
  ) {
    this.#list = new VirtualList(element, rowHeight);
    element.addEventListener('click', (event) => {
      const index = rowIndexOf(event);
      const name = index === undefined ? undefined : this.#lines[index]?.name;
      if (name !== undefined) selected.change({ service: name });
    });
    element.addEventListener('scroll', () => {
      this.#drawBars();
    });
    canvas.addEventListener('pointerdown', (event) => {
      this.#point(event, true);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) this.#point(event, false);
    });
    new ResizeObserver(() => {
      this.#drawBars();
    }).observe(canvas);
    onToneChange(() => {
      this.draw();
    });
    selected.onChange(() => {
      this.draw();
    });
  }

  /** Goes `by` rows on from the chosen service. */
  step(by: number): void {
    const at = this.#lines.findIndex(({ name }) => name === this.selected.value.service);
    const next = Math.max(0, Math.min(this.#lines.length - 1, at + by));
    const name = this.#lines[next]?.name;
    if (name === undefined) return;
    this.selected.change({ service: name });
    this.#list.reveal(next);
  }

  draw(): void {
    const { boot, value } = this.selected;
    if (value.search !== this.#search) {
      this.#search = value.search;
      const wanted = value.search.toLowerCase();
      this.#lines = boot.timeline.services.filter(({ name }) =>
        name.toLowerCase().includes(wanted),
      );
    }
    const { services } = boot.stateAt(value.index);
    this.#list.show({
      count: this.#lines.length,
      fill: (row, index) => {
        const name = this.#lines[index]?.name ?? '';
        const service = services.get(name);
        const state = service === undefined ? '' : stateName(service);
        const inner = service === undefined ? undefined : innerState(service);
        const isPlain = inner === undefined || inner === 'ready' || inner === 'spawning';
        const label = document.createElement('span');
        label.className = 'name';
        label.textContent = name;
        const badge = document.createElement('span');
        badge.className = 'state';
        badge.textContent = isPlain ? state : `${state}.${inner}`;
        badge.style.color = toneOf(state).text;
        row.append(label, badge);
        row.setAttribute('role', 'option');
        row.setAttribute('aria-selected', String(name === value.service));
      },
    });
    this.#drawBars();
  }

  #drawBars(): void {
    const { first, last } = this.#list.range;
    drawBars(this.canvas, this.selected, {
      lines: this.#lines.slice(first, last),
      rowHeight,
      top: first * rowHeight - this.#list.element.scrollTop,
    });
  }

  #point(event: PointerEvent, isFirst: boolean): void {
    const { boot, value } = this.selected;
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const at = value.from + ((event.clientX - left) / width) * (value.to - value.from);
    const index = boot.indexAt(at);
    if (!isFirst) {
      this.selected.change({ index });
      return;
    }
    const row = Math.floor((event.clientY - top + this.#list.element.scrollTop) / rowHeight);
    const service = this.#lines[row]?.name ?? value.service;
    this.selected.change({ index, service });
  }
}
