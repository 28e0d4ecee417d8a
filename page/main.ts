/**
 * The page that `minit-replay --html` writes: puts the views together.
 *
 * @module
 */
import type { Timeline } from '../insight/timeline';
import { DependencyPicture } from './dependency-picture';
import { listenToKeys } from './keys';
import { readPageData } from './log-data';
import { RecordedBoot } from './recorded-boot';
import { instantText, secondsText } from './seconds';
import { Selected } from './selection';
import { ServicePanel } from './service-panel';
import { ServiceRows } from './service-rows';
import { TimeScrubber } from './time-scrubber';

function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${id}`);
  return element;
}

async function main(): Promise<void> {
  const data = await readPageData(document.getElementById('log'));
  const boot = new RecordedBoot(data);
  const progress = find('progress', HTMLProgressElement);
  await boot.foldAll((share) => {
    progress.value = share;
  });
  progress.remove();
  const selected = new Selected(boot);
  const rows = new ServiceRows(
    find('services', HTMLElement),
    find('bars', HTMLCanvasElement),
    selected,
  );
  const slider = find('slider', HTMLInputElement);
  const scrubber = new TimeScrubber(find('strip', HTMLCanvasElement), slider, selected);
  const picture = new DependencyPicture(find('dependencies', HTMLCanvasElement), selected);
  const panel = new ServicePanel(
    {
      facts: find('facts', HTMLElement),
      chart: find('chart', HTMLElement),
      events: find('events', HTMLElement),
    },
    selected,
  );
  const search = find('search', HTMLInputElement);
  search.addEventListener('input', () => {
    selected.change({ search: search.value });
  });
  const help = find('help', HTMLDialogElement);
  find('help-button', HTMLButtonElement).addEventListener('click', () => {
    help.showModal();
  });
  listenToKeys({ selected, rows, search, help });
  showHead(boot, selected);
  for (const view of [rows, scrubber, picture, panel]) view.draw();
  document.body.classList.add('is-ready');
}

function showHead(boot: RecordedBoot, selected: Selected): void {
  const { header, timeline, notes, records } = boot;
  const root = boot.stateAt(boot.lastIndex).root;
  find('title', HTMLElement).textContent = `${root} on ${header.host}, ${header.wallAt}`;
  find('notes', HTMLElement).textContent = notes.join(' ');
  find('summary', HTMLElement).textContent =
    `${String(timeline.services.length)} services, ${String(records.length)} events, ${bootText(timeline)}`;
  const instant = find('instant', HTMLElement);
  const show = (): void => {
    const { seq, init } = boot.stateAt(selected.value.index);
    const { value } = init;
    instant.textContent = `event ${String(seq)}, +${instantText(selected.at - header.at)} s: minit is ${value}`;
  };
  selected.onChange(show);
  show();
}

function bootText({ begin, settled, isCutOff }: Timeline): string {
  if (isCutOff) return `the log begins after event ${String(begin.seq)}`;
  if (settled === undefined) return 'never settled';
  return `settled after ${secondsText(settled.at - begin.at)} s`;
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  document.body.prepend(`This log cannot be shown: ${text}`);
});
