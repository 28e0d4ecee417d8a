/**
 * The one pure fold: (state, event) → (state, effects). Everything that minit decides is decided
 * here and in what this calls. It reads no clock and touches nothing; folding the same events
 * again gives the same states and effects, on any machine.
 *
 * @module
 */
import {
  emergencyPauseEnded,
  emergencyShellEnded,
  emergencyShellFailed,
  keepOneShell,
} from './emergency';
import { describeBoot } from './boot-summary';
import { finishProbe, finishRequest, handleRequest, refusePendingProbes } from './control';
import type { Effect } from './effects';
import type { MinitEvent, RecordedEvent } from './events';
import { assertNever, InvariantViolation } from './invariant-violation';
import { nameProblem, showName } from './names';
import { clockStepped, controlChanged, logChanged, meansMissing } from './own-means';
import { refusePendingUpdate, supervisorResumed, updateFailed } from './own-program';
import { signalReceived } from './own-signals';
import { PersistentMap } from './persistent-map';
import {
  processExited,
  processSpawned,
  processVanished,
  signalFailed,
  spawnFailed,
} from './process-events';
import { answerLateStart, answerStarts } from './replies';
import { parseRequest, refuseBytes } from './requests';
import { restartWith, restartWithout } from './restart-reads';
import { isTransient } from './service-guards';
import { isAdvice, processesEnded, systemEndFailed, takeAdvice } from './shutdown';
import {
  advance,
  continueWithDefinition,
  continueWithoutDefinition,
  isWalkDone,
  readAgain,
  readAgainLater,
  requestStart,
} from './start-order';
import { initStepper, type AgendaItem, type SupervisorState } from './state';
import { beginStep, emit, settle, tell, tellInit, type Step, type Transition } from './step';
import { advanceShutdown } from './stop-order';

export type { Transition } from './step';

export interface Folded {
  readonly state: SupervisorState;
  readonly effects: readonly Effect[];
  readonly transitions: readonly Transition[];
}

/** The state before the first event. */
export function initialState(): SupervisorState {
  return {
    seq: 0,
    at: 0,
    pid: 0,
    role: 'process',
    root: '/',
    init: initStepper.initial({ role: 'process', graceMs: 0, startedAt: 0, endsSystem: false }),
    services: PersistentMap.empty(),
    serviceByPid: PersistentMap.empty(),
    waiters: PersistentMap.empty(),
    agenda: undefined,
    requested: [],
    reading: undefined,
    open: PersistentMap.empty(),
    blackList: [],
    askers: PersistentMap.empty(),
    hasStarted: false,
    history: [],
    unclaimed: PersistentMap.empty(),
    spawning: 0,
    rising: 0,
    active: 0,
    stuck: 0,
    newestRequest: 0,
    pendingStarts: PersistentMap.empty(),
    pendingProbes: PersistentMap.empty(),
    stopPlan: undefined,
    pendingUpdate: undefined,
    emergencyShell: undefined,
    resumes: undefined,
    shutdown: undefined,
    isLogOpen: undefined,
    logPath: undefined,
    isControlOpen: undefined,
  };
}

/**
 * Returns the state after `recorded`, and the effects it asks for. Pure: runs no effect.
 *
 * @throws InvariantViolation when minit itself is wrong; never for what the world does.
 */
export function fold(state: SupervisorState, recorded: RecordedEvent): Folded {
  if (recorded.seq !== state.seq + 1) {
    throw new InvariantViolation(`event ${String(recorded.seq)} after ${String(state.seq)}`);
  }
  const step = beginStep(state, recorded);
  dispatch(step, recorded.event);
  settle(step);
  advance(step);
  answerStarts(step);
  if (recorded.event.type === 'RequestReceived') finishRequest(step);
  advanceShutdown(step);
  tellConditions(step);
  if (step.draft.init.value === 'halted') {
    refusePendingUpdate(step);
    refusePendingProbes(step);
  }
  keepOneShell(step);
  return { state: step.draft, effects: step.effects, transitions: step.transitions };
}

/** What is true of all services together, told to the machine of minit itself. */
function tellConditions(step: Step): void {
  const { draft, at } = step;
  if (draft.stopPlan !== undefined || draft.shutdown !== undefined || !isWalkDone(step)) return;
  if (draft.rising === 0 && draft.init.value === 'booting' && draft.hasStarted) {
    tellInit(step, { type: 'BootSettled', at });
    emit(step, 'Report', { severity: 'note', code: 'boot', text: describeBoot(draft) });
  }
  if (draft.active === 0 && draft.spawning === 0) tellInit(step, { type: 'NothingLeft', at });
  else if (draft.active > 0 && draft.init.value === 'emergency')
    tellInit(step, { type: 'ServiceStarted', at });
}

function dispatch(step: Step, event: MinitEvent): void {
  const { draft } = step;
  switch (event.type) {
    case 'SupervisorStarted':
      return startSupervisor(step, event);
    case 'SupervisorResumed':
      return supervisorResumed(step, event);
    case 'UpdateFailed':
      return updateFailed(step, event);
    case 'EmergencyShellStarted':
      draft.emergencyShell = { pid: event.pid, startedAt: step.at };
      return;
    case 'EmergencyShellFailed':
      return emergencyShellFailed(step, event);
    case 'ServiceRead':
      if (isAdvice(step, event.service)) return takeAdvice(step, event);
      if (draft.reading?.service === event.service)
        return continueWithDefinition(step, event.definition);
      return restartWith(step, event.service, event.definition);
    case 'ServiceMissing':
      if (isAdvice(step, event.service)) return takeAdvice(step, event);
      if (draft.reading?.service !== event.service)
        return restartWithout(step, event.service, event.error);
      // What passes by itself must not cost a service its dependency: the walk waits.
      if (isTransient(event.error)) return readAgainLater(step, event.service, event.error);
      return continueWithoutDefinition(step, event.error);
    case 'ProcessSpawned':
      return processSpawned(step, event.service, event.pid);
    case 'SpawnFailed':
      return spawnFailed(step, event);
    case 'ProcessExited':
      if (draft.emergencyShell?.pid === event.pid) return emergencyShellEnded(step);
      return processExited(step, event.pid, event);
    case 'ProcessVanished':
      return processVanished(step, event.pid);
    case 'ProcessProbed':
      return finishProbe(step, event.request, event.alive);
    case 'SignalFailed':
      return signalFailed(step, event);
    case 'SignalReceived':
      return signalReceived(step, event.signal);
    case 'TimerFired':
      return timerFired(step, event.timer);
    case 'RequestReceived':
      return handleRequest(
        step,
        'request' in event ? parseRequest(event.request) : refuseBytes(event.bytes),
      );
    case 'ControlOpened':
    case 'ControlFailed':
      return controlChanged(step, event);
    case 'LogOpened':
    case 'LogFailed':
      return logChanged(step, event);
    case 'ProcessesEnded':
      return processesEnded(step, event);
    case 'SystemEndFailed':
      return systemEndFailed(step, event);
    case 'WallClockStepped':
      return clockStepped(step, event);
    case 'MeansMissing':
      return meansMissing(step, event);
    default:
      return assertNever(event, 'event');
  }
}

function startSupervisor(step: Step, event: MinitEvent & { type: 'SupervisorStarted' }): void {
  const { draft, seq, at } = step;
  const { pid, role, root, words, graceMs, endsSystem = false } = event;
  Object.assign(draft, { pid, role, root });
  draft.init = initStepper.initial({ role, graceMs, startedAt: at, endsSystem });
  emit(step, 'OpenLog', {});
  emit(step, 'OpenControl', {});
  draft.blackList = words.filter((word) => /^-[^-]/u.test(word)).map((word) => word.slice(1));
  for (const word of words.filter((candidate) => !candidate.startsWith('-'))) {
    const problem = nameProblem(word);
    if (problem === undefined) {
      requestStart(step, { kind: 'start', service: word, cause: seq, asker: { kind: 'word' } });
    } else if (role === 'process') {
      emit(step, 'Report', {
        severity: 'warning',
        code: 'word-ignored',
        text: `argument ${showName(word)} ignored: ${problem}`,
      });
    }
  }
  const done: AgendaItem = { kind: 'words-done' };
  requestStart(step, done);
}

function timerFired(step: Step, timer: string): void {
  const { at } = step;
  const colon = timer.indexOf(':');
  const [kind, subject] = colon < 0 ? [timer, ''] : [timer.slice(0, colon), timer.slice(colon + 1)];
  if (kind === 'respawn') tell(step, subject, { type: 'RespawnTimerFired', at });
  else if (kind === 'stop') tell(step, subject, { type: 'StopTimerFired', at });
  else if (kind === 'pid') tell(step, subject, { type: 'PidTimerFired', at });
  else if (kind === 'reply') answerLateStart(step, Number(subject));
  else if (kind === 'read') readAgain(step, subject);
  else if (kind === 'emergency') emergencyPauseEnded(step);
  else if (kind === 'log' && step.draft.init.value !== 'ending') emit(step, 'OpenLog', {});
  else if (kind === 'control') emit(step, 'OpenControl', {});
}
