/**
 * The drive that ROOT is on dies under a running minit: each access is an I/O error from then on.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory';
import { Disk, MachineLog } from './disk';
import { calls, proc, serialShell } from './trees';
import { bootMachine } from './virtual-machine';

const tree = {
  'default/depends': 'proc\nruntime\nstays\ncomes-back\nshell\n',
  ...proc,
  ...serialShell,
  ...calls('runtime', '/bin/mount', '-t', 'tmpfs', 'tmpfs', '/run'),
  'runtime/sync': '',
  ...calls('stays', '/bin/sleep', '1000'),
  ...calls('comes-back', '/bin/sleep', '1000'),
  'comes-back/respawn': '',
  ...calls('late', '/bin/sleep', '1000'),
};

/** On its standard error, in the middle of whatever the machine says. */
const qemuComplaint = /qemu-system-x86_64: aio failed: .*\n/gu;

/** What an initial RAM disk would do: ROOT is on a drive of its own. */
const init = [
  '#!/bin/sh',
  'mount -t devtmpfs dev /dev',
  'mount -t ext4 /dev/nvme0n2 /mnt && cp -a /etc/minit/. /mnt && sync',
  'exec /sbin/init "$@"',
  '',
].join('\n');

const unreadable = (service: string): RegExp =>
  // It may come behind the prompt of the shell.
  new RegExp(`minit: error: /mnt/${service}.*: input/output error \\(EIO\\)`, 'u');

describe('a ROOT that gives I/O errors', () => {
  it('leaves what runs alone, and minit says what it cannot read', async () => {
    const machine = await bootMachine({
      tree,
      disk: new Disk(),
      overlay: { '/sbin/rooted': init },
      words: ['init=/sbin/rooted', 'MINIT_ROOT=/mnt'],
    });
    await machine.booted();
    const pidOf = async (service: string): Promise<number> =>
      // The kernel, minit and qemu have a lot to say in between, also in the same line.
      Number(/<(\d+)>/u.exec((await machine.run(`echo "<$(msvc -g ${service})>"`)).output)?.[1]);
    const before = { stays: await pidOf('stays'), comesBack: await pidOf('comes-back') };
    // The kernel is not to write into the lines of others.
    await machine.run('dmesg -n 1');
    await machine.monitor('drive_del disk');
    // What is remembered of it is forgotten, so that the drive is asked.
    await machine.run('echo 3 > /proc/sys/vm/drop_caches');
    expect((await machine.run('cat /mnt/late/params')).output).toMatch(/Input\/output error/u);

    expect((await machine.run('msvc -u late')).status).toBe(1);
    await machine.prints(unreadable('late'));
    await machine.run('msvc -k comes-back');
    await machine.prints(unreadable('comes-back'));

    expect(await pidOf('stays')).toBe(before.stays);
    expect(before.comesBack).toBeGreaterThan(1);
    expect((await machine.run('msvc --why late')).output).toMatch(/input\/output error/u);
    const { output: text } = await machine.run('cat /run/minit/minit-000001.jsonl');
    await machine.cutPower();
    const directory = temporaryDirectory();
    const lines = text
      .replaceAll(qemuComplaint, '')
      .split('\n')
      .filter((line) => line.startsWith('{'));
    writeFileSync(join(directory, 'minit-000001.jsonl'), `${lines.join('\n')}\n`);
    const { state } = new MachineLog(directory).expectSameReplay();
    expect(state.services.get('stays')?.context.pid).toBe(before.stays);
  });
});
