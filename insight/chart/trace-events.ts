/**
 * A boot as Chrome trace events, which Perfetto and chrome://tracing open: one thread a service, and one
 * each for minit and the critical path. After "Trace Event Format" (Google, JSON Object Format): complete events (X),
 * instant events (i) and metadata events (M), times in µs. Pure.
 *
 * @module
 */
import { describeEvent } from '../../machines/describe-event';
import type { MinitEventType } from '../../machines/events';
import type { LoggedRecord } from '../../machines/log-format';
import type { StateName } from '../../machines/state';
import { what } from './critical-report';
import type { CriticalPath } from './critical-path';
import type { ServiceLine, Span, Timeline } from '../timeline';

interface Place {
  readonly pid: number;
  readonly tid: number;
}

type Arguments = Readonly<Record<string, string | number | boolean | null>>;

export type TraceEvent =
  | (Place & {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: string;
      readonly ts: number;
      readonly dur: number;
      readonly args: Arguments;
    })
  | (Place & {
      readonly ph: 'i';
      readonly name: string;
      readonly cat: string;
      readonly ts: number;
      /** How tall it is drawn: over its thread, or over all. */
      readonly s: 't' | 'g';
      readonly args: Arguments;
    })
  | (Place & {
      readonly ph: 'M';
      readonly name: 'process_name' | 'process_labels' | 'thread_name' | 'thread_sort_index';
      readonly args: Arguments;
    });

export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string>>;
}

/** What came from outside, or failed: an instant in the trace. */
export interface TraceInstant {
  readonly seq: number;
  readonly at: number;
  readonly name: string;
}

export interface TraceInput {
  readonly timeline: Timeline;
  readonly path: CriticalPath | undefined;
  readonly instants: readonly TraceInstant[];
  readonly title: string;
  readonly otherData: Readonly<Record<string, string>>;
}

const worthTelling: ReadonlySet<MinitEventType> = new Set<MinitEventType>([
  'SupervisorResumed',
  'UpdateFailed',
  'EmergencyShellStarted',
  'EmergencyShellFailed',
  'ServiceMissing',
  'SignalFailed',
  'SignalReceived',
  'RequestReceived',
  'ControlFailed',
  'LogFailed',
  'ProcessesEnded',
  'SystemEndFailed',
  'WallClockStepped',
  'MeansMissing',
]);

/** Returns the instant that a record is, or `undefined` where the spans tell it. */
export function instantOf({ seq, at, event }: LoggedRecord): TraceInstant | undefined {
  return worthTelling.has(event.type) ? { seq, at, name: describeEvent(event) } : undefined;
}

const pid = 1;
const minit = { pid, tid: 1 };
const critical = { pid, tid: 2 };
const firstService = 3;

/** Nothing is done, so that nothing is drawn. */
const atRest: ReadonlySet<StateName> = new Set<StateName>(['down', 'sync-done', 'finished']);

/** Returns the trace; `timeline` holds the services that are to be in it. */
export function traceOf({ timeline, path, instants, title, otherData }: TraceInput): Trace {
  const begin = timeline.begin.at;
  return {
    traceEvents: [
      { ...minit, ph: 'M', name: 'process_name', args: { name: title } },
      ...named(minit, 'minit', 0),
      ...minitSpans(timeline),
      ...instants.map(({ seq, at, name }): TraceEvent => ({
        ...{ ...minit, ph: 'i', name, cat: 'event', ts: at - begin, s: 'g' },
        args: { seq },
      })),
      ...(path === undefined ? [] : criticalSpans(path, begin)),
      ...timeline.services.flatMap((line, index) =>
        serviceEvents(line, { pid, tid: firstService + index }, timeline),
      ),
    ],
    displayTimeUnit: 'ms',
    otherData,
  };
}

function named(place: Place, name: string, order: number): TraceEvent[] {
  return [
    { ...place, ph: 'M', name: 'thread_name', args: { name } },
    { ...place, ph: 'M', name: 'thread_sort_index', args: { sort_index: order } },
  ];
}

function minitSpans({ begin, settled, ending, end, isCutOff }: Timeline): TraceEvent[] {
  const span = (name: string, from: number, until: number): TraceEvent => ({
    ...{ ...minit, ph: 'X', name, cat: 'minit', ts: from - begin.at, dur: until - from },
    args: {},
  });
  const down = ending?.at ?? end.at;
  const up = Math.min(settled?.at ?? down, down);
  return [
    ...(isCutOff ? [] : [span('booting', begin.at, up)]),
    ...(up < down ? [span('running', up, down)] : []),
    ...(ending === undefined ? [] : [span('shutting down', down, end.at)]),
  ];
}

function criticalSpans({ links }: CriticalPath, begin: number): TraceEvent[] {
  return [
    ...named(critical, 'critical path', 1),
    ...links.map((link): TraceEvent => ({
      ...{ ...critical, ph: 'X', name: what(link), cat: 'critical' },
      ...{ ts: link.from.at - begin, dur: link.us },
      args: {
        ...(link.savesUs !== undefined && { 'could save (µs)': link.savesUs }),
        ...(link.releases.length > 0 && { 'lets go': link.releases.join(', ') }),
      },
    })),
  ];
}

function serviceEvents(
  { name, spans }: ServiceLine,
  place: Place,
  { begin, end }: Timeline,
): TraceEvent[] {
  const events: TraceEvent[] = named(place, name, place.tid);
  let restarts = spans[0]?.restarts ?? 0;
  for (const span of spans) {
    const ts = span.from.at - begin.at;
    const mark = (text: string): TraceEvent => ({
      ...{ ...place, ph: 'i', name: text, cat: 'service', ts, s: 't' },
      args: argumentsOf(span),
    });
    if (span.isFailure) events.push(mark('failed'));
    if (span.restarts > restarts) events.push(mark('respawn'));
    ({ restarts } = span);
    if (atRest.has(span.state)) continue;
    const dur = (span.until ?? end).at - span.from.at;
    events.push({
      ...{ ...place, ph: 'X', name: span.state, cat: 'service', ts, dur },
      args: argumentsOf(span),
    });
  }
  return events;
}

const argumentsOf = ({ reason, inner, pid: process, from }: Span): Arguments => ({
  why: reason,
  seq: from.seq,
  ...(inner !== undefined && { inner }),
  ...(process !== undefined && { pid: process }),
});
