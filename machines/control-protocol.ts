/**
 * The protocol as our own client sees it: how to ask, and what comes back. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import type { ShutdownGoal } from './events';
import { extensionPrefix } from './requests';
import type { ServiceStatus } from './status';

/** What our client can ask beyond the original's letters. */
export type ClientRequest =
  | { readonly do: 'status'; readonly services?: readonly ServiceName[] }
  | { readonly do: 'start'; readonly service: ServiceName; readonly respawn: boolean }
  | { readonly do: 'stop'; readonly service: ServiceName }
  | { readonly do: 'signal'; readonly service: ServiceName; readonly signal: number }
  | { readonly do: 'set-pid'; readonly service: ServiceName; readonly pid: number }
  | { readonly do: 'expect-pid'; readonly service: ServiceName }
  | { readonly do: 'clear'; readonly service: ServiceName }
  | { readonly do: 'dependents'; readonly service?: ServiceName }
  | { readonly do: 'history' }
  | { readonly do: 'update' }
  | { readonly do: 'state' }
  | { readonly do: 'log' }
  | {
      readonly do: 'shutdown';
      readonly how: ShutdownGoal;
      readonly isOrdered: boolean;
      /** Between TERM and KILL; without it as minit was started with. */
      readonly graceMs?: number;
    };

export const encodeRequest = (request: ClientRequest): string =>
  extensionPrefix + JSON.stringify(request);

export type UnknownService = { readonly name: ServiceName; readonly state: 'unknown' };

/** The body of a reply; which fields there are depends on the request. */
export interface ClientReply {
  readonly ok: boolean;
  readonly problem?: string;
  readonly services?: readonly (ServiceStatus | UnknownService | ServiceName)[];
  readonly cleared?: boolean;
  readonly state?: unknown;
  /** Of `log`: a segment of the event log, `null` while it is not written; and the event that asked. */
  readonly log?: string | null;
  readonly seq?: number;
  readonly at?: number;
  /** Of the program that runs after an update. */
  readonly program?: string;
  /** Of a shutdown: what follows when the services are down; `exit` where minit is not a machine's init. */
  readonly then?: ShutdownGoal | 'exit';
  /** Of a shutdown: services that have a process now. */
  readonly running?: number;
}

/** Returns the reply of our minit, or `undefined` for the `0` of the original. */
export function decodeReply(text: string): ClientReply | undefined {
  if (!text.startsWith('{"minit":')) return undefined;
  return JSON.parse(text) as ClientReply;
}
