/**
 * What goes wrong with daemons that background themselves: a sentence, an exit status, and nothing
 * left behind. What the command and its PID file can do wrong is in spec/adapters/pidfilehack.int.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRequest } from '../../machines/control-protocol';
import { boot, cleanUp, makeRoot, program, run, type Files } from '../support/supervisor';
import { effectsOf, recorded, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const stay: Files = { 'default/depends': 'd\nstay\n', 'stay/run': sleeper };
const hack = (script: string): Files => ({
  'd/run': `->${program('pidfilehack')}`,
  'd/params': `d\npid\n/bin/sh\n-c\n${script}\n`,
});

describe('pidfilehack called by mistake', () => {
  it.each([
    [[], "error: missing required argument 'SERVICE'"],
    [['d'], "error: missing required argument 'PIDFILE'"],
    [['d', 'pid'], "error: missing required argument 'COMMAND'"],
    [['--pid', 'd', 'pid', '/bin/true'], "error: unknown option '--pid'"],
  ])('with %j says what is wrong', (args, text) => {
    const { code, stdout, stderr } = run('pidfilehack', args);
    expect({ code, stdout }).toEqual({ code: 100, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`pidfilehack: ${text}`);
    expect(stderr).not.toMatch(/\n\s+at /u);
  });

  it('shows its usage', () => {
    const { code, stdout } = run('pidfilehack', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: pidfilehack [--root DIR] SERVICE PIDFILE COMMAND [ARG...]');
  });

  it('without a minit runs nothing', () => {
    const root = makeRoot({});
    const ran = join(root, 'ran');
    const args = ['--root', root, 'd', join(root, 'pid'), '/bin/sh', '-c', `: > ${ran}`];
    expect(run('pidfilehack', args)).toEqual({
      code: 111,
      stdout: '',
      stderr: `pidfilehack: ${root}/in does not exist: is this the directory of a running minit?\n`,
    });
    expect(existsSync(ran)).toBe(false);
  });

  it.each([
    ['x', 'pid', 'x: no such service'],
    ['../d', 'pid', '"../d" names no service: the name has a component ".."'],
    ['d/', 'pid', '"d/" names no service: the name has an empty component'],
    ['', 'pid', '"" names no service: the name is empty'],
    ['d', '', 'the PIDFILE has no name'],
  ])('for the service %j with the PID file %j runs nothing', async (service, pid, text) => {
    const minit = boot({ ...stay, 'd/run': sleeper });
    await minit.booted();
    const ran = join(minit.root, 'ran');
    const pidFile = pid === '' ? '' : join(minit.root, pid);
    const args = ['--root', minit.root, service, pidFile, '/bin/sh', '-c', `: > ${ran}; exit 1`];
    expect(run('pidfilehack', args)).toEqual({
      code: 100,
      stdout: '',
      stderr: `pidfilehack: ${text}\n`,
    });
    expect(existsSync(ran)).toBe(false);
    await minit.stopAndReplay();
  });

  it('passes options on that stand behind its own arguments', async () => {
    const minit = boot({ ...stay, 'd/run': sleeper });
    await minit.booted();
    const pid = join(minit.root, 'pid');
    const args = [
      '--root',
      minit.root,
      'd',
      pid,
      '/bin/sh',
      '-c',
      'echo "$@"; exit 9',
      '--',
      '--root',
      '-x',
    ];
    expect(run('pidfilehack', args)).toEqual({
      code: 9,
      stdout: '--root -x\n',
      stderr: 'pidfilehack: "/bin/sh" exited 9 and left no PID\n',
    });
    await minit.stopAndReplay();
  });
});

describe('a daemon that cannot be watched', () => {
  it('because its PID file names the process of another service, has failed', async () => {
    const minit = boot({
      ...stay,
      ...hack('while [ ! -s ../stay/mine ]; do sleep 0.02; done; cat ../stay/mine > pid'),
      'stay/run': '#!/bin/sh\necho $$ > mine\nexec sleep 1000\n',
    });
    await minit.reaches('stay', 'running');
    await minit.reaches('d', 'finished');
    await minit.prints(/^pidfilehack: minit refuses PID \d+ for d: that is stay's process$/mu);
    expect(minit.status('d')).toMatchObject({ exit: { code: 111 } });
    expect(minit.status('stay')).toMatchObject({ state: 'running' });
    await minit.stopAndReplay();
  });

  it('because its command fails, is tried again after half a second', async () => {
    const minit = boot({ ...stay, ...hack('exit 5'), 'd/respawn': '' });
    await minit.reaches('d', 'running', 2);
    await minit.prints(/^pidfilehack: "\/bin\/sh" exited 5 and left no PID$/mu);
    expect(effectsOf(minit, 'StartTimer')).toContainEqual({ timer: 'respawn:d', delayMs: 500 });
    expect(effectsOf(minit, 'StartTimer').filter(({ timer }) => timer === 'pid:d')).toEqual([]);
    await minit.stopAndReplay();
  });
});

describe('a daemon whose run has exited, and whose PID is not known', () => {
  it('is up for msvc, cannot be signalled, and is watched as soon as somebody tells the PID', async () => {
    const minit = boot({
      ...stay,
      // It exits 0 when it is told to, and says nothing of its daemon.
      'd/run': '#!/bin/sh\ntrap "exit 0" TERM\necho ready\nwhile :; do sleep 0.02; done\n',
      'd/respawn': '',
    });
    await minit.booted();
    await minit.prints(/^ready$/mu);
    expect(minit.ask(encodeRequest({ do: 'expect-pid', service: 'd' }))).toBe(
      '{"minit":1,"ok":true}\n',
    );
    process.kill(minit.pidOf('d'), 'SIGTERM');
    await minit.prints(/d +running +exited 0 after .*; the PID of its daemon is to come/u);
    expect(minit.status('d')).toMatchObject({ state: 'running', inner: 'backgrounded', pid: null });
    expect(minit.msvc('d')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 \d+\n$/u) as string,
    });
    // It is still to come for a minit that is executed anew.
    expect(run('minit-update', ['--root', minit.root])).toMatchObject({ code: 0, stderr: '' });
    expect(minit.status('d')).toMatchObject({ state: 'running', inner: 'backgrounded' });
    expect(minit.msvc('-g', 'd')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'msvc: d: its PID is not known yet\n',
    });
    expect(minit.msvc('-h', 'd')).toMatchObject({
      code: 1,
      stderr: 'msvc: d: it has no process\n',
    });
    expect(run('minit-list', ['--root', minit.root]).stdout).toBe('d\nstay\n');

    // No child of minit: only its pidfd tells of its end, and that at once.
    const daemon = spawn('sleep', ['1000'], { stdio: 'ignore' });
    expect(minit.msvc('-P', String(daemon.pid), 'd')).toMatchObject({ code: 0 });
    expect(minit.pidOf('d')).toBe(daemon.pid);
    daemon.kill('SIGKILL');
    await recorded(minit, ({ event }) => event.type === 'ProcessVanished');
    await minit.prints(/^ready$/mu, 2);
    await minit.stopAndReplay();
  });
});
