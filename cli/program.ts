/**
 * What every program of minit has in common.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Put in by the build; absent when the sources are run as they are. */
declare const MINIT_VERSION: string | undefined;

export const version: string =
  typeof MINIT_VERSION === 'string'
    ? MINIT_VERSION
    : (JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string }).version;

/** Where the service directories are unless `--root` says otherwise. */
export const rootDefault = (): string => process.env['MINIT_ROOT'] ?? '/etc/minit';
