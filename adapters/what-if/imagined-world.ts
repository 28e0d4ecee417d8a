/**
 * The recorded world, asked again: what minit asks for comes to what it came to then, after as long, with the
 * changes laid over it. What was never asked then is answered by an assumption, of which note is taken.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from '../../machines/definition';
import type { Effect, EffectParams } from '../../machines/effects';
import type { MinitEvent, SystemError } from '../../machines/events';
import { Agenda } from './agenda';
import { Answers } from './answers';
import { Lives } from './lives';
import { endChange, isSameProgram, type Overlay, type StartOutcome } from './overlay';
import { signalTrigger, type Touch } from './recorded-keys';
import type { Ask, Recording } from './recorded-world';
import { Timers } from './timers';

export interface ImaginedWorldOptions {
  readonly recording: Recording;
  readonly overlay: Overlay;
  readonly assume: (text: string) => void;
  /** The number of the event that is about to come. */
  readonly nextSeq: () => number;
}

const soonUs = 1_000;
const enoent: SystemError = { code: 'ENOENT', errno: 2 };

export class ImaginedWorld {
  readonly agenda = new Agenda();
  readonly answers: Answers;
  readonly lives: Lives;
  /** minit has asked for its end, or that of the machine. */
  overAt: number | undefined;
  readonly #overlay: Overlay;
  readonly #assume: (text: string) => void;
  readonly #nextSeq: () => number;
  readonly #timers: Timers;

  constructor({ recording, overlay, assume, nextSeq }: ImaginedWorldOptions) {
    this.#overlay = overlay;
    this.#assume = assume;
    this.#nextSeq = nextSeq;
    this.answers = new Answers(recording, this.agenda);
    this.#timers = new Timers(this.answers);
    const seqOf = (recorded: number): number | undefined => this.answers.seqOf(recorded);
    this.lives = new Lives({ recording, agenda: this.agenda, seqOf, assume });
    for (const outcome of recording.external)
      if (!overlay.isDropped(outcome)) this.answers.comeFromOutside(outcome);
  }

  /** Does what an effect asks for. */
  perform(effect: Effect, touch: Touch): void {
    switch (effect.type) {
      case 'ReadService':
        this.#read(effect, touch);
        break;
      case 'SpawnProcess':
        this.#spawn(effect, touch);
        break;
      case 'SendSignal':
        this.#signal(effect, touch);
        break;
      case 'WatchProcess':
        this.#watch(effect.params, touch);
        break;
      case 'CloseLogPipe':
        for (const life of [...this.lives.all()])
          if (life.readsLogOf === effect.params.service) this.lives.touch(life, 'drain', touch);
        break;
      case 'StartTimer':
        this.#timers.start(effect, touch);
        break;
      case 'CancelTimer':
        this.#timers.cancel(effect.params.timer);
        break;
      case 'ProbeProcess':
        this.#probe(effect, touch);
        break;
      case 'StartEmergencyShell':
        this.#startShell(effect, touch);
        break;
      case 'OpenLog':
      case 'OpenControl':
      case 'UpdateSupervisor':
      case 'EndProcesses':
        this.#askPlainly(effect, touch);
        break;
      case 'EndSystem':
        // Where the kernel refused, it does so again.
        if (!this.#askPlainly(effect, touch)) this.overAt = touch.at;
        break;
      case 'ExitSupervisor':
        this.overAt = touch.at;
        break;
      case 'Reply':
      case 'Report':
        break;
    }
  }

  #read(effect: Effect & { readonly type: 'ReadService' }, { at, seq }: Touch): void {
    const { service, cause = seq } = effect.params;
    const touch = { at, seq: cause };
    const give = (event: MinitEvent | undefined): MinitEvent => this.#directory(service, event);
    const ask = this.answers.next(effect);
    if (ask?.outcome !== undefined) this.answers.answer(ask, touch, { give });
    else {
      const last = this.answers.last(effect);
      this.answers.invent(touch, Math.max(last?.afterUs ?? 0, (ask?.knownUs ?? -1) + 1), () =>
        give(last?.event),
      );
    }
  }

  #directory(service: ServiceName, recorded: MinitEvent | undefined): MinitEvent {
    const known = recorded?.type === 'ServiceRead' ? recorded.definition : undefined;
    const definition: ServiceDefinition | undefined = this.#overlay.definition(service, known);
    if (known !== undefined && definition !== undefined && !isSameProgram(known, definition))
      this.#assume(`${service} does as it did, though its run or params are others`);
    if (definition !== undefined) return { type: 'ServiceRead', service, definition };
    if (recorded?.type === 'ServiceMissing') return recorded;
    if (!this.#overlay.hasOwnTree)
      this.#assume(`there is no service ${service}: its directory was never read`);
    return { type: 'ServiceMissing', service, error: enoent };
  }

  #spawn(effect: Effect & { readonly type: 'SpawnProcess' }, touch: Touch): void {
    const { service, readsLogOf } = effect.params;
    const changed = this.#overlay.start(service, touch);
    const key = `spawn:${service}`;
    const born = { key, service, mode: changed.mode, readsLogOf, begun: touch };
    const ask = this.answers.next(effect);
    const refused = this.#failureOf(
      service,
      changed,
      ask ?? { outcome: this.answers.last(effect) },
    );
    const isMadeReady = changed.startAtUs !== undefined || changed.endAtUs !== undefined;
    const hadFailed = refused !== undefined && changed.error === undefined;
    const failed = isMadeReady && hadFailed ? undefined : refused;
    const change = failed === undefined ? endChange(changed) : ({ never: true } as const);
    const life = this.lives.begin({ ...born, hadFailed }, change);
    if (failed !== undefined && changed.error === undefined && ask === undefined)
      this.#assume(
        `start ${String(life.nth)} of ${service} fails as start ${String(this.answers.count(effect))} did, the last on record`,
      );
    if (changed.isNeverThere) return;
    const give = (): MinitEvent =>
      failed ?? { type: 'ProcessSpawned', service, pid: this.lives.known(life) };
    const byUs = changed.startByUs ?? 0;
    if (ask?.outcome !== undefined && changed.startAtUs === undefined) {
      this.answers.answer(ask, touch, { give, byUs });
      return;
    }
    const last = this.answers.last(effect)?.afterUs ?? soonUs;
    const afterUs = Math.max(last, (ask?.knownUs ?? -1) + 1) + byUs;
    this.answers.invent(
      touch,
      changed.startAtUs === undefined ? afterUs : changed.startAtUs - touch.at,
      give,
    );
  }

  /** How the start fails: by a change, or as it did. */
  #failureOf(
    service: ServiceName,
    { error }: StartOutcome,
    { outcome }: Pick<Ask, 'outcome'>,
  ): MinitEvent | undefined {
    if (error === undefined)
      return outcome?.event.type === 'SpawnFailed' ? outcome.event : undefined;
    const isFork = error.code === 'EAGAIN' || error.code === 'ENOMEM';
    return { type: 'SpawnFailed', service, stage: isFork ? 'fork' : 'execute', error };
  }

  #signal(effect: Effect & { readonly type: 'SendSignal' }, touch: Touch): void {
    const { service, pid, signal } = effect.params;
    const ask = this.answers.next(effect);
    const life = this.lives.get(pid);
    if (ask?.outcome !== undefined) this.answers.answer(ask, touch, {});
    else if (life === undefined && ask === undefined) {
      const error = { code: 'ESRCH', errno: 3 };
      this.answers.invent(touch, 0, () => ({ type: 'SignalFailed', service, pid, signal, error }));
    }
    if (life !== undefined) this.lives.touch(life, signalTrigger(signal), touch);
  }

  #watch({ service, pid }: EffectParams<'WatchProcess'>, touch: Touch): void {
    if (this.lives.get(pid) !== undefined) return;
    const key = `watch:${service}`;
    const born = {
      key,
      service,
      mode: 'respawn',
      readsLogOf: undefined,
      begun: touch,
      pid,
    } as const;
    this.lives.known(this.lives.begin(born));
  }

  #probe(effect: Effect & { readonly type: 'ProbeProcess' }, touch: Touch): void {
    const { request, pid } = effect.params;
    const ask = this.answers.next(effect);
    const recorded = ask?.outcome?.event;
    const isSame = recorded?.type === 'ProcessProbed' && recorded.pid === pid;
    if (ask !== undefined && isSame)
      this.answers.answer(ask, touch, { give: () => ({ ...recorded, request }) });
    else
      this.answers.invent(touch, (ask?.knownUs ?? -1) + 1, () => {
        const alive = this.lives.get(pid) !== undefined;
        return { type: 'ProcessProbed', request, pid, alive };
      });
  }

  #startShell(effect: Effect & { readonly type: 'StartEmergencyShell' }, touch: Touch): void {
    const ask = this.answers.next(effect);
    const recorded = ask?.outcome?.event;
    if (ask !== undefined && recorded?.type === 'EmergencyShellFailed') {
      this.answers.answer(ask, touch, {});
      return;
    }
    // Its life begins when its PID is told.
    const at = touch.at + (ask?.outcome?.afterUs ?? (ask?.knownUs ?? soonUs) + 1);
    this.agenda.add({
      at,
      order: at + (ask?.outcome?.lagUs ?? 0),
      rank: ask?.outcome?.seq ?? Infinity,
      happen: () => {
        if (ask?.outcome === undefined)
          this.#assume('the emergency shell starts at once, and nobody ends it');
        const cause =
          ask?.outcome === undefined ? touch.seq : this.answers.causeOf(ask.outcome, ask, touch);
        const seq = this.#nextSeq();
        const mode = 'respawn';
        const begun = { seq, at };
        const born = {
          key: 'shell',
          service: undefined,
          mode,
          readsLogOf: undefined,
          begun,
        } as const;
        const pid = this.lives.known(this.lives.begin(born));
        return {
          event: { type: 'EmergencyShellStarted', pid },
          cause,
          recorded: ask?.outcome?.seq,
        };
      },
    });
  }

  /** What comes the same again, or else as it mostly does. Returns whether something comes of it. */
  #askPlainly(effect: Effect, touch: Touch): boolean {
    const ask = this.answers.next(effect);
    if (ask !== undefined) return this.answers.answer(ask, touch, {}) !== undefined;
    const last = this.answers.last(effect)?.event;
    if (effect.type === 'OpenControl')
      this.answers.invent(touch, soonUs, () => ({ type: 'ControlOpened' }));
    if (effect.type === 'OpenLog' && last?.type === 'LogOpened')
      this.answers.invent(touch, soonUs, () => last);
    if (effect.type === 'EndProcesses') {
      this.#assume('whatever else runs ends of SIGTERM when the machine does');
      this.answers.invent(touch, soonUs, () => ({ type: 'ProcessesEnded', by: 'TERM' }));
    }
    if (effect.type === 'UpdateSupervisor')
      this.#assume('an update that is not on record comes to nothing');
    return false;
  }
}
