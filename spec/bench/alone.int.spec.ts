/**
 * alone.c gives a supervisor an /etc of its own, and the machine keeps its own.
 *
 * Not checked here: the rest of it; a smoke run of the benchmark goes through it.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory';

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const canRun = hasCompiler && process.getuid?.() === 0;

(canRun ? it : it.skip)('what has an /etc of its own sees that, and nobody else does', () => {
  const directory = temporaryDirectory();
  const inIt = (name: string): string => join(directory, name);
  mkdirSync(inIt('etc'));
  writeFileSync(inIt('etc/only'), 'here');
  const source = join(__dirname, '../../bench/alone.c');
  const compiled = spawnSync('cc', ['-o', inIt('alone'), source], { encoding: 'utf8' });
  expect(compiled.stderr).toBe('');

  const mounts = (): string => readFileSync('/proc/self/mountinfo', 'utf8');
  const before = mounts();
  const { stdout, stderr } = spawnSync(inIt('alone'), ['--etc', inIt('etc'), 'sleep', '10'], {
    encoding: 'utf8',
    input: `run\t${inIt('output')}\tls\t/etc\n`,
  });
  expect([stdout, stderr]).toEqual([
    expect.stringMatching(/^launched \d+ 1\nran \d+ \d+ 0\n$/u),
    '',
  ]);
  expect(readFileSync(inIt('output'), 'utf8')).toBe('only\n');
  expect(mounts()).toBe(before);
});
