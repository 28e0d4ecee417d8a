/**
 * Our minit as a {@link ServiceControl}, asked in JSON; the first answer tells if it is the C
 * original after all, which is then asked in its letters.
 *
 * @module
 */
import { conditionOf } from '../machines/condition';
import {
  decodeReply,
  encodeRequest,
  type ClientReply,
  type ClientRequest,
} from '../machines/control-protocol';
import type { ServiceStatus } from '../machines/status';
import type { ControlClient } from './control-client';
import { createOriginalControl } from './original-control';
import type { Result, Seen, ServiceControl } from './service-control';

/** Names in one status request; a request has 1,500 bytes. */
const namesBytesMax = 1_200;

export function createServiceControl(client: ControlClient): ServiceControl {
  const ask = (request: ClientRequest): Result<ClientReply | undefined> => {
    const answer = client.ask(encodeRequest(request));
    return 'code' in answer ? answer : { value: decodeReply(answer.reply) };
  };
  const original = createOriginalControl(client);

  return {
    see(services) {
      // More names than a request holds: one answer about all services is quicker than many about some.
      const wanted = hasRoomFor(services) ? { services } : {};
      const answer = ask({ do: 'status', ...wanted });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.see(services);
      const known = (answer.value.services ?? []) as readonly ServiceStatus[];
      if ('services' in wanted) return { value: known.map(seenOf) };
      const byName = new Map(known.map((status) => [status.name, status]));
      return { value: services.map((name) => seenOf(byName.get(name) ?? { state: 'unknown' })) };
    },
    seeAll() {
      const answer = ask({ do: 'status' });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.seeAll();
      return { value: (answer.value.services ?? []) as readonly ServiceStatus[] };
    },
    order(service, order) {
      const answer = ask({ ...order, service });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.order(service, order);
      return { value: { isDone: answer.value.ok, problem: answer.value.problem ?? '' } };
    },
    dependents(service) {
      const answer = ask({ do: 'dependents', ...(service !== undefined && { service }) });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.dependents(service);
      return {
        value: answer.value.ok ? ((answer.value.services ?? []) as readonly string[]) : undefined,
      };
    },
    shutDown(wish) {
      const answer = ask({ do: 'shutdown', ...wish });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.shutDown(wish);
      const { ok, problem = 'refused', then = wish.how, running = 0 } = answer.value;
      return ok ? { value: { then, running } } : { code: 'system', text: problem };
    },
    history() {
      const answer = ask({ do: 'history' });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.history();
      return { value: (answer.value.services ?? []) as readonly string[] };
    },
  };
}

function hasRoomFor(names: readonly string[]): boolean {
  let bytes = 0;
  for (const name of names) bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
  return bytes <= namesBytesMax;
}

function seenOf(status: ServiceStatus | { readonly state: 'unknown' }): Seen {
  if (status.state === 'unknown') return { condition: 'unknown', pid: 0, seconds: 0 };
  const condition = conditionOf(status.state, status.pid);
  const pid = condition === 'finished' ? 1 : (status.pid ?? 0);
  return { condition, pid, seconds: Math.floor(status.since), status };
}
