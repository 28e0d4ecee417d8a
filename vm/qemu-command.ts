/**
 * The virtual machine that images are booted in: software emulation, so that it runs anywhere; the
 * root as an NVMe drive that cannot be written, and no initrd, because the kernels that we boot
 * have that driver built in.
 *
 * @module
 */
import { findKernel, findTool } from './requirements';

export interface MachineOptions {
  /** The root file system; never written. */
  readonly image: string;
  /** A drive that may be written: /dev/nvme0n2. */
  readonly disk?: string | undefined;
  readonly memoryMegabytes: number;
  /** Appended to the kernel's command line: words for the kernel, and for minit. */
  readonly words: readonly string[];
  /** Arguments of qemu that say where its serial line and its monitor go. */
  readonly connections: readonly string[];
}

/** `panic=-1` makes the kernel reboot at once when init dies, which ends qemu. */
const kernelWords = ['console=ttyS0', 'root=/dev/nvme0n1', 'ro', 'panic=-1'];

/** Returns program and arguments; the requirements are met beforehand. */
export function qemuCommand(options: MachineOptions): readonly [string, ...string[]] {
  const { image, disk, memoryMegabytes, words, connections } = options;
  return [
    findTool('qemu-system-x86_64') ?? 'qemu-system-x86_64',
    ...['-machine', 'pc', '-accel', 'tcg', '-m', String(memoryMegabytes)],
    // Nothing that is not asked for; a screen that nobody sees is where virtual terminals are.
    ...['-nodefaults', '-vga', 'std', '-display', 'none', '-no-reboot'],
    ...['-kernel', findKernel() ?? ''],
    // One controller with a namespace a drive: two controllers could be found in either order.
    ...['-device', 'nvme,serial=minit'],
    ...drive('root', image, 'readonly=on'),
    // Not through to the host's disk: what the kernel of the host has is not lost when qemu is killed.
    ...(disk === undefined ? [] : drive('disk', disk, 'cache=unsafe')),
    ...['-append', [...kernelWords, ...words].join(' ')],
    ...connections,
  ];
}

function drive(id: string, path: string, option: string): string[] {
  // A comma in a path is doubled, or it would end the path.
  const file = path.replaceAll(',', ',,');
  return [
    ...['-drive', `file=${file},if=none,id=${id},format=raw,${option}`],
    ...['-device', `nvme-ns,drive=${id}`],
  ];
}
