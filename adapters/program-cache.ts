/**
 * Runs a program from its bundle and V8's code cache: compiling anew at each start is what costs PID 1
 * most, above all on a slow CPU. Whatever is wrong with the cache the program runs without it, and all
 * is as before but the time. See decision 0015.
 *
 * V8 itself compares only the length of the source and its own version, so here it is made sure that
 * the cache belongs to this very bundle and this very Node, and that it is whole.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import * as zlib from 'node:zlib';

/** What a CommonJS module is given; the bundle is one function of these. */
export interface ModuleScope {
  readonly exports: unknown;
  readonly require: NodeJS.Require;
  readonly module: NodeJS.Module;
  readonly path: string;
  readonly directory: string;
}

type ProgramFunction = (
  exports: unknown,
  require: NodeJS.Require,
  module: NodeJS.Module,
  path: string,
  directory: string,
) => void;

/** A multiple of 8: V8 copies what is not aligned. */
const headBytes = 128;

/** Returns what stands before the cached data in its file: what the data are for, and their check. */
export function cacheHead(bundle: Buffer, data: Buffer): Buffer | undefined {
  // Missing before Node 20.15.
  if (typeof zlib.crc32 !== 'function') return undefined;
  const parts = [process.version, process.arch, bundle, data].map((part) =>
    typeof part === 'string' ? part : `${String(part.length)}:${zlib.crc32(part).toString(16)}`,
  );
  return Buffer.from(`minit code cache ${parts.join(' ')}\n`.padEnd(headBytes), 'latin1');
}

/** Returns the cached data for this bundle; `undefined` if there are none that can be trusted. */
function readCache(path: string, bundle: Buffer): Buffer | undefined {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return undefined;
  }
  const data = file.subarray(headBytes);
  const head = cacheHead(bundle, data);
  return head?.equals(file.subarray(0, headBytes)) === true ? data : undefined;
}

/** Returns the compiled bundle, by its cache if that can be. @throws Error if there is no such bundle. */
export function compileProgram(bundlePath: string, cachePath: string): Script {
  const bundle = readFileSync(bundlePath);
  const cachedData = readCache(cachePath, bundle);
  // The build lets only ASCII in: this is the quickest way to a string, and to the smallest one.
  const source = bundle.toString('latin1');
  return new Script(source, { filename: bundlePath, ...(cachedData && { cachedData }) });
}

/** Runs a compiled bundle as the module that `scope` describes. */
export function runProgram(script: Script, scope: ModuleScope): void {
  const program = script.runInThisContext() as ProgramFunction;
  const { exports, require, module, path, directory } = scope;
  program(exports, require, module, path, directory);
}
