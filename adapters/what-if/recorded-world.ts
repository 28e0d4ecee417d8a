/**
 * What the world did in a recorded boot, taken apart so that it can do it again: each thing that minit asked
 * for with what came of it and after how long, each process with its life, and what came from outside.
 *
 * @module
 */
import type { Effect } from '../../machines/effects';
import type { MinitEvent, TimerId } from '../../machines/events';
import type { LoggedRecord } from '../../machines/log-format';
import type { SupervisorState } from '../../machines/state';
import {
  answeredKey,
  askKey,
  signalTrigger,
  triggerOf,
  type Touch,
  type Trigger,
} from './recorded-keys';

/** An event of the log, as it stands to what led to it. */
export interface Outcome {
  readonly event: MinitEvent;
  readonly seq: number;
  readonly cause: number | undefined;
  /** Since what it is measured from, µs. */
  readonly afterUs: number;
  /** By so much the events before it in the log are stamped later than it. */
  readonly lagUs: number;
}

/** Something that minit asked of the world once. */
export interface Ask {
  /** The event to which the outcome is traced. */
  readonly cause: number;
  readonly at: number;
  /** A timer: how long it was to run. */
  readonly delayUs: number;
  outcome: Outcome | undefined;
  /** For so long nothing came of it; where there is no outcome. */
  knownUs: number;
  /** A timer: the event that cancelled or replaced it. */
  cancelledBy: number | undefined;
}

/** A process from its start, or since it was watched, to its end. */
export interface Life {
  /** The first of each kind. */
  readonly touches: Map<Trigger, Touch>;
  readonly readsLogOf: string | undefined;
  pid: number | undefined;
  /** Another process was known by this PID when it got it. */
  takesPidOver: boolean;
  end: (Outcome & { readonly trigger: Trigger }) | undefined;
}

/** What no effect led to: `afterUs` is the instant itself. */
export type External = Outcome;

export interface Recording {
  readonly external: readonly External[];
  /** By what was asked, in the order of asking; see {@link askKey}. */
  readonly asks: ReadonlyMap<string, readonly Ask[]>;
  /** By `spawn:SERVICE`, `watch:SERVICE` and `shell`, in the order of their beginnings. */
  readonly lives: ReadonlyMap<string, readonly Life[]>;
  readonly pidMax: number;
  /** The latest instant on record, CLOCK_BOOTTIME in µs. */
  readonly endAt: number;
  /** Every service that the boot wanted was up, done or failed by then. */
  readonly hasSettled: boolean;
  /** minit, or the machine with it, has ended; so much is on record after that was asked for. */
  readonly overBeforeEndUs: number | undefined;
}

const append = <T>(map: Map<string, T[]>, key: string, item: T): void => {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
};

/** Takes a log apart: {@link Recorder.observe} takes each record, in order. */
export class Recorder {
  readonly #external: External[] = [];
  readonly #asks = new Map<string, Ask[]>();
  readonly #open = new Map<string, Ask[]>();
  readonly #timers = new Map<TimerId, Ask>();
  readonly #lives = new Map<string, Life[]>();
  readonly #lifeByPid = new Map<number, Life>();
  readonly #lifeBySpawn = new Map<Ask, Life>();
  /** Exits of processes whose start is not on record yet. */
  readonly #early = new Map<number, External>();
  #pidMax = 1;
  #order = 0;
  #overAt: number | undefined;
  #hasSettled = false;

  /** `state`: after the event. */
  observe(record: LoggedRecord, state: SupervisorState): void {
    this.#hasSettled = state.init.value !== 'booting';
    this.#order = Math.max(this.#order, record.at);
    if (!this.#claim(record)) {
      const outcome = this.#outcome(record, 0);
      this.#external.push(outcome);
      if (record.event.type === 'ProcessExited') this.#early.set(record.event.pid, outcome);
    }
    if (record.event.type === 'SystemEndFailed') this.#overAt = undefined;
    for (const effect of record.effects) this.#take(effect, record);
  }

  finish(): Recording {
    for (const asks of this.#asks.values())
      for (const ask of asks)
        if (ask.outcome === undefined && ask.cancelledBy === undefined)
          ask.knownUs = this.#order - ask.at;
    return {
      external: this.#external,
      asks: this.#asks,
      lives: this.#lives,
      pidMax: this.#pidMax,
      endAt: this.#order,
      hasSettled: this.#hasSettled,
      overBeforeEndUs: this.#overAt === undefined ? undefined : this.#order - this.#overAt,
    };
  }

  #outcome({ event, seq, at, cause }: LoggedRecord, since: number): Outcome {
    return { event, seq, cause, afterUs: at - since, lagUs: this.#order - at };
  }

  /** Returns whether something is known that led to the event. */
  #claim(record: LoggedRecord): boolean {
    const { event } = record;
    if (event.type === 'ProcessExited' || event.type === 'ProcessVanished')
      return this.#endLife(event.pid, record);
    const key = answeredKey(event);
    const ask = key === undefined ? undefined : this.#answered(key, record.cause);
    if (ask === undefined) return false;
    ask.outcome = this.#outcome(record, ask.at);
    if (event.type === 'EmergencyShellStarted')
      this.#known(this.#begin('shell', record, undefined), event.pid);
    if (event.type === 'ProcessSpawned') {
      const life = this.#lifeBySpawn.get(ask);
      if (life !== undefined) this.#known(life, event.pid);
    }
    return true;
  }

  #answered(key: string, cause: number | undefined): Ask | undefined {
    const open = this.#open.get(key) ?? [];
    const place = open.findIndex((ask) => ask.cause === cause);
    const isLate = ({ cancelledBy }: Ask): boolean => cancelledBy !== undefined;
    const found = place >= 0 ? place : open.findIndex((ask) => !isLate(ask));
    return found < 0 ? undefined : open.splice(found, 1)[0];
  }

  #endLife(pid: number, record: LoggedRecord): boolean {
    const life = this.#lifeByPid.get(pid);
    if (life === undefined) return false;
    this.#lifeByPid.delete(pid);
    const trigger = triggerOf(record.event, life.touches);
    life.end = { ...this.#outcome(record, life.touches.get(trigger)?.at ?? 0), trigger };
    return true;
  }

  #begin(key: string, { seq, at }: LoggedRecord, readsLogOf: string | undefined): Life {
    const touches = new Map<Trigger, Touch>([['begin', { seq, at }]]);
    const life = { touches, readsLogOf, pid: undefined, takesPidOver: false, end: undefined };
    append<Life>(this.#lives, key, life);
    return life;
  }

  /** Its PID is on record now; it may have ended before. */
  #known(life: Life, pid: number): void {
    life.pid = pid;
    this.#pidMax = Math.max(this.#pidMax, pid);
    const early = this.#early.get(pid);
    const begun = life.touches.get('begin');
    this.#early.delete(pid);
    if (early !== undefined && begun !== undefined && early.seq > begun.seq) {
      this.#external.splice(this.#external.indexOf(early), 1);
      life.end = { ...early, afterUs: early.afterUs - begun.at, trigger: 'begin' };
      return;
    }
    life.takesPidOver = this.#lifeByPid.has(pid);
    this.#lifeByPid.set(pid, life);
  }

  #take(effect: Effect, record: LoggedRecord): void {
    const { seq, at } = record;
    const key = askKey(effect);
    let asked: Ask | undefined;
    if (key !== undefined) {
      const cause = effect.type === 'ReadService' ? (effect.params.cause ?? seq) : seq;
      const delayUs = effect.type === 'StartTimer' ? effect.params.delayMs * 1_000 : 0;
      asked = { cause, at, delayUs, outcome: undefined, knownUs: 0, cancelledBy: undefined };
      append(this.#asks, key, asked);
      append(this.#open, key, asked);
    }
    switch (effect.type) {
      case 'SpawnProcess':
        if (asked !== undefined)
          this.#lifeBySpawn.set(asked, this.#begin(key ?? '', record, effect.params.readsLogOf));
        break;
      case 'WatchProcess':
        if (!this.#lifeByPid.has(effect.params.pid))
          this.#known(
            this.#begin(`watch:${effect.params.service}`, record, undefined),
            effect.params.pid,
          );
        break;
      case 'SendSignal':
        touch(this.#lifeByPid.get(effect.params.pid), signalTrigger(effect.params.signal), record);
        break;
      case 'CloseLogPipe':
        for (const life of this.#lifeByPid.values())
          if (life.readsLogOf === effect.params.service) touch(life, 'drain', record);
        break;
      case 'StartTimer':
      case 'CancelTimer':
        this.#cancel(effect.params.timer, record);
        if (asked !== undefined) this.#timers.set(effect.params.timer, asked);
        break;
      case 'ExitSupervisor':
      case 'EndSystem':
        this.#overAt = this.#order;
        break;
      case 'ReadService':
      case 'ProbeProcess':
      case 'Reply':
      case 'Report':
      case 'OpenLog':
      case 'OpenControl':
      case 'UpdateSupervisor':
      case 'StartEmergencyShell':
      case 'EndProcesses':
        break;
    }
  }

  #cancel(timer: TimerId, { seq }: LoggedRecord): void {
    const ask = this.#timers.get(timer);
    this.#timers.delete(timer);
    if (ask === undefined || ask.outcome !== undefined) return;
    ask.cancelledBy = seq;
    ask.knownUs = this.#order - ask.at;
  }
}

function touch(life: Life | undefined, trigger: Trigger, { seq, at }: Touch): void {
  if (life?.touches.has(trigger) === false) life.touches.set(trigger, { seq, at });
}
