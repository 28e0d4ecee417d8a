/**
 * Collects what a port emits and waits for events with a deadline. Specs never sleep.
 *
 * @module
 */
import type { Observable } from 'rxjs';
import type { Occurrence } from '../../effects/ports';
import type { MinitEvent, MinitEventType } from '../../machines/events';

export type EventOf<K extends MinitEventType> = Extract<MinitEvent, { readonly type: K }>;

/** An occurrence whose event is known to be of one type. */
export type OccurrenceOf<K extends MinitEventType> = Omit<Occurrence, 'event'> & {
  readonly event: EventOf<K>;
};

export interface Recorder {
  readonly occurrences: readonly Occurrence[];
  /** Resolves with the first occurrence of `type` that matches, past ones included. */
  first<K extends MinitEventType>(
    type: K,
    matches?: (event: EventOf<K>) => boolean,
  ): Promise<OccurrenceOf<K>>;
  /** Resolves with the first `count` occurrences of `type`. */
  many<K extends MinitEventType>(type: K, count: number): Promise<readonly OccurrenceOf<K>[]>;
}

const deadlineMs = 10_000;

/** Subscribes at once, so that nothing is missed. */
export function recordOccurrences(occurrence$: Observable<Occurrence>): Recorder {
  const occurrences: Occurrence[] = [];
  const checks = new Set<() => void>();
  occurrence$.subscribe((occurrence) => {
    occurrences.push(occurrence);
    for (const check of [...checks]) check();
  });
  const find = <K extends MinitEventType>(
    type: K,
    count: number,
    matches = (_: EventOf<K>) => true,
  ) =>
    new Promise<readonly OccurrenceOf<K>[]>((resolve, reject) => {
      const check = (): void => {
        const found = occurrences.filter(
          ({ event }) => event.type === type && matches(event as EventOf<K>),
        );
        if (found.length < count) return;
        clearTimeout(timer);
        checks.delete(check);
        resolve(found.slice(0, count) as unknown as readonly OccurrenceOf<K>[]);
      };
      const timer = setTimeout(() => {
        checks.delete(check);
        reject(
          new Error(`no ${type} in time; there were ${JSON.stringify(occurrences.slice(-20))}`),
        );
      }, deadlineMs);
      checks.add(check);
      check();
    });
  return {
    occurrences,
    async first(type, matches) {
      const [occurrence] = await find(type, 1, matches);
      if (occurrence === undefined) throw new Error('unreachable');
      return occurrence;
    },
    many: (type, count) => find(type, count),
  };
}
