import fc from 'fast-check';
import { movedStarts, type Start } from '../../insight/compare/moved-starts';

/** `a b c`: a start each second; `a=5`: at 5 µs. */
const starts = (text: string): Start[] =>
  text.split(' ').map((word, index) => {
    const [service = '', us = String((index + 1) * 1_000_000)] = word.split('=');
    return { service, us: Number(us) };
  });
const moved = (from: string, to: string, toleranceUs = 10_000) =>
  movedStarts(starts(from), starts(to), toleranceUs);

describe('starts that have moved', () => {
  it.each([
    ['a b c', 'a b c', []],
    ['a b c d', 'b c d a', [{ service: 'a', nowAfter: ['b', 'c', 'd'], nowBefore: [] }]],
    ['a b c d', 'd a b c', [{ service: 'd', nowAfter: [], nowBefore: ['a', 'b', 'c'] }]],
    [
      'a b c d e',
      'c b a d e',
      [
        { service: 'c', nowAfter: [], nowBefore: ['b', 'a'] },
        { service: 'b', nowAfter: ['c'], nowBefore: ['a'] },
      ],
    ],
    // What only one of the boots has started says nothing about the order.
    ['a x b', 'y a b', []],
    ['x a', 'b', []],
  ])('%s, then %s', (from, to, expected) => {
    expect(moved(from, to)).toEqual(expected);
  });

  it('stand where they stood when they came at about the same time in both boots', () => {
    expect(moved('a=0 b=10000', 'b=0 a=10000')).toEqual([]);
    expect(moved('a=0 b=10001', 'b=0 a=10000')).toEqual([
      { service: 'b', nowAfter: [], nowBefore: ['a'] },
    ]);
    expect(moved('a=0 b=0', 'b=0 a=99999')).toEqual([]);
  });

  it('are the fewest that explain the order', () => {
    const times = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 6 });
    fc.assert(
      fc.property(times, fc.nat(3), (drawn, toleranceUs) => {
        const list = (side: 0 | 1): Start[] =>
          drawn
            .map((pair, index) => ({ service: String(index), us: pair[side] }))
            .sort((a, b) => a.us - b.us);
        const hasPassed = (a: number, b: number, least: number): boolean => {
          const [from, to] = [0, 1].map(
            (side) => (drawn[b]?.[side] ?? 0) - (drawn[a]?.[side] ?? 0),
          ) as [number, number];
          return from * to < 0 && Math.max(Math.abs(from), Math.abs(to)) > least;
        };
        const found = movedStarts(list(0), list(1), toleranceUs);
        const names = new Set(found.map(({ service }) => Number(service)));
        const all = [...drawn.keys()];
        for (const each of all)
          for (const other of all) {
            // Of two that have changed places one at least is told.
            if (hasPassed(each, other, toleranceUs))
              expect(names.has(each) || names.has(other)).toBe(true);
          }
        for (const { service, nowAfter, nowBefore } of found) {
          const passed = all.filter((other) => hasPassed(Number(service), other, toleranceUs));
          expect([...nowAfter, ...nowBefore].map(Number).sort()).toEqual(passed);
          for (const other of nowAfter)
            expect(drawn[Number(other)]?.[1]).toBeLessThan(drawn[Number(service)]?.[1] ?? -1);
        }
        if (toleranceUs > 0) return;
        // No smaller set leaves an order that is the same in both.
        const subsets = Array.from({ length: 2 ** all.length }, (_, bits) =>
          all.filter((index) => (bits & (1 << index)) === 0),
        );
        const fewest = Math.min(
          ...subsets
            .filter((kept) => kept.every((a) => kept.every((b) => !hasPassed(a, b, 0))))
            .map((kept) => all.length - kept.length),
        );
        expect(found).toHaveLength(fewest);
      }),
      { numRuns: 300 },
    );
  });
});
