/**
 * The answers to requests: exactly one each, in the original's bytes or as a line of JSON. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { failureText } from './describe-failure';
import type { TimerId } from './events';
import { startReplyDelayMs } from './limits';
import { stateName, type AgendaItem, type PendingReply, type Service } from './state';
import { emit, type Step } from './step';

/** One line for our own client; `"minit":1` is the version of the protocol. */
export const jsonReply = (body: object): string => `${JSON.stringify({ minit: 1, ...body })}\n`;

const replyTimer = (request: number): TimerId => `reply:${String(request)}`;

/** The one answer to `request`. */
export function reply(step: Step, request: number, text: string): void {
  const isLate = request < step.draft.newestRequest;
  emit(step, 'Reply', { request, text, ...(isLate && { isLate }) });
}

/** Answers with `1` or `0`, or in JSON with the reason. */
export function answer(
  step: Step,
  { request, isJson }: PendingReply,
  problem: string | undefined,
): void {
  const isOk = problem === undefined;
  const json = isOk ? { ok: true } : { ok: false, problem };
  reply(step, request, isJson ? jsonReply(json) : isOk ? '1' : '0');
}

/** Answers in a later step than the one that asked: the limit on its time is lifted. */
export function answerLater(step: Step, pending: PendingReply, problem: string | undefined): void {
  answer(step, pending, problem);
  if (pending.request !== step.seq)
    emit(step, 'CancelTimer', { timer: replyTimer(pending.request) });
}

/** The walk has dealt with a start request: answer it, or note that it is answered later. */
export function answerStart(step: Step, { service, asker }: AgendaItem & { kind: 'start' }): void {
  if (asker.kind !== 'operator') return;
  const pending = step.draft.pendingStarts.get(service) ?? [];
  step.draft.pendingStarts = step.draft.pendingStarts.set(service, [...pending, asker.reply]);
  step.touched.push(service);
}

/** What is known of a start: nothing yet, or its outcome. */
function startOutcome(service: Service): { problem: string | undefined } | undefined {
  const { failure, waitingFor, isRead } = service.context;
  const state = stateName(service);
  if (state === 'starting') return undefined;
  // It may wait as long as its dependencies take; whoever asked must not.
  if (state === 'waiting-deps')
    return isRead && waitingFor.size > 0 ? { problem: undefined } : undefined;
  if (failure !== undefined && (state === 'failed' || state === 'respawning')) {
    return { problem: failureText(failure) };
  }
  return { problem: undefined };
}

/** At the end of a step: answers the start requests whose outcome is known now. */
export function answerStarts(step: Step): void {
  const { draft } = step;
  if (draft.pendingStarts.size === 0) return;
  for (const name of new Set(step.touched)) {
    const pending = draft.pendingStarts.get(name);
    const service = draft.services.get(name);
    if (pending === undefined || service === undefined) continue;
    const outcome = startOutcome(service);
    if (outcome === undefined) continue;
    draft.pendingStarts = draft.pendingStarts.delete(name);
    for (const asker of pending) answerLater(step, asker, outcome.problem);
  }
}

/** A start whose outcome is not known yet: a hanging exec must not hold up the client, nor those behind it. */
export function limitReplyTime(step: Step): void {
  const isAnswered = step.effects.some(
    ({ type, params }) => type === 'Reply' && params.request === step.seq,
  );
  if (!isAnswered)
    emit(step, 'StartTimer', { timer: replyTimer(step.seq), delayMs: startReplyDelayMs });
}

/** The time is up: what has not failed so far counts as started. */
export function answerLateStart(step: Step, request: number): void {
  for (const [name, pending] of step.draft.pendingStarts) {
    const late = pending.find((candidate) => candidate.request === request);
    if (late === undefined) continue;
    answer(step, late, undefined);
    setPending(
      step,
      name,
      pending.filter((other) => other !== late),
    );
    return;
  }
  // Its directory could not even be read yet, so that nobody knows whether there is such a service.
  const isWalking = openStarts(step).some(({ request: open }) => open === request);
  if (isWalking)
    emit(step, 'StartTimer', { timer: replyTimer(request), delayMs: startReplyDelayMs });
}

/** The start requests that the walk has not come to the end of. */
function openStarts({ draft }: Step): PendingReply[] {
  const items: AgendaItem[] = [...draft.requested];
  for (let node = draft.agenda; node !== undefined; node = node.rest) items.push(node.item);
  if (draft.reading !== undefined) items.push(draft.reading);
  return items.flatMap((item) =>
    item.kind === 'start' && item.asker.kind === 'operator' ? [item.asker.reply] : [],
  );
}

function setPending(step: Step, name: ServiceName, pending: readonly PendingReply[]): void {
  const { draft } = step;
  draft.pendingStarts =
    pending.length === 0
      ? draft.pendingStarts.delete(name)
      : draft.pendingStarts.set(name, pending);
}

/** Answers every start request that waits anywhere, because it will not be done. */
export function refusePendingStarts(step: Step, problem: string): void {
  const { draft } = step;
  for (const asker of [...[...draft.pendingStarts.values()].flat(), ...openStarts(step)]) {
    answerLater(step, asker, problem);
  }
  draft.pendingStarts = draft.pendingStarts.clear();
}
