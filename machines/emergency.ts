/**
 * The emergency shell of a booted machine: what happens when it ends, or cannot be had. minit goes on
 * beside it, and after it tries again what it could not do before. Pure.
 *
 * @module
 */
import { describeErrorCode } from './describe-failure';
import type { MinitEvent } from './events';
import { emergencyRetryDelayMs, emergencyShortLifeUs } from './limits';
import { requestStart } from './start-order';
import { emit, tellInit, type Step } from './step';

const isEmergency = ({ draft }: Step): boolean => draft.init.value === 'emergency';

export function emergencyShellFailed(
  step: Step,
  { path, error, hint }: MinitEvent & { type: 'EmergencyShellFailed' },
): void {
  emit(step, 'StartTimer', { timer: 'emergency', delayMs: emergencyRetryDelayMs });
  emit(step, 'Report', {
    severity: 'error',
    code: 'emergency',
    file: path,
    text: `no emergency shell: ${hint ?? describeErrorCode(error.code)}; put one there, or name another with MINIT_EMERGENCY on the kernel's command line`,
  });
}

/** One that ends at once must not be started over and over without a pause. */
export function emergencyShellEnded(step: Step): void {
  const { draft, at } = step;
  const livedUs = at - (draft.emergencyShell?.startedAt ?? at);
  draft.emergencyShell = undefined;
  if (livedUs < emergencyShortLifeUs)
    emit(step, 'StartTimer', { timer: 'emergency', delayMs: emergencyRetryDelayMs });
  else goOn(step);
}

export function emergencyPauseEnded(step: Step): void {
  if (step.draft.emergencyShell === undefined) goOn(step);
}

/** What could not be found or read before may be there now: begins with `default`, as at boot. */
function goOn(step: Step): void {
  if (!isEmergency(step)) return;
  const { draft, at } = step;
  tellInit(step, { type: 'ShellEnded', at });
  draft.hasStarted = false;
  requestStart(step, { kind: 'words-done' });
}

/** Who took all services down from within the shell has one already. */
export function keepOneShell({ draft, effects }: Step): void {
  if (draft.emergencyShell === undefined) return;
  const index = effects.findIndex(({ type }) => type === 'StartEmergencyShell');
  if (index >= 0) effects.splice(index, 1);
}
