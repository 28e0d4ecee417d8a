import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownProgram, type RunningProgram } from '../../adapters/own-program';
import { temporaryDirectory } from '../support/temporary-directory';

const directory = temporaryDirectory();
/** PATH is first/, then second/; node in first/ cannot be executed, nor can a directory. */
for (const name of ['first', 'second', 'third']) mkdirSync(join(directory, name));
writeFileSync(join(directory, 'first/node'), '');
mkdirSync(join(directory, 'second/node'));
writeFileSync(join(directory, 'third/node'), '');
chmodSync(join(directory, 'third/node'), 0o755);

const running = (facts: Partial<RunningProgram>): RunningProgram => ({
  execPath: '/usr/bin/node',
  execArgv: ['--max-old-space-size=64', '-r', 'x'],
  argv: ['/usr/bin/node', '/sbin/init', 'splash', '--', '-s'],
  env: {},
  cwd: () => directory,
  ...facts,
});

describe('the own program', () => {
  it('is Node with the same options, script and arguments', () => {
    expect(ownProgram(running({}))).toEqual({
      path: '/usr/bin/node',
      argv: [
        '/usr/bin/node',
        '--max-old-space-size=64',
        '-r',
        'x',
        '/sbin/init',
        'splash',
        '--',
        '-s',
      ],
    });
  });

  const path = join(directory, 'third/node');

  it('is looked up on PATH where Node knows but its name', () => {
    const env = {
      PATH: ['first', 'second', 'third'].map((name) => join(directory, name)).join(':'),
    };
    expect(ownProgram(running({ execPath: 'node', env }))).toMatchObject({
      path,
      argv: expect.arrayContaining([path]) as string[],
    });
  });

  it('is looked up from the working directory where PATH says so', () => {
    const execPath = 'node';
    expect(ownProgram(running({ execPath, env: { PATH: 'third' } }))?.path).toBe(path);
    const cwd = (): string => join(directory, 'third');
    expect(ownProgram(running({ execPath, env: { PATH: '/none:' }, cwd }))?.path).toBe(path);
  });

  it('is below the working directory where it was called so', () => {
    expect(ownProgram(running({ execPath: './third/node' }))?.path).toBe(path);
  });

  it('is looked up in the usual places without a PATH', () => {
    expect(ownProgram(running({ execPath: 'sh' }))?.path).toBe('/bin/sh');
  });

  it('may not be found', () => {
    expect(ownProgram(running({ execPath: './none' }))).toBeUndefined();
    expect(ownProgram(running({ execPath: 'node', env: { PATH: '/none' } }))).toBeUndefined();
    expect(ownProgram(running({ execPath: './second/node' }))).toBeUndefined();
    expect(ownProgram(running({ execPath: './first/node' }))).toBeUndefined();
  });

  it('is this one, unless told otherwise', () => {
    expect(ownProgram()).toEqual({
      path: process.execPath,
      argv: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    });
  });
});
