/**
 * What minit learns of its own means: the FIFOs, the event log, the clock. It goes on without any
 * of them, says so once, and tries again. Pure.
 *
 * @module
 */
import { describeErrorCode } from './describe-failure';
import type { Means, MinitEvent, SystemError } from './events';
import { controlRetryDelayMs, logRetryDelayMs } from './limits';
import { isTransient } from './service-guards';
import { emit, type Step } from './step';

/** Durations come from a clock that nobody can set, so that this changes none; it is only on record. */
export function clockStepped(
  step: Step,
  { byUs, wallAt }: MinitEvent & { type: 'WallClockStepped' },
): void {
  const seconds = Math.abs(byUs / 1_000_000).toFixed(3);
  const way = byUs < 0 ? 'back' : 'forward';
  emit(step, 'Report', {
    severity: 'note',
    code: 'clock',
    text: `the clock was set ${way} by ${seconds} s to ${wallAt}`,
  });
}

/** What an operator must do without, and what that comes to. */
const missingText: Readonly<Record<Means, string>> = {
  'clock-steps': 'no timerfd, so that it is not noticed when somebody sets the clock',
  'process-watch':
    'no pidfd, so that a process that is no child of minit is asked after once a second, by its number',
  orphans: 'minit cannot adopt orphans: what services leave behind goes to another process',
  nice: 'the nice level of a service cannot be set: it runs with that of minit',
  'ctrl-alt-del':
    'minit cannot take ctrl-alt-del: the kernel may reboot at once when it is pressed',
  'vital-memory':
    'no memory that outlives the program, so that minit cannot be executed anew, neither after a fault nor for an update',
  'crash-handler':
    'no crash handler, so that a full heap, an endless loop or a fault in native code ends minit',
  watchdog: 'no interval timer, so that minit does not notice an endless loop of its own',
  'place-watch': `no inotify, so that minit only looks every ${String(controlRetryDelayMs / 1_000)} seconds whether its FIFOs are still there`,
  'open-files':
    'the limit of open files cannot be set: services have the one that Node has raised for itself',
};

/** The kernel is too old for it, or a sandbox (seccomp) forbids it. */
export function meansMissing(
  step: Step,
  { means, error }: MinitEvent & { type: 'MeansMissing' },
): void {
  emit(step, 'Report', {
    severity: 'warning',
    code: 'means',
    text: `${missingText[means]}: ${describeErrorCode(error.code)} (${error.code})`,
  });
}

export function controlChanged(
  step: Step,
  event: MinitEvent & { type: 'ControlOpened' | 'ControlFailed' },
): void {
  const wasOpen = step.draft.isControlOpen;
  step.draft.isControlOpen = event.type === 'ControlOpened';
  if (event.type === 'ControlOpened') {
    if (wasOpen === false)
      emit(step, 'Report', { severity: 'note', code: 'control', text: 'control is open now' });
    return;
  }
  emit(step, 'StartTimer', { timer: 'control', delayMs: controlRetryDelayMs });
  if (wasOpen === false) return;
  emit(step, 'Report', {
    severity: 'error',
    code: 'control',
    file: event.path,
    text: `no control, msvc cannot reach minit: ${event.hint ?? describeErrorCode(event.error.code)}`,
  });
}

/** What would help: another place is no better where minit itself is short of something. */
function logRemedy(error: SystemError): string {
  if (isTransient(error))
    return `it is tried again every ${String(logRetryDelayMs / 1_000)} seconds`;
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return `${isFull ? 'make room there' : 'make that writable'}, or name a directory with --log`;
}

export function logChanged(
  step: Step,
  event: MinitEvent & { type: 'LogOpened' | 'LogFailed' },
): void {
  const wasOpen = step.draft.isLogOpen;
  step.draft.isLogOpen = event.type === 'LogOpened';
  if (event.type === 'LogOpened') {
    step.draft.logPath = event.path;
    if (wasOpen === false)
      emit(step, 'Report', {
        severity: 'note',
        code: 'log',
        file: event.path,
        text: 'the event log is written now',
      });
    emit(step, 'CancelTimer', { timer: 'log' });
    return;
  }
  emit(step, 'StartTimer', { timer: 'log', delayMs: logRetryDelayMs });
  if (wasOpen === false) return;
  emit(step, 'Report', {
    severity: 'warning',
    code: 'log',
    file: event.path,
    text: `the event log is held in memory: ${describeErrorCode(event.error.code)}; ${logRemedy(event.error)}`,
  });
}
