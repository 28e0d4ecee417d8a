/**
 * What can never go on: a service that is not at rest, while the world owes nothing that could change it.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { reasonOf } from '../../machines/describe';
import {
  innerState,
  isAtRest,
  servicesInOrder,
  stateName,
  type Service,
} from '../../machines/state';
import { finding, type Finding } from '../simulation/findings';
import type { Moment } from './moment';

/** Returns the first service, or request, that nothing will ever come to. */
export function findLost(moment: Moment): Finding | undefined {
  const { state, owed, unanswered } = moment;
  if (moment.hasEnded) return undefined;
  const alive = new Set<ServiceName>(moment.living.map(({ service }) => service));
  let isWalking = false;
  for (const { effect } of owed) {
    if (effect.type === 'ReadService')
      isWalking ||= effect.params.service === state.reading?.service;
    if (effect.type === 'StartTimer') {
      const [kind = '', name = ''] = effect.params.timer.split(/:(.*)/su);
      if (kind === 'read') isWalking = true;
      else alive.add(name);
    } else if ('service' in effect.params) alive.add(effect.params.service ?? '');
  }
  if (state.reading !== undefined && !isWalking) {
    const { service } = state.reading;
    return finding('stuck', { service, text: `the directory of ${service} is never read` });
  }
  const goesOn = (service: Service): boolean =>
    alive.has(service.context.name) || (isWalking && !service.context.isRead);
  for (const service of servicesInOrder(state)) {
    const { name } = service.context;
    if (isAtRest(service) || innerState(service) === 'stuck' || goesOn(service)) continue;
    if (stateName(service) !== 'waiting-deps')
      return finding('stuck', {
        service: name,
        text: `${name} stays ${stateName(service)} for ever: ${reasonOf(service)}`,
      });
    if (!reaches(moment, name, goesOn))
      return finding('deadlock', {
        service: name,
        text: `${name} waits for ever: ${reasonOf(service)}`,
      });
  }
  const [request] = unanswered;
  if (request !== undefined && owed.length === 0)
    return finding('unanswered', { text: `the request of event ${String(request)} gets no reply` });
  return undefined;
}

/** Does `name` wait, through others that wait, for something that goes on? */
function reaches(
  { state }: Moment,
  name: ServiceName,
  goesOn: (service: Service) => boolean,
): boolean {
  const seen = new Set([name]);
  const names = [name];
  for (let next = names.pop(); next !== undefined; next = names.pop()) {
    const service = state.services.get(next);
    // Of what is not loaded yet the walk will tell.
    if (service === undefined || goesOn(service)) return true;
    if (stateName(service) !== 'waiting-deps') continue;
    for (const needed of service.context.waitingFor.keys()) {
      if (seen.has(needed)) continue;
      seen.add(needed);
      names.push(needed);
    }
  }
  return false;
}
