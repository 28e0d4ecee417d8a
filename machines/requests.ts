/**
 * The FIFO protocol: what a request's bytes mean. The letters are the original's, byte for byte;
 * our own client says what they cannot in JSON, behind a prefix that the original takes for the
 * PID request of a service that does not exist (it answers `0`, and the client knows). Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import type { ShutdownGoal } from './events';
import { graceMsMax, pidMax, requestBytesMax } from './limits';
import { nameProblem, utf8Length } from './names';

/** Begins a request of our own client. */
export const extensionPrefix = 'p\u0001';

export type ControlRequest =
  | { readonly kind: 'pid'; readonly service: ServiceName }
  | { readonly kind: 'uptime'; readonly service: ServiceName }
  | {
      readonly kind: 'start';
      readonly service: ServiceName;
      readonly respawn: boolean | undefined;
      readonly isJson: boolean;
    }
  | {
      readonly kind: 'respawn';
      readonly service: ServiceName;
      readonly enable: boolean;
      readonly isJson: boolean;
    }
  | {
      readonly kind: 'set-pid';
      readonly service: ServiceName;
      readonly pid: number;
      readonly isJson: boolean;
    }
  /** `run` is going to exit, and the PID of its daemon to be set. */
  | { readonly kind: 'expect-pid'; readonly service: ServiceName }
  | { readonly kind: 'clear'; readonly service: ServiceName; readonly isJson: boolean }
  | {
      readonly kind: 'dependents';
      readonly service: ServiceName | undefined;
      readonly isJson: boolean;
    }
  | { readonly kind: 'history'; readonly isJson: boolean }
  | { readonly kind: 'stop'; readonly service: ServiceName }
  | { readonly kind: 'signal'; readonly service: ServiceName; readonly signal: number }
  | { readonly kind: 'status'; readonly services: readonly ServiceName[] | undefined }
  | { readonly kind: 'state' }
  /** Where the event log is. */
  | { readonly kind: 'log' }
  | { readonly kind: 'update'; readonly isJson: boolean }
  | {
      readonly kind: 'shutdown';
      readonly goal: ShutdownGoal;
      readonly isOrdered: boolean;
      readonly graceMs: number | undefined;
    }
  | { readonly kind: 'refused'; readonly why: string; readonly isJson: boolean };

const refused = (why: string, isJson = false): ControlRequest => ({ kind: 'refused', why, isJson });
const tooLong = refused(`it is longer than ${String(requestBytesMax)} bytes`);

/** What was read was no text, or more than a request may be. `bytes`: its size. */
export function refuseBytes(bytes: number): ControlRequest {
  return bytes > requestBytesMax ? tooLong : refused('it is not valid UTF-8');
}

/** Returns what the bytes of one request mean; `refused` with the reason for all that means nothing. Pure. */
export function parseRequest(text: string): ControlRequest {
  if (utf8Length(text) > requestBytesMax) return tooLong;
  if (text.startsWith(extensionPrefix)) return parseExtension(text.slice(extensionPrefix.length));
  // A trailing NUL is tolerated everywhere.
  const body = text.endsWith('\0') && !text.startsWith('P') ? text.slice(0, -1) : text;
  if (body === 'update') return { kind: 'update', isJson: false };
  if (body === 'h') return { kind: 'history', isJson: false };
  if (body === 'd-') return { kind: 'dependents', service: undefined, isJson: false };
  const [letter, argument] = [body.slice(0, 1), body.slice(1)];
  if (letter === 'P') return parseSetPid(argument);
  const problem = nameProblem(argument);
  if (problem !== undefined) return refused(problem);
  switch (letter) {
    case 'p':
      return { kind: 'pid', service: argument };
    case 'u':
      return { kind: 'uptime', service: argument };
    case 's':
      return { kind: 'start', service: argument, respawn: undefined, isJson: false };
    case 'r':
    case 'R':
      return { kind: 'respawn', service: argument, enable: letter === 'R', isJson: false };
    case 'C':
      return { kind: 'clear', service: argument, isJson: false };
    case 'd':
      return { kind: 'dependents', service: argument, isJson: false };
    default:
      return refused('no such request');
  }
}

/** `NAME NUL PID NUL`; the last NUL may be missing. */
function parseSetPid(argument: string): ControlRequest {
  const [service = '', digits = ''] = argument.split('\0');
  const problem = nameProblem(service);
  if (problem !== undefined) return refused(problem);
  const pid = parsePid(digits);
  return pid === undefined ? refused('no PID') : { kind: 'set-pid', service, pid, isJson: false };
}

/** More than kill(2) can take would be cut to 32 bits, and might then mean every process there is. */
const isPid = (pid: number): boolean => Number.isInteger(pid) && pid > 1 && pid <= pidMax;

/** A decimal PID above 1; nobody's process is PID 1 but minit itself. */
function parsePid(digits: string): number | undefined {
  const pid = /^\d+$/u.test(digits) ? Number(digits) : 0;
  return isPid(pid) ? pid : undefined;
}

/** What our client sends as JSON behind {@link extensionPrefix}. */
interface Extension {
  readonly do?: unknown;
  readonly service?: unknown;
  readonly services?: unknown;
  readonly respawn?: unknown;
  readonly signal?: unknown;
  readonly pid?: unknown;
  readonly how?: unknown;
  readonly isOrdered?: unknown;
  readonly graceMs?: unknown;
}

function parseExtension(json: string): ControlRequest {
  const extension = parseJson(json.trimEnd());
  if (extension === undefined) return refused('not JSON', true);
  const { services } = extension;
  if (extension.do === 'state') return { kind: 'state' };
  if (extension.do === 'log') return { kind: 'log' };
  if (extension.do === 'update') return { kind: 'update', isJson: true };
  if (extension.do === 'history') return { kind: 'history', isJson: true };
  if (extension.do === 'shutdown') return parseShutdown(extension);
  if (extension.do === 'dependents' && extension.service === undefined) {
    return { kind: 'dependents', service: undefined, isJson: true };
  }
  if (extension.do === 'status') {
    if (services === undefined) return { kind: 'status', services: undefined };
    if (Array.isArray(services) && services.every((name) => typeof name === 'string')) {
      return { kind: 'status', services };
    }
    return refused('"services" is no list of names', true);
  }
  return parseForService(extension);
}

/** All goals there are: a missing or an unknown one does not compile. */
const goals: Readonly<Record<ShutdownGoal, true>> = {
  reboot: true,
  halt: true,
  'power-off': true,
  sulogin: true,
  services: true,
};

function parseShutdown({ how, isOrdered, graceMs }: Extension): ControlRequest {
  if (typeof how !== 'string' || !Object.hasOwn(goals, how)) {
    return refused(`"how" is none of ${Object.keys(goals).join(', ')}`, true);
  }
  const isTime =
    typeof graceMs === 'number' &&
    Number.isInteger(graceMs) &&
    graceMs >= 0 &&
    graceMs <= graceMsMax;
  if (graceMs !== undefined && !isTime)
    return refused(`"graceMs" is none of 0 to ${String(graceMsMax)}`, true);
  return {
    kind: 'shutdown',
    goal: how as ShutdownGoal,
    // Only who says so does without the order.
    isOrdered: isOrdered !== false,
    graceMs: isTime ? graceMs : undefined,
  };
}

function parseJson(json: string): Extension | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseForService({ do: verb, service, respawn, signal, pid }: Extension): ControlRequest {
  if (typeof service !== 'string') return refused('"service" is missing', true);
  const problem = nameProblem(service);
  if (problem !== undefined) return refused(problem, true);
  switch (verb) {
    case 'start':
      return {
        kind: 'start',
        service,
        respawn: typeof respawn === 'boolean' ? respawn : undefined,
        isJson: true,
      };
    case 'stop':
      return { kind: 'stop', service };
    case 'respawn':
      return { kind: 'respawn', service, enable: respawn === true, isJson: true };
    case 'signal':
      if (typeof signal !== 'number' || !Number.isInteger(signal) || signal < 1 || signal > 64) {
        return refused('"signal" is no signal number', true);
      }
      return { kind: 'signal', service, signal };
    case 'set-pid':
      return typeof pid === 'number' && isPid(pid)
        ? { kind: 'set-pid', service, pid, isJson: true }
        : refused('"pid" is no PID', true);
    case 'expect-pid':
      return { kind: 'expect-pid', service };
    case 'clear':
      return { kind: 'clear', service, isJson: true };
    case 'dependents':
      return { kind: 'dependents', service, isJson: true };
    default:
      return refused('"do" is none of the requests', true);
  }
}
