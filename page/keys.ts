/**
 * The page by keyboard.
 *
 * @module
 */
import type { Selected } from './selection';
import type { ServiceRows } from './service-rows';

export interface KeyTargets {
  readonly selected: Selected;
  readonly rows: ServiceRows;
  readonly search: HTMLInputElement;
  readonly help: HTMLDialogElement;
}

/** Steps by event, by event of the chosen service, through services; searches and zooms. */
export function listenToKeys(targets: KeyTargets): void {
  const { selected, search, help } = targets;
  const actions = actionsFor(targets);
  document.addEventListener('keydown', (event) => {
    // While the keys are told, Escape closes that, and no other one means anything.
    if (help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      search.value = '';
      search.blur();
      selected.change({ search: '' });
      return;
    }
    if (event.target instanceof HTMLInputElement && event.target.type !== 'range') return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function actionsFor({
  selected,
  rows,
  search,
  help,
}: KeyTargets): Readonly<Record<string, () => void>> {
  const seek = (index: number): void => {
    selected.change({ index });
    selected.follow();
  };
  const step = (by: number) => () => {
    seek(selected.value.index + by);
  };
  const stepService = (by: 1 | -1) => () => {
    const { service, index } = selected.value;
    const places = selected.boot.eventsByService.get(service ?? '') ?? [];
    const next =
      by > 0 ? places.find((place) => place > index) : places.findLast((place) => place < index);
    if (next !== undefined) seek(next);
  };
  return {
    ArrowRight: step(1),
    ArrowLeft: step(-1),
    PageDown: step(100),
    PageUp: step(-100),
    Home: () => {
      seek(0);
    },
    End: () => {
      seek(selected.boot.lastIndex);
    },
    n: stepService(1),
    p: stepService(-1),
    ArrowDown: () => {
      rows.step(1);
    },
    ArrowUp: () => {
      rows.step(-1);
    },
    '+': () => {
      selected.zoom(0.5);
    },
    '-': () => {
      selected.zoom(2);
    },
    '0': () => {
      selected.zoom(Infinity);
    },
    '/': () => {
      search.focus();
    },
    '?': () => {
      help.showModal();
    },
  };
}
