/**
 * What minit has asked of the world and has not been answered yet: spawns, timers, directories that are
 * read. It follows from the records alone, so that a minit that was executed anew can ask once more.
 *
 * @module
 */
import type { Effect, EffectParams, EffectType } from '../machines/effects';
import type { MinitEvent, MinitEventType } from '../machines/events';
import type { LogRecord } from './ports';

/** An effect that is owed an outcome, and the event that asked for it. */
export interface Asked {
  readonly seq: number;
  /** CLOCK_BOOTTIME, µs. */
  readonly at: number;
  readonly effect: Effect;
}

/** By what an outcome is known; only effects that are owed one are here. */
const keyOfEffect: {
  readonly [K in EffectType]?: (params: EffectParams<K>) => string;
} = {
  StartTimer: ({ timer }) => `timer ${timer}`,
  SpawnProcess: ({ service }) => `spawn ${service}`,
  ReadService: ({ service }) => `read ${service}`,
  ProbeProcess: ({ request }) => `probe ${String(request)}`,
  OpenLog: () => 'log',
  OpenControl: () => 'control',
  StartEmergencyShell: () => 'shell',
  EndProcesses: () => 'end of processes',
  EndSystem: () => 'end of system',
};

type EventOf<K extends MinitEventType> = MinitEvent & { readonly type: K };

/** The same for the outcomes. */
const keyOfOutcome: {
  readonly [K in MinitEventType]?: (event: EventOf<K>) => string;
} = {
  TimerFired: ({ timer }) => `timer ${timer}`,
  ProcessSpawned: ({ service }) => `spawn ${service}`,
  SpawnFailed: ({ service }) => `spawn ${service}`,
  ServiceRead: ({ service }) => `read ${service}`,
  ServiceMissing: ({ service }) => `read ${service}`,
  ProcessProbed: ({ request }) => `probe ${String(request)}`,
  LogOpened: () => 'log',
  LogFailed: () => 'log',
  ControlOpened: () => 'control',
  ControlFailed: () => 'control',
  EmergencyShellStarted: () => 'shell',
  EmergencyShellFailed: () => 'shell',
  ProcessesEnded: () => 'end of processes',
  SystemEndFailed: () => 'end of system',
};

type KeyOf = Readonly<Record<string, ((value: unknown) => string) | undefined>>;

const keyOf = ({ type, params }: Effect): string | undefined =>
  (keyOfEffect as KeyOf)[type]?.(params);
const answeredBy = (event: MinitEvent): string | undefined =>
  (keyOfOutcome as KeyOf)[event.type]?.(event);

/** Follows the records of a boot; costs what a record asks for, however much is outstanding. */
export class Outstanding {
  private readonly askedByKey: Map<string, Asked>;

  constructor(asked: readonly Asked[] = []) {
    this.askedByKey = new Map(asked.map((one) => [keyOf(one.effect) ?? '', one]));
  }

  /** In the order in which it was asked. */
  get list(): readonly Asked[] {
    return [...this.askedByKey.values()];
  }

  note({ seq, at, event, effects }: LogRecord): void {
    const answered = answeredBy(event);
    if (answered !== undefined) this.askedByKey.delete(answered);
    for (let index = 0; index < effects.length; index += 1) {
      const effect = effects[index];
      if (effect?.type === 'CancelTimer') this.askedByKey.delete(`timer ${effect.params.timer}`);
      const key = effect && keyOf(effect);
      if (effect === undefined || key === undefined) continue;
      // Asked for again, it comes last.
      this.askedByKey.delete(key);
      this.askedByKey.set(key, { seq, at, effect });
    }
  }
}
