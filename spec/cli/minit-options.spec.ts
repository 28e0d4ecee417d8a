/**
 * What minit makes of its command line, as PID 1 of a machine and elsewhere.
 *
 * Not here: what is printed (bad-trees.e2e; kernel-words.boot for a machine).
 */
import { parseCommandLine } from '../../cli/minit-options';

const defaults = { root: '/etc/minit', grace: 3_000 };

const given = process.env['MINIT_ROOT'];
beforeEach(() => delete process.env['MINIT_ROOT']);
afterAll(() => {
  if (given !== undefined) process.env['MINIT_ROOT'] = given;
});

describe('the command line of minit', () => {
  it.each([
    [[], { options: defaults, words: [] }],
    [['web', '-sshd', '-'], { options: defaults, words: ['web', '-sshd', '-'] }],
    [
      ['--grace', '2.5', 'web', '--quiet', '--root=/r', '--log', '/l'],
      { options: { root: '/r', log: '/l', grace: 2_500, quiet: true }, words: ['web'] },
    ],
    [['-sshd', '--', 'web', '--quiet'], { options: defaults, words: ['-sshd', 'web', '--quiet'] }],
    [['--', '-sshd'], { options: defaults, words: ['-sshd'] }],
    [['--unheard-of', 'web'], { options: defaults, words: ['--unheard-of', 'web'] }],
  ])('%j', (argv, expected) => {
    for (const role of ['process', 'container', 'machine'] as const)
      expect(parseCommandLine(argv, role)).toEqual(expected);
  });
});

describe('words of a kernel that are wrong', () => {
  it.each([
    ['--grace', 'ten', 'web'],
    ['--grace=-1', 'web'],
    ['web', '--root'],
    ['--help', 'web'],
    ['--version', 'web'],
  ])('%s %s are told, and the machine boots with the defaults', (...argv) => {
    expect(parseCommandLine(argv, 'machine')).toEqual({
      options: defaults,
      words: argv.filter((word) => !word.startsWith('--')),
    });
  });

  it.each([
    [['--grace', 'ten'], 100],
    [['--root'], 100],
    [['--root', ''], 100],
    [['--version'], 0],
  ])('%j end minit elsewhere', (argv, exitCode) => {
    for (const role of ['process', 'container'] as const)
      expect(parseCommandLine(argv, role)).toEqual({ exitCode });
  });
});
