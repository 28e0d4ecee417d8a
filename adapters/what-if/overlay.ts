/**
 * The changes of a what-if as the imagined world asks for them: what a directory says, how a start goes, what
 * comes from outside. A change that cannot be, in the state that the boot is in by then, is a {@link Impossible}.
 *
 * @module
 */
import type { Change } from '../../insight/what-if/what-if-changes';
import { describeDuration } from '../../machines/describe-process';
import type { ServiceDefinition, ServiceMode, ServiceName } from '../../machines/definition';
import type { ExitStatus, SystemError } from '../../machines/events';
import { extensionPrefix } from '../../machines/requests';
import type { Tree } from '../simulated/tree';
import type { EndChange } from './lives';
import type { Touch } from './recorded-keys';
import type { Outcome, Recording } from './recorded-world';

/** A change cannot be made: why not, in that state. */
export class Impossible extends Error {
  constructor(
    readonly change: Change,
    text: string,
  ) {
    super(text);
  }
}

/** How a process is to start and end otherwise than on record. Times in µs, instants by CLOCK_BOOTTIME. */
export interface StartOutcome {
  readonly mode: ServiceMode;
  readonly startByUs?: number;
  readonly startAtUs?: number;
  readonly isNeverThere?: true;
  readonly endByUs?: number;
  readonly endAtUs?: number;
  readonly endsNever?: true;
  readonly error?: SystemError;
}

/** Something that happens at an instant. */
export interface Intervention {
  readonly change: Change;
  /** CLOCK_BOOTTIME in µs. */
  readonly at: number;
  readonly what:
    | { readonly kind: 'exit'; readonly service: ServiceName; readonly status: ExitStatus }
    | { readonly kind: 'request'; readonly request: string };
}

export interface OverlayOptions {
  readonly changes: readonly Change[];
  readonly recording: Recording;
  /** When minit started: what `+12s` counts from. CLOCK_BOOTTIME in µs. */
  readonly bootAt: number;
  /** Of the last `root` among the changes. */
  readonly tree: Tree | undefined;
  /** The mode of a service as minit knows it now. */
  readonly modeOf: (service: ServiceName) => ServiceMode;
}

const requestNearUs = 500_000;

export class Overlay {
  readonly #options: OverlayOptions;
  readonly #dropped = new Set<Outcome>();
  readonly #starts = new Map<ServiceName, number>();
  readonly #met = new Set<Change>();

  /** @throws Impossible */
  constructor(options: OverlayOptions) {
    this.#options = options;
    for (const change of options.changes)
      if (change.kind === 'no-request') this.#dropped.add(this.#requestNear(change));
  }

  get hasOwnTree(): boolean {
    return this.#options.tree !== undefined;
  }

  isDropped(outcome: Outcome): boolean {
    return this.#dropped.has(outcome);
  }

  interventions(): Intervention[] {
    return this.#options.changes.flatMap((change): Intervention[] => {
      if (change.kind === 'exits') {
        const { service, status } = change;
        return [{ change, at: this.#at(change.atUs), what: { kind: 'exit', service, status } }];
      }
      if (change.kind !== 'request') return [];
      const { service, verb } = change;
      const request =
        verb === 'start'
          ? `s${service}`
          : `${extensionPrefix}${JSON.stringify({ do: 'stop', service })}`;
      return [{ change, at: this.#at(change.atUs), what: { kind: 'request', request } }];
    });
  }

  /** What the directory of `service` says, where it said `recorded`. @throws Impossible */
  definition(
    service: ServiceName,
    recorded: ServiceDefinition | undefined,
  ): ServiceDefinition | undefined {
    const { tree, changes } = this.#options;
    let definition = tree === undefined ? recorded : tree.get(service);
    for (const change of changes) {
      if (change.kind !== 'edit' || change.service !== service) continue;
      this.#met.add(change);
      if (definition === undefined)
        throw new Impossible(change, `${service} has no service directory that could be changed`);
      definition = edited(definition, change);
    }
    return definition;
  }

  /** How the next process of `service` starts and ends. @throws Impossible */
  start(service: ServiceName, { at }: Touch): StartOutcome {
    const nth = (this.#starts.get(service) ?? 0) + 1;
    this.#starts.set(service, nth);
    let outcome: StartOutcome = { mode: this.#options.modeOf(service) };
    for (const change of this.#options.changes) {
      if (change.kind === 'spawn-fails' && change.service === service) {
        this.#met.add(change);
        outcome = { ...outcome, error: change.error };
      } else if (change.kind === 'ready' && change.service === service) {
        this.#met.add(change);
        const isMeant = nth === 1 || change.readiness.when === 'never';
        if (isMeant) outcome = { ...outcome, ...this.#readiness(change, outcome.mode, at) };
      }
    }
    return outcome;
  }

  /** A change that nothing in the boot had to do with. `stateOf` tells the state of a service in words. */
  unmet(stateOf: (service: ServiceName) => string): Impossible | undefined {
    for (const change of this.#options.changes) {
      if (this.#met.has(change)) continue;
      if (change.kind === 'edit')
        return new Impossible(
          change,
          `the directory of ${change.service} is never read in this boot`,
        );
      if (change.kind === 'ready' || change.kind === 'spawn-fails') {
        const { service } = change;
        return new Impossible(
          change,
          `${service} is never started in this boot: ${stateOf(service)}`,
        );
      }
    }
    return undefined;
  }

  #at(sinceBootUs: number): number {
    return this.#options.bootAt + sinceBootUs;
  }

  /** Dependents of `sync` wait for its end, those of others for its process. */
  #readiness(
    change: Change & { readonly kind: 'ready' },
    mode: ServiceMode,
    begunAt: number,
  ): Partial<StartOutcome> {
    const { service, readiness } = change;
    const isByEnd = mode === 'sync';
    const start = this.#options.recording.asks.get(`spawn:${service}`)?.[0]?.outcome;
    if (readiness.when === 'never') return isByEnd ? { endsNever: true } : { isNeverThere: true };
    if (readiness.when === 'at') {
      const at = this.#at(readiness.atUs);
      if (at < begunAt) {
        const [then, begun] = [readiness.atUs, begunAt - this.#options.bootAt].map(sinceBoot);
        throw new Impossible(
          change,
          `${service} cannot be ready at ${String(then)}: it is started only at ${String(begun)}`,
        );
      }
      // What starts later, or sooner, ends so.
      const tookUs = start?.event.type === 'ProcessSpawned' ? start.afterUs : 0;
      return isByEnd ? { endAtUs: at } : { startAtUs: at, endByUs: at - begunAt - tookUs };
    }
    const end = this.#options.recording.lives.get(`spawn:${service}`)?.[0]?.end;
    if (isByEnd && end?.trigger !== 'begin')
      throw new Impossible(
        change,
        `${service} cannot be ready later: it is a sync service and ${end === undefined ? 'did not end' : 'did not end by itself'}, so that it never was ready; say when it is: ${service} ready at +…`,
      );
    if (start?.event.type === 'SpawnFailed')
      throw new Impossible(
        change,
        `${service} cannot be ready later: it could not be started, so that it never was ready; say when it is: ${service} ready at +…`,
      );
    return { endByUs: readiness.byUs, ...(!isByEnd && { startByUs: readiness.byUs }) };
  }

  #requestNear(change: Change & { readonly kind: 'no-request' }): Outcome {
    const at = this.#at(change.atUs);
    const requests = this.#options.recording.external
      .filter(({ event }) => event.type === 'RequestReceived')
      .sort((a, b) => Math.abs(a.afterUs - at) - Math.abs(b.afterUs - at));
    const [nearest] = requests;
    if (nearest !== undefined && Math.abs(nearest.afterUs - at) <= requestNearUs) return nearest;
    const hint =
      nearest === undefined
        ? 'the log has no request at all'
        : `the nearest is at ${sinceBoot(nearest.afterUs - this.#options.bootAt)}`;
    throw new Impossible(change, `there is no request at ${sinceBoot(change.atUs)}: ${hint}`);
  }
}

/** `+12 s`, `+0.35 s`, `+3 min 5 s`. */
export const sinceBoot = (us: number): string => `+${describeDuration(us)}`;

/** The same file below the directory, wherever that is, with the same arguments. */
export function isSameProgram(a: ServiceDefinition, b: ServiceDefinition): boolean {
  const [one, other] = [a, b].map(({ run, params, directory }) => {
    const path =
      run?.path.startsWith(`${directory}/`) === true ? run.path.slice(directory.length) : run?.path;
    return JSON.stringify([path, run?.argv0, params]);
  });
  return one === other;
}

function edited(
  definition: ServiceDefinition,
  change: Change & { readonly kind: 'edit' },
): ServiceDefinition {
  const { service, action, edit } = change;
  if (edit.what === 'depends') {
    const { depends } = definition;
    if (edit.dependency === service)
      throw new Impossible(change, `${service} cannot depend on itself`);
    const isThere = depends.some(({ name }) => name === edit.dependency);
    if (action === 'add' && isThere)
      throw new Impossible(change, `${service} depends on ${edit.dependency} already`);
    if (action === 'drop' && !isThere)
      throw new Impossible(change, `${service} does not depend on ${edit.dependency}`);
    const line = Math.max(0, ...depends.map((each) => each.line)) + 1;
    return {
      ...definition,
      depends:
        action === 'add'
          ? [...depends, { name: edit.dependency, line }]
          : depends.filter(({ name }) => name !== edit.dependency),
    };
  }
  const { mode } = definition;
  if (action === 'drop' && mode !== edit.what)
    throw new Impossible(
      change,
      `${service} has no ${edit.what} that could be dropped: it is ${mode}`,
    );
  if (action === 'add' && mode === edit.what)
    throw new Impossible(change, `${service} has ${edit.what} already`);
  if (action === 'add' && mode !== 'oneshot')
    throw new Impossible(change, `${service} is ${mode}: drop that first`);
  return { ...definition, mode: action === 'add' ? edit.what : 'oneshot' };
}

/** What is otherwise about the end of a process that starts so. */
export function endChange({ endByUs, endAtUs, endsNever }: StartOutcome): EndChange {
  return {
    ...(endByUs !== undefined && { byUs: endByUs }),
    ...(endAtUs !== undefined && { atUs: endAtUs }),
    ...(endsNever === true && { never: true }),
  };
}
