/**
 * The assumptions of the original: no /proc, no /sys, nothing writable, no devices, no sockets, no IP. And
 * little memory.
 *
 * @module
 */
import { Disk } from './disk';
import { logToDisk } from './trees';
import { bootMachine } from './virtual-machine';

/** What works is seen on the console: there is nowhere else to write. */
const bare = {
  'default/depends': 'step\ndaemon\nasker\n',
  'step/run': '#!/bin/sh\necho "proc: $(ls -d /proc /sys 2>/dev/null)"\n',
  'step/sync': '',
  'daemon/run': '->/bin/sleep',
  'daemon/params': '1000\n',
  'daemon/respawn': '',
  // msvc kills the daemon, and sees it run again, without a thing to rely on but the two FIFOs.
  'asker/run': [
    '#!/bin/sh',
    'one=$(msvc -g daemon) && msvc -k daemon || echo "msvc failed"',
    'until two=$(msvc -g daemon) && [ "$two" != "$one" ]; do :; done',
    'msvc daemon >/dev/null && echo "killed $one, runs as $two"',
    'touch /tmp/here 2>&1 | grep -o "Read-only file system"',
    'echo "devices: $(ls /dev | tr "\\n" " ")"',
    'msvc --all',
    'echo "the end"',
    // Only now does it get something: so that its log can be looked at elsewhere.
    `${logToDisk()}; echo "the log is out"`,
    '',
  ].join('\n'),
  'asker/depends': 'daemon\n',
};

describe('a machine with nothing', () => {
  it('runs services and answers msvc', async () => {
    const disk = new Disk();
    const machine = await bootMachine({
      tree: bare,
      disk,
      without: ['/proc', '/sys', ...['tty', 'tty0', 'tty1', 'ttyS0'].map((name) => `/dev/${name}`)],
    });
    await machine.prints(/^the log is out$/mu);
    await machine.cutPower();
    disk.log().expectSameReplay();
    expect(machine.output).toMatch(/^proc: $/mu);
    expect(machine.output).toMatch(/^killed \d+, runs as \d+$/mu);
    expect(machine.output).toMatch(/^Read-only file system$/mu);
    expect(machine.output).toMatch(/^devices: console null $/mu);
    expect(machine.output).toMatch(/^daemon +running/mu);
    expect(machine.output).toMatch(/the event log is held in memory/u);
    expect(machine.output).not.toMatch(/Error|panic/u);
  });

  it('boots in 96 MB', async () => {
    const disk = new Disk();
    const machine = await bootMachine({ tree: bare, memoryMegabytes: 96, disk });
    await machine.prints(/^the log is out$/mu);
    await machine.cutPower();
    disk.log().expectSameReplay();
    expect(machine.output).toMatch(/^killed \d+, runs as \d+$/mu);
    expect(machine.output).not.toMatch(/Out of memory/u);
  });
});
