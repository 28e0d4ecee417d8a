/**
 * pm2: its daemon in the foreground, with an entry in fork mode and without an interpreter for each service.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../node_modules/pm2/', import.meta.url));
const client = join(home, 'bin', 'pm2');
const environment = ({ dir }) => `PM2_HOME=${join(dir, 'home')}`;
const pm2Command = (place, ...args) => [
  'env',
  environment(place),
  process.execPath,
  client,
  ...args,
];

function entries({ set }) {
  const apps = set.services.map(({ name, argv: [script, ...args] }) => ({
    name,
    script,
    args,
    interpreter: 'none',
    exec_mode: 'fork',
    autorestart: true,
    vizion: false,
    pmx: false,
    out_file: '/dev/null',
    error_file: '/dev/null',
  }));
  return JSON.stringify({ apps });
}

export const pm2 = {
  name: 'pm2',
  isNode: true,
  hint: 'npm ci --prefix bench',
  version: () =>
    existsSync(client)
      ? JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version
      : undefined,
  prepare: (place) => writeFileSync(join(place.dir, 'services.json'), entries(place)),
  command: (place) => ({
    argv: pm2Command(place, 'start', join(place.dir, 'services.json'), '--no-daemon'),
  }),
  stop: (place) => ({ argv: pm2Command(place, 'stop', 'all') }),
  status: {
    one: (place) => pm2Command(place, 'describe', place.set.services[0].name),
    all: (place) => pm2Command(place, 'jlist'),
    /** `jlist` is one line of JSON. */
    countShown: (text) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('[{'))
        .reduce((sum, line) => sum + JSON.parse(line).length, 0) || text.split('\n').length,
  },
};
