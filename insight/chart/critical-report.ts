/**
 * The critical path in words, one line a link. Pure.
 *
 * @module
 */
import type { CriticalPath, Link } from './critical-path';
import type { Timeline } from '../timeline';
import { preciseDuration } from './time-axis';

/**
 * `subject`: what the chain led to: `boot`, or a service. `startedAt`: what the times of links are counted from,
 * CLOCK_BOOTTIME in µs.
 */
export function criticalReport(
  path: CriticalPath,
  subject: string,
  startedAt = path.begin.at,
): string[] {
  const { begin, end, links, waiting } = path;
  const total = preciseDuration(end.at - begin.at);
  const isOver = links.every(({ savesUs }) => savesUs !== undefined);
  const head = isOver
    ? `${subject} after ${total}; this chain set its length:`
    : `not settled after ${total}; what it waits for:`;
  const rows = links.map((link) => [
    `+${((link.from.at - startedAt) / 1_000_000).toFixed(6)}`,
    preciseDuration(link.us),
    link.savesUs === undefined ? '' : preciseDuration(link.savesUs),
    describeLink(link, isOver || link !== links.at(-1)),
  ]);
  const titles = ['from (s)', 'took', isOver ? 'could save' : '', ''];
  const width = (column: number): number =>
    Math.max(...[titles, ...rows].map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2].map(width);
  const table = [titles, ...rows].map((row) => {
    const cells = widths.map((each, column) => (row[column] ?? '').padStart(each));
    return `  ${[...cells.filter((_, column) => widths[column] !== 0), row[3] ?? ''].join('  ')}`.trimEnd();
  });
  const still = waiting.map(({ service, reason }) => `  ${service}: ${reason}`);
  return [
    head,
    ...table,
    ...(still.length > 0 ? ['still on their way up:', ...still] : []),
    ...(isOver && links.length > 0
      ? ['could save: how much sooner, if the link took no time and all else as long as it did']
      : []),
  ];
}

/** `settled after 1.026 s`. */
export function bootSentence({ begin, settled, end, isCutOff }: Timeline): string {
  if (isCutOff) return `the log begins after event ${String(begin.seq)}; how the boot went is gone`;
  if (settled === undefined) return `not settled after ${preciseDuration(end.at - begin.at)}`;
  return `settled after ${preciseDuration(settled.at - begin.at)}`;
}

function describeLink(link: Link, isOver: boolean): string {
  const { releases } = link;
  const next = releases.length > 0 ? ` -> ${releases.join(', ')}` : '';
  return `${what(link)}${isOver ? '' : ' (not over)'}${next}`;
}

/** `web: starting`, `reading 12 directories, default to web`. */
export function what({ activity, service, services }: Link): string {
  const name = service ?? 'minit';
  switch (activity) {
    case 'reading': {
      const [first = name] = services;
      return services.length > 1
        ? `reading ${String(services.length)} directories, ${first} to ${services.at(-1) ?? ''}`
        : `reading the directory of ${first}`;
    }
    case 'starting':
      return `${name}: starting`;
    case 'running':
      return `${name}: running until it ended`;
    case 'pausing':
      return `${name}: waiting to be started again`;
    case 'stopping':
      return `${name}: stopping`;
    case 'outside':
      return 'until somebody asked, or something happened by itself';
  }
}
