/**
 * The C minit of 2004 as a {@link ServiceControl}: in its letters, where the client itself must send
 * the signals, and where the PID `0` is both "down" and "unknown".
 *
 * @module
 */
import { signals } from '../machines/service-context';
import type { ControlClient } from './control-client';
import type { Order, Outcome, Result, Seen, ServiceControl } from './service-control';

export function createOriginalControl(original: ControlClient): ServiceControl {
  const client = withoutEmptyNames(original);
  return {
    see: (services) => see(client, services),
    seeAll: () => ({
      code: 'unsupported',
      text: 'this minit cannot list its services: use minit-list',
    }),
    order: (service, order) => give(client, service, order),
    dependents: (service) => askList(client, service === undefined ? 'd-' : `d${service}`),
    shutDown: () => ({
      code: 'system',
      text: 'this minit takes no such request, it may be the C original: use the minit-shutdown that came with it',
    }),
    history() {
      const answer = askList(client, 'h');
      return 'code' in answer ? answer : { value: answer.value ?? [] };
    },
  };
}

/** It answers no letter that is alone, except that of the history: what has no name is unknown. */
const withoutEmptyNames = ({ ask, close }: ControlClient): ControlClient => ({
  ask: (request) => (request.length === 1 && request !== 'h' ? { reply: '0' } : ask(request)),
  close,
});

const done: Outcome = { isDone: true, problem: '' };

/** 0 where the reply is no number. */
function askNumber(client: ControlClient, request: string): Result<number> {
  const answer = client.ask(request);
  return 'code' in answer ? answer : { value: Number.parseInt(answer.reply, 10) || 0 };
}

/** `1:` NAME NUL …; `undefined` for the `0` of an unknown service. */
function askList(client: ControlClient, request: string): Result<readonly string[] | undefined> {
  const answer = client.ask(request);
  if ('code' in answer) return answer;
  if (!answer.reply.startsWith('1:')) return { value: undefined };
  return {
    value: answer.reply
      .slice(2)
      .split('\0')
      .filter((name) => name !== ''),
  };
}

/** Only the list of what a service has started is `0` for an unknown one alone. */
function isUnknown(client: ControlClient, service: string): Result<boolean> {
  const answer = askList(client, `d${service}`);
  return 'code' in answer ? answer : { value: answer.value === undefined };
}

/** Why an order was refused: `problem`, unless there is no such service. */
function refusal(client: ControlClient, service: string, problem: string): Result<Outcome> {
  const unknown = isUnknown(client, service);
  if ('code' in unknown) return unknown;
  return { value: { isDone: false, problem: unknown.value ? 'no such service' : problem } };
}

/** Sends letters about `service` one after the other, until one is refused. */
function giveLetters(
  client: ControlClient,
  service: string,
  { requests, problem }: { readonly requests: readonly string[]; readonly problem: string },
): Result<Outcome> {
  for (const request of requests) {
    const answer = askNumber(client, request);
    if ('code' in answer) return answer;
    if (answer.value !== 1) return refusal(client, service, problem);
  }
  return { value: done };
}

function kill(client: ControlClient, service: string, numbers: readonly number[]): Result<Outcome> {
  const pid = askNumber(client, `p${service}`);
  if ('code' in pid) return pid;
  if (pid.value <= 1) return refusal(client, service, 'it has no process');
  try {
    for (const signal of numbers) process.kill(pid.value, signal);
    return { value: done };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { value: { isDone: false, problem } };
  }
}

function see(client: ControlClient, services: readonly string[]): Result<readonly Seen[]> {
  const seen: Seen[] = [];
  for (const service of services) {
    const pid = askNumber(client, `p${service}`);
    if ('code' in pid) return pid;
    const unknown = pid.value === 0 ? isUnknown(client, service) : { value: false };
    if ('code' in unknown) return unknown;
    if (unknown.value) {
      seen.push({ condition: 'unknown', pid: 0, seconds: 0 });
      continue;
    }
    const seconds = askNumber(client, `u${service}`);
    if ('code' in seconds) return seconds;
    const condition = pid.value === 0 ? 'down' : pid.value === 1 ? 'finished' : 'up';
    seen.push({ condition, pid: pid.value, seconds: seconds.value });
  }
  return { value: seen };
}

function give(client: ControlClient, service: string, order: Order): Result<Outcome> {
  const refused = 'refused';
  switch (order.do) {
    case 'start':
      return giveLetters(client, service, {
        requests: [`s${service}`, `${order.respawn ? 'R' : 'r'}${service}`],
        problem: refused,
      });
    case 'stop': {
      const off = giveLetters(client, service, { requests: [`r${service}`], problem: refused });
      if ('code' in off || !off.value.isDone) return off;
      const killed = kill(client, service, [signals.SIGTERM, signals.SIGCONT]);
      // Nothing to signal: it is down already, which is what was asked for.
      return 'code' in killed ? killed : { value: done };
    }
    case 'signal':
      return kill(client, service, [order.signal]);
    case 'set-pid':
      return giveLetters(client, service, {
        requests: [`P${service}\0${String(order.pid)}\0`],
        problem: 'no such process',
      });
    case 'expect-pid':
      // It knows no such thing: the exit of `run` and the PID are a race there.
      return { value: done };
    case 'clear': {
      const answer = askNumber(client, `C${service}`);
      if ('code' in answer) return answer;
      // 0 is said of what was cleared, and of what is unknown.
      const unknown = answer.value === 0 ? isUnknown(client, service) : { value: false };
      if ('code' in unknown) return unknown;
      return { value: unknown.value ? { isDone: false, problem: 'no such service' } : done };
    }
  }
}
