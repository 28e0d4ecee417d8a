/**
 * The services that all supervisors get.
 *
 * @module
 */
import { benchModule } from '../../support/bench-module';

interface Service {
  readonly name: string;
  readonly index: number;
  readonly argv?: readonly string[];
  readonly oneShotMs?: number;
  readonly depends: readonly string[];
}
interface ServiceSet {
  readonly isOrdered: boolean;
  readonly services: readonly Service[];
}
const sets = benchModule('lib/service-set.mjs') as {
  flatSet: (count: number) => ServiceSet;
  chainSet: (count: number) => ServiceSet;
  graphSet: (count: number, oneShotMs?: number) => ServiceSet;
  withCommands: (set: ServiceSet, where: { program: string; stamps: string }) => ServiceSet;
  firstDisorder: (set: ServiceSet, starts: ReadonlyMap<number, number>) => string | undefined;
};

const indexOf = (name: string): number => Number(name.slice(1));

/** The length of the longest way from each service down to one that depends on nothing. */
function depths({ services }: ServiceSet): number[] {
  const found = new Map<string, number>();
  for (const { name, depends } of services) {
    const below = depends.map((needed) => found.get(needed));
    // One that has not been seen yet comes later, or is in a cycle.
    expect(below).not.toContain(undefined);
    found.set(name, Math.max(0, ...below.map((depth) => (depth ?? NaN) + 1)));
  }
  return [...found.values()];
}

describe('the flat set', () => {
  it('has so many services, none of which depends on another', () => {
    const { services, isOrdered } = sets.flatSet(100);
    expect(services.map(({ index }) => index)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
    expect(isOrdered).toBe(false);
  });
});

describe('the chain', () => {
  it('is of one-shots, each after the one before', () => {
    const { services } = sets.chainSet(200);
    expect(services.every(({ oneShotMs }) => oneShotMs === 0)).toBe(true);
    expect(services.map(({ depends }) => depends.map(indexOf))).toEqual(
      services.map(({ index }) => (index === 1 ? [] : [index - 1])),
    );
  });
});

describe.each([20, 100, 1_000])('the graph of %i services', (count) => {
  const graph = sets.graphSet(count, 10);

  it('has no cycle, and ten layers of the same size', () => {
    const layers = depths(graph);
    expect(new Set(layers)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(layers.filter((depth) => depth === 4)).toHaveLength(count / 10);
  });

  it('is half one-shots', () => {
    expect(graph.services.filter(({ oneShotMs }) => oneShotMs === 10)).toHaveLength(count / 2);
    expect(graph.services.filter(({ oneShotMs }) => oneShotMs === undefined)).toHaveLength(
      count / 2,
    );
  });

  it('lets each depend on two or three of the layer before', () => {
    const above = graph.services.slice(count / 10);
    expect(above.filter(({ depends }) => ![2, 3].includes(depends.length))).toEqual([]);
  });

  it('is the same each time', () => {
    expect(sets.graphSet(count, 10)).toEqual(graph);
  });
});

describe('a set with commands', () => {
  it('says where to stamp, which service it is, and how long a one-shot takes', () => {
    const set = sets.withCommands(sets.graphSet(20, 10), { program: '/p', stamps: '/s' });
    expect(set.services.slice(0, 2).map(({ argv }) => argv)).toEqual([
      ['/p', '/s', '1'],
      ['/p', '/s', '2', '10'],
    ]);
  });
});

describe('a disorder', () => {
  const chain = sets.chainSet(2);
  const slow = { ...chain, services: chain.services.map((one) => ({ ...one, oneShotMs: 10 })) };

  it('is a service that begins before its one-shot can have ended', () => {
    const starts = new Map([
      [1, 100],
      [2, 109],
    ]);
    expect(sets.firstDisorder(slow, starts)).toBe('s0002 began before s0001 had ended');
  });

  it('is nothing else', () => {
    const starts = new Map([
      [1, 100],
      [2, 110],
    ]);
    expect(sets.firstDisorder(slow, starts)).toBeUndefined();
    const forEver = {
      ...chain,
      services: chain.services.map(({ name, index, depends }) => ({ name, index, depends })),
    };
    expect(
      sets.firstDisorder(
        forEver,
        new Map([
          [1, 100],
          [2, 99],
        ]),
      ),
    ).toBeUndefined();
  });
});
