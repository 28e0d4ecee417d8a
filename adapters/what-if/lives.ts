/**
 * The processes of an imagined boot. The n-th process of a service lives as its n-th recorded one did; where
 * that is not on record, as the last one that is, or as a good program does, and that is an assumption.
 *
 * @module
 */
import type { ServiceMode } from '../../machines/definition';
import { signalName } from '../../machines/describe-process';
import type { ExitStatus, MinitEvent } from '../../machines/events';
import { signals } from '../../machines/service-context';
import { planOf } from '../simulated/behaviours';
import type { Agenda, Entry } from './agenda';
import type { Touch, Trigger } from './recorded-keys';
import type { Life, Recording } from './recorded-world';

/** A process of the imagined boot. */
export interface ImaginedLife {
  readonly key: string;
  /** `undefined` for the emergency shell. */
  readonly service: string | undefined;
  /** 1 for the first. */
  readonly nth: number;
  /** The recorded process that it lives as. */
  readonly model: Life | undefined;
  /** There is no n-th one on record. */
  readonly isAssumed: boolean;
  readonly mode: ServiceMode;
  readonly readsLogOf: string | undefined;
  readonly begun: Touch;
  /** To what its end would be traced. */
  lastTouch: number;
  pid: number | undefined;
  /** minit knows its PID. */
  isKnown: boolean;
  isOver: boolean;
  end: Entry | undefined;
}

export interface NewLife {
  readonly key: string;
  readonly service: string | undefined;
  readonly mode: ServiceMode;
  readonly readsLogOf: string | undefined;
  readonly begun: Touch;
  readonly pid?: number;
  /** Its start had failed on record: no recorded process is its own. */
  readonly hadFailed?: boolean;
}

export interface LivesOptions {
  readonly recording: Recording;
  readonly agenda: Agenda;
  /** Which event of the imagined boot is this one of the log? */
  readonly seqOf: (recorded: number) => number | undefined;
  /** Takes note of what is assumed. */
  readonly assume: (text: string) => void;
}

/** A change to how a process lives. Times in µs. */
export interface EndChange {
  readonly byUs?: number;
  readonly atUs?: number;
  readonly never?: true;
}

const soonUs = 1_000;
/** Those that end a process by default and are sent for that. */
const endingSignals: ReadonlySet<number> = new Set([2, 3, signals.SIGKILL, signals.SIGTERM]);
const signalOf = (trigger: Trigger): number => Number(/\d+/u.exec(trigger)?.[0] ?? 0);

export class Lives {
  readonly #options: LivesOptions;
  readonly #counts = new Map<string, number>();
  readonly #byPid = new Map<number, ImaginedLife>();
  #lastPid: number;

  constructor(options: LivesOptions) {
    this.#options = options;
    this.#lastPid = options.recording.pidMax;
  }

  get(pid: number): ImaginedLife | undefined {
    return this.#byPid.get(pid);
  }

  all(): Iterable<ImaginedLife> {
    return this.#byPid.values();
  }

  /** A process begins; `change`: what is otherwise about its own end. */
  begin(born: NewLife, change: EndChange = {}): ImaginedLife {
    const lives = this.#options.recording.lives.get(born.key) ?? [];
    const hadFailed = born.hadFailed === true;
    const recorded = hadFailed ? lives.filter(({ pid }) => pid !== undefined) : lives;
    const nth = (this.#counts.get(born.key) ?? 0) + 1;
    this.#counts.set(born.key, nth);
    const life: ImaginedLife = {
      ...born,
      nth,
      model: (hadFailed ? undefined : recorded[nth - 1]) ?? recorded.at(-1),
      isAssumed: hadFailed || nth > recorded.length,
      lastTouch: born.begun.seq,
      pid: born.pid,
      isKnown: false,
      isOver: false,
      end: undefined,
    };
    const isChanged = change.never === true || change.atUs !== undefined;
    if (life.isAssumed && !isChanged) this.#assumeLife(life, recorded.length);
    if (change.atUs !== undefined) this.#endAt(life, { at: change.atUs, status: { code: 0 } });
    else if (change.never !== true)
      this.touch(life, 'begin', { ...born.begun, byUs: change.byUs ?? 0 });
    return life;
  }

  #assumeLife({ service, nth, model }: ImaginedLife, count: number): void {
    const who = service === undefined ? 'the emergency shell' : service;
    const like =
      model === undefined
        ? 'starts at once and does as a good program does: none of its processes is on record'
        : `lives as process ${String(count)} did, the last on record (${fateOf(model)})`;
    this.#options.assume(`process ${String(nth)} of ${who} ${like}`);
  }

  /** Chooses its PID: the recorded one, unless somebody else has it. */
  pidOf(life: ImaginedLife): number {
    if (life.pid !== undefined) return life.pid;
    const recorded = life.isAssumed ? undefined : life.model?.pid;
    const isFree =
      recorded !== undefined && (!this.#byPid.has(recorded) || life.model?.takesPidOver === true);
    life.pid = isFree ? recorded : (this.#lastPid += 1);
    return life.pid;
  }

  /** minit is told its PID. */
  known(life: ImaginedLife): number {
    const pid = this.pidOf(life);
    life.isKnown = true;
    if (!life.isOver) this.#byPid.set(pid, life);
    return pid;
  }

  /** Something happens to it that it may end of. `byUs`: it does so by so much later. */
  touch(life: ImaginedLife, trigger: Trigger, at: Touch & { readonly byUs?: number }): void {
    if (trigger.startsWith('signal')) life.lastTouch = at.seq;
    const { model } = life;
    const recorded = model?.touches.get(trigger);
    if (model?.end?.trigger === trigger) {
      if (life.end === undefined || trigger !== 'begin')
        this.#endAsRecorded(life, at, at.byUs ?? 0);
    } else if (recorded === undefined) this.#assumeEnd(life, trigger, at);
    else if (model?.end === undefined && model !== undefined && trigger !== 'begin')
      this.#endAfterRecord(life, trigger, at);
  }

  /** It ends, now, by a change. */
  endNow(life: ImaginedLife, status: ExitStatus): MinitEvent {
    if (life.end !== undefined) life.end.isCancelled = true;
    return this.#over(life, status);
  }

  #over(life: ImaginedLife, status: ExitStatus): MinitEvent {
    const pid = this.pidOf(life);
    life.isOver = true;
    if (this.#byPid.get(pid) === life) this.#byPid.delete(pid);
    const isChild = !life.key.startsWith('watch:') || !('unknown' in status);
    return isChild ? { type: 'ProcessExited', pid, status } : { type: 'ProcessVanished', pid };
  }

  /** The first end counts. */
  #schedule(life: ImaginedLife, entry: Omit<Entry, 'isCancelled'>): void {
    if (life.end !== undefined && !life.end.isCancelled) {
      if (life.end.order <= entry.order) return;
      life.end.isCancelled = true;
    }
    life.end = this.#options.agenda.add({
      ...entry,
      happen: () => (life.isOver ? undefined : entry.happen()),
    });
  }

  #endAsRecorded(life: ImaginedLife, since: Touch, byUs: number): void {
    const end = life.model?.end;
    if (end === undefined) return;
    const at = since.at + end.afterUs + byUs;
    const isRecorded = !life.isAssumed;
    const isOfTouch = life.model?.touches.get(end.trigger)?.seq === end.cause;
    this.#schedule(life, {
      at,
      order: at + end.lagUs,
      rank: isRecorded ? end.seq : Infinity,
      happen: () => {
        const cause = isOfTouch
          ? since.seq
          : end.cause === undefined
            ? undefined
            : (this.#options.seqOf(end.cause) ?? life.lastTouch);
        const status =
          end.event.type === 'ProcessExited' ? end.event.status : { unknown: true as const };
        const event = this.#over(life, status);
        return { event, cause, recorded: isRecorded ? end.seq : undefined };
      },
    });
  }

  #endAt(life: ImaginedLife, { at, status, note }: InventedEnd): void {
    this.#schedule(life, {
      at,
      order: at,
      rank: Infinity,
      happen: () => {
        if (note !== undefined) this.#options.assume(note);
        return { event: this.#over(life, status), cause: life.lastTouch, recorded: undefined };
      },
    });
  }

  /** What it was sent is on record, but the log ends before it did. */
  #endAfterRecord(life: ImaginedLife, trigger: Trigger, at: Touch): void {
    const { model } = life;
    const touched = model?.touches.get(trigger)?.at ?? 0;
    if (trigger !== 'drain' && !endingSignals.has(signalOf(trigger))) return;
    const knownUs = this.#options.recording.endAt - touched;
    const status = trigger === 'drain' ? { code: 0 } : { signal: signalOf(trigger) };
    const note = `${nameOf(life)} ends soon after the log does`;
    this.#endAt(life, { at: at.at + Math.max(0, knownUs) + soonUs, status, note });
  }

  /** The recorded process was never sent this. */
  #assumeEnd(
    life: ImaginedLife,
    trigger: Trigger,
    since: Touch & { readonly byUs?: number },
  ): void {
    if (trigger === 'begin') {
      const { livesUs } = planOf({}, life.mode);
      const at = since.at + livesUs + (since.byUs ?? 0);
      if (livesUs !== Infinity) this.#endAt(life, { at, status: { code: 0 } });
      return;
    }
    const signal = signalOf(trigger);
    if (trigger !== 'drain' && !endingSignals.has(signal)) return;
    if (life.end?.isCancelled === false && life.end.order <= since.at + soonUs) return;
    const others = this.#options.recording.lives.get(life.key) ?? [];
    const like = others.findIndex(({ end }) => end?.trigger === trigger);
    const end = others[like]?.end;
    const what = trigger === 'drain' ? 'the end of its pipe' : signalName(signal);
    if (end !== undefined && end.event.type === 'ProcessExited') {
      const note = `${nameOf(life)} ends of ${what} as process ${String(like + 1)} did`;
      this.#endAt(life, { at: since.at + end.afterUs, status: end.event.status, note });
      return;
    }
    const status = trigger === 'drain' ? { code: 0 } : { signal };
    const note = signal === signals.SIGKILL ? undefined : `${nameOf(life)} ends at once of ${what}`;
    this.#endAt(life, { at: since.at + soonUs, status, note });
  }
}

/** An end that is not on record. */
interface InventedEnd {
  readonly at: number;
  readonly status: ExitStatus;
  /** What is assumed by it. */
  readonly note?: string | undefined;
}

const nameOf = ({ nth, service }: ImaginedLife): string =>
  `process ${String(nth)} of ${service ?? 'the emergency shell'}`;

function fateOf({ end }: Life): string {
  if (end === undefined) return 'it was there when the log ended';
  if (end.trigger === 'drain') return 'it ended with its pipe';
  if (end.trigger !== 'begin') return `it went on until ${signalName(signalOf(end.trigger))}`;
  return `it ended by itself after ${(end.afterUs / 1_000_000).toFixed(2)} s`;
}
