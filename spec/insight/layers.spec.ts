/** Where services stand in a picture of the dependencies. */
import fc from 'fast-check';
import { layersOf } from '../../insight/layers';

const needs = (entries: Record<string, readonly string[]>) => new Map(Object.entries(entries));

describe('layers', () => {
  it('put who needs nothing first, and everybody after all that it needs', () => {
    const layers = layersOf(needs({ top: ['mid', 'low'], mid: ['low'], low: [], alone: [] }));
    expect(layers.columns).toEqual([expect.arrayContaining(['low', 'alone']), ['mid'], ['top']]);
  });

  it('name what is needed and not there', () => {
    expect(layersOf(needs({ top: ['missing'] })).columns).toEqual([['missing'], ['top']]);
  });

  it('cut a cycle, also the smallest', () => {
    expect(
      layersOf(needs({ a: ['b'], b: ['a'], c: ['c'] }))
        .columns.flat()
        .sort(),
    ).toEqual(['a', 'b', 'c']);
  });

  it('put neighbours on the same height, so that lines do not cross', () => {
    const { columns } = layersOf(needs({ x: ['b'], y: ['a'], a: [], b: [] }));
    const [low = [], high = []] = columns;
    expect(low.indexOf('a') < low.indexOf('b')).toBe(high.indexOf('y') < high.indexOf('x'));
  });

  it('take a chain of 20,000', () => {
    const chain = Array.from(
      { length: 100_000 },
      (_, index) => [`s${String(index)}`, index === 0 ? [] : [`s${String(index - 1)}`]] as const,
    );
    expect(layersOf(new Map([...chain].reverse())).columns).toHaveLength(100_000);
  });

  it('have every service once, and without a cycle each after what it needs', () => {
    const graph = fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
      .map(
        (rows) =>
          new Map(
            rows.map(
              (row, index) =>
                [
                  String(index),
                  index === 0 ? [] : row.map((needed) => String(needed % index)),
                ] as const,
            ),
          ),
      );
    fc.assert(
      fc.property(graph, (entries) => {
        const { columns } = layersOf(entries);
        expect(columns.flat().sort()).toEqual([...entries.keys()].sort());
        const columnOf = new Map(
          columns.flatMap((names, column) => names.map((name) => [name, column] as const)),
        );
        for (const [name, needed] of entries)
          for (const one of needed) expect(columnOf.get(one)).toBeLessThan(columnOf.get(name) ?? 0);
      }),
    );
  });
});
