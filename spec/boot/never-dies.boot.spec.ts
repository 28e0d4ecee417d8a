/**
 * PID 1 of a real kernel: where it ended, the kernel would panic.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Disk } from './disk';
import { calls, diskService, logOnDisk, proc, serialShell } from './trees';
import { bootMachine } from './virtual-machine';

const tree = {
  ...diskService(),
  ...proc,
  ...serialShell,
  ...calls('runtime', '/bin/mount', '-t', 'tmpfs', 'tmpfs', '/run'),
  'runtime/sync': '',
  'default/depends': 'disk\nproc\nruntime\nwriter\nmissing\nshell\n',
  'writer/run': '#!/bin/sh\nn=0; while :; do n=$((n+1)); echo "line $n"; sleep 0.1; done\n',
  'writer/respawn': '',
  'writer/depends': 'disk\n',
  'writer/log/run': '#!/bin/sh\nexec cat > /var/log/lines\n',
  'writer/log/respawn': '',
  'missing/run': '->/no/such/program',
  'missing/respawn': '',
};

const fault = readFileSync(join(__dirname, '../e2e/fixtures/fault.cjs'), 'utf8');
const words = [
  logOnDisk,
  // The heap must be full before the machine is.
  '"NODE_OPTIONS=--require=/fault.cjs --max-old-space-size=48"',
  'MINIT_FAULT=/run/fault',
  // The others mean something to the init of a machine.
  'MINIT_FAULT_SIGNAL=SIGQUIT',
  'MINIT_EMERGENCY=/bin/sh',
];
const ways = [
  ['abort', 'SIGABRT'],
  ['null-pointer', 'SIGSEGV'],
  ['heap-exhaustion', '(?:SIGABRT|SIGTRAP|SIGILL)'],
  ['exit', 'its program ended with 7'],
  ['endless-loop', 'an endless loop'],
] as const;

describe('PID 1', () => {
  it('is executed anew however it ends, then gives the console away, and goes on', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      tree,
      disk,
      words,
      overlay: { '/fault.cjs': fault },
      memoryMegabytes: 320,
    });
    await machine.booted();
    const pids = async (): Promise<string | undefined> => {
      const { output } = await machine.run(
        'echo "pids: $(msvc -g writer) $(msvc -g writer/log) $(msvc -g shell)"',
      );
      // A program that dies of a full heap has a lot to say in between.
      return /^pids: (\d+ \d+ \d+)$/mu.exec(output)?.[1];
    };
    const before = await pids();
    expect(before).toBeDefined();
    for (const [way, why] of ways) {
      machine.type(`echo ${way} > /run/fault; kill -QUIT 1\n`);
      await machine.prints(
        new RegExp(`minit itself failed \\(${why}\\) and was executed anew; \\d+ services`, 'u'),
      );
      expect(await pids()).toBe(before);
    }
    // The sixth in a row. The shell that asks for it is stopped first: two would share the console.
    machine.type('(sleep 1; echo throw > /run/fault; kill -QUIT 1) & kill -STOP $$\n');
    await machine.prints(/failed 6 times in a row: the console is given to an administrator/u);
    expect((await machine.run('tty; echo "admin"')).output).toMatch(/^\/dev\/ttyS0\nadmin$/mu);
    machine.type('exit\n');
    await machine.prints(/minit itself failed \(a bug of ours\) and was executed anew/u);
    machine.type('\n');
    await machine.press('ctrl-alt-delete');
    await machine.ended();
    expect(disk.isClean()).toBe(true);
    const log = disk.log();
    log.expectSameReplay();
    const counts = log
      .records()
      .flatMap(({ event }) => (event.type === 'SupervisorResumed' ? [event.count] : []));
    expect(counts).toEqual([1, 2, 3, 4, 5, 6]);
    const lines = readFileSync(join(disk.files(), 'lines'), 'utf8').split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines).toEqual(lines.map((_, index) => `line ${String(index + 1)}`));
  });
});
