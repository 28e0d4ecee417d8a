/**
 * What every process gets, seen in /proc: nice level, descriptors, session, signals, environment. Not
 * here: PID 1 on a console, a negative `nice` without privileges.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { cleanUp, run } from '../support/supervisor';
import { bootX, linkOf, plain } from './fixtures/one-service';
import { processStat } from './fixtures/recorded';

afterAll(cleanUp);

const statusField = (pid: number, field: string): string =>
  new RegExp(`^${field}:\\s*(.*)$`, 'mu').exec(
    readFileSync(`/proc/${String(pid)}/status`, 'utf8'),
  )?.[1] ?? '';

describe('nice', () => {
  it.each([
    ['5\n', 5],
    ['+3', 3],
    ['0\n', 0],
    ['100\n', 19],
  ])('%j is added to the nice level', async (text, added) => {
    const minit = await bootX({ ...plain, 'x/nice': text });
    const own = processStat(process.pid).nice;
    expect(processStat(minit.pidOf('x')).nice).toBe(Math.min(19, own + added));
    expect(processStat(minit.pidOf('stay')).nice).toBe(own);
    await minit.stopAndReplay();
  });
});

describe('each process', () => {
  it('has the descriptors 0 to 2, whatever minit has inherited, and a session of its own', async () => {
    const wrapper = ['sh', '-c', 'exec 3< /dev/null 9< /dev/null; exec "$@"', 'sh'];
    const minit = await bootX({ ...plain, 'x/log/run': '->/bin/cat' }, undefined, { wrapper });
    expect(linkOf(minit.pid, 'fd/9')).toBe('/dev/null');
    const pids = ['x', 'x/log', 'stay'].map((name) => minit.pidOf(name));
    for (const pid of pids) {
      expect(readdirSync(`/proc/${String(pid)}/fd`)).toEqual(['0', '1', '2']);
      expect(processStat(pid)).toMatchObject({ parent: minit.pid, session: pid });
    }
    await minit.stopAndReplay();
  });

  it('has all signals at their default, and none blocked', async () => {
    const minit = await bootX(plain);
    for (const field of ['SigBlk', 'SigIgn', 'SigCgt'])
      expect(statusField(minit.pidOf('x'), field)).toBe('0000000000000000');
    await minit.stopAndReplay();
  });

  it('has the environment of minit, not that of the shell of whoever started it', async () => {
    const minit = await bootX(
      { ...plain, 'late/run': '->/bin/sleep', 'late/params': '1000\n' },
      undefined,
      { env: { MINIT_E2E: 'of minit', PATH: process.env['PATH'] ?? '' } },
    );
    run('msvc', ['--root', minit.root, '-o', 'late'], {
      env: { ...process.env, MINIT_E2E: 'of the shell', EXTRA: '1' },
    });
    await minit.reaches('late', 'running');
    const own = readFileSync(`/proc/${String(minit.pid)}/environ`, 'utf8')
      .split('\0')
      .sort();
    expect(own).toContain('MINIT_E2E=of minit');
    for (const name of ['x', 'late']) {
      expect(
        readFileSync(`/proc/${String(minit.pidOf(name))}/environ`, 'utf8')
          .split('\0')
          .sort(),
      ).toEqual(own);
    }
    await minit.stopAndReplay();
  });
});
