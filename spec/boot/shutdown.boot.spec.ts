/**
 * The end of a machine: services in order, then all else, then the disks. Nothing on a journalled disk
 * needs a check on the next boot.
 */
import { Disk } from './disk';
import { calls, diskService, logOnDisk, proc, serialShell } from './trees';
import { bootMachine, type VirtualMachine } from './virtual-machine';

const tree = {
  ...diskService(),
  ...proc,
  ...serialShell,
  'default/depends': 'disk\nproc\nwriter\nstubborn\ntop\nshell\n',
  // Writes to the disk all the time, and keeps a file open there.
  'writer/run':
    '#!/bin/sh\nexec > /var/log/written\nwhile :; do echo "$(cat /proc/uptime)"; done\n',
  'writer/respawn': '',
  'writer/depends': 'disk\nproc\n',
  // Belongs to no service when its parent has gone.
  'stubborn/run':
    '#!/bin/sh\nsh -c \'trap "" TERM; exec > /var/log/orphan; while :; do echo x; done\' &\n',
  'stubborn/depends': 'disk\n',
  ...calls('bottom', '/bin/sleep', '1000'),
  ...calls('top', '/bin/sleep', '1000'),
  'top/depends': 'bottom\n',
  'halt/depends': 'bottom\n',
};

async function boot(disk: Disk, ...words: string[]): Promise<VirtualMachine> {
  const machine = await bootMachine({ tree, disk, words: [logOnDisk, ...words] });
  await machine.booted();
  return machine;
}

/** The order in which services were asked to stop. */
const stopped = (disk: Disk): string[] =>
  disk
    .log()
    .records()
    .flatMap(({ effects }) =>
      effects.flatMap(({ type, params }) =>
        type === 'SendSignal' && params.signal === 15 ? [params.service] : [],
      ),
    );

describe('minit-shutdown', () => {
  it.each([
    ['-o', /reboot: Power down/u],
    ['-r -t 1', /reboot: Restarting system/u],
    ['-o -n', /reboot: Power down/u],
  ])('%s ends the machine, and leaves the disk clean', async (flags, end) => {
    const disk = new Disk();
    const machine = await boot(disk, 'loglevel=7');
    machine.type(`minit-shutdown ${flags}\n`);
    await machine.ended();
    expect(machine.output).toMatch(end);
    expect(disk.isClean()).toBe(true);
    disk.log().expectSameReplay();
    const order = stopped(disk);
    expect(order).toContain('top');
    if (!flags.includes('-n')) expect(order.indexOf('top')).toBeLessThan(order.indexOf('bottom'));
  });

  it('-h halts it', async () => {
    const disk = new Disk();
    const machine = await boot(disk, 'loglevel=7');
    machine.type('minit-shutdown -h\n');
    await machine.prints(/reboot: System halted/u);
    await machine.cutPower();
    expect(disk.isClean()).toBe(true);
    disk.log().expectSameReplay();
  });

  it('-s gives a shell when all else has ended, and after it the machine can go on', async () => {
    const disk = new Disk();
    const machine = await boot(disk, 'MINIT_EMERGENCY=/bin/sh');
    machine.type('minit-shutdown -s -t 1\n');
    await machine.prints(/processes/u);
    const { output } = await machine.run('msvc --all; ls /proc | grep -c "^[0-9]"');
    expect(output).toMatch(/^writer +finished/mu);
    machine.type('minit-shutdown -o\n');
    await machine.ended();
    expect(disk.isClean()).toBe(true);
    disk.log().expectSameReplay();
  });
});

describe('the end of a machine', () => {
  it.each([
    ["busybox's own poweroff", 'busybox poweroff\n'],
    ['poweroff', 'poweroff\n'],
  ])('comes by %s', async (_, command) => {
    const disk = new Disk();
    const machine = await boot(disk);
    machine.type(command);
    await machine.ended();
    expect(disk.isClean()).toBe(true);
    disk.log().expectSameReplay();
  });

  it('comes by ctrl-alt-del where there is no service for it', async () => {
    const disk = new Disk();
    const machine = await boot(disk);
    await machine.press('ctrl-alt-delete');
    await machine.ended();
    expect(disk.isClean()).toBe(true);
    disk.log().expectSameReplay();
  });
});
