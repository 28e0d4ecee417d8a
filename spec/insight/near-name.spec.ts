import fc from 'fast-check';
import { editDistance, nearName } from '../../insight/near-name';

describe('the near name', () => {
  it.each([
    ['faild', 'failed'],
    ['FAILED', 'failed'],
    ['runnign', 'running'],
    ['dwon', 'down'],
    ['stoping', 'stopping'],
    ['x', undefined],
    ['', undefined],
    ['sleeping', undefined],
  ])('for %s is %s', (wrong, meant) => {
    expect(nearName(wrong, ['down', 'running', 'stopping', 'failed'])).toBe(meant);
  });
});

describe('the edit distance', () => {
  it('is one for each edit, and two exchanged characters are one', () => {
    expect(
      [
        ['', ''],
        ['a', ''],
        ['ab', 'ba'],
        ['abc', 'abd'],
        ['kitten', 'sitting'],
      ].map(([a = '', b = '']) => editDistance(a, b)),
    ).toEqual([0, 1, 1, 1, 3]);
  });

  it('is the same both ways, and 0 for the same only', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
