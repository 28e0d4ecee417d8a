/**
 * A list of any length of which only the rows in sight exist.
 *
 * @module
 */

export interface RowSource {
  readonly count: number;
  /** Fills an empty element with the row at `index`. */
  readonly fill: (element: HTMLElement, index: number) => void;
}

export class VirtualList {
  readonly #spacer = document.createElement('div');
  readonly #rows = document.createElement('div');
  #source: RowSource = { count: 0, fill: () => undefined };

  constructor(
    readonly element: HTMLElement,
    readonly rowHeight: number,
  ) {
    this.#spacer.className = 'spacer';
    this.#rows.className = 'rows';
    this.#spacer.append(this.#rows);
    element.append(this.#spacer);
    element.addEventListener('scroll', () => {
      this.draw();
    });
    new ResizeObserver(() => {
      this.draw();
    }).observe(element);
  }

  /** First and last index (exclusive) of the rows in sight. */
  get range(): { readonly first: number; readonly last: number } {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.floor(scrollTop / this.rowHeight);
    const last = Math.ceil((scrollTop + clientHeight) / this.rowHeight);
    return { first, last: Math.min(last, this.#source.count) };
  }

  show(source: RowSource): void {
    this.#source = source;
    this.#spacer.style.height = `${String(source.count * this.rowHeight)}px`;
    this.draw();
  }

  draw(): void {
    const { first, last } = this.range;
    this.#rows.style.transform = `translateY(${String(first * this.rowHeight)}px)`;
    const rows: HTMLElement[] = [];
    for (let index = first; index < last; index += 1) {
      const row = document.createElement('div');
      row.className = 'row';
      row.style.height = `${String(this.rowHeight)}px`;
      row.dataset['index'] = String(index);
      this.#source.fill(row, index);
      rows.push(row);
    }
    this.#rows.replaceChildren(...rows);
  }

  /** Scrolls just so far that the row at `index` is in sight. */
  reveal(index: number): void {
    const { scrollTop, clientHeight } = this.element;
    const top = index * this.rowHeight;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + clientHeight)
      this.element.scrollTop = top + this.rowHeight - clientHeight;
  }
}

/** The index of the row that an event of the pointer belongs to. */
export function rowIndexOf(event: Event): number | undefined {
  const row = event.target instanceof Element ? event.target.closest('.row') : null;
  const text = row instanceof HTMLElement ? row.dataset['index'] : undefined;
  return text === undefined ? undefined : Number(text);
}
