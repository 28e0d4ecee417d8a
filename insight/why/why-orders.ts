/**
 * What operators asked for: the requests that change a service, as they stand in the log. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { MinitEvent } from '../../machines/events';
import { parseRequest } from '../../machines/requests';

export type OrderKind =
  | 'start'
  /** Without respawn. */
  | 'start-once'
  | 'stop'
  | 'respawn-on'
  | 'respawn-off'
  | 'signal'
  | 'set-pid'
  | 'expect-pid'
  | 'clear';

export interface ServiceOrder {
  readonly kind: OrderKind;
  readonly service: ServiceName;
  /** Of `signal`. */
  readonly signal?: number;
}

/** Returns what `event` asks of a service, if it is such a request. */
export function orderOf(event: MinitEvent): ServiceOrder | undefined {
  if (event.type !== 'RequestReceived' || !('request' in event)) return undefined;
  const request = parseRequest(event.request);
  switch (request.kind) {
    case 'start':
      return {
        kind: request.respawn === false ? 'start-once' : 'start',
        service: request.service,
      };
    case 'stop':
    case 'set-pid':
    case 'expect-pid':
    case 'clear':
      return { kind: request.kind, service: request.service };
    case 'signal':
      return { kind: 'signal', service: request.service, signal: request.signal };
    case 'respawn':
      return { kind: request.enable ? 'respawn-on' : 'respawn-off', service: request.service };
    case 'pid':
    case 'uptime':
    case 'dependents':
    case 'history':
    case 'status':
    case 'state':
    case 'log':
    case 'update':
    case 'shutdown':
    case 'refused':
      return undefined;
  }
}
