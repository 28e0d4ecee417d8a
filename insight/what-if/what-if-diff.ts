/**
 * How an imagined boot differs from the recorded one: of each service when it was up, when it was done, how often
 * it started, and where it ended; and of minit itself. Pure.
 *
 * @module
 */
import { describeEvent } from '../../machines/describe-event';
import type { ServiceName } from '../../machines/definition';
import type { RecordedEvent } from '../../machines/events';
import type { StateName } from '../../machines/state';
import type { ServiceLine, Span, Timeline } from '../timeline';

/** Times are µs since minit started, lengths µs; `null`: it never was. */
export interface ServiceOutcome {
  /** The state at the end. */
  readonly state: StateName;
  /** Its process was there for the first time. */
  readonly upAtUs: number | null;
  /** It had terminated for the first time, and did not start again by itself. */
  readonly doneAtUs: number | null;
  /** All that its processes ran, up to the end. */
  readonly upUs: number;
  readonly starts: number;
  /** Starts that failed, and processes that ended badly though nobody asked them to end. */
  readonly failures: number;
}

/** Of minit itself. */
export interface BootOutcome {
  readonly state: string;
  readonly settledAtUs: number | null;
  /** minit had ended. */
  readonly endedAtUs: number | null;
}

export interface OutcomeChange<Fields> {
  readonly field: keyof Fields & string;
  readonly from: string | number | null;
  readonly to: string | number | null;
}

export interface ServiceDifference {
  readonly service: ServiceName;
  /** `new`: only the imagined boot knows it; `gone`: only the recorded one. */
  readonly is: 'changed' | 'new' | 'gone';
  readonly before: ServiceOutcome | null;
  readonly after: ServiceOutcome | null;
  readonly changes: readonly OutcomeChange<ServiceOutcome>[];
}

/** The first event that is not the same; `null` on the side where there is none. */
export interface FirstDifference {
  readonly atUs: number;
  readonly before: string | null;
  readonly after: string | null;
}

export interface WhatIfDiff {
  readonly first: FirstDifference | null;
  readonly minit: readonly OutcomeChange<BootOutcome>[];
  /** Those with a change, in the order of first mention, the new ones last. */
  readonly services: readonly ServiceDifference[];
  /** How many services are as they were. */
  readonly sameCount: number;
}

/** One boot, recorded or imagined. */
export interface LivedBoot {
  readonly timeline: Timeline;
  /** Of minit itself at the end. */
  readonly state: string;
  readonly events: readonly RecordedEvent[];
}

/** When minit started, and up to when is known what happens: CLOCK_BOOTTIME in µs. */
export interface SeenTime {
  readonly bootAt: number;
  readonly until: number;
}

export function diffBoots(
  before: LivedBoot,
  after: LivedBoot,
  { bootAt, until }: SeenTime,
): WhatIfDiff {
  const [from, to] = [before, after].map(({ timeline }) => linesByName(timeline));
  const names = [...new Set([...(from?.keys() ?? []), ...(to?.keys() ?? [])])];
  // What lasts at the end lasts as long in both, though the last event of one may come before.
  const endAt = Math.max(until, before.timeline.end.at, after.timeline.end.at);
  const all = names.map((service): ServiceDifference => {
    const [then, now] = [from?.get(service), to?.get(service)];
    const was = then === undefined ? null : outcomeOf(then, endAt, bootAt);
    const would = now === undefined ? null : outcomeOf(now, endAt, bootAt);
    const is = was === null ? 'new' : would === null ? 'gone' : 'changed';
    return { service, is, before: was, after: would, changes: changesOf(was, would) };
  });
  const services = all.filter(({ changes }) => changes.length > 0);
  return {
    first: firstDifference(before.events, after.events, bootAt),
    minit: changesOf(bootOutcomeOf(before, bootAt), bootOutcomeOf(after, bootAt)),
    services,
    sameCount: all.length - services.length,
  };
}

const linesByName = ({ services }: Timeline): ReadonlyMap<ServiceName, ServiceLine> =>
  new Map(services.map((line) => [line.name, line]));

const doneStates: ReadonlySet<StateName> = new Set(['sync-done', 'finished']);
const hasProcess = ({ state, pid }: Span): boolean =>
  pid !== undefined && (state === 'running' || state === 'stopping');

function outcomeOf({ spans }: ServiceLine, endAt: number, bootAt: number): ServiceOutcome {
  const since = (span: Span | undefined): number | null => (span ? span.from.at - bootAt : null);
  const lived = spans.filter(hasProcess);
  const begun = lived.filter(({ pid }, index) => pid !== lived[index - 1]?.pid);
  return {
    state: spans.at(-1)?.state ?? 'down',
    upAtUs: since(lived[0]),
    doneAtUs: since(spans.find(({ state }) => doneStates.has(state))),
    upUs: lived.reduce((sum, { from, until }) => sum + (until?.at ?? endAt) - from.at, 0),
    starts: begun.length,
    failures: spans.filter(({ isFailure }) => isFailure).length,
  };
}

const bootOutcomeOf = ({ timeline, state }: LivedBoot, bootAt: number): BootOutcome => ({
  state,
  settledAtUs: timeline.settled ? timeline.settled.at - bootAt : null,
  endedAtUs: state === 'halted' ? timeline.end.at - bootAt : null,
});

function changesOf<Fields extends ServiceOutcome | BootOutcome>(
  before: Fields | null,
  after: Fields | null,
): OutcomeChange<Fields>[] {
  const fields = Object.keys(after ?? before ?? {}) as (keyof Fields & string)[];
  return fields
    .map((field) => ({
      field,
      from: (before?.[field] ?? null) as string | number | null,
      to: (after?.[field] ?? null) as string | number | null,
    }))
    .filter(({ from, to }) => from !== to);
}

function firstDifference(
  before: readonly RecordedEvent[],
  after: readonly RecordedEvent[],
  bootAt: number,
): FirstDifference | null {
  const count = Math.max(before.length, after.length);
  for (let index = 0; index < count; index += 1) {
    const [then, now] = [before[index], after[index]];
    if (then?.at === now?.at && isSameEvent(then, now)) continue;
    const at = Math.min(then?.at ?? Infinity, now?.at ?? Infinity);
    const told = (recorded: RecordedEvent | undefined): string | null =>
      recorded?.at === at ? describeEvent(recorded.event) : null;
    return { atUs: at - bootAt, before: told(then), after: told(now) };
  }
  return null;
}

const isSameEvent = (a: RecordedEvent | undefined, b: RecordedEvent | undefined): boolean =>
  a === b || JSON.stringify(a?.event) === JSON.stringify(b?.event);
