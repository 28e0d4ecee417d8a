/**
 * What minit has asked of the world and has not been answered yet: spawns, timers, directories that are
 * read. It follows from the records alone, so that a minit that was executed anew can ask once more.
 *
 * @module
 */
import type { Effect, EffectType } from '../machines/effects';
import type { MinitEventType } from '../machines/events';
import type { LogRecord } from './ports';

/** An effect that is owed an outcome, and the event that asked for it. */
export interface Asked {
  readonly seq: number;
  /** CLOCK_BOOTTIME, µs. */
  readonly at: number;
  readonly effect: Effect;
}

/** Effects that are owed an outcome, and the member by which one of a kind is told from another; `''`: there is one only. */
const knownBy = {
  StartTimer: 'timer',
  SpawnProcess: 'service',
  ReadService: 'service',
  ProbeProcess: 'request',
  OpenLog: '',
  OpenControl: '',
  StartEmergencyShell: '',
  EndProcesses: '',
  EndSystem: '',
} as const satisfies Partial<Record<EffectType, string>>;
type Owed = keyof typeof knownBy;

/** Which of them an event is the outcome of; the member has the same name there. */
const answeredBy: Readonly<Partial<Record<MinitEventType, Owed>>> = {
  TimerFired: 'StartTimer',
  ProcessSpawned: 'SpawnProcess',
  SpawnFailed: 'SpawnProcess',
  ServiceRead: 'ReadService',
  ServiceMissing: 'ReadService',
  ProcessProbed: 'ProbeProcess',
  LogOpened: 'OpenLog',
  LogFailed: 'OpenLog',
  ControlOpened: 'OpenControl',
  ControlFailed: 'OpenControl',
  EmergencyShellStarted: 'StartEmergencyShell',
  EmergencyShellFailed: 'StartEmergencyShell',
  ProcessesEnded: 'EndProcesses',
  SystemEndFailed: 'EndSystem',
};

/** Such an effect among others of its kind, and its place among all. */
interface Placed {
  readonly place: number;
  readonly asked: Asked;
}

const isOwed = (type: EffectType): type is Owed => type in knownBy;
/** Names and numbers as they are: what is put together for each start of a boot has to be hashed anew. */
const subjectOf = (type: Owed, members: object): unknown =>
  (members as Readonly<Record<string, unknown>>)[knownBy[type]];

/** Follows the records of a boot; costs what a record asks for, however much is outstanding. */
export class Outstanding {
  private readonly asked = new Map<Owed, Map<unknown, Placed>>();
  private lastPlace = 0;

  constructor(asked: readonly Asked[] = []) {
    asked.forEach((one) => {
      if (isOwed(one.effect.type)) this.add(one.effect.type, one);
    });
  }

  /** In the order in which it was asked. */
  get list(): readonly Asked[] {
    return [...this.asked.values()]
      .flatMap((some) => [...some.values()])
      .sort((a, b) => a.place - b.place)
      .map(({ asked }) => asked);
  }

  note({ seq, at, event, effects }: LogRecord): void {
    const answered = answeredBy[event.type];
    if (answered !== undefined) this.asked.get(answered)?.delete(subjectOf(answered, event));
    for (let index = 0; index < effects.length; index += 1) {
      const effect = effects[index];
      if (effect === undefined) continue;
      const { type } = effect;
      if (type === 'CancelTimer') this.asked.get('StartTimer')?.delete(effect.params.timer);
      else if (isOwed(type)) this.add(type, { seq, at, effect });
    }
  }

  /** Asked for again, it comes last. */
  private add(type: Owed, asked: Asked): void {
    const some = this.asked.get(type) ?? new Map<unknown, Placed>();
    this.asked.set(type, some);
    this.lastPlace += 1;
    some.set(subjectOf(type, asked.effect.params), { place: this.lastPlace, asked });
  }
}
