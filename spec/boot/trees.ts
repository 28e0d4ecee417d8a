/**
 * Services that more than one boot spec needs.
 *
 * @module
 */
import type { Files } from '../support/supervisor';

/** A program of busybox with its arguments. */
export function calls(name: string, program: string, ...args: string[]): Files {
  return {
    [`${name}/run`]: `->${program}`,
    [`${name}/params`]: args.map((arg) => `${arg}\n`).join(''),
  };
}

/** Device nodes, as the kernel finds the devices. */
export const devices: Files = {
  ...calls('devices', '/bin/mount', '-t', 'devtmpfs', 'dev', '/dev'),
  'devices/sync': '',
};

export const proc: Files = {
  ...calls('proc', '/bin/mount', '-t', 'proc', 'proc', '/proc'),
  'proc/sync': '',
};

/** The disk of the machine at /var/log; `options` are mount's. */
export const diskService = (options = 'defaults'): Files => ({
  ...devices,
  ...calls('disk', '/bin/mount', '-t', 'ext4', '-o', options, '/dev/nvme0n2', '/var/log'),
  'disk/sync': '',
  'disk/depends': 'devices\n',
});

/** On the kernel's command line: the event log on that disk. */
export const logOnDisk = 'MINIT_LOG=/var/log/minit';

/** A shell on the serial console, without a login. */
export const serialShell: Files = {
  'shell/run': '->/bin/sh',
  'shell/in': '->/dev/ttyS0',
  'shell/respawn': '',
};

/**
 * A line for a shell: mounts the disk over `directory`, which is above that of the event log, and waits until the
 * log has followed with what it held in memory. The default is for a machine that has mounted nothing.
 */
export const logToDisk = (directory = '/run'): string =>
  [
    '[ -b /dev/nvme0n2 ] || mount -t devtmpfs dev /dev',
    `mount -t ext4 /dev/nvme0n2 ${directory}`,
    `until grep -qs SupervisorStarted ${directory}/minit/*.jsonl; do usleep 9999; done`,
    'sync',
  ].join('; ');
