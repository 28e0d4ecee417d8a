/**
 * Why a loaded service is in its state: one link for the state, and what it rests on. Pure.
 *
 * @module
 */
import { pidAwaitMsMax, respawnDelayMs } from '../../machines/limits';
import { retryDelay } from '../../machines/service-effects';
import type { ServiceName } from '../../machines/definition';
import {
  innerState,
  isActive,
  stateName,
  type Service,
  type SupervisorState,
} from '../../machines/state';
import type { Claim, Need } from './why-chain';
import type { Places, WhyLinks } from './why-links';
import type { OrderKind } from './why-orders';
import {
  adoptedLink,
  askedLink,
  endLink,
  initLink,
  orderLink,
  shutdownLink,
  startLink,
  stopLink,
  stopLinks,
} from './why-reasons';

/** Names that are listed one by one before only their number is told. */
const namesMax = 3;
/** Services that are explained one because of the other; of a longer chain the last one is. */
const depthMax = 12;

const usPerMs = 1_000;

/** Adds the link of a service that is loaded. */
export function addServiceLink(links: WhyLinks, name: ServiceName, service: Service): number {
  const node = links.history?.of(name)?.turn?.node;
  const add = (claim: Claim, because: () => Places): number =>
    links.add({ subject: name, claim, node, root: 'configuration' }, () => [
      ...because(),
      ...withoutLinks(links, name),
    ]);
  switch (stateName(service)) {
    case 'down':
      return add({ kind: 'never-ran' }, () => [stopLink(links, name)]);
    case 'waiting-deps':
      return add(waits(links.state, service), () => [
        ...blockerLinks(links, service),
        askedLink(links, name),
      ]);
    case 'starting':
      return add(startingClaim(service), () => [startLink(links, service)]);
    case 'running':
      return addRunning(links, service, add);
    case 'stopping':
      return add(stops(links, service), () => [
        ...stopLinks(links, name),
        againLink(links, service),
      ]);
    case 'respawning':
      return add(respawns(links, service), () => [endLink(links, service), askedLink(links, name)]);
    case 'failed':
      return add({ kind: 'failed' }, () => [endLink(links, service), askedLink(links, name)]);
    case 'sync-done':
    case 'finished':
      return add(endedClaim(links, service), () => [
        ...endedBecause(links, service),
        ...initBecause(links),
      ]);
  }
}

type Add = (claim: Claim, because: () => Places) => number;

const isSettledState = ({ context }: Service): boolean =>
  context.definition.mode === 'sync' && !context.respawns;

function waits({ services }: SupervisorState, { context }: Service): Claim {
  const names = context.needs.filter((name) => context.waitingFor.has(name));
  const needs = names.slice(0, namesMax).map((name): Need => {
    const needed = services.get(name);
    return { name, isHard: needed && isSettledState(needed) };
  });
  return { kind: 'waits', for: needs, more: names.length - needs.length };
}

function blockerLinks(links: WhyLinks, { context }: Service): Places {
  const names = context.needs.filter((name) => context.waitingFor.has(name)).slice(0, namesMax);
  if (links.depth <= depthMax) return names.map((name) => links.service(name));
  // Of a very long chain only its end is of interest.
  const { services } = links.state;
  const [first = context.name] = names;
  let [name, count] = [first, 0];
  for (;;) {
    const waiting = services.get(name)?.context;
    const next = waiting?.needs.find((need) => waiting.waitingFor.has(need));
    if (next === undefined) break;
    [name, count] = [next, count + 1];
  }
  if (count === 0) return [links.service(name)];
  return [
    links.add({ subject: first, claim: { kind: 'and-so-on', count } }, () => [links.service(name)]),
  ];
}

function startingClaim(service: Service): Claim {
  return innerState(service) === 'reading'
    ? { kind: 'is-read', failures: 0, again: true }
    : { kind: 'is-spawned' };
}

function addRunning(links: WhyLinks, service: Service, add: Add): number {
  const { name, pid = 0, changedAt } = service.context;
  const known = links.history?.of(name);
  const [orders, paused] = [known?.orders, known?.turn?.node];
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- a running service has an inner state
  switch (innerState(service)) {
    case 'paused':
      return add({ kind: 'paused', pid }, () => [orderLink(links, name, paused)]);
    case 'backgrounded':
      return add({ kind: 'in-background', dueAt: changedAt + pidAwaitMsMax * usPerMs }, () => [
        endLink(links, service),
        orderLink(links, name, orders?.get('expect-pid')),
        startLink(links, service),
      ]);
    default: {
      const { spawnedAt = changedAt } = service.context;
      const isHard = isSettledState(service);
      // Whoever waits for it knows who asked; what keeps them waiting is the file sync.
      if (isHard && links.depth > 1 && links.state.shutdown === undefined)
        return add({ kind: 'runs', pid, since: spawnedAt, isHard }, () => []);
      return add({ kind: 'runs', pid, since: spawnedAt, isHard }, () => [
        ...heldLinks(links, name),
        adoptedLink(links, name),
        startLink(links, service),
      ]);
    }
  }
}

/** While services are taken down, a service is kept until nothing that needs it is left. */
function heldLinks(links: WhyLinks, name: ServiceName): Places {
  const { stopPlan, shutdown, services } = links.state;
  if (stopPlan === undefined) return shutdown === undefined ? [] : [shutdownLink(links)];
  const holders = new Set<ServiceName>();
  for (const [other, needs] of stopPlan.below) {
    if (!needs.includes(name)) continue;
    if (other !== '') holders.add(other);
    // What is no service stands between those that go first and the rest.
    else for (const [first, below] of stopPlan.below) if (below.includes('')) holders.add(first);
  }
  const alive = [...holders].filter((holder) => {
    const service = services.get(holder);
    return service !== undefined && isActive(service);
  });
  const dependents = alive.slice(0, namesMax);
  if (dependents.length === 0) return [shutdownLink(links)];
  const claim = { kind: 'held-by', dependents, more: alive.length - dependents.length } as const;
  return [
    links.add({ subject: name, claim }, () => [
      ...(links.depth <= depthMax ? dependents.map((holder) => links.service(holder)) : []),
      shutdownLink(links),
    ]),
  ];
}

function stops({ history }: WhyLinks, { context }: Service): Claim {
  const { want, pid, name } = context;
  return { kind: 'stops', want, pid, nextStepAt: history?.dueAt(`stop:${name}`) };
}

/** Asked for again meanwhile: it starts when it has ended. */
function againLink(links: WhyLinks, { context }: Service): number | undefined {
  if (context.want === 'down') return undefined;
  return newestOrderLink(links, context.name, ['start', 'start-once', 'respawn-on']);
}

function newestOrderLink(
  links: WhyLinks,
  name: ServiceName,
  kinds: readonly OrderKind[],
): number | undefined {
  const orders = links.history?.of(name)?.orders;
  const nodes = kinds.map((kind) => orders?.get(kind));
  const newest = nodes.reduce((a, b) => ((b?.seq ?? 0) > (a?.seq ?? 0) ? b : a));
  return orderLink(links, name, newest);
}

function respawns({ history }: WhyLinks, { context }: Service): Claim {
  const { name, failure, failures, changedAt, restarts } = context;
  const delayMs = failure === undefined ? respawnDelayMs : retryDelay(failures);
  const dueAt = history?.dueAt(`respawn:${name}`) ?? changedAt + delayMs * usPerMs;
  return { kind: 'respawns', restart: restarts + 1, dueAt };
}

function endedClaim({ history }: WhyLinks, { context }: Service): Claim {
  const { name, definition, respawns: isRespawning, exit, failure, want } = context;
  if (definition.run === undefined && exit === undefined && failure === undefined)
    return { kind: 'bundle' };
  const known = history?.of(name);
  const hadEnded = (known?.ends?.node.seq ?? Infinity) < (known?.stop?.node.seq ?? 0);
  const isKeptDown = want === 'down' && (hadEnded || failure !== undefined);
  return {
    ...{ kind: 'ended', respawns: isRespawning, mode: definition.mode, want },
    ...(isKeptDown && { isKeptDown }),
  };
}

function endedBecause(links: WhyLinks, service: Service): Places {
  const { name, want, definition, respawns: isRespawning } = service.context;
  const end = endLink(links, service);
  if (want === 'down') return [end, ...stopLinks(links, name)];
  const isSwitchedOff = definition.mode === 'respawn' && !isRespawning;
  const order = isSwitchedOff
    ? newestOrderLink(links, name, ['respawn-off', 'start-once', 'stop'])
    : undefined;
  return [end, order, askedLink(links, name)];
}

/** What is at rest has something to do with a minit that has nothing left to run. */
function initBecause(links: WhyLinks): Places {
  return links.state.init.value === 'emergency' ? [initLink(links)] : [];
}

/** Dependencies that its start went on without. */
function withoutLinks(links: WhyLinks, name: ServiceName): Places {
  if (links.depth > 1) return [];
  return (links.history?.goesWithout(name) ?? []).map(({ dependency, file, line, why, node }) =>
    links.add({
      subject: name,
      claim: { kind: 'skipped', dependency, file, line, why },
      node,
      root: 'configuration',
    }),
  );
}
