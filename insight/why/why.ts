/**
 * Why is it not running? From a state, and what is remembered of the log, the chain of causes of one service
 * back to its roots. Nothing is claimed that the state contradicts; where the log does not reach, that is said. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { stateName, type SupervisorState } from '../../machines/state';
import type { Explanation } from './why-chain';
import type { WhyHistory } from './why-history';
import { pendingStart, WhyLinks } from './why-links';
import { addServiceLink } from './why-service';
import { addUnloadedLink } from './why-unloaded';

/** Returns why `service` is in its state. `history`: of the log that led there; without one the state alone must do. */
export function explain(
  state: SupervisorState,
  service: ServiceName,
  history?: WhyHistory,
): Explanation {
  const links = new WhyLinks(state, history, explainService);
  links.service(service);
  return { service, seq: state.seq, at: state.at, links: links.links };
}

function explainService(links: WhyLinks, name: ServiceName): number {
  const service = links.state.services.get(name);
  if (service === undefined) return addUnloadedLink(links, name);
  // Stopped before it ran, and its directory is being read for a new start, or stands in the queue for that.
  const isPending = stateName(service) === 'down' && pendingStart(links.state, name) !== undefined;
  return isPending ? addUnloadedLink(links, name) : addServiceLink(links, name, service);
}
