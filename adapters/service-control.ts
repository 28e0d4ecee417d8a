/**
 * What a client can ask of a running minit, whichever minit it is: ours is asked in JSON, the C
 * original in its letters, where the client must send the signals itself (and races the reaper,
 * as the original's does). The first answer tells which one it is.
 *
 * @module
 */
import {
  decodeReply,
  encodeRequest,
  type ClientReply,
  type ClientRequest,
} from '../machines/control-protocol';
import { signals } from '../machines/service-context';
import { conditionOf, type Condition } from '../machines/condition';
import type { ServiceStatus } from '../machines/status';
import type { ControlClient, ControlError } from './control-client';

export type Result<T> = { readonly value: T } | ControlError;

/** What both minits know of a service; `status` only ours. */
export interface Seen {
  readonly condition: Condition | 'unknown';
  readonly pid: number;
  readonly seconds: number;
  readonly status?: ServiceStatus;
}

/** An order that was refused, with the reason where minit gives one. */
export interface Outcome {
  readonly isDone: boolean;
  readonly problem: string;
}

export type Order =
  | { readonly do: 'start'; readonly respawn: boolean }
  | { readonly do: 'stop' }
  | { readonly do: 'signal'; readonly signal: number }
  | { readonly do: 'set-pid'; readonly pid: number }
  | { readonly do: 'clear' };

export interface ServiceControl {
  see(services: readonly string[]): Result<readonly Seen[]>;
  /** Every loaded service. Only ours can tell. */
  seeAll(): Result<readonly ServiceStatus[]>;
  order(service: string, order: Order): Result<Outcome>;
  /** `undefined`: those started by no service. The value is `undefined` for an unknown service. */
  dependents(service: string | undefined): Result<readonly string[] | undefined>;
  history(): Result<readonly string[]>;
}

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
      const seen: Seen[] = [];
      for (const names of inBatches(services)) {
        const answer = ask({ do: 'status', services: names });
        if ('code' in answer) return answer;
        if (answer.value === undefined) return original.see(services);
        for (const status of answer.value.services ?? []) seen.push(seenOf(status as ServiceStatus));
      }
      return { value: seen };
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
      return { value: answer.value.ok ? ((answer.value.services ?? []) as readonly string[]) : undefined };
    },
    history() {
      const answer = ask({ do: 'history' });
      if ('code' in answer) return answer;
      if (answer.value === undefined) return original.history();
      return { value: (answer.value.services ?? []) as readonly string[] };
    },
  };
}

function* inBatches(names: readonly string[]): Generator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const name of names) {
    const size = Buffer.byteLength(JSON.stringify(name)) + 1;
    if (batch.length > 0 && bytes + size > namesBytesMax) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(name);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function seenOf(status: ServiceStatus | { readonly state: 'unknown' }): Seen {
  if (status.state === 'unknown') return { condition: 'unknown', pid: 0, seconds: 0 };
  const condition = conditionOf(status.state, status.pid);
  const pid = condition === 'finished' ? 1 : (status.pid ?? 0);
  return { condition, pid, seconds: Math.floor(status.since), status };
}

/** The letters of 2004. It tells nobody whether a service is down or unknown: `0` is both. */
function createOriginalControl(client: ControlClient): ServiceControl {
  const number = (request: string): Result<number> => {
    const answer = client.ask(request);
    return 'code' in answer ? answer : { value: Number.parseInt(answer.reply, 10) || 0 };
  };
  const list = (request: string): Result<readonly string[] | undefined> => {
    const answer = client.ask(request);
    if ('code' in answer) return answer;
    if (!answer.reply.startsWith('1:')) return { value: undefined };
    return { value: answer.reply.slice(2).split('\0').filter((name) => name !== '') };
  };
  const letters = (requests: readonly string[]): Result<Outcome> => {
    for (const request of requests) {
      const answer = number(request);
      if ('code' in answer) return answer;
      if (answer.value !== 1) return { value: { isDone: false, problem: 'refused' } };
    }
    return { value: { isDone: true, problem: '' } };
  };
  const kill = (service: string, numbers: readonly number[]): Result<Outcome> => {
    const pid = number(`p${service}`);
    if ('code' in pid) return pid;
    if (pid.value <= 1) return { value: { isDone: false, problem: 'it has no process' } };
    try {
      for (const signal of numbers) process.kill(pid.value, signal);
      return { value: { isDone: true, problem: '' } };
    } catch (error) {
      return { value: { isDone: false, problem: error instanceof Error ? error.message : String(error) } };
    }
  };

  return {
    see(services) {
      const seen: Seen[] = [];
      for (const service of services) {
        const pid = number(`p${service}`);
        if ('code' in pid) return pid;
        const seconds = number(`u${service}`);
        if ('code' in seconds) return seconds;
        const condition = pid.value === 0 ? 'down' : pid.value === 1 ? 'finished' : 'up';
        seen.push({ condition, pid: pid.value, seconds: seconds.value });
      }
      return { value: seen };
    },
    seeAll: () => ({ code: 'system', text: 'this minit cannot list its services: use minit-list' }),
    order(service, order) {
      switch (order.do) {
        case 'start':
          return letters([`s${service}`, `${order.respawn ? 'R' : 'r'}${service}`]);
        case 'stop': {
          const off = letters([`r${service}`]);
          if ('code' in off || !off.value.isDone) return off;
          const killed = kill(service, [signals.SIGTERM, signals.SIGCONT]);
          // Nothing to signal: it is down already, which is what was asked for.
          return 'code' in killed ? killed : { value: { isDone: true, problem: '' } };
        }
        case 'signal':
          return kill(service, [order.signal]);
        case 'set-pid':
          return letters([`P${service}\0${String(order.pid)}\0`]);
        case 'clear': {
          const answer = number(`C${service}`);
          return 'code' in answer ? answer : { value: { isDone: true, problem: '' } };
        }
      }
    },
    dependents: (service) => list(service === undefined ? 'd-' : `d${service}`),
    history() {
      const answer = list('h');
      return 'code' in answer ? answer : { value: answer.value ?? [] };
    },
  };
}
