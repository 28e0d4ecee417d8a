/**
 * Fills minit's code cache: boots a tree with minit's bundle, as cli/loader.ts does, and writes what V8
 * has compiled until minit ends. So the cache holds the functions that the usual life needs, and no others.
 * Arguments: the bundle, the new cache, and those for minit. Without these last the exit status says whether V8
 * takes the cache.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { cacheFile, compileProgram, runProgram } from '../adapters/program-cache';
import { setFlagsByNode, untuneV8 } from '../adapters/tune-v8';

const [bundle = '', cache = ''] = process.argv.splice(2, 2);
const script = compileProgram(bundle, cache);
const isAsked = process.argv.length === 2;
if (isAsked) process.exitCode = script.cachedDataRejected === false ? 0 : 1;
else fill();

function fill(): void {
  process.on('exit', () => {
    untuneV8(setFlagsByNode);
    writeFileSync(cache, cacheFile(readFileSync(bundle), script.createCachedData()));
  });
  runProgram(script, {
    exports,
    require: createRequire(bundle),
    module,
    path: bundle,
    directory: dirname(bundle),
  });
}
