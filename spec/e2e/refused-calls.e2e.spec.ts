/**
 * A kernel that refuses system calls (a seccomp filter, as a container's sandbox has one): minit boots
 * whatever can still be booted, and says in a sentence each what does not work. Not here: refusals
 * that pass (bad-limits.e2e), and calls without which Node itself cannot start.
 */
import { spawn, spawnSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { boot, cleanUp, type Files, type Supervisor } from '../support/supervisor';
import { contained, innerPid, itContained } from './fixtures/container';
import { endsWell, problems, retryDelays, tells } from './fixtures-bad/bad-input';
import { effectsOf, itWhen, recordsOf, sleeper } from './fixtures/recorded';

afterAll(cleanUp);

const preload = `--require=${join(__dirname, 'fixtures/refuse-calls.cjs')}`;
const refused = (calls: readonly string[]) => ({
  NODE_OPTIONS: preload,
  SPEC_REFUSED: calls.join(','),
});
const works =
  spawnSync(process.execPath, ['-e', '0'], {
    env: { ...process.env, ...refused(['reboot:EPERM']) },
  }).status === 0;
const itRefusing = itWhen(works, 'no seccomp filter can be had here');

const tree: Files = { 'default/depends': 'good\n', 'good/run': sleeper };
const bootRefusing = (files: Files | string, ...calls: string[]): Supervisor =>
  boot(files, { env: refused(calls) });

/** All that is on the console is in the log as well. */
const reported = (minit: Supervisor): string[] =>
  effectsOf(minit, 'Report').flatMap(({ code, text }) => (code === 'means' ? [text] : []));

const notAllowed = 'the kernel does not allow it (EPERM)';
const noClockSteps = `no timerfd, so that it is not noticed when somebody sets the clock: ${notAllowed}`;
const noOrphans = `minit cannot adopt orphans: what services leave behind goes to another process: ${notAllowed}`;
const noNice = `the nice level of a service cannot be set: it runs with that of minit: ${notAllowed}`;
const noMemory = `no memory that outlives the program, so that minit cannot be executed anew, neither after a fault nor for an update: ${notAllowed}`;
const noHandler = `no crash handler, so that a full heap, an endless loop or a fault in native code ends minit: ${notAllowed}`;
const noWatchdog = `no interval timer, so that minit does not notice an endless loop of its own: ${notAllowed}`;
const noInotify = `no inotify, so that minit only looks every 5 seconds whether its FIFOs are still there: ${notAllowed}`;
const noLimit = `the limit of open files cannot be set: services have the one that Node has raised for itself: ${notAllowed}`;
const noPidfd =
  'no pidfd, so that a process that is no child of minit is asked after once a second, by its number: the kernel has no such call, or a sandbox hides it (ENOSYS)';

describe('minit whose kernel refuses', () => {
  for (const [what, call, text] of [
    ['to tell of a set clock', 'timerfd_create:EPERM', noClockSteps],
    ['to hand it orphans', 'subreaper:EPERM', noOrphans],
    ['to set a nice level', 'setpriority:EPERM', noNice],
    ['it memory that outlives it', 'memfd_create:EPERM', noMemory],
    ['it a stack for signals', 'sigaltstack:EPERM', noHandler],
    ['it a watchdog', 'setitimer:EPERM', noWatchdog],
    ['to set a limit', 'prlimit64:EPERM', noLimit],
    ['to tell what happens in ROOT', 'inotify_init1:EPERM', noInotify],
  ] as const) {
    itRefusing(`${what} says so, once`, async () => {
      const files = { ...tree, 'good/nice': '3\n', 'also/run': sleeper, 'also/nice': '3\n' };
      const minit = bootRefusing({ ...files, 'default/depends': 'good\nalso\n' }, call);
      await minit.reaches('also', 'running');
      await tells(minit, [`minit: warning: ${text}`]);
      expect(minit.msvc('good')).toMatchObject({ code: 0 });
      await endsWell(minit);
      // Not before: the console may be ahead of the log.
      expect(reported(minit)).toEqual([text]);
    });
  }

  itRefusing('a hold on processes asks by PID instead, says so, and notices the end', async () => {
    const minit = bootRefusing({ ...tree, 'other/run': '#!/bin/sh\n' }, 'pidfd_open:ENOSYS');
    await minit.reaches('good', 'running');
    expect(minit.msvc('-o', 'other')).toMatchObject({ code: 0 });
    await minit.reaches('other', 'finished');
    const foreign = spawn('sleep', ['1000'], { stdio: 'ignore' });
    expect(minit.msvc(`-P${String(foreign.pid)}`, 'other')).toMatchObject({ code: 0 });
    await tells(minit, [`minit: warning: ${noPidfd}`]);
    expect(minit.msvc('other')).toMatchObject({ code: 0 });
    foreign.kill();
    await minit.reaches('other', 'finished', 2);
    await endsWell(minit);
  });

  itRefusing('to tell what happens in ROOT looks itself', async () => {
    // No script, which a shell would read when ROOT has gone.
    const files = { ...tree, 'good/run': '->/bin/sleep', 'good/params': '1000\n' };
    const minit = bootRefusing(files, 'inotify_init1:EPERM');
    await minit.reaches('good', 'running');
    renameSync(minit.root, `${minit.root}-away`);
    await minit.prints(/no control, msvc cannot reach minit: the FIFO has gone/u);
    renameSync(`${minit.root}-away`, minit.root);
    await minit.prints(/control is open now/u);
    await endsWell(minit);
  });

  itRefusing('to make the FIFOs boots all the same, and says what to do', async () => {
    const minit = bootRefusing(tree, 'mkfifo:EPERM');
    await minit.reaches('good', 'running');
    await tells(minit, [
      'minit: error: ROOT/in: no control, msvc cannot reach minit: the kernel does not allow it: make the FIFO beforehand (mkfifo -m 600)',
    ]);
    await endsWell(minit, { control: false });
  });

  itRefusing('to make processes goes on, and tries again with a growing pause', async () => {
    const minit = bootRefusing({ ...tree, 'good/respawn': '' }, 'spawn:ENOMEM');
    await minit.prints(/\(3 times in a row\)/u);
    expect(problems(minit)[0]).toBe(
      'minit: error: ROOT/good: cannot make a process: out of memory (ENOMEM)',
    );
    expect(minit.msvc('good')).toMatchObject({ code: 2 });
    await endsWell(minit);
    expect(retryDelays(minit.log, 'good').slice(0, 3)).toEqual([100, 200, 400]);
  });

  for (const call of ['plain-clone:EINVAL', 'close_range:ENOSYS'])
    itRefusing(`to make processes as minit does has libc make them (${call})`, async () => {
      const minit = bootRefusing({ ...tree, 'good/respawn': '' }, call);
      await minit.reaches('good', 'running');
      expect(minit.msvc('-k', 'good')).toMatchObject({ code: 0 });
      await minit.reaches('good', 'running', 2);
      await endsWell(minit);
      expect(reported(minit)).toEqual([]);
    });

  itRefusing('nearly everything boots what it can, with a sentence each', async () => {
    const minit = bootRefusing(
      { ...tree, 'good/nice': '3\n' },
      ...['timerfd_create:EPERM', 'subreaper:EPERM', 'setpriority:EPERM', 'pidfd_open:ENOSYS'],
      ...['memfd_create:EPERM', 'sigaltstack:EPERM', 'setitimer:EPERM', 'fsopen:EPERM'],
      ...['mount:EPERM', 'reboot:EPERM', 'pidfd_send_signal:EPERM'],
    );
    await minit.reaches('good', 'running');
    await minit.until('four sentences', () => reported(minit).length === 4);
    expect(reported(minit).sort()).toEqual([noClockSteps, noMemory, noNice, noOrphans].sort());
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    expect(await minit.stopAndReplay()).toEqual({ code: 0, signal: null });
  });
});

describe('PID 1 whose kernel refuses', () => {
  const env = (call: string) => ['env', `NODE_OPTIONS=${preload}`, `SPEC_REFUSED=${call}`];

  itContained('to signal ends with 111 after the grace time, and names who is left', async () => {
    const minit = boot(tree, {
      wrapper: [...contained(), ...env('kill:EPERM')],
      args: ['--grace', '0.2'],
    });
    await minit.reaches('good', 'running');
    expect(minit.msvc('good')).toMatchObject({ code: 0 });
    // The end is asked for from outside, where signals are not refused.
    process.kill(innerPid(minit), 'SIGTERM');
    expect(await minit.finished()).toEqual({ code: 111, signal: null });
    expect(minit.output).toMatch(/good: cannot signal process \d+: the kernel does not allow it/u);
    expect(minit.output).toMatch(/ good +stopping +asked to stop \(stuck\)/u);
    minit.replays();
  });

  itContained('ctrl-alt-del in an unusual way says so, and takes the careful guess', async () => {
    const minit = boot(tree, { wrapper: [...contained(), ...env('reboot:ENOSYS')] });
    await minit.reaches('good', 'running');
    await tells(minit, [
      'minit: warning: minit cannot take ctrl-alt-del: the kernel may reboot at once when it is pressed: the kernel has no such call, or a sandbox hides it (ENOSYS)',
    ]);
    expect(recordsOf(minit)[0]?.event).toMatchObject({ role: 'container', pid: 1 });
    process.kill(innerPid(minit), 'SIGTERM');
    expect(await minit.finished()).toEqual({ code: 0, signal: null });
    minit.replays();
  });
});
