/**
 * Fills minit's code cache: boots a tree with minit's bundle, as cli/loader.ts does, and writes what V8
 * has compiled until minit ends. So the cache holds the functions that a boot needs, and no others.
 * Arguments: the bundle, the new cache, and those for minit.
 *
 * @module
 */
import '../adapters/tune-v8';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { cacheHead, compileProgram, runProgram } from '../adapters/program-cache';

const [bundle = '', cache = ''] = process.argv.splice(2, 2);
const script = compileProgram(bundle, cache);
process.on('exit', () => {
  const data = script.createCachedData();
  const head = cacheHead(readFileSync(bundle), data);
  if (head !== undefined) writeFileSync(cache, Buffer.concat([head, data]));
});
runProgram(script, {
  exports,
  require: createRequire(bundle),
  module,
  path: bundle,
  directory: dirname(bundle),
});
