/**
 * minit, ours: a directory for each service, `default` depends on all of them.
 *
 * @module
 */
import { readFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../lib/programs.mjs';

/** Writes ROOT. What runs for ever is `respawn`, a one-shot that dependents wait for is `sync`. */
function prepare({ dir, set }) {
  const root = join(dir, 'root');
  for (const { argv, name, depends, oneShotMs } of set.services) {
    const [program, ...params] = argv;
    const directory = join(root, name);
    mkdirSync(directory, { recursive: true });
    symlinkSync(program, join(directory, 'run'));
    writeFileSync(join(directory, 'params'), `${params.join('\n')}\n`);
    writeFileSync(join(directory, oneShotMs === undefined ? 'respawn' : 'sync'), '');
    if (depends.length > 0) writeFileSync(join(directory, 'depends'), `${depends.join('\n')}\n`);
  }
  const names = set.services.map(({ name }) => name);
  mkdirSync(join(root, 'default'));
  writeFileSync(join(root, 'default', 'depends'), `${names.join('\n')}\n`);
}

/** @param {Record<string, string>} programs paths of our programs */
export const minit = (programs) => {
  const msvc = ({ dir }, ...args) => [
    process.execPath,
    programs.msvc,
    '--root',
    join(dir, 'root'),
    ...args,
  ];
  return {
    name: 'minit',
    isNode: true,
    canOrder: true,
    version: () => JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).version,
    prepare,
    command: ({ dir }) => ({
      argv: [
        process.execPath,
        programs.minit,
        '--root',
        join(dir, 'root'),
        '--log',
        join(dir, 'log'),
      ],
    }),
    stop: () => ({ signal: 15 }),
    status: {
      one: (home) => msvc(home, home.set.services[0].name),
      each: (home) => msvc(home, ...home.set.services.map(({ name }) => name)),
      all: (home) => msvc(home, '--all'),
    },
  };
};
