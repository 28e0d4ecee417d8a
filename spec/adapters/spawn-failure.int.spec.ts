import '../support/real-process';
import { once } from 'node:events';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { errnos } from '../../adapters/errnos';
import { explainSpawnFailure } from '../../adapters/spawn-failure';
import { startRealProcesses } from '../support/real-processes';

const world = startRealProcesses();
const { directory, failure, file, newPath, run } = world;
afterAll(world.close);

const ENOENT = { code: 'ENOENT', errno: 2 };
const EACCES = { code: 'EACCES', errno: 13 };
const ENOEXEC = { code: 'ENOEXEC', errno: 8 };

describe('a spawn that fails', () => {
  it('says that there is no program', async () => {
    expect(await failure('/nowhere/at/all')).toEqual({
      stage: 'execute',
      error: ENOENT,
      path: '/nowhere/at/all',
    });
  });

  it('says where a symbolic link leads that leads nowhere', async () => {
    const path = newPath();
    symlinkSync('/nowhere', path);
    expect(await failure(path)).toEqual({
      stage: 'execute',
      error: ENOENT,
      path,
      hint: 'it is a symbolic link to "/nowhere", which does not exist',
    });
  });

  it('does not say of links in a circle that there is nothing', async () => {
    const path = newPath();
    symlinkSync(path, path);
    const error = { code: 'ELOOP', errno: errnos.ELOOP };
    expect(await failure(path)).toEqual({ stage: 'execute', error, path });
    expect(await failure('/bin/true', { input: path })).toEqual({ stage: 'open-in', error, path });
  });

  it('says that the interpreter of a script is missing', async () => {
    const path = file('#! /x/y -e\n');
    expect(await failure(path)).toEqual({
      stage: 'execute',
      error: ENOENT,
      path,
      hint: 'its interpreter "/x/y" does not exist',
    });
  });

  it('looks for the interpreter where the kernel does', async () => {
    const path = file('#!package.json\n');
    expect(await failure(path)).toMatchObject({
      error: ENOENT,
      hint: 'its interpreter "package.json" does not exist',
    });
    expect(await run(file('#!/bin/true\0 -e\n'))).toEqual({ code: 0 });
    expect(await failure(file('#!/x/y\0 -e\n'))).toMatchObject({
      error: ENOENT,
      hint: 'its interpreter "/x/y" does not exist',
    });
  });

  it('says what an interpreter lacks that is a script itself', async () => {
    const interpreter = file('#!/x/y\n');
    expect(await failure(file(`#!${interpreter}\n`))).toMatchObject({
      error: ENOENT,
      hint: `its interpreter "${interpreter}": its interpreter "/x/y" does not exist`,
    });
  });

  it('says that a script was written on another system', async () => {
    const path = file('#!/bin/sh\r\nexit 0\r\n');
    expect(await failure(path)).toMatchObject({
      error: ENOENT,
      hint: 'its interpreter "/bin/sh\\r" does not exist (its lines end with a carriage return)',
    });
  });

  it('says that the loader of a program is missing', async () => {
    const program = readFileSync('/bin/true');
    const at = program.indexOf('/lib64/ld-linux');
    program.write('/lib64/ld-minix', at);
    const path = newPath();
    writeFileSync(path, program, { mode: 0o755 });
    expect((await failure(path)).hint).toMatch(
      /^its loader "\/lib64\/ld-minix.*" does not exist$/u,
    );
  });

  it('does not give a script without #! to a shell', async () => {
    const witness = newPath();
    const path = file(`echo ran > ${witness}\n`);
    expect(await failure(path)).toEqual({
      stage: 'execute',
      error: ENOEXEC,
      path,
      hint: 'it is neither a program for this machine nor a script with a "#!" line',
    });
    expect(() => statSync(witness)).toThrow('ENOENT');
  });

  it('says that a program is empty', async () => {
    expect(await failure(file(''))).toMatchObject({ error: ENOEXEC, hint: 'it is empty' });
  });

  it('says that a program is not executable', async () => {
    const path = file('#!/bin/sh\n', 0o644);
    expect(await failure(path)).toEqual({
      stage: 'execute',
      error: EACCES,
      path,
      hint: 'it is not executable',
    });
  });

  it('says that a program is a directory', async () => {
    expect(await failure(directory)).toEqual({
      stage: 'execute',
      error: EACCES,
      path: directory,
      hint: 'it is a directory',
    });
  });

  it('says that the working directory is missing', async () => {
    expect(await failure('/bin/true', { workingDirectory: '/nowhere' })).toEqual({
      stage: 'change-directory',
      error: ENOENT,
      path: '/nowhere',
    });
  });

  it('says that the working directory is none', async () => {
    const path = file('');
    expect(await failure('/bin/true', { workingDirectory: path })).toEqual({
      stage: 'change-directory',
      error: { code: 'ENOTDIR', errno: 20 },
      path,
    });
  });

  it('says that `in` cannot be opened', async () => {
    const path = newPath();
    expect(await failure('/bin/true', { input: path })).toEqual({
      stage: 'open-in',
      error: ENOENT,
      path,
    });
    expect(await failure('/bin/true', { input: directory })).toMatchObject({
      stage: 'open-in',
      error: { code: 'EISDIR' },
    });
  });

  it('says that `out` cannot be opened, and does not make it', async () => {
    const path = newPath();
    expect(await failure('/bin/true', { output: path })).toEqual({
      stage: 'open-out',
      error: ENOENT,
      path,
    });
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  it('says what a socket is, in the place of `in` or `out`', async () => {
    const path = newPath();
    const server = createServer().listen(path);
    await once(server, 'listening');
    for (const [stage, files] of [
      ['open-in', { input: path }],
      ['open-out', { output: path }],
    ] as const)
      expect(await failure('/bin/true', files)).toEqual({
        stage,
        error: { code: 'ENXIO', errno: 6 },
        path,
        hint: 'it is a socket, or a device that is not there: put a file or a FIFO there',
      });
    server.close();
    await once(server, 'close');
  });

  it('says that there are too many arguments', async () => {
    const argv = ['run', 'x'.repeat(200_000)];
    expect(await failure('/bin/true', { argv })).toMatchObject({
      stage: 'execute',
      error: { code: 'E2BIG' },
    });
  });
});

describe('a failure of which it is known what has failed', () => {
  const asked = { path: '/bin/true', workingDirectory: '/', input: '/dev/tty1' };

  it('is not worked out from its number', () => {
    const errno = errnos.ENOMEM;
    expect(explainSpawnFailure({ errno }, asked).stage).toBe('fork');
    expect(explainSpawnFailure({ errno, failedCall: 'clone' }, asked).stage).toBe('fork');
    expect(explainSpawnFailure({ errno, failedCall: 'execute' }, asked)).toEqual({
      stage: 'execute',
      error: { code: 'ENOMEM', errno },
      path: '/bin/true',
    });
  });

  it('names the terminal, or the directory, though there is nothing wrong with it any more', () => {
    const { EIO, ENOENT: errno } = errnos;
    expect(explainSpawnFailure({ errno: EIO, failedCall: 'terminal' }, asked)).toEqual({
      stage: 'open-in',
      error: { code: 'EIO', errno: EIO },
      path: '/dev/tty1',
    });
    expect(explainSpawnFailure({ errno, failedCall: 'change-directory' }, asked)).toEqual({
      stage: 'change-directory',
      error: ENOENT,
      path: '/',
    });
  });
});
