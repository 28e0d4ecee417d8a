/**
 * The timers of an imagined boot. One that is on record is as late as it was then.
 *
 * @module
 */
import type { Effect } from '../../machines/effects';
import type { MinitEvent, TimerId } from '../../machines/events';
import type { Entry } from './agenda';
import type { Answers } from './answers';
import type { Touch } from './recorded-keys';

export class Timers {
  readonly #answers: Answers;
  readonly #pending = new Map<TimerId, { readonly entry: Entry; readonly isRaced: boolean }>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Starts or replaces it. */
  start(effect: Effect & { readonly type: 'StartTimer' }, touch: Touch): void {
    const { timer, delayMs } = effect.params;
    this.cancel(timer);
    const ask = this.#answers.next(effect);
    const delayUs = delayMs * 1_000;
    const give = (): MinitEvent => ({ type: 'TimerFired', timer });
    const byUs =
      ask === undefined ? 0 : Math.max(delayUs - ask.delayUs, -(ask.outcome?.afterUs ?? 0));
    const entry =
      (ask && this.#answers.answer(ask, touch, { give, byUs })) ??
      this.#answers.invent(touch, Math.max(delayUs, (ask?.knownUs ?? -1) + 1), give);
    const isRaced = ask?.outcome !== undefined && ask.cancelledBy !== undefined;
    this.#pending.set(timer, { entry, isRaced });
  }

  /** One that had fired when it was cancelled comes all the same, as it did. */
  cancel(timer: TimerId): void {
    const pending = this.#pending.get(timer);
    this.#pending.delete(timer);
    if (pending !== undefined && !pending.isRaced) pending.entry.isCancelled = true;
  }
}
