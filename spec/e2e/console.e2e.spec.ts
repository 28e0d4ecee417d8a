/**
 * What minit prints, and when it is in colour. Not here: consoles that nobody reads
 * (bad-surroundings.e2e), the console of a booted machine.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { cleanUp, makeRoot, program, run, type Files } from '../support/supervisor';
import { itWhen } from './fixtures/recorded';

afterAll(cleanUp);

const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const onTerminal = itWhen(hasTerminal, 'script(1) is not installed');
/** Ends by itself, so that minit does. */
const tree: Files = {
  'default/depends': 'step\ngone\n',
  'step/run': '#!/bin/sh\nexit 0\n',
  'step/sync': '',
};
// eslint-disable-next-line no-control-regex -- the very sequences that are looked for
const colour = /\u001b\[\d+m/u;

function bootOnTerminal(env: NodeJS.ProcessEnv): string {
  const root = makeRoot(tree);
  const command = [
    process.execPath,
    program('minit'),
    '--root',
    root,
    '--log',
    join(dirname(root), 'log'),
  ];
  const { status, stdout } = spawnSync('script', ['-qec', command.join(' '), '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  expect(status).toBe(0);
  return stdout;
}

describe('the console', () => {
  it('is plain on a pipe: a line each transition, a line each problem', () => {
    const root = makeRoot(tree);
    const { code, stdout, stderr } = run('minit', [
      '--root',
      root,
      '--log',
      join(dirname(root), 'log'),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\d+\.\d{3} {2}step +sync-done +exited 0 after \d\.\d\d s$/mu);
    expect(stderr).toBe(
      `minit: error: ${root}/default/depends:2: dependency "gone" skipped: there is no such service; make it, or remove the line\n`,
    );
    expect(stdout + stderr).not.toMatch(colour);
  });

  onTerminal('is in colour on a terminal', async () => {
    const shown = bootOnTerminal({ NO_COLOR: undefined });
    expect(shown).toContain('\u001b[32msync-done');
    expect(shown).toContain('\u001b[31merror');
    await Promise.resolve();
  });

  onTerminal('is plain on a terminal when NO_COLOR is set', async () => {
    expect(bootOnTerminal({ NO_COLOR: '1' })).not.toMatch(colour);
    await Promise.resolve();
  });
});
