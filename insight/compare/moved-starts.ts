/**
 * Which services were started in another order than in the boot before: the fewest that explain it, the
 * others stand as they stood. Starts at about the same time have no order. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';

/** A service, and when it was started: µs since the start of the boot. */
export interface Start {
  readonly service: ServiceName;
  readonly us: number;
}

/** A service that has moved, as seen from the second boot. */
export interface MovedStart {
  readonly service: ServiceName;
  /** Started before it now, and after it in the first boot; in the order of the second one. */
  readonly nowAfter: readonly ServiceName[];
  /** Started after it now, and before it in the first boot. */
  readonly nowBefore: readonly ServiceName[];
}

interface Pair {
  readonly service: ServiceName;
  readonly from: number;
  readonly to: number;
}

/**
 * Compares the orders of those services that both boots have started, the lists being in any order. Two services have changed places when they lie more than `toleranceUs` apart in one of the boots at least. Returns
 * those that have moved, in the order of the second boot.
 */
export function movedStarts(
  from: readonly Start[],
  to: readonly Start[],
  toleranceUs: number,
): MovedStart[] {
  const usBefore = new Map(from.map(({ service, us }) => [service, us]));
  const pairs = to
    .flatMap(({ service, us }): Pair[] => {
      const before = usBefore.get(service);
      return before === undefined ? [] : [{ service, from: before, to: us }];
    })
    .sort((a, b) => a.to - b.to || a.from - b.from);
  const kept = longestRising(pairs.map((pair) => pair.from));
  return pairs.flatMap((pair, index): MovedStart[] => {
    if (kept.has(index)) return [];
    const { service } = pair;
    const passed = pairs.filter((other) => havePassed(pair, other, toleranceUs));
    if (passed.length === 0) return [];
    const names = (side: readonly Pair[]): ServiceName[] => side.map((other) => other.service);
    return [
      {
        service,
        nowAfter: names(passed.filter((other) => other.to < pair.to)),
        nowBefore: names(passed.filter((other) => other.to > pair.to)),
      },
    ];
  });
}

/** One was clearly before the other in one boot, and not in the other. */
function havePassed(a: Pair, b: Pair, toleranceUs: number): boolean {
  const [from, to] = [b.from - a.from, b.to - a.to];
  return from * to < 0 && Math.max(Math.abs(from), Math.abs(to)) > toleranceUs;
}

/** Returns the indexes of a longest part of `values` that never falls. */
function longestRising(values: readonly number[]): ReadonlySet<number> {
  /** The index with the lowest last value, for each length of such a part. */
  const tails: number[] = [];
  const previous: (number | undefined)[] = [];
  for (const [index, value] of values.entries()) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[tails[middle] ?? 0] ?? 0) <= value) low = middle + 1;
      else high = middle;
    }
    previous[index] = tails[low - 1];
    tails[low] = index;
  }
  const kept = new Set<number>();
  for (let index = tails.at(-1); index !== undefined; index = previous[index]) kept.add(index);
  return kept;
}
