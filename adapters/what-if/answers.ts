/**
 * What comes of what minit asks for the n-th time: what came of it the n-th time on record, after as long.
 *
 * @module
 */
import type { Effect } from '../../machines/effects';
import type { MinitEvent } from '../../machines/events';
import type { Agenda, Entry } from './agenda';
import { askKey, type Touch } from './recorded-keys';
import type { Ask, Outcome, Recording } from './recorded-world';

export interface Answer {
  /** Makes the event of the recorded one. */
  readonly give?: (recorded: MinitEvent) => MinitEvent;
  readonly byUs?: number;
}

export class Answers {
  readonly #recording: Recording;
  readonly #agenda: Agenda;
  readonly #counts = new Map<string, number>();
  readonly #seqByRecorded = new Map<number, number>();

  constructor(recording: Recording, agenda: Agenda) {
    this.#recording = recording;
    this.#agenda = agenda;
  }

  /** An event of the log has come again, as number `seq`. */
  came(recorded: number, seq: number): void {
    this.#seqByRecorded.set(recorded, seq);
  }

  /** Which event of this boot is this one of the log? */
  seqOf(recorded: number): number | undefined {
    return this.#seqByRecorded.get(recorded);
  }

  /** It comes when it came. */
  comeFromOutside({ event, seq, cause, afterUs: at, lagUs }: Outcome): void {
    this.#agenda.add({
      at,
      order: at + lagUs,
      rank: seq,
      happen: () => {
        const traced = cause === undefined ? undefined : this.#seqByRecorded.get(cause);
        return { event, cause: traced, recorded: seq };
      },
    });
  }

  /** The n-th time that this is asked: what was asked the n-th time then. */
  next(effect: Effect): Ask | undefined {
    const key = askKey(effect) ?? '';
    const nth = this.#counts.get(key) ?? 0;
    this.#counts.set(key, nth + 1);
    return this.#recording.asks.get(key)?.[nth];
  }

  /** How often something like it was asked on record. */
  count(effect: Effect): number {
    return this.#recording.asks.get(askKey(effect) ?? '')?.length ?? 0;
  }

  /** The last outcome on record of something like it. */
  last(effect: Effect): Outcome | undefined {
    const asks = this.#recording.asks.get(askKey(effect) ?? '') ?? [];
    return asks.findLast(({ outcome }) => outcome !== undefined)?.outcome;
  }

  /** The recorded outcome of `ask` comes again; `give` makes the event of it. */
  answer(ask: Ask, touch: Touch, { give, byUs = 0 }: Answer): Entry | undefined {
    const { outcome } = ask;
    if (outcome === undefined) return undefined;
    const at = touch.at + outcome.afterUs + byUs;
    return this.#agenda.add({
      at,
      order: at + outcome.lagUs,
      rank: outcome.seq,
      happen: () => {
        const event = give?.(outcome.event) ?? outcome.event;
        return { event, cause: this.causeOf(outcome, ask, touch), recorded: outcome.seq };
      },
    });
  }

  /** The event of this boot to which the outcome is traced. */
  causeOf({ cause }: Outcome, ask: Ask, touch: Touch): number | undefined {
    if (cause === undefined) return undefined;
    return cause === ask.cause ? touch.seq : this.#seqByRecorded.get(cause);
  }

  /** Something that is not on record comes of what was asked. */
  invent(touch: Touch, afterUs: number, give: () => MinitEvent): Entry {
    const at = touch.at + Math.max(0, afterUs);
    return this.#agenda.add({
      at,
      order: at,
      rank: Infinity,
      happen: () => ({ event: give(), cause: touch.seq, recorded: undefined }),
    });
  }
}
