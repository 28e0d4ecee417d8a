/**
 * A boot as rows of bars over a time axis: what every picture of it is drawn from, as SVG, in a
 * terminal or in a page. Times are µs since the boot began. What is too short to be seen is joined with what is
 * beside it, so that a picture never has more parts than can be told apart. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { StateName } from '../../machines/state';
import type { ActivityGraph, Release } from './activity-graph';
import type { CriticalPath, Link } from './critical-path';
import type { ServiceLine, Span, Timeline } from '../timeline';

export interface Stretch {
  readonly from: number;
  readonly until: number;
}

export interface ChartBar extends Stretch {
  readonly state: StateName;
  /** In words; of the first, where several were joined. */
  readonly reason: string;
  /** It lasts when the chart ends. */
  readonly isOpen: boolean;
}

export interface ChartRow {
  readonly name: ServiceName;
  readonly bars: readonly ChartBar[];
  /** When respawn started it again. */
  readonly respawns: readonly number[];
  /** When it failed, or ended badly. */
  readonly failures: readonly number[];
  /** What of it is on the critical path. */
  readonly critical: readonly Stretch[];
  /** From when it was let go until it was done as far as its dependents are concerned. */
  readonly tookUs: number | undefined;
  readonly needs: readonly ServiceName[];
}

/** A dependency that was settled, and the row that had waited for it. */
export interface ChartArrow {
  readonly at: number;
  /** Index of a row; -1: minit itself, which had read the directory of a service that waits for none. */
  readonly from: number;
  readonly to: number;
  /** It was the last that the service had waited for. */
  readonly isLast: boolean;
  readonly isCritical: boolean;
}

export interface Chart {
  /** The length of the time axis. */
  readonly us: number;
  /** The beginning of the boot is gone: when it had settled is not known. */
  readonly isCutOff: boolean;
  /** `undefined`: never, after the end of the axis, or not known. */
  readonly settledAt: number | undefined;
  readonly endingAt: number | undefined;
  /** When minit itself was what the boot waited for. */
  readonly critical: readonly Stretch[];
  /** In the order in which they were let go. */
  readonly rows: readonly ChartRow[];
  readonly arrows: readonly ChartArrow[];
}

export interface ChartInput {
  readonly timeline: Timeline;
  readonly graph: ActivityGraph;
  readonly path: CriticalPath | undefined;
}

export interface ChartOptions {
  readonly us: number;
  /** What is shorter cannot be seen. */
  readonly unitUs: number;
  /** The services to show; all where it is left out. */
  readonly services?: ReadonlySet<ServiceName>;
}

/** Beyond that many only the dependency that a service waited for last is drawn. */
const arrowCountMax = 150;

/**
 * How far the time axis of a boot goes: a little beyond the moment at which it had settled; to the end where that is not
 * known.
 */
export function bootLength({ begin, settled, ending, end, isCutOff }: Timeline): number {
  const whole = end.at - begin.at;
  if (settled === undefined || isCutOff) return whole;
  const boot = settled.at - begin.at;
  // No part of an end that came at once.
  const rest = ending === undefined || ending.at < settled.at ? whole : ending.at - begin.at - 1;
  return Math.min(rest, Math.ceil(boot * 1.08) + 1_000);
}

export function chartOf({ timeline, graph, path }: ChartInput, options: ChartOptions): Chart {
  const { us, services } = options;
  const begin = timeline.begin.at;
  const within = (at: number | undefined): number | undefined =>
    at === undefined || at - begin > us ? undefined : at - begin;
  const links = linksByService(path);
  const stretches = (name: ServiceName | undefined): Stretch[] =>
    (links.get(name) ?? []).flatMap((link) => clip(link, begin, us));
  const shown = timeline.services
    .filter(({ name, spans }) => services?.has(name) !== false && startOf(spans, begin) <= us)
    .map((line) => ({ line, at: goOnAt(line) }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  const rows = shown.map(({ line }): ChartRow => {
    const { name } = line;
    const release = graph.releases.get(name);
    return {
      ...rowOf(line, begin, options),
      critical: stretches(name),
      tookUs: tookUs(graph, release),
      needs: release?.needs ?? [],
    };
  });
  return {
    us,
    isCutOff: timeline.isCutOff,
    settledAt: timeline.isCutOff ? undefined : within(timeline.settled?.at),
    endingAt: within(timeline.ending?.at),
    critical: stretches(undefined),
    rows,
    arrows: arrowsOf(rows, { timeline, graph, path }, us),
  };
}

/** Those of minit itself under `undefined`. */
function linksByService(path: CriticalPath | undefined): Map<ServiceName | undefined, Link[]> {
  const links = new Map<ServiceName | undefined, Link[]>();
  for (const link of path?.links ?? []) {
    const isOwn = link.activity === 'reading' || link.activity === 'outside';
    const key = isOwn ? undefined : link.service;
    links.set(key, [...(links.get(key) ?? []), link]);
  }
  return links;
}

const startOf = (spans: readonly Span[], begin: number): number =>
  (spans[0]?.from.at ?? begin) - begin;

/** When a service had waited: the rows then go down like a staircase. */
const goOnAt = ({ spans }: ServiceLine): number =>
  spans.find(({ state }) => state !== 'waiting-deps')?.from.at ?? Infinity;

const clip = ({ from, until }: Link, begin: number, us: number): Stretch[] =>
  from.at - begin > us ? [] : [{ from: from.at - begin, until: Math.min(until.at - begin, us) }];

function tookUs(graph: ActivityGraph, release: Release | undefined): number | undefined {
  const settled = release === undefined ? undefined : graph.settledByService.get(release.service);
  const node = settled === undefined ? undefined : graph.nodes[settled];
  if (release === undefined || node === undefined) return undefined;
  const us = node.moment.at - release.at.at;
  // A bundle is done when it is let go.
  return us > 0 ? us : undefined;
}

function rowOf(
  { name, spans }: ServiceLine,
  begin: number,
  { us, unitUs }: ChartOptions,
): Pick<ChartRow, 'name' | 'bars' | 'respawns' | 'failures'> {
  const bars: ChartBar[] = [];
  const respawns: number[] = [];
  const failures: number[] = [];
  let restarts = spans[0]?.restarts ?? 0;
  for (const span of spans) {
    const from = span.from.at - begin;
    if (from > us) break;
    const end = span.until === undefined ? us : Math.min(us, span.until.at - begin);
    const isOpen = span.until === undefined || span.until.at - begin > us;
    const { state, reason } = span;
    addBar(bars, { state, reason, from, until: end, isOpen }, unitUs);
    if (span.restarts > restarts) addMark(respawns, from, unitUs);
    if (span.isFailure) addMark(failures, from, unitUs);
    ({ restarts } = span);
  }
  return { name, bars, respawns, failures };
}

/** What should be seen before what, where there is no room for both. */
const rank: readonly StateName[] = [
  'down',
  'finished',
  'sync-done',
  'waiting-deps',
  'starting',
  'running',
  'stopping',
  'respawning',
  'failed',
];

function addBar(bars: ChartBar[], bar: ChartBar, unitUs: number): void {
  const last = bars.at(-1);
  const cell = (at: number): number => Math.floor(at / unitUs);
  const isJoined =
    last !== undefined &&
    last.until - last.from < unitUs &&
    bar.until - bar.from < unitUs &&
    cell(last.from) === cell(bar.from);
  if (!isJoined) {
    bars.push(bar);
    return;
  }
  const state = rank.indexOf(bar.state) > rank.indexOf(last.state) ? bar.state : last.state;
  bars[bars.length - 1] = { ...last, state, until: bar.until, isOpen: bar.isOpen };
}

function addMark(marks: number[], at: number, unitUs: number): void {
  const last = marks.at(-1);
  if (last === undefined || at - last >= unitUs) marks.push(at);
}

function arrowsOf(
  rows: readonly ChartRow[],
  { timeline, graph, path }: ChartInput,
  us: number,
): ChartArrow[] {
  const begin = timeline.begin.at;
  const indexOf = new Map(rows.map(({ name }, index) => [name, index]));
  const critical = new Set(path?.links.flatMap(({ releases }) => releases));
  const arrows: ChartArrow[] = [];
  for (const [to, { name, needs }] of rows.entries()) {
    const release = graph.releases.get(name);
    if (release === undefined) continue;
    const isCritical = critical.has(name);
    if (release.by === undefined && isCritical)
      arrows.push({ at: release.at.at - begin, from: -1, to, isLast: true, isCritical });
    for (const need of needs) {
      const from = indexOf.get(need);
      const settled = graph.settledByService.get(need);
      const node = settled === undefined ? undefined : graph.nodes[settled];
      if (from === undefined || node === undefined) continue;
      const isLast = need === release.by;
      const at = (isLast ? release.at.at : Math.min(node.moment.at, release.at.at)) - begin;
      arrows.push({ at, from, to, isLast, isCritical: isLast && isCritical });
    }
  }
  const isAll = arrows.length <= arrowCountMax;
  return arrows.filter(({ at, isLast }) => at <= us && (isAll || isLast));
}
