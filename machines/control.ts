/**
 * What each request on the FIFO does, and its one answer. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { assertNever } from './invariant-violation';
import { requestUpdate } from './own-program';
import { answer, jsonReply, limitReplyTime, reply } from './replies';
import type { ControlRequest } from './requests';
import type { ServiceEvent } from './service-context';
import { followUp, isEnding, requestShutdown } from './shutdown';
import { toPlain } from './snapshot';
import {
  innerState,
  isAtRest,
  servicesInOrder,
  stateName,
  type PendingProbe,
  type PendingReply,
  type Service,
} from './state';
import { statusOf } from './status';
import { requestStart } from './start-order';
import { emit, settle, tell, type Step } from './step';
import { withdrawStarts } from './withdraw-starts';

const microsecondsPerSecond = 1_000_000;

/** Deals with the request that is the present event. */
export function handleRequest(step: Step, request: ControlRequest): void {
  const { draft, seq } = step;
  draft.newestRequest = seq;
  const respond = (body: string) => reply(step, seq, body);
  switch (request.kind) {
    case 'pid':
      return respond(pidText(draft.services.get(request.service)));
    case 'uptime':
      return respond(uptimeText(step, request.service));
    case 'start':
      return start(step, request);
    case 'history':
      return respond(list(draft.history, request.isJson));
    case 'dependents':
      return dependents(step, request);
    case 'status':
      return respond(jsonReply({ ok: true, services: statuses(step, request.services) }));
    case 'state':
      return respond(jsonReply({ ok: true, state: toPlain({ ...draft }) }));
    case 'log':
      return respond(jsonReply({ ok: true, seq, at: step.at, log: logPath(step) ?? null }));
    case 'update':
      return requestUpdate(step, { request: seq, isJson: request.isJson });
    case 'refused':
      emit(step, 'Report', {
        severity: 'warning',
        code: 'request-refused',
        text: `request refused: ${request.why}`,
      });
      return answer(step, { request: seq, isJson: request.isJson }, request.why);
    case 'shutdown':
      return shutDown(step, request);
    case 'respawn':
    case 'set-pid':
    case 'expect-pid':
    case 'clear':
    case 'stop':
    case 'signal':
      return onService(step, request);
    default:
      return assertNever(request, 'request');
  }
}

/** The segment that the log was opened with; none while what is to be logged waits in memory. */
const logPath = ({ draft }: Step): string | undefined =>
  draft.isLogOpen === true ? draft.logPath : undefined;

type ServiceRequest = Extract<
  ControlRequest,
  { kind: 'respawn' | 'set-pid' | 'expect-pid' | 'clear' | 'stop' | 'signal' }
>;

/** Requests that change one service that must be loaded. */
function onService(step: Step, request: ServiceRequest): void {
  const { service: name } = request;
  const asker: PendingReply = {
    request: step.seq,
    isJson: 'isJson' in request ? request.isJson : true,
  };
  const service = step.draft.services.get(name);
  if (service === undefined) return answer(step, asker, 'no such service');
  switch (request.kind) {
    case 'respawn':
      // It would start a stopping service again, which nobody would then stop.
      if (request.enable && isEnding(step)) return answer(step, asker, 'minit is shutting down');
      tell(step, name, {
        type: request.enable ? 'RespawnEnabled' : 'RespawnDisabled',
        at: step.at,
      });
      return answer(step, asker, undefined);
    case 'stop':
      withdrawStarts(step, name);
      // As the original's -d: also what starts it again later does not make it respawn by that.
      tell(step, name, { type: 'RespawnDisabled', at: step.at });
      tell(step, name, { type: 'StopRequested', at: step.at });
      return answer(step, asker, undefined);
    case 'signal':
      return signal(step, service, { ...asker, signal: request.signal });
    case 'set-pid':
      return probe(step, { service: name, pid: request.pid, purpose: 'set', reply: asker });
    case 'expect-pid':
      if (!mayGoToBackground(service)) return answer(step, asker, 'it has no process');
      tell(step, name, { type: 'PidExpected', at: step.at });
      return answer(step, asker, undefined);
    case 'clear':
      if (service.context.pid !== undefined) {
        return probe(step, {
          service: name,
          pid: service.context.pid,
          purpose: 'clear',
          reply: asker,
        });
      }
      return answerClear(step, asker, false);
    default:
      return assertNever(request, 'request');
  }
}

/** Its `run` is there, or on its way, or has gone to the background already. */
const mayGoToBackground = (service: Service): boolean =>
  stateName(service) === 'running' ||
  (stateName(service) === 'starting' && innerState(service) === 'spawning');

function start(step: Step, request: Extract<ControlRequest, { kind: 'start' }>): void {
  const asker: PendingReply = { request: step.seq, isJson: request.isJson };
  if (isEnding(step)) return answer(step, asker, 'minit is shutting down');
  requestStart(step, {
    kind: 'start',
    service: request.service,
    cause: step.seq,
    asker: { kind: 'operator', respawn: request.respawn, reply: asker },
  });
}

function signal(
  step: Step,
  service: Service,
  { signal: number, ...asker }: PendingReply & { signal: number },
): void {
  if (service.context.pid === undefined) return answer(step, asker, 'it has no process');
  tell(step, service.context.name, { type: 'SignalRequested', at: step.at, signal: number });
  answer(step, asker, undefined);
}

/** Who else has the process that is to be set, if anybody. */
function ownerProblem({ draft }: Step, { service, pid }: PendingProbe): string | undefined {
  if (pid === draft.pid) return 'that is minit itself';
  const owner = draft.serviceByPid.get(String(pid));
  return owner === undefined || owner === service ? undefined : `that is ${owner}'s process`;
}

function probe(step: Step, pending: PendingProbe): void {
  const { draft } = step;
  const problem = pending.purpose === 'set' ? ownerProblem(step, pending) : undefined;
  if (problem !== undefined) return answer(step, pending.reply, problem);
  draft.pendingProbes = draft.pendingProbes.set(String(step.seq), pending);
  emit(step, 'ProbeProcess', { request: step.seq, pid: pending.pid });
}

/** The outcome of the probe that a request waited for. */
export function finishProbe(step: Step, request: number, alive: boolean): void {
  const { draft } = step;
  const pending = draft.pendingProbes.get(String(request));
  if (pending === undefined) return;
  draft.pendingProbes = draft.pendingProbes.delete(String(request));
  const { service, pid, purpose, reply: asker } = pending;
  const current = draft.services.get(service);
  if (purpose === 'clear') {
    const isCleared = !alive && current?.context.pid === pid;
    if (isCleared)
      tell(step, service, { type: 'ProcessExited', at: step.at, status: { unknown: true } });
    return answerClear(step, asker, isCleared);
  }
  if (!alive || current === undefined) return answer(step, asker, 'no such process');
  // Somebody may have been quicker.
  const problem = ownerProblem(step, pending);
  if (problem !== undefined) return answer(step, asker, problem);
  // Nobody would stop it: its turn to be stopped is over.
  if (isEnding(step) && draft.init.value !== 'halted' && isAtRest(current))
    return answer(step, asker, 'minit is shutting down');
  // Its own child is watched already, by waitpid(2), which tells how it ended.
  const isKnown = current.context.pid === pid && current.context.expectsPid !== true;
  if (isKnown) return answer(step, asker, undefined);
  const event: ServiceEvent = { type: 'PidSet', at: step.at, pid };
  tell(step, service, event);
  answer(step, asker, undefined);
}

/** minit ends, and nobody looks for a process any more. */
export function refusePendingProbes(step: Step): void {
  const { draft } = step;
  for (const [, { purpose, reply: asker }] of draft.pendingProbes) {
    if (purpose === 'clear') answerClear(step, asker, false);
    else answer(step, asker, 'minit is shutting down');
  }
  draft.pendingProbes = draft.pendingProbes.clear();
}

/** The original answers `0` when it did clear. */
function answerClear(step: Step, { request, isJson }: PendingReply, isCleared: boolean): void {
  reply(
    step,
    request,
    isJson ? jsonReply({ ok: true, cleared: isCleared }) : isCleared ? '0' : '1',
  );
}

function shutDown(step: Step, request: Extract<ControlRequest, { kind: 'shutdown' }>): void {
  const { draft, seq } = step;
  const running = draft.serviceByPid.size;
  const problem = requestShutdown(step, request);
  if (problem !== undefined) return answer(step, { request: seq, isJson: true }, problem);
  reply(step, seq, jsonReply({ ok: true, then: followUp(step, request.goal), running }));
}

/** 0: no process just now, or no such service; 1: finished. */
function pidText(service: Service | undefined): string {
  if (service === undefined) return '0';
  if (service.context.pid !== undefined) return String(service.context.pid);
  return isAtRest(service) && stateName(service) !== 'down' ? '1' : '0';
}

/** Seconds since the start of its process, also while that is asked to stop; or since its end. */
function uptimeText({ draft, at }: Step, name: ServiceName): string {
  const service = draft.services.get(name);
  if (service === undefined) return '0';
  const { pid, spawnedAt, changedAt } = service.context;
  const since = pid === undefined ? changedAt : (spawnedAt ?? changedAt);
  return String(Math.max(0, Math.floor((at - since) / microsecondsPerSecond)));
}

/** `1:`, each name with a NUL after it, then two NULs. */
function list(names: readonly ServiceName[], isJson: boolean): string {
  if (isJson) return jsonReply({ ok: true, services: names });
  return `1:${names.map((name) => `${name}\0`).join('')}\0\0`;
}

function dependents(
  step: Step,
  { service, isJson }: Extract<ControlRequest, { kind: 'dependents' }>,
): void {
  const { draft, seq } = step;
  if (service !== undefined && !draft.services.has(service)) {
    return answer(step, { request: seq, isJson }, 'no such service');
  }
  const names = servicesInOrder(draft).map(({ context }) => context.name);
  reply(
    step,
    seq,
    list(
      names.filter((name) => draft.askers.get(name) === service),
      isJson,
    ),
  );
}

function statuses(step: Step, names: readonly ServiceName[] | undefined): object[] {
  const { draft, at } = step;
  if (names === undefined) return servicesInOrder(draft).map((service) => statusOf(service, at));
  return names.map((name) => {
    const service = draft.services.get(name);
    return service === undefined ? { name, state: 'unknown' } : statusOf(service, at);
  });
}

/** For the end of the step: a request that is not answered yet must be before long. */
export function finishRequest(step: Step): void {
  settle(step);
  if (step.draft.pendingProbes.has(String(step.seq))) return;
  if (step.draft.pendingUpdate?.request === step.seq) return;
  limitReplyTime(step);
}
