/**
 * Runs a recorded boot again with changes laid over it: the fold decides, the recorded world answers. With no
 * change at all the same events come at the same instants.
 *
 * @module
 */
import type { LogRecord } from '../../effects/ports';
import type { Change } from '../../insight/what-if/what-if-changes';
import { TimelineBuilder, type Timeline } from '../../insight/timeline';
import type { ServiceName } from '../../machines/definition';
import { fold, initialState } from '../../machines/fold';
import { checkInvariantsAfter } from '../../machines/invariants';
import { innerState, stateName, type SupervisorState } from '../../machines/state';
import type { Tree } from '../simulated/tree';
import type { Happening } from './agenda';
import { ImaginedWorld } from './imagined-world';
import { Impossible, Overlay, sinceBoot, type Intervention } from './overlay';
import type { Recording } from './recorded-world';

export interface WhatIf {
  readonly recording: Recording;
  readonly changes: readonly Change[];
  /** When minit started, CLOCK_BOOTTIME in µs. */
  readonly bootAt: number;
  readonly tree?: Tree | undefined;
  /** To be seen at least up to here, CLOCK_BOOTTIME in µs; otherwise up to the end of the log. */
  readonly until?: number;
}

export interface Imagined {
  readonly state: SupervisorState;
  readonly records: readonly LogRecord[];
  readonly timeline: Timeline;
  /** Nothing else happens up to here, CLOCK_BOOTTIME in µs. */
  readonly seenUntil: number;
  /** What is not on record and was taken to be so; sentences without a full stop. */
  readonly assumed: readonly string[];
}

/** So long after the end of the log, and what a change delays, a boot that has not settled is given up. */
const patienceUs = 600_000_000;

/** So long after the last change, or after the boot has settled at last, it is seen what comes of that. */
const consequencesUs = 10_000_000;

/** @throws Impossible where a change cannot be. */
export function imagine(whatIf: WhatIf): Imagined {
  for (const change of whatIf.changes) checkInReach(change, whatIf);
  const run = new Run(whatIf);
  while (run.goOn());
  return run.finish();
}

function delayOf(change: Change): number {
  if (change.kind !== 'ready' || change.readiness.when === 'never') return 0;
  return change.readiness.when === 'at' ? change.readiness.atUs : change.readiness.byUs;
}

/**
 * What happens meanwhile is kept, and takes its time: there must be an end to it.
 *
 * @throws Impossible
 */
function checkInReach(change: Change, { recording: { endAt }, bootAt }: WhatIf): void {
  const isEvent = change.kind === 'exits' || change.kind === 'request';
  const us = isEvent ? change.atUs : delayOf(change);
  if (us <= endAt - bootAt + patienceUs) return;
  throw new Impossible(
    change,
    `${sinceBoot(us)} is too late: the log ends at ${sinceBoot(endAt - bootAt)}, and what follows is imagined for ten minutes at most`,
  );
}

class Run {
  readonly #whatIf: WhatIf;
  readonly #overlay: Overlay;
  readonly #world: ImaginedWorld;
  readonly #timeline = new TimelineBuilder();
  readonly #records: LogRecord[] = [];
  readonly #assumed = new Set<string>();
  #state = initialState();
  #pending: number;
  /** What the changes may delay the boot by, at most. */
  readonly #delayUs: number;
  /** Beyond the end of the log. */
  #lookUntil = 0;

  constructor(whatIf: WhatIf) {
    const { recording, changes, bootAt, tree } = whatIf;
    this.#whatIf = whatIf;
    this.#overlay = new Overlay({
      ...{ recording, changes, bootAt, tree },
      modeOf: (service) => this.#state.services.get(service)?.context.definition.mode ?? 'oneshot',
    });
    this.#world = new ImaginedWorld({
      recording,
      overlay: this.#overlay,
      assume: (text) => this.#assumed.add(text),
      nextSeq: () => this.#state.seq + 1,
    });
    this.#delayUs = changes.reduce((sum, change) => sum + delayOf(change), 0);
    const interventions = this.#overlay.interventions();
    this.#pending = interventions.length;
    for (const intervention of interventions) {
      const { at } = intervention;
      const happen = (): Happening => this.#intervene(intervention);
      this.#world.agenda.add({ at, order: at, rank: Infinity, happen });
    }
  }

  /** Lets the next thing happen; returns `false` when there is nothing more to see. */
  goOn(): boolean {
    const { agenda } = this.#world;
    const next = agenda.peek();
    if (next === undefined || !this.#isWorthSeeing(next.order)) return false;
    agenda.take();
    const happening = next.happen();
    if (happening === undefined) return true;
    const { event, cause, recorded } = happening;
    const seq = this.#state.seq + 1;
    const occurred = { seq, at: next.at, ...(cause !== undefined && { cause }), event };
    const { state, effects, transitions } = fold(this.#state, occurred);
    checkInvariantsAfter(this.#state, state);
    if (recorded !== undefined) this.#world.answers.came(recorded, seq);
    this.#state = state;
    this.#records.push({ ...occurred, effects });
    this.#timeline.observe(state, transitions);
    for (const effect of effects) this.#world.perform(effect, { seq, at: next.at });
    return true;
  }

  finish(): Imagined {
    const unmet = this.#overlay.unmet((service) => this.#stateInWords(service));
    if (unmet !== undefined) throw unmet;
    if (this.#pending > 0) this.#refusePending();
    return {
      state: this.#state,
      records: this.#records,
      timeline: this.#timeline.finish(),
      seenUntil:
        this.#world.overAt === undefined
          ? Math.max(this.#state.at, this.#lookUntil)
          : this.#state.at,
      assumed: [...this.#assumed],
    };
  }

  /** Up to the end of the log; beyond it only to see a boot settle, a change happen, or minit end as it did. */
  #isWorthSeeing(order: number): boolean {
    const { overBeforeEndUs, endAt, hasSettled } = this.#whatIf.recording;
    const { overAt } = this.#world;
    // What was noticed in the turn in which minit ended is on record, too.
    if (overAt !== undefined) return order <= overAt + (overBeforeEndUs ?? 0);
    if (order <= Math.max(endAt, this.#whatIf.until ?? 0)) return true;
    if (order > endAt + this.#delayUs + patienceUs && this.#pending === 0) return false;
    const isLate = hasSettled && this.#state.init.value === 'booting';
    if (this.#pending > 0 || isLate) this.#lookUntil = order + consequencesUs;
    return order <= this.#lookUntil || overBeforeEndUs !== undefined;
  }

  /** @throws Impossible */
  #intervene({ change, what, at }: Intervention): Happening {
    this.#pending -= 1;
    if (what.kind === 'request')
      return {
        event: { type: 'RequestReceived', request: what.request },
        cause: undefined,
        recorded: undefined,
      };
    const { service, status } = what;
    const when = sinceBoot(at - this.#whatIf.bootAt);
    const life = [...this.#world.lives.all()].find((each) => each.service === service);
    const pid = this.#state.services.get(service)?.context.pid;
    if (life === undefined || pid !== life.pid)
      throw new Impossible(
        change,
        `${service} cannot exit at ${when}: it is not running then (${this.#stateInWords(service)})`,
      );
    const event = this.#world.lives.endNow(life, status);
    return { event, cause: life.lastTouch, recorded: undefined };
  }

  /** @throws Impossible */
  #refusePending(): void {
    const { bootAt } = this.#whatIf;
    const { at } = this.#state;
    for (const { change, at: then } of this.#overlay.interventions())
      if (then > at)
        throw new Impossible(
          change,
          `nothing can happen at ${sinceBoot(then - bootAt)}: minit has ended at ${sinceBoot(at - bootAt)}`,
        );
  }

  #stateInWords(service: ServiceName): string {
    const found = this.#state.services.get(service);
    if (found === undefined) return 'nobody has asked for it by then';
    if (found.context.definition.run === undefined)
      return `${stateName(found)}, a bundle of dependencies without a process`;
    const inner = innerState(found);
    return inner === undefined ? stateName(found) : `${stateName(found)}, ${inner}`;
  }
}
