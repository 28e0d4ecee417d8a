/**
 * Why there is no such service: not come to yet, skipped, missing, or never asked for. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { servicesInOrder } from '../../machines/state';
import { pendingStart, type Places, type StartItem, type WhyLinks } from './why-links';
import { askedLink, initLink, shutdownLink } from './why-reasons';

/** Reasons that are named one by one. */
const reasonsMax = 3;

/** Adds the link of a service that is not loaded, or whose start the walk has still to come to. */
export function addUnloadedLink(links: WhyLinks, name: ServiceName): number {
  const { state } = links;
  const pending = pendingStart(state, name);
  if (pending !== undefined) {
    const { reading } = state;
    const isReading = reading?.service === name;
    const claim = isReading
      ? ({ kind: 'is-read', failures: reading.failures ?? 0, again: false } as const)
      : ({ kind: 'queued', behind: reading?.service } as const);
    return links.add({ subject: name, claim }, () => [
      ...(isReading || reading === undefined ? [] : [links.service(reading.service)]),
      addPendingAsker(links, pending),
    ]);
  }
  const isBlackListed = state.blackList.includes(name);
  const claim = { kind: 'not-loaded', isBlackListed } as const;
  return links.add({ subject: name, claim, root: 'never-asked' }, () => reasons(links, name));
}

function addPendingAsker(links: WhyLinks, { service: subject, asker, cause }: StartItem): number {
  const claim = { kind: 'asked', asker } as const;
  const node = links.history?.find(cause);
  if (asker.kind === 'dependent')
    return links.add({ subject, claim, node }, () => [askedLink(links, asker.name)]);
  const root = asker.kind === 'word' || asker.kind === 'default' ? 'configuration' : 'event';
  return links.add({ subject, claim, node, root });
}

function reasons(links: WhyLinks, name: ServiceName): Places {
  const { history } = links;
  const skipped = (history?.skipped(name) ?? []).slice(0, reasonsMax);
  const places: Places = [
    ...skipped.map(({ dependent, file, line, why, node }) =>
      links.add({
        subject: dependent,
        claim: { kind: 'skipped', dependency: name, file, line, why },
        node,
        root: 'configuration',
      }),
    ),
    ...missingLinks(links, name),
  ];
  return places.length > 0 ? places : fromState(links, name);
}

/** Asked for, but not by a service; there is no directory, or none that can be read. */
function missingLinks(links: WhyLinks, name: ServiceName): Places {
  const missing = links.history?.of(name)?.missing;
  if (missing === undefined || missing.asker.kind === 'dependent') return [];
  const { node, asker, error } = missing;
  const claim = { kind: 'missing', asker, error } as const;
  const isFirst = links.state.init.value === 'emergency' && asker.kind === 'default';
  return [
    links.add({ subject: name, claim, node, root: 'configuration' }),
    isFirst ? initLink(links) : undefined,
  ];
}

/** What the state says of it by itself. */
function fromState(links: WhyLinks, name: ServiceName): Places {
  const { state } = links;
  const places: number[] = [];
  for (const { context } of servicesInOrder(state)) {
    const dependent = context.name;
    const dependency = context.definition.depends.find((one) => one.name === name);
    if (dependency === undefined || places.length >= reasonsMax) continue;
    const place = { subject: dependent, root: 'configuration' } as const;
    const file = `${context.definition.directory}/depends`;
    const { line } = dependency;
    if (context.needs.includes(name)) {
      const claim = { kind: 'walk-dropped', dependent } as const;
      places.push(links.add({ ...place, claim }, () => [shutdownLink(links)]));
    } else if (state.blackList.includes(name)) {
      const claim = {
        kind: 'skipped',
        dependency: name,
        file,
        line,
        why: { kind: 'black-listed' },
      } as const;
      places.push(links.add({ ...place, claim }));
    } else if (links.history?.beginsAfter === 0) {
      // The log is whole: had the service gone without it at its start, that would be there.
      places.push(links.add({ ...place, claim: { kind: 'listed-since', dependent } }));
    } else {
      const claim = { kind: 'goes-without' } as const;
      places.push(links.add({ subject: dependent, claim, root: 'not-recorded' }));
    }
  }
  return places;
}
