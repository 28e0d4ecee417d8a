/**
 * A naive supervisor in Node: what a dozen lines of child_process do.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('naive-node/supervise.mjs', import.meta.url));

export const naiveNode = {
  name: 'naive Node',
  isNode: true,
  version: () => process.version.slice(1),
  prepare({ dir, set }) {
    writeFileSync(join(dir, 'services.json'), JSON.stringify(set.services.map(({ argv }) => argv)));
  },
  command: ({ dir }) => ({ argv: [process.execPath, program, join(dir, 'services.json')] }),
  stop: () => ({ signal: 15 }),
};
