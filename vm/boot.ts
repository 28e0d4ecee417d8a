/**
 * `npm run boot`: makes an image and boots it on this terminal.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeImage, outputFolder } from './make-image';
import { qemuCommand } from './qemu-command';
import { meetForBoot } from './requirements';
import { projectFolder } from './root-files';

const usage = `usage: npm run boot -- [--tree DIR] [--disk FILE] [--memory MB] [WORD]...
  --tree DIR    the service directories, to be /etc/minit (examples/vm)
  --disk FILE   a file system that the machine may write, as /dev/nvme0n2
  --memory MB   what the machine has (256)
  WORD          put on the kernel's command line: a service to start, NAME=VALUE for the environment`;

function main(args: string[]): void {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      tree: { type: 'string', default: join(projectFolder, 'examples/vm') },
      disk: { type: 'string' },
      memory: { type: 'string', default: '256' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  meetForBoot();
  const image = makeImage({ tree: resolve(values.tree), output: join(outputFolder, 'boot.img') });
  const [program, ...arguments_] = qemuCommand({
    image,
    disk: values.disk,
    memoryMegabytes: Number(values.memory),
    words: positionals,
    connections: ['-serial', 'mon:stdio'],
  });
  console.log('booting; log in as root, end it with "poweroff", or with Ctrl-A and then X');
  const { status, error } = spawnSync(program, arguments_, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`boot: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
