/**
 * The flags of `msvc` that change something: up, down, signals, a PID. Not here: what it shows
 * (msvc.e2e), pidfilehack, a PID that was used again (spec/adapters).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cleanUp } from '../support/supervisor';
import { bootTree, done, failed } from './fixtures/msvc-tree';
import { recorded } from './fixtures/recorded';

const foreigners: ChildProcess[] = [];
afterAll(async () => {
  for (const child of foreigners) child.kill('SIGKILL');
  await cleanUp();
});

describe('flags that change', () => {
  it('-u starts with respawn, -o without, -d takes down: finished', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-d', 'up')).toEqual(done);
    await minit.reaches('up', 'finished');
    expect(minit.msvc('up').code).toBe(3);
    expect(minit.msvc('-d', 'up')).toEqual(done);
    expect(minit.msvc('-u', 'up', 'net/up2')).toEqual(done);
    expect([minit.status('up')['want'], minit.status('net/up2')['want']]).toEqual(['up', 'up']);
    expect(minit.msvc('-o', 'up')).toEqual(done);
    expect(minit.status('up')).toMatchObject({ state: 'running', want: 'once' });
    expect(minit.msvc('-d', 'nobody', 'up')).toEqual(failed('nobody: no such service.'));
    await minit.reaches('up', 'finished', 2);
    expect(minit.msvc('-u', 'nobody')).toEqual(failed('nobody: no such service.'));
    await minit.stopAndReplay();
  });

  it('-h -a -i -t send their signals, to several services; -k kills', async () => {
    const names = { h: 'HUP', a: 'ALRM', i: 'INT', t: 'TERM' };
    const traps = Object.values(names)
      .map((name) => `trap 'echo "got ${name}"' ${name}`)
      .join('\n');
    const minit = await bootTree({
      'up/run': `#!/bin/sh\n${traps}\necho ready\nwhile :; do sleep 0.02; done\n`,
    });
    await minit.prints(/^ready$/mu);
    for (const [flag, name] of Object.entries(names)) {
      expect(minit.msvc(`-${flag}`, 'up')).toEqual(done);
      await minit.prints(new RegExp(`^got ${name}$`, 'mu'));
    }
    expect(minit.msvc('-k', 'up', 'net/up2')).toEqual(done);
    await minit.reaches('up', 'finished');
    await minit.reaches('net/up2', 'finished');
    expect(minit.status('up')).toMatchObject({ exit: { text: 'killed by SIGKILL' } });
    expect(minit.msvc('-t', 'up')).toEqual(failed('up: it has no process'));
    await minit.stopAndReplay();
  });

  it('-p pauses, -c continues; -d ends what is paused', async () => {
    const minit = await bootTree();
    expect(minit.msvc('-p', 'up', 'net/up2')).toEqual(done);
    expect(minit.status('up')).toMatchObject({ state: 'running', inner: 'paused' });
    expect(minit.msvc('up').code).toBe(0);
    expect(minit.msvc('-c', 'up')).toEqual(done);
    expect(minit.status('up')).toMatchObject({ state: 'running', inner: 'ready' });
    expect(minit.msvc('-d', 'net/up2')).toEqual(done);
    await minit.reaches('net/up2', 'finished');
    expect(minit.status('net/up2')).toMatchObject({ exit: { text: 'killed by SIGTERM' } });
    await minit.stopAndReplay();
  });

  it('-P sets the PID, with and without a space; minit notices the end of that process, too', async () => {
    const minit = await bootTree();
    const foreign = ['1000', '1001'].map((seconds) =>
      spawn('sleep', [seconds], { stdio: 'ignore' }),
    );
    foreigners.push(...foreign);
    const [first, second] = foreign.map(({ pid }) => String(pid));
    expect(minit.msvc(`-P${String(first)}`, 'done')).toEqual(done);
    expect(minit.msvc('-g', 'done')).toEqual({ ...done, stdout: `${String(first)}\n` });
    expect(minit.msvc('-P', String(second), 'done')).toEqual(done);
    expect(minit.msvc('-C', 'done')).toEqual(done);
    expect(minit.msvc('-g', 'done')).toEqual({ ...done, stdout: `${String(second)}\n` });
    const gone = recorded(
      minit,
      ({ event }) => event.type === 'ProcessVanished' && String(event.pid) === second,
    );
    for (const child of foreign) child.kill('SIGKILL');
    await gone;
    expect(minit.msvc('done').code).toBe(3);
    expect(minit.msvc('-P0', 'done')).toEqual(failed('0 is no PID'));
    expect(minit.msvc('-Pabc', 'done')).toEqual(failed('abc is no PID'));
    expect(minit.msvc(`-P${String(minit.pid)}`, 'done')).toEqual(
      failed('done: that is minit itself'),
    );
    expect(minit.msvc(`-P${String(minit.pidOf('up'))}`, 'done')).toEqual(
      failed("done: that is up's process"),
    );
    expect(minit.msvc(`-P${String(second)}`, 'nobody')).toEqual(failed('nobody: no such service.'));
    await minit.stopAndReplay();
  });
});
