/**
 * What was not the same in two boots: what became of the services, which are new or missing, how long they
 * and the boot took, in which order they were started. Small differences of time are noise, and no difference. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { BootFacts, ServiceFacts } from './boot-facts';
import { movedStarts, type MovedStart, type Start } from './moved-starts';
import type { FieldChange } from '../state-diff';

/** Two durations are the same unless they differ by more than both. */
export interface Tolerance {
  readonly us: number;
  /** A part of the shorter one: 0.2 for 20 %. */
  readonly share: number;
}

export const toleranceDefault: Tolerance = { us: 10_000, share: 0.2 };

/** µs. */
export interface DurationChange {
  readonly from: number;
  readonly to: number;
}

export interface ServiceChange {
  readonly service: ServiceName;
  readonly changes: readonly FieldChange[];
  readonly needsNow: readonly ServiceName[];
  readonly needsNoMore: readonly ServiceName[];
}

export interface ServiceDuration extends DurationChange {
  readonly service: ServiceName;
}

/** Of the second boot as against the first. */
export interface BootComparison {
  readonly isSame: boolean;
  /** Of minit itself. */
  readonly minit: readonly FieldChange[];
  /** What became of services that both have: those with another state first. */
  readonly changed: readonly ServiceChange[];
  /** In the first boot only. */
  readonly missing: readonly ServiceFacts[];
  /** In the second boot only. */
  readonly new: readonly ServiceFacts[];
  /** Until the boot had settled, where both had. */
  readonly boot: DurationChange | undefined;
  /** From when all services were told to go down until the end, where both were. */
  readonly ending: DurationChange | undefined;
  /** Services that took longer, or less long, until they were up: {@link ServiceFacts.tookUs}; the largest change first. */
  readonly took: readonly ServiceDuration[];
  /** Services that took as long as before, but were up later or sooner: {@link ServiceFacts.upUs}. */
  readonly shifted: readonly ServiceDuration[];
  readonly moved: readonly MovedStart[];
}

export function compareBoots(
  from: BootFacts,
  to: BootFacts,
  tolerance: Tolerance = toleranceDefault,
): BootComparison {
  const before = new Map(from.services.map((each) => [each.name, each]));
  const after = new Set(to.services.map(({ name }) => name));
  const both = to.services.flatMap((now): [ServiceFacts, ServiceFacts][] => {
    const then = before.get(now.name);
    return then === undefined ? [] : [[then, now]];
  });
  const haveEnded = from.endingUs !== undefined && to.endingUs !== undefined;
  const change = (a: number | undefined, b: number | undefined): DurationChange | undefined =>
    a !== undefined && b !== undefined && isBeyond(a, b, tolerance)
      ? { from: a, to: b }
      : undefined;
  const times = (field: 'tookUs' | 'upUs'): ServiceDuration[] =>
    both.flatMap(([then, now]) => {
      const changed = change(then[field], now[field]);
      return changed === undefined ? [] : [{ service: now.name, ...changed }];
    });
  const took = times('tookUs');
  const tookOther = new Set(took.map(({ service }) => service));
  const found = {
    minit: changesOf(ownFields(from), ownFields(to)),
    changed: both
      .map(([then, now]) => serviceChange(then, now, haveEnded))
      .filter(hasChanged)
      .sort((a, b) => Number(hasOtherState(b)) - Number(hasOtherState(a))),
    missing: from.services.filter(({ name }) => !after.has(name)),
    new: to.services.filter(({ name }) => !before.has(name)),
    boot: change(from.settledUs, to.settledUs),
    ending: change(from.endingUs, to.endingUs),
    took: took.sort(largestFirst),
    shifted: times('upUs')
      .filter(({ service }) => !tookOther.has(service))
      .sort(largestFirst),
    moved: movedStarts(startsOf(from), startsOf(to), tolerance.us),
  };
  const isSame = Object.values(found).every((each) =>
    Array.isArray(each) ? each.length === 0 : each === undefined,
  );
  return { isSame, ...found };
}

function isBeyond(a: number, b: number, { us, share }: Tolerance): boolean {
  const difference = Math.abs(a - b);
  return difference > us && difference > share * Math.min(a, b);
}

const largestFirst = (a: DurationChange, b: DurationChange): number =>
  Math.abs(b.to - b.from) - Math.abs(a.to - a.from);

function serviceChange(then: ServiceFacts, now: ServiceFacts, haveEnded: boolean): ServiceChange {
  const lacking = (needs: readonly ServiceName[], other: ServiceFacts): ServiceName[] =>
    needs.filter((name) => !other.needs.includes(name));
  return {
    service: now.name,
    changes: changesOf(fieldsOf(then, haveEnded), fieldsOf(now, haveEnded)),
    needsNow: lacking(now.needs, then),
    needsNoMore: lacking(then.needs, now),
  };
}

const hasChanged = ({ changes, needsNow, needsNoMore }: ServiceChange): boolean =>
  changes.length + needsNow.length + needsNoMore.length > 0;

const hasOtherState = ({ changes }: ServiceChange): boolean =>
  changes.some(({ field }) => field === 'state');

const startsOf = ({ services }: BootFacts): Start[] =>
  services.flatMap(({ name, startedUs }) =>
    startedUs === undefined ? [] : [{ service: name, us: startedUs }],
  );

type Fields = Readonly<Record<string, FieldChange['from']>>;

function ownFields({ settledUs, state, words, role, resumes, endingUs }: BootFacts): Fields {
  return {
    settled: settledUs !== undefined,
    state,
    words: words.length === 0 ? null : words.join(' '),
    role,
    executedAnew: resumes,
    toldToEnd: endingUs !== undefined,
  };
}

/** `haveEnded`: how the processes ended at the end is only to be compared where both boots came to one. */
function fieldsOf(facts: ServiceFacts, haveEnded: boolean): Fields {
  const { state, inner, why, restarts, ends, lastEnds, upUs } = facts;
  return {
    state,
    inner: inner ?? null,
    why: why ?? null,
    restarts,
    ends: endsText(ends),
    ...(haveEnded && { atTheEnd: endsText(lastEnds) }),
    upInBoot: upUs !== undefined,
  };
}

/** `exited 1 (4 times), killed by SIGTERM`. */
function endsText(ends: ReadonlyMap<string, number>): string | null {
  if (ends.size === 0) return null;
  return [...ends]
    .map(([end, times]) => (times === 1 ? end : `${end} (${String(times)} times)`))
    .sort()
    .join(', ');
}

function changesOf(before: Fields, after: Fields): FieldChange[] {
  return Object.keys(after)
    .map((field) => ({ field, from: before[field] ?? null, to: after[field] ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** `10 ms and 20 %`. */
export const toleranceText = ({ us, share }: Tolerance): string =>
  `${String(us / 1_000)} ms and ${String(Math.round(share * 1_000) / 10)} %`;
