/**
 * dinit, as a user's instance: a description for each service, and `boot`, which waits for all of them.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionBy, which } from './files.mjs';

/**
 * A one-shot is `scripted`: started when its command has ended. What runs for ever has smooth recovery, with which
 * a process comes back without a stop of its service: dinit's quickest way.
 */
function describe({ argv, depends, oneShotMs }) {
  const type =
    oneShotMs === undefined ? ['type = process', 'smooth-recovery = yes'] : ['type = scripted'];
  return [
    ...type,
    `command = ${argv.join(' ')}`,
    ...depends.map((name) => `depends-on: ${name}`),
    '',
  ].join('\n');
}

const control = ({ dir }, ...args) => ['dinitctl', '-p', join(dir, 'socket'), ...args];

export const dinit = {
  name: 'dinit',
  canOrder: true,
  version: () => which('dinit') && which('dinitctl') && (versionBy('dinit', '--version') ?? '?'),
  prepare({ dir, set }) {
    const services = join(dir, 'services');
    mkdirSync(services);
    for (const service of set.services)
      writeFileSync(join(services, service.name), describe(service));
    const waits = set.services.map(({ name }) => `waits-for: ${name}`);
    writeFileSync(join(services, 'boot'), ['type = internal', ...waits, ''].join('\n'));
  },
  command: ({ dir }) => ({
    argv: ['dinit', '--user', '-q', '-d', join(dir, 'services'), '-p', join(dir, 'socket'), 'boot'],
  }),
  stop: () => ({ signal: 15 }),
  status: {
    one: (home) => control(home, 'status', home.set.services[0].name),
    eachByOne: (home) => control(home, 'status'),
    all: (home) => control(home, 'list'),
  },
};
