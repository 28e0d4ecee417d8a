import { connectedComponents, findTangles } from '../../machines/cycles';

/** `[2, 1]`: the cycle that begins at node `2`… as lists of nodes. */
const cyclesOf = (adjacency: number[][], cyclesMax = 100) =>
  findTangles(adjacency, cyclesMax).flatMap(({ cycles }) => cycles);

describe('cycles of a graph', () => {
  it('are none where every edge leads on', () => {
    expect(cyclesOf([[1, 2], [2], []])).toEqual([]);
  });

  it('begin at their least node', () => {
    expect(cyclesOf([[1], [2], [0]])).toEqual([[0, 1, 2]]);
    expect(cyclesOf([[], [2], [3], [1]])).toEqual([[1, 2, 3]]);
  });

  it('are told once each where they share nodes', () => {
    expect(cyclesOf([[1], [0, 2], [1]])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    // All ways round the complete graph of three.
    expect(
      cyclesOf([
        [1, 2],
        [0, 2],
        [0, 1],
      ])
        .map(String)
        .sort(),
    ).toEqual(['0,1', '0,1,2', '0,2', '0,2,1', '1,2']);
  });

  it('are found behind a node that was blocked when it was met first', () => {
    // The way 0 -> 1 -> 2 ends at the blocked 1; only by 2 -> 3 -> 0 it comes round.
    expect(
      cyclesOf([[1, 2], [2], [1, 3], [0]])
        .map(String)
        .sort(),
    ).toEqual(['0,1,2,3', '0,2,3', '1,2']);
  });

  it('are cut off where there are too many', () => {
    const nodes = Array.from({ length: 30 }, (_, node) => node);
    const complete = nodes.map((node) => nodes.filter((other) => other !== node));
    const [tangle] = findTangles(complete, 5);
    expect(tangle).toMatchObject({ members: nodes, hasMore: true });
    expect(tangle?.cycles).toHaveLength(5);
  });

  it('may be 10,000 nodes long', () => {
    const ring = Array.from({ length: 10_000 }, (_, node) => [(node + 1) % 10_000]);
    expect(cyclesOf(ring)).toEqual([ring.map((_, node) => node)]);
  });

  it('agree with a search by brute force on random graphs', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const adjacency = randomGraph(seed);
      expect(cyclesOf(adjacency, 1_000).map(String).sort()).toEqual(
        bruteForceCycles(adjacency).map(String).sort(),
      );
    }
  });
});

describe('strongly connected components', () => {
  it('leave out edges to nodes that are not asked about', () => {
    expect(connectedComponents([[1], [2], [0]], [0, 1])).toEqual([]);
    expect(connectedComponents([[1], [0, 2], [3], [2]], [0, 1, 2, 3])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});

function randomGraph(seed: number): number[][] {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const nodes = Array.from({ length: 2 + next(5) }, (_, node) => node);
  return nodes.map((node) => nodes.filter((other) => other !== node && next(3) === 0));
}

function bruteForceCycles(adjacency: number[][]): number[][] {
  const cycles: number[][] = [];
  const extend = (path: number[]): void => {
    const [first = 0] = path;
    for (const target of adjacency[path.at(-1) ?? 0] ?? []) {
      if (target === first) cycles.push(path);
      else if (target > first && !path.includes(target)) extend([...path, target]);
    }
  };
  adjacency.forEach((_, node) => {
    extend([node]);
  });
  return cycles;
}
