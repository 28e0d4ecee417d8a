/**
 * How `msvc` is called, and where it finds minit. Not here: FIFOs that are no FIFOs or nobody's
 * (bad-control.e2e).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanUp, makeRoot, run } from '../support/supervisor';
import { bootTree, done, failed } from './fixtures/msvc-tree';

afterAll(cleanUp);

describe('usage', () => {
  it('needs no minit: none of it, --help, --version', () => {
    for (const args of [[], ['--help']])
      expect(run('msvc', args)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Usage: msvc \[flag\] SERVICE/u) as string,
        stderr: '',
      });
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    for (const name of ['msvc', 'minit-list', 'listpids', 'minit-replay', 'minit'])
      expect(run(name, ['--version'])).toEqual({ ...done, stdout: `${version}\n` });
  });

  it.each([
    [['-x', 'up'], "error: unknown option '-x'"],
    [['-u'], 'no service named'],
    [['-u', '-d', 'up'], '-u and -d cannot be used together'],
    [['--all', '--why', 'up'], '--all and --why cannot be used together'],
    [['--all', 'up'], '--all takes no services'],
    [['-H', 'up'], '-H takes no services'],
    [['-H', '--json'], '--json and -H cannot be used together'],
    [['--json', '-d', 'up'], '--json and -d cannot be used together'],
    [['-P'], "error: option '-P <pid>' argument missing"],
  ])('%j is an error', (args, text) => {
    expect(run('msvc', args)).toEqual(failed(text));
  });

  it('reads nothing at its start of what only --why needs', () => {
    const size = (file: string) => statSync(join(__dirname, '../../dist', file)).size;
    expect(readFileSync(join(__dirname, '../../dist/msvc.bundle'), 'utf8')).not.toContain('xstate');
    expect(size('msvc-why.cjs')).toBeGreaterThan(2 * size('msvc.bundle'));
  });

  it('says when no minit is running, at once', () => {
    const root = makeRoot({});
    expect(run('msvc', ['--root', root, 'up'])).toEqual(
      failed(`${root}/in does not exist: is this the directory of a running minit?`),
    );
    execFileSync('mkfifo', [join(root, 'in'), join(root, 'out')]);
    expect(run('msvc', ['--root', root, 'up'])).toEqual(failed('minit is not running'));
  });

  it('finds ROOT by --root, else MINIT_ROOT', async () => {
    const minit = await bootTree();
    const stdout = `${String(minit.pidOf('up'))}\n`;
    const env = { ...process.env, MINIT_ROOT: minit.root };
    expect(run('msvc', ['-g', 'up'], { env })).toEqual({ ...done, stdout });
    expect(
      run('msvc', ['-g', 'up', '--root', minit.root], { env: { ...env, MINIT_ROOT: '/nowhere' } }),
    ).toEqual({ ...done, stdout });
    expect(run('msvc', ['-g', 'up', '--root', '.'], { cwd: minit.root })).toEqual({
      ...done,
      stdout,
    });
    await minit.stopAndReplay();
  });

  it('takes ROOT/NAME however ROOT is written', async () => {
    const minit = await bootTree();
    const { root } = minit;
    const shown = { ...done, stdout: `${String(minit.pidOf('up'))}\n` };
    for (const [written, name] of [
      ['root', 'root/up'],
      ['root/', 'root/up'],
      ['./root//', './root/up'],
      [`${root}/`, `${root}/up`],
      ['root/', `${root}/up/`],
    ] as const)
      expect(run('msvc', ['--root', written, '-g', name], { cwd: dirname(root) })).toEqual(shown);
    await minit.stopAndReplay();
  });
});
