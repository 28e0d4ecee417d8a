/**
 * A log in the protocol of XState's inspectors (`@statelyai/inspect` 0.7.2, its `StatelyInspectionEvent`): minit is
 * the root actor, each service one below it. minit gets the events of the log, the services get what minit made
 * of them. All times are the log's. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import type { Transition } from '../machines/fold';
import type { LoggedRecord } from '../machines/log-format';
import { PersistentMap } from '../machines/persistent-map';
import type { Init, Service, SupervisorState } from '../machines/state';

/** The version of `@statelyai/inspect` whose protocol this is. */
const protocolVersion = '0.7.2';

interface BaseEvent {
  readonly sessionId: string;
  readonly rootId: string;
  /** ms since 1970, as text. */
  readonly createdAt: string;
  readonly id: null;
  readonly _version: string;
}

interface InspectedSnapshot {
  readonly status: 'active';
  readonly value: unknown;
  readonly context: unknown;
}

interface SentEvent {
  readonly type: string;
}

export type InspectEvent = BaseEvent &
  (
    | {
        readonly type: '@xstate.actor';
        readonly name: string;
        /** The machine's configuration, as JSON. */
        readonly definition: string;
        readonly parentId: string | undefined;
        readonly snapshot: InspectedSnapshot;
      }
    | {
        readonly type: '@xstate.event';
        readonly event: SentEvent;
        readonly sourceId: string | undefined;
      }
    | {
        readonly type: '@xstate.snapshot';
        readonly event: SentEvent;
        readonly snapshot: InspectedSnapshot;
      }
  );

export interface InspectOptions {
  /** The same instant by CLOCK_BOOTTIME (µs) and by the wall clock (ms since 1970). */
  readonly clock: { readonly at: number; readonly wallMs: number };
  /** Configurations of the two machines, as JSON. */
  readonly definitions: { readonly init: string; readonly service: string };
}

const root = 'minit';
const sessionOf = (service: ServiceName): string => `service:${service}`;
/** What a snapshot is due to when no single event is known for it. */
const noEvent: SentEvent = { type: '' };

/** Turns a log into {@link InspectEvent}s, event by event, in order. */
export class InspectEventMapper {
  readonly #options: InspectOptions;
  /** What was shown last. */
  readonly #shown = new Map<ServiceName, Service>();
  #services = PersistentMap.empty<Service>();
  #init: Init | undefined;

  constructor(options: InspectOptions) {
    this.#options = options;
  }

  /** Begins, or goes on after a gap, with the state that a snapshot holds. */
  resume(state: SupervisorState): InspectEvent[] {
    return [...this.#beginning(state), ...this.#changesTo(state, noEvent)];
  }

  /** `state` and `transitions`: what the fold of `record` gave. */
  observe(
    { event, at }: LoggedRecord,
    state: SupervisorState,
    transitions: readonly Transition[],
  ): InspectEvent[] {
    return [
      ...this.#beginning(state),
      { ...this.#base(root, at), type: '@xstate.event', event, sourceId: undefined },
      ...transitions.flatMap((transition) => this.#transition(transition)),
      ...this.#changesTo(state, event),
    ];
  }

  #beginning(state: SupervisorState): InspectEvent[] {
    if (this.#init !== undefined) return [];
    this.#init = state.init;
    const { definitions } = this.#options;
    const actor = { name: root, definition: definitions.init, parentId: undefined };
    return [
      {
        ...{ ...this.#base(root, state.at), type: '@xstate.actor', ...actor },
        snapshot: snapshotOf(state.init),
      },
    ];
  }

  #transition({ before, after, event, at }: Transition): InspectEvent[] {
    const { name } = after.context;
    const introduction = this.#shown.has(name) ? [] : [this.#actor(before ?? after, at)];
    this.#shown.set(name, after);
    const base = this.#base(sessionOf(name), at);
    return [
      ...introduction,
      { ...base, type: '@xstate.event', event, sourceId: root },
      { ...base, type: '@xstate.snapshot', event, snapshot: snapshotOf(after) },
    ];
  }

  /** What is not yet shown: also what changed without a change of state, a PID that was told, say. */
  #changesTo(state: SupervisorState, event: SentEvent): InspectEvent[] {
    const changed = state.services.changedKeys(this.#services);
    this.#services = state.services;
    const services = changed.flatMap((name): InspectEvent[] => {
      const service = state.services.get(name);
      const shown = this.#shown.get(name);
      if (service === undefined || shown === service) return [];
      this.#shown.set(name, service);
      const introduction = shown === undefined ? [this.#actor(service, state.at)] : [];
      const base = this.#base(sessionOf(name), state.at);
      const snapshot = snapshotOf(service);
      return [...introduction, { ...base, type: '@xstate.snapshot', event: noEvent, snapshot }];
    });
    if (state.init === this.#init) return services;
    this.#init = state.init;
    const base = this.#base(root, state.at);
    const snapshot = snapshotOf(state.init);
    return [...services, { ...base, type: '@xstate.snapshot', event, snapshot }];
  }

  #actor(service: Service, at: number): InspectEvent {
    const { name } = service.context;
    return {
      ...{ ...this.#base(sessionOf(name), at), type: '@xstate.actor', name },
      ...{ definition: this.#options.definitions.service, parentId: root },
      snapshot: snapshotOf(service),
    };
  }

  #base(sessionId: string, at: number): BaseEvent {
    const { clock } = this.#options;
    const ms = Math.floor(clock.wallMs + (at - clock.at) / 1_000);
    return { sessionId, rootId: root, createdAt: String(ms), id: null, _version: protocolVersion };
  }
}

const snapshotOf = ({ value, context }: Pick<Service | Init, 'value' | 'context'>) =>
  ({ status: 'active', value, context }) as const;
