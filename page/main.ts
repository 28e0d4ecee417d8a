/**
 * The page that `minit-replay --html` writes: puts the views together.
 *
 * @module
 */
import { DependencyPicture } from './dependency-picture';
import { listenToKeys } from './keys';
import { readPageData } from './log-data';
import { RecordedBoot } from './recorded-boot';
import { secondsText } from './seconds';
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
  const settled = timeline.settled;
  const root = boot.stateAt(boot.lastIndex).root;
  find('title', HTMLElement).textContent = `${root} on ${header.host}, ${header.wallAt}`;
  find('notes', HTMLElement).textContent = notes.join(' ');
  const length =
    settled === undefined
      ? 'never settled'
      : `settled after ${secondsText(settled.at - timeline.begin.at)} s`;
  find('summary', HTMLElement).textContent =
    `${String(timeline.services.length)} services, ${String(records.length)} events, ${length}`;
  const instant = find('instant', HTMLElement);
  const show = (): void => {
    const seq = records[selected.value.index]?.seq ?? 0;
    const { value } = boot.stateAt(selected.value.index).init;
    instant.textContent = `event ${String(seq)}, +${secondsText(selected.at - header.at)} s: minit is ${value}`;
  };
  selected.onChange(show);
  show();
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  document.body.prepend(`This log cannot be shown: ${text}`);
});
