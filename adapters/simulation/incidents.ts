/**
 * What can go wrong in a simulated run, one thing at a time: plain data, so that a schedule of incidents can
 * be drawn, shortened, told and carried out again.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { describeExit } from '../../machines/describe-process';
import type { ExitStatus, SignalName } from '../../machines/events';
import { describeRequest } from './requests';

/** What processes number `nth` to `nth + count - 1` of a service do, counted from 1. */
interface OfProcesses {
  readonly service: ServiceName;
  readonly nth: number;
  readonly count: number;
}

interface AtTime {
  /** Since the start of minit. */
  readonly atUs: number;
}

export type ProcessIncident = OfProcesses &
  (
    | { readonly kind: 'ends'; readonly afterUs: number; readonly exit: ExitStatus }
    | { readonly kind: 'starts-slowly'; readonly byUs: number }
    /** Its exec never comes back until the world is healed. */
    | { readonly kind: 'hangs' }
    /** A program that ought to end does not until the world is healed. */
    | { readonly kind: 'never-ends' }
    | { readonly kind: 'ignores-term'; readonly isUnkillable: boolean }
    | { readonly kind: 'fork-fails' }
    /** minit learns that late that it was started; it may have ended by then. */
    | { readonly kind: 'told-late'; readonly byUs: number }
  );

export type TimedIncident = AtTime &
  (
    | { readonly kind: 'request'; readonly request: string }
    | { readonly kind: 'signal'; readonly signal: SignalName }
    | { readonly kind: 'kill'; readonly service: ServiceName; readonly signal: number }
    | { readonly kind: 'orphan' }
    | { readonly kind: 'clock-step'; readonly byUs: number }
    | { readonly kind: 'disk'; readonly isFull: boolean }
  );

export type WorldIncident =
  /** So often the FIFOs cannot be opened. */
  | { readonly kind: 'control-fails'; readonly count: number }
  /** What is due at one instant happens in an order drawn from the seed. */
  | { readonly kind: 'reordered' };

export type Incident = ProcessIncident | TimedIncident | WorldIncident;

/** One run: what happens in it follows from this and the tree alone. */
export interface Scenario {
  readonly seed: number;
  readonly incidents: readonly Incident[];
}

export const isTimed = (incident: Incident): incident is TimedIncident => 'atUs' in incident;
export const isOfProcess = (incident: Incident): incident is ProcessIncident => 'nth' in incident;

export const secondsText = (us: number): string => `${(us / 1_000_000).toFixed(3)} s`;

/** One line for people. */
export function describeIncident(incident: Incident): string {
  if (isTimed(incident)) return `+${secondsText(incident.atUs)}: ${timedText(incident)}`;
  if (isOfProcess(incident)) return `${processesText(incident)} ${processText(incident)}`;
  return incident.kind === 'reordered'
    ? 'what happens at the same instant is noticed in any order'
    : `the FIFOs cannot be opened, ${times(incident.count)}`;
}

const times = (count: number): string => (count === 1 ? 'once' : `${String(count)} times`);

function processesText({ service, nth, count }: OfProcesses): string {
  if (count === 1) return `process ${String(nth)} of ${service}:`;
  return `processes ${String(nth)} to ${String(nth + count - 1)} of ${service}:`;
}

function processText(incident: ProcessIncident): string {
  switch (incident.kind) {
    case 'ends':
      return `${describeExit(incident.exit)} after ${secondsText(incident.afterUs)}`;
    case 'starts-slowly':
      return `start takes ${secondsText(incident.byUs)} longer`;
    case 'hangs':
      return 'the exec hangs';
    case 'never-ends':
      return 'does not end';
    case 'ignores-term':
      return incident.isUnkillable ? 'ends on no signal, not even KILL' : 'does not end on TERM';
    case 'fork-fails':
      return 'fork fails (EAGAIN)';
    case 'told-late':
      return `its start is noticed ${secondsText(incident.byUs)} late`;
  }
}

function timedText(incident: TimedIncident): string {
  switch (incident.kind) {
    case 'request':
      return `an operator: ${describeRequest(incident.request)}`;
    case 'signal':
      return `minit receives ${incident.signal}`;
    case 'kill':
      return `somebody sends signal ${String(incident.signal)} to ${incident.service}`;
    case 'orphan':
      return 'a child that minit has not started ends';
    case 'clock-step':
      return `the wall clock is set by ${secondsText(incident.byUs)}`;
    case 'disk':
      return incident.isFull ? "the log's disk is full" : "the log's disk has room again";
  }
}
