/**
 * What minit has asked of the world and has not been answered yet: spawns, timers, directories that are
 * read. It follows from the records alone, so that a minit that was executed anew can ask once more.
 *
 * @module
 */
import type { Effect } from '../machines/effects';
import type { MinitEvent } from '../machines/events';
import type { LogRecord } from './ports';

/** An effect that is owed an outcome, and the event that asked for it. */
export interface Asked {
  readonly seq: number;
  /** CLOCK_BOOTTIME, µs. */
  readonly at: number;
  readonly effect: Effect;
}

/** What the outcome of an effect is known by; none for one that has no outcome. */
function keyOf({ type, params }: Effect): string | undefined {
  switch (type) {
    case 'StartTimer':
      return `timer ${params.timer}`;
    case 'SpawnProcess':
      return `spawn ${params.service}`;
    case 'ReadService':
      return `read ${params.service}`;
    case 'ProbeProcess':
      return `probe ${String(params.request)}`;
    case 'OpenLog':
    case 'OpenControl':
    case 'StartEmergencyShell':
      return type;
    default:
      return undefined;
  }
}

function answeredBy(event: MinitEvent): string | undefined {
  switch (event.type) {
    case 'TimerFired':
      return `timer ${event.timer}`;
    case 'ProcessSpawned':
    case 'SpawnFailed':
      return `spawn ${event.service}`;
    case 'ServiceRead':
    case 'ServiceMissing':
      return `read ${event.service}`;
    case 'ProcessProbed':
      return `probe ${String(event.request)}`;
    case 'LogOpened':
    case 'LogFailed':
      return 'OpenLog';
    case 'ControlOpened':
    case 'ControlFailed':
      return 'OpenControl';
    case 'EmergencyShellStarted':
    case 'EmergencyShellFailed':
      return 'StartEmergencyShell';
    default:
      return undefined;
  }
}

/** Follows the records of a boot; costs what a record asks for, however much is outstanding. */
export class Outstanding {
  readonly #askedByKey: Map<string, Asked>;

  constructor(asked: readonly Asked[] = []) {
    this.#askedByKey = new Map(asked.map((one) => [keyOf(one.effect) ?? '', one]));
  }

  /** In the order in which it was asked. */
  get list(): readonly Asked[] {
    return [...this.#askedByKey.values()];
  }

  note({ seq, at, event, effects }: LogRecord): void {
    const answered = answeredBy(event);
    if (answered !== undefined) this.#askedByKey.delete(answered);
    for (const effect of effects) {
      if (effect.type === 'CancelTimer') this.#askedByKey.delete(`timer ${effect.params.timer}`);
      const key = keyOf(effect);
      if (key === undefined) continue;
      // Asked for again, it comes last.
      this.#askedByKey.delete(key);
      this.#askedByKey.set(key, { seq, at, effect });
    }
  }
}
