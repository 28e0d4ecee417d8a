/**
 * What the peers' own modules share: writing service directories, finding programs, asking for versions.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The path of a program by PATH, or undefined. */
export function which(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .map((directory) => join(directory, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The first number with a dot in what a command prints; undefined if it cannot be run. */
export function versionBy(command, ...args) {
  try {
    const text = execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return /\d+(?:\.\w+)+/u.exec(text)?.[0];
  } catch {
    return undefined;
  }
}

/** The version of a program that does not tell its own: its package's, or "?". Undefined if it is not here. */
export const packageVersion = (program, name) =>
  which(program) && (versionBy('dpkg-query', '-W', '-f', '${Version}', name) ?? '?');

/**
 * A directory with a `run` for each service, as daemontools and its descendants have it. `run` takes no arguments
 * there; the service itself is its interpreter, so that no shell is started. The directory is an hour old: runsvdir
 * waits for a second when it was changed just now, which at a boot it was not.
 */
export function writeRunScripts(directory, services) {
  for (const { name, argv } of services) {
    const [program, ...args] = argv;
    mkdirSync(join(directory, name), { recursive: true });
    const path = join(directory, name, 'run');
    writeFileSync(path, `#!${program} ${args.join(' ')}\n`);
    chmodSync(path, 0o755);
  }
  const old = Date.now() / 1_000 - 3_600;
  utimesSync(directory, old, old);
}

/**
 * minit's ROOT, for either of the two: a directory for each service, and `default`, which depends on all. What runs
 * for ever is `respawn`, a one-shot that dependents wait for is `sync`.
 */
export function writeTree(root, services) {
  for (const { argv, name, depends, oneShotMs } of services) {
    const [program, ...params] = argv;
    const directory = join(root, name);
    mkdirSync(directory, { recursive: true });
    symlinkSync(program, join(directory, 'run'));
    writeFileSync(join(directory, 'params'), `${params.join('\n')}\n`);
    writeFileSync(join(directory, oneShotMs === undefined ? 'respawn' : 'sync'), '');
    if (depends.length > 0) writeFileSync(join(directory, 'depends'), `${depends.join('\n')}\n`);
  }
  mkdirSync(join(root, 'default'));
  const names = services.map(({ name }) => name);
  writeFileSync(join(root, 'default', 'depends'), `${names.join('\n')}\n`);
}

/** A shell that runs `command NAME` for one name after the other; its status is that of the last. */
export const oneByOne = (command, names) => [
  'sh',
  '-c',
  `for name do ${command.map((word) => `'${word}'`).join(' ')} "$name"; done`,
  'sh',
  ...names,
];
