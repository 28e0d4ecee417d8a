/**
 * A bundle that is run by V8's code cache, and without it whenever the cache is not for this very bundle and this
 * very Node, or not whole.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { cacheFile, compileProgram, runProgram } from '../../adapters/program-cache';
import { temporaryDirectory } from '../support/temporary-directory';

const directory = temporaryDirectory();
const bundlePath = join(directory, 'program.bundle');
const cachePath = join(directory, 'program.cache');
const wrapped = (body: string): string =>
  `(function (exports, require, module, __filename, __dirname) {${body}})`;
const bundle = Buffer.from(wrapped("exports.said = 'one ' + __dirname;"));
const cache = cacheFile(bundle, new Script(bundle.toString()).createCachedData());
const flipped = (at: number): Buffer => {
  const bytes = Buffer.from(cache);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

/** Compiles and runs what lies there. `isCached`: V8 was given a cache, and took it. */
function run(): { readonly said: unknown; readonly isCached: boolean } {
  const script = compileProgram(bundlePath, cachePath);
  const exports: { said?: unknown } = {};
  const require = createRequire(__filename);
  runProgram(script, { exports, require, module, path: bundlePath, directory });
  return { said: exports.said, isCached: script.cachedDataRejected === false };
}

beforeEach(() => {
  writeFileSync(bundlePath, bundle);
  writeFileSync(cachePath, cache);
});

it('is run by its cache', () => {
  expect(run()).toEqual({ said: `one ${directory}`, isCached: true });
});

it.each([
  ['is empty', Buffer.alloc(0)],
  ['is cut off', cache.subarray(0, -1)],
  ['is longer', Buffer.concat([cache, Buffer.alloc(1)])],
  ['is for another Node', flipped('minit v'.length)],
  ['has a flipped bit in the data', flipped(200)],
  ['has a flipped bit in their copy', flipped(cache.length - bundle.length - 9)],
  ['has a flipped bit in its bundle', flipped(cache.length - 3)],
])('is run without a cache that %s', (_, damaged) => {
  writeFileSync(cachePath, damaged);
  expect(run()).toEqual({ said: `one ${directory}`, isCached: false });
});

it('is run without a cache that is not there', () => {
  rmSync(cachePath);
  expect(run()).toEqual({ said: `one ${directory}`, isCached: false });
});

it('is run without the cache of another bundle of the same length', () => {
  writeFileSync(bundlePath, bundle.toString().replace('one', 'two'));
  expect(run()).toEqual({ said: `two ${directory}`, isCached: false });
});

it('says what is no program', () => {
  writeFileSync(bundlePath, '42');
  expect(run).toThrow(`${bundlePath} holds no program`);
});
