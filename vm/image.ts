/**
 * `npm run image`: makes a bootable image of a tree.
 *
 * @module
 */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeImage, outputFolder } from './make-image';
import { projectFolder } from './root-files';

const usage = `usage: npm run image -- [--tree DIR] [--overlay DIR]... [--without PATH]... [--output FILE]
  --tree DIR      the service directories, to be /etc/minit (examples/vm)
  --overlay DIR   a folder laid over the root
  --without PATH  what the image shall not have, "/proc" say
  --output FILE   the image (vm/out/minit.img)`;

function main(args: string[]): void {
  const { values } = parseArgs({
    args,
    options: {
      tree: { type: 'string', default: join(projectFolder, 'examples/vm') },
      overlay: { type: 'string', multiple: true, default: [] },
      without: { type: 'string', multiple: true, default: [] },
      output: { type: 'string', default: join(outputFolder, 'minit.img') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const output = makeImage({
    tree: resolve(values.tree),
    overlays: values.overlay.map((folder) => resolve(folder)),
    without: values.without,
    output: resolve(values.output),
  });
  console.log(relative(process.cwd(), output));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
