/**
 * Links that explain a state: who asked for the service, who had it stopped, how its process ended. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { Asker, Service } from '../../machines/state';
import type { CauseNode } from './cause-chain';
import type { Ends } from './why-ends';
import type { Asked, Turn } from './why-history';
import type { Places, WhyLinks } from './why-links';
import { orderOf } from './why-orders';

/** Askers that are named one by one before only their number is told. */
const askersMax = 8;

/** Who asked for `name`, and who for that one, to the root. */
export function askedLink(links: WhyLinks, name: ServiceName): number | undefined {
  const asked = links.history?.of(name)?.asked;
  return asked === undefined
    ? links.once(`asker ${name}`, () => addKnownAsker(links, name))
    : askedOnce(links, { subject: name, asked, depth: 0 });
}

interface AskedFor {
  readonly subject: ServiceName;
  readonly asked: Asked;
  /** So many askers have been named one by one. */
  readonly depth: number;
}

/** The same request is one link, whoever comes to it. */
const askedOnce = (links: WhyLinks, one: AskedFor): number | undefined =>
  links.once(`asked ${one.subject} ${String(one.asked.node.seq)}`, () => addAsked(links, one));

function addAsked(links: WhyLinks, { subject, asked, depth }: AskedFor): number {
  const { asker, node, via } = asked;
  const claim = { kind: 'asked', asker } as const;
  const root = asker.kind === 'word' || asker.kind === 'default' ? 'configuration' : 'event';
  if (asker.kind !== 'dependent') return links.add({ subject, claim, node, root });
  return links.add({ subject, claim, node, root: 'not-recorded' }, () => {
    if (via === undefined) return [addKnownAsker(links, asker.name)];
    const next = depth < askersMax ? undefined : lastAsker(asker.name, via);
    if (next === undefined || next.count === 0)
      return [askedOnce(links, { subject: asker.name, asked: via, depth: depth + 1 })];
    const more = { kind: 'and-so-on', count: next.count } as const;
    return [
      links.add({ subject: asker.name, claim: more }, () => [
        askedOnce(links, { subject: next.name, asked: next.asked, depth: 0 }),
      ]),
    ];
  });
}

/** The one at the end of the chain, and how many are between. */
function lastAsker(name: ServiceName, asked: Asked) {
  let last = { name, asked, count: 0 };
  while (last.asked.asker.kind === 'dependent' && last.asked.via !== undefined) {
    last = { name: last.asked.asker.name, asked: last.asked.via, count: last.count + 1 };
  }
  return last;
}

/** From the state alone, which remembers the dependent that asked last. */
function addKnownAsker(
  links: WhyLinks,
  subject: ServiceName,
  seen: readonly string[] = [],
): number {
  const { state } = links;
  const dependent = state.askers.get(subject);
  const unknown = { kind: 'asker-unknown' } as const;
  if (dependent === undefined || seen.includes(subject) || seen.length > askersMax)
    return links.add({ subject, claim: unknown, root: 'not-recorded' });
  const depends = state.services.get(dependent)?.context.definition.depends ?? [];
  const line = depends.find(({ name }) => name === subject)?.line ?? 0;
  const asker: Asker = { kind: 'dependent', name: dependent, line };
  return links.add({ subject, claim: { kind: 'asked', asker } }, () => [
    addKnownAsker(links, dependent, [...seen, subject]),
  ]);
}

/** Why minit takes the services down. */
export const shutdownLink = (links: WhyLinks): number | undefined =>
  links.once('shutdown', () => {
    const { state, history } = links;
    const isOver = state.init.value === 'running' || state.init.value === 'booting';
    return links.add({
      subject: undefined,
      claim: {
        kind: 'shutdown',
        ...(isOver && { isOver }),
        goal: state.shutdown?.goal,
        reading: state.shutdown?.reading,
      },
      node: history?.shutdown,
    });
  });

/** What minit itself is at, where that is the reason. */
export const initLink = (links: WhyLinks): number | undefined =>
  links.once('init', () =>
    links.add({ subject: undefined, claim: { kind: 'init-state' }, node: links.history?.initTurn }),
  );

/** An operator's request. */
export function orderLink(
  links: WhyLinks,
  subject: ServiceName,
  node: CauseNode | undefined,
): number | undefined {
  const order = node && orderOf(node.event);
  if (order === undefined) return undefined;
  const { kind, signal } = order;
  const claim = { kind: 'ordered', order: kind, ...(signal !== undefined && { signal }) } as const;
  return links.add({ subject, claim, node });
}

/** What asked the service to end, and the shutdown where it was that which ended it, or is to. */
export function stopLinks(links: WhyLinks, name: ServiceName): Places {
  const { history, state } = links;
  const known = history?.of(name);
  const origin = known?.ends?.node.origin.seq;
  const isStopping = state.services.get(name)?.context.pid !== undefined;
  const isShutdowns = isStopping
    ? state.shutdown !== undefined || state.stopPlan !== undefined
    : origin !== undefined && origin === history?.shutdown?.origin.seq;
  const isFirmer = known?.stop !== undefined && isOperators(known.stop) && isShutdowns;
  return [stopLink(links, name), isFirmer ? shutdownLink(links) : undefined];
}

/** What asked the service to end. */
export function stopLink(links: WhyLinks, name: ServiceName): number | undefined {
  const stop = links.history?.of(name)?.stop;
  const { state } = links;
  if (stop !== undefined && isOperators(stop)) return orderLink(links, name, stop.node);
  const isEnding = state.shutdown !== undefined || state.stopPlan !== undefined;
  if (stop !== undefined || isEnding || state.init.value === 'halted') return shutdownLink(links);
  return links.add({ subject: name, claim: { kind: 'stopped-by-whom' }, root: 'not-recorded' });
}

const isOperators = ({ event }: Turn): boolean =>
  event === 'StopRequested' || event === 'RespawnDisabled';

/** How its last process ended, or why there was none. */
export function endLink(links: WhyLinks, service: Service): number | undefined {
  const { name, failure, failures, exit, livedUs = 0 } = service.context;
  const known = links.history?.of(name);
  if (failure !== undefined) {
    const isFile = failure.stage === 'params';
    return links.add({
      subject: name,
      claim: { kind: 'start-failed', failure, failures },
      ...(isFile ? { root: 'configuration' as const } : {}),
      node: known?.turn?.node,
    });
  }
  if (exit === undefined) return undefined;
  const ends = known?.ends;
  const alone = { kind: 'process-ended', count: 1, withinUs: livedUs, isSame: true } as const;
  const claim = { ...(ends === undefined ? alone : endClaim(ends)), status: exit, livedUs };
  return links.add({ subject: name, claim, node: ends?.node }, () => [
    signalLink(links, name, ends),
  ]);
}

/** The process was signalled by an operator, and ended by that: the recorded cause of its end. */
function signalLink(
  links: WhyLinks,
  name: ServiceName,
  ends: Ends | undefined,
): number | undefined {
  const cause = ends?.node.cause;
  const order = cause && orderOf(cause.event);
  return order?.service === name && (order.kind === 'signal' || order.kind === 'clear')
    ? orderLink(links, name, cause)
    : undefined;
}

/** How the process before had ended, or why there was none; the state may tell of the present one instead. */
function beforeLink(links: WhyLinks, service: Service, { node, after }: Turn): number | undefined {
  const { name, failure } = service.context;
  const known = links.history?.of(name);
  if (after?.failure !== undefined && failure === undefined) {
    const claim = { kind: 'start-failed', ...after.failure, isPast: true } as const;
    return links.add({ subject: name, claim, node });
  }
  const ends = after?.ends;
  if (ends === undefined || ends === known?.ends) return endLink(links, service);
  const claim = { ...endClaim(ends), isPast: true } as const;
  return links.add({ subject: name, claim, node: ends.node }, () => [
    signalLink(links, name, ends),
  ]);
}

const endClaim = ({ status, livedUs, count, node, since, isSame }: Ends) =>
  ({ kind: 'process-ended', status, livedUs, count, withinUs: node.at - since, isSame }) as const;

/** That its PID is not that of the process which was started. */
export function adoptedLink(links: WhyLinks, name: ServiceName): number | undefined {
  const known = links.history?.of(name);
  const node = known?.adopted;
  if (node === undefined) return undefined;
  const order = node.cause ?? known?.orders.get('set-pid') ?? node;
  return links.add({ subject: name, claim: { kind: 'adopted' }, node: order });
}

/** What put its process on its way, back to who asked for the service. */
export function startLink(links: WhyLinks, service: Service): number | undefined {
  const { name, restarts } = service.context;
  const start = links.history?.of(name)?.start;
  if (start?.event === 'PidSet') {
    const order = links.history?.of(name)?.orders.get('set-pid');
    return links.add({ subject: name, claim: { kind: 'adopted' }, node: order ?? start.node });
  }
  const isRestart = start?.from === 'respawning' || start?.from === 'running';
  if (isRestart && start.event !== 'StartRequested') {
    const claim = { kind: 'restarted', restarts } as const;
    return links.add({ subject: name, claim, node: start.node }, () => [
      beforeLink(links, service, start),
      askedLink(links, name),
    ]);
  }
  const by = start?.dependency;
  if (by === undefined || start === undefined) return askedLink(links, name);
  const isDropped = start.event === 'DependencyDropped';
  const claim = { kind: 'released', by, isDropped } as const;
  return links.add({ subject: name, claim, node: start.node }, () => [askedLink(links, name)]);
}
