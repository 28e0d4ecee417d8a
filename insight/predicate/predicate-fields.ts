/**
 * What a predicate can ask of a service, and of minit itself. Pure.
 *
 * @module
 */
import { initChart } from '../../machines/init';
import { serviceChart } from '../../machines/service';
import {
  innerState,
  stateName,
  stateNames,
  type Service,
  type SupervisorState,
} from '../../machines/state';

export type Value = string | number | boolean | undefined;

/** What values a field has: names out of a list, numbers, or yes and no. */
export type Kind =
  | { readonly of: 'name'; readonly what: string; readonly names: readonly string[] }
  | { readonly of: 'number' }
  | { readonly of: 'truth' };

export interface Field {
  readonly kind: Kind;
  readonly value: (service: Service, state: SupervisorState) => Value;
}

/** What is not there: the PID of a service that does not run, any field of one that is not known yet. */
export const nothing = 'none';

const innerNames = Object.values(serviceChart.states).flatMap((state) =>
  'states' in state ? Object.keys(state.states) : [],
);
const number: Kind = { of: 'number' };
const truth: Kind = { of: 'truth' };

export const fields: Readonly<Record<string, Field>> = {
  state: { kind: { of: 'name', what: 'state', names: stateNames }, value: stateName },
  inner: { kind: { of: 'name', what: 'inner state', names: innerNames }, value: innerState },
  want: {
    kind: { of: 'name', what: 'want', names: ['up', 'once', 'down'] },
    value: ({ context }) => context.want,
  },
  pid: { kind: number, value: ({ context }) => context.pid },
  restarts: { kind: number, value: ({ context }) => context.restarts },
  /** Failed attempts to start, in a row. */
  failures: { kind: number, value: ({ context }) => context.failures },
  /** Exit status of its last process, and the number of the signal that ended it. */
  exit: {
    kind: number,
    value: ({ context: { exit } }) => (exit && 'code' in exit ? exit.code : undefined),
  },
  signal: {
    kind: number,
    value: ({ context: { exit } }) => (exit && 'signal' in exit ? exit.signal : undefined),
  },
  /** Seconds since its state changed. */
  since: { kind: number, value: ({ context }, { at }) => (at - context.changedAt) / 1_000_000 },
  failed: { kind: truth, value: (service) => stateName(service) === 'failed' },
  up: { kind: truth, value: (service) => stateName(service) === 'running' },
};

export interface OwnField {
  readonly kind: Kind;
  readonly value: (state: SupervisorState) => Value;
}

/** Of minit itself. */
export const ownFields: Readonly<Record<string, OwnField>> = {
  minit: {
    kind: {
      of: 'name',
      what: 'state of minit',
      names: Object.keys(initChart.states),
    },
    value: ({ init }) => init.value,
  },
  seq: { kind: number, value: ({ seq }) => seq },
};
