/**
 * What can be planned, and the events that ask minit for it. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { MinitEvent, ShutdownGoal } from '../../machines/events';
import { extensionPrefix } from '../../machines/requests';

export type PlanOrder =
  /** `words`: what minit's command line names; `-NAME` leaves NAME out. */
  | {
      readonly kind: 'boot';
      readonly words: readonly string[];
      readonly root: string;
      readonly graceMs: number;
    }
  /** `respawn`: as `msvc -u` (true) or `msvc -o` (false) says; else as the directory does. */
  | {
      readonly kind: 'start';
      readonly services: readonly ServiceName[];
      readonly respawn?: boolean;
    }
  | { readonly kind: 'stop'; readonly services: readonly ServiceName[] }
  | { readonly kind: 'shutdown'; readonly how: ShutdownGoal };

/** Returns the events that bring the order to minit. Pure. */
export function requestsOf(order: PlanOrder): MinitEvent[] {
  switch (order.kind) {
    case 'boot': {
      const { words, root, graceMs } = order;
      return [{ type: 'SupervisorStarted', pid: 1, role: 'process', root, words, graceMs }];
    }
    case 'start': {
      const { services, respawn } = order;
      return services.map((service) => request({ do: 'start', service, respawn }));
    }
    case 'stop':
      return order.services.map((service) => request({ do: 'stop', service }));
    case 'shutdown':
      return [request({ do: 'shutdown', how: order.how, isOrdered: true })];
  }
}

const request = (extension: object): MinitEvent => ({
  type: 'RequestReceived',
  request: extensionPrefix + JSON.stringify(extension),
});
