/**
 * What becomes of minit's own program: executed anew after a fault of its own, or because somebody has
 * installed another version. Pure.
 *
 * @module
 */
import { describeErrorCode } from './describe-failure';
import { signalName } from './describe-process';
import type { MinitEvent, ResumeReason } from './events';
import { answer, jsonReply, reply } from './replies';
import type { PendingReply } from './state';
import { emit, type Step } from './step';

/** SIGVTALRM: too much CPU time without a turn of the loop. */
const watchdogSignal = 26;

export function describeReason(reason: ResumeReason): string {
  switch (reason.kind) {
    case 'update':
      return 'update';
    case 'signal':
      return reason.signal === watchdogSignal ? 'an endless loop' : signalName(reason.signal);
    case 'error':
      return reason.message;
    case 'exit':
      return `its program ended with ${String(reason.code)}`;
    case 'unknown':
      return 'nobody knows why';
  }
}

/** `update` over the FIFO: answered by the program that comes of it, or when nothing comes of it. */
export function requestUpdate(step: Step, asker: PendingReply): void {
  const { draft } = step;
  if (draft.stopPlan !== undefined || draft.shutdown !== undefined)
    return answer(step, asker, 'minit is shutting down');
  if (draft.pendingUpdate !== undefined)
    return answer(step, asker, 'an update is under way already');
  draft.pendingUpdate = asker;
  emit(step, 'UpdateSupervisor', {});
}

/** minit ends, with or without the update. */
export function refusePendingUpdate(step: Step): void {
  const asker = step.draft.pendingUpdate;
  if (asker === undefined) return;
  step.draft.pendingUpdate = undefined;
  answer(step, asker, 'minit is shutting down');
}

export function supervisorResumed(
  step: Step,
  { reason, count, program }: MinitEvent & { type: 'SupervisorResumed' },
): void {
  const { draft } = step;
  draft.resumes = count;
  const carried = `${String(draft.active)} service${draft.active === 1 ? '' : 's'} carried on`;
  if (reason.kind === 'update') {
    emit(step, 'Report', {
      severity: 'note',
      code: 'update',
      text: `updated to minit ${program}; ${carried}`,
    });
  } else {
    emit(step, 'Report', {
      severity: 'error',
      code: 'resumed',
      text: `minit itself failed (${describeReason(reason)}) and was executed anew; ${carried}`,
    });
  }
  const asker = draft.pendingUpdate;
  draft.pendingUpdate = undefined;
  if (asker === undefined) return;
  if (asker.isJson) reply(step, asker.request, jsonReply({ ok: true, program }));
  else answer(step, asker, undefined);
}

export function updateFailed(
  step: Step,
  { error, hint }: MinitEvent & { type: 'UpdateFailed' },
): void {
  const { draft } = step;
  const text = `not updated, the program that runs goes on: ${hint ?? describeErrorCode(error.code)}`;
  emit(step, 'Report', { severity: 'error', code: 'update', text });
  if (draft.pendingUpdate !== undefined) answer(step, draft.pendingUpdate, text);
  draft.pendingUpdate = undefined;
}
