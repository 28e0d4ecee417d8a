/**
 * daemontools: svscan over a directory of services, each with its supervise.
 *
 * @module
 */
import { join } from 'node:path';
import { packageVersion, writeRunScripts } from './files.mjs';

const directories = ({ dir, set }) => set.services.map(({ name }) => join(dir, 'service', name));

export const daemontools = {
  name: 'daemontools',
  /** svscan's own constant. */
  servicesMax: 1_000,
  version: () => packageVersion('svscan', 'daemontools'),
  prepare: ({ dir, set }) => writeRunScripts(join(dir, 'service'), set.services),
  command: ({ dir }) => ({ argv: ['svscan', join(dir, 'service')] }),
  // svscan itself has no way to stop them.
  stop: (home) => ({ argv: ['svc', '-d', ...directories(home)] }),
  status: {
    one: (home) => ['svstat', directories(home)[0]],
    each: (home) => ['svstat', ...directories(home)],
    all: (home) => ['svstat', ...directories(home)],
  },
};
