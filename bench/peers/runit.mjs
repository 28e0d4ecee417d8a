/**
 * runit: runsvdir over a directory of services, without their `log`.
 *
 * @module
 */
import { join } from 'node:path';
import { packageVersion, writeRunScripts } from './files.mjs';

const directories = ({ dir, set }) => set.services.map(({ name }) => join(dir, 'service', name));

export const runit = {
  name: 'runit',
  /** runsvdir's own constant. */
  servicesMax: 1_000,
  version: () => packageVersion('runsvdir', 'runit'),
  prepare: ({ dir, set }) => writeRunScripts(join(dir, 'service'), set.services),
  command: ({ dir }) => ({ argv: ['runsvdir', join(dir, 'service')] }),
  // SIGHUP has it send SIGTERM to every runsv.
  stop: () => ({ signal: 1 }),
  status: {
    one: (home) => ['sv', 'status', directories(home)[0]],
    each: (home) => ['sv', 'status', ...directories(home)],
    all: (home) => ['sv', 'status', ...directories(home)],
  },
};
