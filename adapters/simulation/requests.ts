/**
 * What operators ask of minit in a simulated run, and how it reads.
 *
 * @module
 */
import { encodeRequest } from '../../machines/control-protocol';
import type { ServiceName } from '../../machines/definition';
import { parseRequest } from '../../machines/requests';
import { signals } from '../../machines/service-context';
import type { Random } from '../simulated/random';

const signalsSent = [
  1,
  signals.SIGKILL,
  signals.SIGTERM,
  signals.SIGCONT,
  signals.SIGSTOP,
] as const;

/** Returns a request for one of `services`. */
export function drawRequest(random: Random, service: ServiceName): string {
  const which = random.integer(0, 9);
  const respawn = random.chance(0.5);
  const signal = signalsSent[random.integer(0, signalsSent.length - 1)] ?? signals.SIGTERM;
  if (which <= 2) return encodeRequest({ do: 'stop', service });
  if (which <= 5) return encodeRequest({ do: 'start', service, respawn });
  if (which === 6) return `${respawn ? 'R' : 'r'}${service}`;
  if (which <= 8) return encodeRequest({ do: 'signal', service, signal });
  return encodeRequest({ do: 'status' });
}

/** One line: the kind of the request, and what it is about. */
export function describeRequest(text: string): string {
  const request = parseRequest(text);
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the others say it all by their kind
  switch (request.kind) {
    case 'start':
      return `start ${request.service}${request.respawn === true ? ', and again whenever it exits' : ''}`;
    case 'respawn':
      return `respawn ${request.service}: ${request.enable ? 'on' : 'off'}`;
    case 'signal':
      return `send signal ${String(request.signal)} to ${request.service}`;
    case 'stop':
      return `stop ${request.service}`;
    default:
      return request.kind;
  }
}
