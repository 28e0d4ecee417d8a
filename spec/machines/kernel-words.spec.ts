/**
 * The words of a kernel's command line that are about the console.
 *
 * @module
 */
import type { Role } from '../../machines/events';
import { splitCommandLine, verbosityOf, type Verbosity } from '../../machines/kernel-words';

describe("a kernel's command line", () => {
  it.each([
    ['', []],
    ['ro quiet  minit.debug\n', ['ro', 'quiet', 'minit.debug']],
    ['a="b c" "quiet" -- x', ['a=b c', 'quiet', '--', 'x']],
    ['open="quiet minit.debug', ['open=quiet minit.debug']],
  ])('%j is the words %j', (line, words) => {
    expect(splitCommandLine(line)).toEqual(words);
  });

  it('of 4 KB of junk is words all the same', () => {
    expect(splitCommandLine('"'.repeat(4_095)).length).toBeLessThan(4_096);
    expect(splitCommandLine('\u0001\u00ff '.repeat(1_365))).toHaveLength(1_365);
  });
});

describe('how much the console tells', () => {
  it.each<[Role, string[], boolean, Verbosity]>([
    ['machine', [], false, 'failures'],
    ['machine', ['quiet'], false, 'quiet'],
    ['machine', [], true, 'quiet'],
    ['machine', ['minit.debug', 'quiet'], false, 'transitions'],
    ['machine', ['minit.debug'], true, 'transitions'],
    ['machine', ['quiet=1', 'minit.debugger'], false, 'failures'],
    ['container', [], false, 'transitions'],
    ['container', ['quiet'], false, 'quiet'],
    ['container', ['minit.debug'], true, 'transitions'],
    ['process', ['quiet'], false, 'transitions'],
    ['process', ['minit.debug'], true, 'quiet'],
  ])('as a %s with the words %j, --quiet %j: %s', (role, words, isQuiet, expected) => {
    expect(verbosityOf({ role, words, isQuiet })).toBe(expected);
  });
});
