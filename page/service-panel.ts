/**
 * The chosen service as of the instant: its state and why, what it needs and who needs it, its state chart, and
 * every event that touched it with its cause.
 *
 * @module
 */
import { describeEvent } from '../machines/describe-event';
import { describeTransition } from '../machines/describe';
import { innerState, stateName, type SupervisorState } from '../machines/state';
import { statusOf } from '../machines/status';
import { instantText, secondsText } from './seconds';
import type { Selected } from './selection';
import { toneOf } from './tones';
import { rowIndexOf, VirtualList } from './virtual-list';

export interface PanelElements {
  readonly facts: HTMLElement;
  readonly chart: HTMLElement;
  readonly events: HTMLElement;
}

const eventHeight = 36;

export class ServicePanel {
  readonly #events: VirtualList;
  #shown: readonly number[] = [];
  #revealed = '';

  constructor(
    private readonly elements: PanelElements,
    private readonly selected: Selected,
  ) {
    this.#events = new VirtualList(elements.events, eventHeight);
    elements.events.addEventListener('click', (event) => {
      const cause = event.target instanceof HTMLElement ? event.target.dataset['seq'] : undefined;
      const row = rowIndexOf(event);
      const index =
        cause === undefined
          ? row === undefined
            ? undefined
            : this.#shown[row]
          : selected.boot.indexOfSeq(Number(cause));
      if (index === undefined) return;
      selected.change({ index });
      selected.follow();
    });
    elements.facts.addEventListener('click', (event) => {
      const name =
        event.target instanceof HTMLElement ? event.target.dataset['service'] : undefined;
      if (name !== undefined) selected.change({ service: name });
    });
    selected.onChange(() => {
      this.draw();
    });
  }

  draw(): void {
    const { boot, value } = this.selected;
    const state = boot.stateAt(value.index);
    this.elements.facts.replaceChildren(...facts(state, value.service));
    this.#markChart(state);
    this.#shown =
      value.service === undefined
        ? everyEvent(boot.records.length)
        : (boot.eventsByService.get(value.service) ?? []);
    this.#events.show({ count: this.#shown.length, fill: this.#fillEvent.bind(this) });
    const place = lastAtOrBefore(this.#shown, value.index);
    const key = `${String(place)} ${value.service ?? ''}`;
    if (key !== this.#revealed) this.#events.reveal(Math.max(0, place));
    this.#revealed = key;
  }

  #fillEvent(row: HTMLElement, place: number): void {
    const { boot, value } = this.selected;
    const index = this.#shown[place] ?? 0;
    const record = boot.records[index];
    if (record === undefined) return;
    const head = document.createElement('div');
    const seq = Object.assign(document.createElement('span'), {
      className: 'seq',
      textContent: `${String(record.seq)}  +${instantText(record.at - boot.header.at)}`,
    });
    head.append(seq, describeEvent(record.event));
    const tail = document.createElement('div');
    tail.className = 'small';
    if (record.cause !== undefined) {
      const cause = Object.assign(document.createElement('button'), {
        type: 'button',
        className: 'link',
        textContent: `because of ${String(record.cause)}`,
      });
      cause.dataset['seq'] = String(record.cause);
      tail.append(cause, ' ');
    }
    const changes = boot
      .transitionsAt(index)
      .filter(({ after }) => value.service === undefined || after.context.name === value.service)
      .map(
        (transition) =>
          `${transition.after.context.name} → ${stateName(transition.after)}: ${describeTransition(transition)}`,
      );
    tail.append(changes.join('; '));
    row.append(head, tail);
    row.classList.toggle('future', index > value.index);
    row.setAttribute('aria-current', String(index === value.index));
  }

  /** Marks the state that the service is in on the chart. */
  #markChart({ services }: SupervisorState): void {
    const { chart } = this.elements;
    for (const marked of chart.querySelectorAll('.is-active')) marked.classList.remove('is-active');
    const service = services.get(this.selected.value.service ?? '');
    if (service === undefined) return;
    const [outer, inner] = [stateName(service), innerState(service)];
    for (const id of [outer, ...(inner === undefined ? [] : [`${outer}.${inner}`])])
      chart.querySelector(`[id="state ${id}"]`)?.classList.add('is-active');
  }
}

const everyEvent = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Place in a sorted list of the last that is no more than `index`; −1: none. */
function lastAtOrBefore(sorted: readonly number[], index: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function facts(state: SupervisorState, name: string | undefined): HTMLElement[] {
  const title = document.createElement('h2');
  title.textContent = name ?? 'All events';
  const service = name === undefined ? undefined : state.services.get(name);
  if (service === undefined) {
    const hint = document.createElement('p');
    hint.textContent =
      name === undefined
        ? 'Choose a service to see its state, its chart and its events.'
        : 'Its directory has not been read yet.';
    return [title, hint];
  }
  const status = statusOf(service, state.at);
  const value = document.createElement('p');
  const badge = document.createElement('b');
  badge.textContent = status.inner === undefined ? status.state : `${status.state}.${status.inner}`;
  badge.style.color = toneOf(status.state).text;
  value.append(
    badge,
    ` for ${secondsText(status.since * 1_000_000)} s, wanted ${status.want}, ${String(status.restarts)} restarts: ${status.reason}`,
  );
  const dependents = [...state.services.values()]
    .filter(({ context }) => context.needs.includes(status.name))
    .map(({ context }) => context.name);
  return [
    title,
    value,
    names('needs', service.context.needs, state),
    names('needed by', dependents, state),
  ];
}

function names(label: string, list: readonly string[], { services }: SupervisorState): HTMLElement {
  const line = document.createElement('p');
  line.append(`${label} `);
  for (const name of list) {
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      className: 'chip',
      textContent: name,
    });
    button.dataset['service'] = name;
    const service = services.get(name);
    const tone = toneOf(service === undefined ? '' : stateName(service));
    Object.assign(button.style, {
      color: tone.text,
      background: tone.fill,
      borderColor: tone.line,
    });
    line.append(button);
  }
  if (list.length === 0) line.append('nothing');
  return line;
}
