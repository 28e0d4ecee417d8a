/**
 * supervisor: supervisord with a program section for each service, in the foreground.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionBy, which } from './files.mjs';

/**
 * With `startsecs=0` a program counts as started at once, so that one that dies soon does not wait. Each takes three
 * descriptors.
 */
function configuration({ dir, set }) {
  const count = set.services.length;
  const head = [
    '[supervisord]',
    'nodaemon=true',
    'logfile=/dev/null',
    'logfile_maxbytes=0',
    `pidfile=${join(dir, 'pid')}`,
    `minfds=${String(4 * count + 100)}`,
    `minprocs=${String(count + 100)}`,
    '[unix_http_server]',
    `file=${join(dir, 'socket')}`,
    '[supervisorctl]',
    `serverurl=unix://${join(dir, 'socket')}`,
    '[rpcinterface:supervisor]',
    'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
  ];
  const programs = set.services.flatMap(({ name, argv }) => [
    `[program:${name}]`,
    `command=${argv.join(' ')}`,
    'autorestart=true',
    'startsecs=0',
    'stdout_logfile=NONE',
    'stderr_logfile=NONE',
  ]);
  return [...head, ...programs, ''].join('\n');
}

const control = ({ dir }, ...args) => ['supervisorctl', '-c', join(dir, 'conf'), 'status', ...args];

export const supervisor = {
  name: 'supervisor',
  version: () => which('supervisord') && (versionBy('supervisord', '--version') ?? '?'),
  prepare: (home) => writeFileSync(join(home.dir, 'conf'), configuration(home)),
  command: ({ dir }) => ({ argv: ['supervisord', '-c', join(dir, 'conf')] }),
  stop: () => ({ signal: 15 }),
  status: {
    one: (home) => control(home, home.set.services[0].name),
    each: (home) => control(home, ...home.set.services.map(({ name }) => name)),
    all: (home) => control(home),
  },
};
