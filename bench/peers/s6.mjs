/**
 * s6: s6-svscan over a directory of services, each with its s6-supervise.
 *
 * @module
 */
import { join } from 'node:path';
import { packageVersion, writeRunScripts } from './files.mjs';

const directories = ({ dir, set }) => set.services.map(({ name }) => join(dir, 'scan', name));

export const s6 = {
  name: 's6',
  version: () => packageVersion('s6-svscan', 's6'),
  prepare: ({ dir, set }) => writeRunScripts(join(dir, 'scan'), set.services),
  // It takes 500 services unless it is told to take more.
  command: ({ dir, set }) => ({
    argv: ['s6-svscan', '-c', String(set.services.length + 10), join(dir, 'scan')],
  }),
  stop: () => ({ signal: 15 }),
  status: {
    one: (home) => ['s6-svstat', directories(home)[0]],
    eachByOne: () => ['s6-svstat'],
    eachName: (home, name) => join(home.dir, 'scan', name),
  },
};
