/**
 * The C minit of 2004, by Felix von Leitner: the same tree as for minit. /etc/minit is compiled in, so that it sees
 * an /etc of its own.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { which, writeTree } from './files.mjs';

const loaderCache = '/etc/ld.so.cache';
const etcOf = ({ dir }) => join(dir, 'etc');

export const cMinit = {
  name: 'C minit',
  canOrder: true,
  hint: 'built from its source, and as root only: see bench/README.md',
  /** Only root can give it an /etc of its own. It does not tell its version. */
  version: () => (process.getuid() === 0 && which('minit-c') && which('msvc-c') ? '?' : undefined),
  prepare(home) {
    const root = join(etcOf(home), 'minit');
    writeTree(root, home.set.services);
    execFileSync('mkfifo', ['-m', '600', join(root, 'in'), join(root, 'out')]);
    // What is linked dynamically starts as quickly as with the real /etc.
    if (existsSync(loaderCache)) copyFileSync(loaderCache, join(etcOf(home), 'ld.so.cache'));
  },
  command: (home) => ({ argv: ['minit-c'], etc: etcOf(home) }),
  // SIGTERM ends minit and leaves the services behind.
  stop: ({ set }) => ({ argv: ['msvc-c', '-d', ...set.services.map(({ name }) => name)] }),
  status: {
    one: ({ set }) => ['msvc-c', set.services[0].name],
    eachByOne: () => ['msvc-c'],
  },
};
