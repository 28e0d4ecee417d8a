/**
 * What has to be on this machine to make an image and to boot it. Root gets what is missing through
 * apt; anybody else is told what to ask root for.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A thing that must be there, and the package of Debian that brings it. */
export interface Requirement {
  readonly package: string;
  readonly isThere: () => boolean;
}

const systemFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** Returns the path of a program: that of the administrator's folders, too, which users seldom have in PATH. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const kernelFolder = '/boot';

/**
 * Returns the kernel to boot: MINIT_KERNEL, or the newest in /boot. Those of Debian for clouds come
 * first: they have the driver of the disk built in, so that no initrd is needed.
 */
export function findKernel(): string | undefined {
  const named = process.env['MINIT_KERNEL'];
  if (named !== undefined && named !== '') return named;
  if (!existsSync(kernelFolder)) return undefined;
  const kernels = readdirSync(kernelFolder)
    .filter((name) => name.startsWith('vmlinuz-'))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  const best = kernels.findLast((name) => name.includes('-cloud-')) ?? kernels.at(-1);
  return best === undefined ? undefined : join(kernelFolder, best);
}

const fileSystemTools = ['mkfs.ext4', 'debugfs', 'e2fsck', 'dumpe2fs'];

export const imageRequirements: readonly Requirement[] = [
  { package: 'busybox-static', isThere: () => findTool('busybox') !== undefined },
  {
    package: 'e2fsprogs',
    isThere: () => fileSystemTools.every((name) => findTool(name) !== undefined),
  },
];

const bootRequirements: readonly Requirement[] = [
  ...imageRequirements,
  { package: 'qemu-system-x86', isThere: () => findTool('qemu-system-x86_64') !== undefined },
  { package: 'linux-image-cloud-amd64', isThere: () => findKernel() !== undefined },
];

/** For the commands that boot. @throws Error as `meet`, and where the image would not be for the machine that qemu is. */
export function meetForBoot(): void {
  if (process.arch !== 'x64') {
    throw new Error(
      `the virtual machine is an x86-64 one, and this Node is for ${process.arch}: boot the image on a machine of that kind`,
    );
  }
  meet(bootRequirements);
}

/** Installs what is missing. @throws Error saying what to type if this user may not, or if it fails. */
export function meet(
  requirements: readonly Requirement[],
  purpose = 'to make and boot an image',
): void {
  const missing = (): string[] =>
    requirements.filter(({ isThere }) => !isThere()).map((requirement) => requirement.package);
  const packages = missing();
  if (packages.length === 0) return;
  const command = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  const advice = `${purpose}, ${packages.join(', ')} must be installed: as root, ${command.join(' ')}`;
  if (process.getuid?.() !== 0 || findTool('apt-get') === undefined) throw new Error(advice);
  console.error(`installing ${packages.join(', ')}`);
  apt(['update']);
  apt(command.slice(1));
  if (missing().length > 0) throw new Error(advice);
}

/** What goes wrong shows in what is missing afterwards. */
function apt(args: readonly string[]): void {
  spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
