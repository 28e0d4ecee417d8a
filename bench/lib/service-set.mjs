/**
 * The logical services of a run, the same for every supervisor. Pure: nothing is written here, a peer's
 * prepare() says it in that supervisor's own files.
 *
 * @module
 */

/**
 * @typedef {object} Service
 * @property {string} name
 * @property {number} index from 1 on; the service stamps it
 * @property {string[]} argv
 * @property {number} [oneShotMs] ends by itself after so long, and whoever depends on it waits for that
 * @property {string[]} depends names
 */

/**
 * @typedef {object} ServiceSet
 * @property {string} kind
 * @property {boolean} isOrdered some depend on others
 * @property {Service[]} services
 */

const layerCount = 10;

export const nameOf = (index) => `s${String(index).padStart(4, '0')}`;

/** `count` services that run for ever and do not depend on each other. */
export const flatSet = (count) => makeSet('flat', count, () => ({ depends: [] }));

/** One-shots in a row, each after the end of the one before. */
export const chainSet = (count) =>
  makeSet('chain', count, (index) => ({
    oneShotMs: 0,
    depends: index === 1 ? [] : [nameOf(index - 1)],
  }));

/**
 * Ten layers; every second service is a one-shot of `oneShotMs`, the others run for ever; each depends on two or
 * three of the layer before.
 */
export function graphSet(count, oneShotMs = 0) {
  const firstOf = (layer) => Math.ceil((layer * count) / layerCount);
  const draw = numbersFrom(count);
  return makeSet(oneShotMs === 0 ? 'graph' : `graph-${String(oneShotMs)}ms`, count, (index) => {
    const layer = Math.floor(((index - 1) * layerCount) / count);
    const needed = new Set();
    if (layer > 0) {
      const first = firstOf(layer - 1);
      const size = firstOf(layer) - first;
      const wanted = Math.min(size, 2 + draw(2));
      while (needed.size < wanted) needed.add(nameOf(first + draw(size) + 1));
    }
    return { depends: [...needed].sort(), ...(index % 2 === 0 && { oneShotMs }) };
  });
}

function makeSet(kind, count, describe) {
  const services = Array.from({ length: count }, (_, i) => ({
    name: nameOf(i + 1),
    index: i + 1,
    ...describe(i + 1),
  }));
  return { kind, isOrdered: services.some(({ depends }) => depends.length > 0), services };
}

/** `set` with the command of each service: `program STAMPS INDEX [MS]`. */
export const withCommands = (set, { program, stamps }) => ({
  ...set,
  services: set.services.map((service) => ({
    ...service,
    argv: [
      program,
      stamps,
      String(service.index),
      ...(service.oneShotMs === undefined ? [] : [String(service.oneShotMs)]),
    ],
  })),
});

/** The same row of numbers below a bound on every machine (a linear congruential generator). */
function numbersFrom(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/**
 * Says which service began before a one-shot that it depends on had ended, or undefined. `starts` is from index to
 * ms. (Of one that runs for ever a dependent needs no more than the exec, whose first instruction may come later.)
 */
export function firstDisorder({ services }, starts) {
  const byName = new Map(services.map((service) => [service.name, service]));
  for (const { name, index, depends } of services) {
    for (const needed of depends.map((one) => byName.get(one))) {
      if (needed.oneShotMs === undefined) continue;
      if (starts.get(index) < starts.get(needed.index) + needed.oneShotMs)
        return `${name} began before ${needed.name} had ended`;
    }
  }
  return undefined;
}
