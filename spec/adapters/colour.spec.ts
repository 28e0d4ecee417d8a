import { mayColour } from '../../adapters/colour';

it.each([
  ['a terminal of which nothing is said', {}, true],
  ['the console of a machine', { TERM: 'linux' }, true],
  ['one that knows no colours', { TERM: 'dumb' }, false],
  ['who wants none', { TERM: 'xterm', NO_COLOR: '1' }, false],
  ['a NO_COLOR that says nothing', { TERM: 'xterm', NO_COLOR: '' }, true],
])('%s', (_, environment, expected) => {
  expect(mayColour(environment)).toBe(expected);
});
