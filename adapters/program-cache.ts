/**
 * Runs a program from its bundle and V8's code cache: compiling anew at each start is what costs PID 1
 * most, above all on a slow CPU. Whatever is wrong with the cache the program runs without it, and all
 * is as before but the time. See decision 0014.
 *
 * V8 itself looks at its version, its flags and the length of the source, and runs whatever else it is
 * given. So it is made sure here that the cache is for this very bundle and this very Node, and whole.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { Script } from 'node:vm';

/** What a CommonJS module is given; the bundle is one function of these. */
export interface ModuleScope {
  readonly exports: unknown;
  readonly require: NodeJS.Require;
  readonly module: NodeJS.Module;
  readonly path: string;
  readonly directory: string;
}

type ProgramFunction = (
  ...scope: [
    exports: unknown,
    require: NodeJS.Require,
    module: NodeJS.Module,
    path: string,
    directory: string,
  ]
) => void;

/** A multiple of 8: V8 copies what is not aligned. */
const headBytes = 64;

/** Which Node and which CPU the cache is for, and how long its parts are. */
const head = (dataBytes: number, bundleBytes: number): Buffer =>
  Buffer.from(
    `minit ${process.version} ${process.arch} ${String(dataBytes)} ${String(bundleBytes)}\n`.padEnd(
      headBytes,
    ),
  );

/**
 * Returns the file for cached data of a bundle: the data twice, and the bundle. To compare memory takes
 * no time; a checksum would have to come from node:zlib, and loading that takes 2 ms.
 */
export const cacheFile = (bundle: Buffer, data: Buffer): Buffer =>
  Buffer.concat([head(data.length, bundle.length), data, data, bundle]);

/** Returns the cached data for this bundle; `undefined` if there are none that can be trusted. */
function readCache(path: string, bundle: Buffer): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const dataBytes = (fstatSync(fd).size - headBytes - bundle.length) / 2;
    if (!(dataBytes > 0)) return undefined;
    const file = Buffer.allocUnsafeSlow(headBytes + dataBytes);
    const data = file.subarray(headBytes);
    const secondAt = file.length;
    const isIntact =
      readSync(fd, file) === file.length &&
      file.subarray(0, headBytes).equals(head(dataBytes, bundle.length)) &&
      isThere(fd, secondAt, data) &&
      isThere(fd, secondAt + dataBytes, bundle);
    return isIntact ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** What is only compared is read piece by piece: memory that is used for the first time costs more than to read. */
const piece = Buffer.allocUnsafeSlow(131_072);

function isThere(fd: number, start: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += piece.length) {
    const wanted = bytes.subarray(at, at + piece.length);
    const length = readSync(fd, piece, 0, wanted.length, start + at);
    if (!piece.subarray(0, length).equals(wanted)) return false;
  }
  return true;
}

/** Returns the compiled bundle, by its cache if that can be. @throws Error if there is no such bundle. */
export function compileProgram(bundlePath: string, cachePath: string): Script {
  const bundle = readFileSync(bundlePath);
  const cachedData = readCache(cachePath, bundle);
  // The build lets only ASCII in: this is the quickest way to a string, and to the smallest one.
  const source = bundle.toString('latin1');
  return new Script(source, { filename: bundlePath, ...(cachedData && { cachedData }) });
}

/** Runs a compiled bundle as the module that `scope` describes. @throws Error if it is none. */
export function runProgram(script: Script, scope: ModuleScope): void {
  const program = script.runInThisContext() as ProgramFunction | undefined;
  if (typeof program !== 'function') throw new Error(`${scope.path} holds no program`);
  const { exports, require, module, path, directory } = scope;
  program(exports, require, module, path, directory);
}
