/**
 * minit, ours: a directory for each service, `default` depends on all of them.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../lib/programs.mjs';
import { writeTree } from './files.mjs';

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
    prepare: ({ dir, set }) => writeTree(join(dir, 'root'), set.services),
    command: ({ dir }) => ({
      argv: [
        process.execPath,
        programs.minit,
        '--quiet',
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
