/**
 * The floor of minit's start: Node and one posix_spawn(3) through koffi's binary, nothing else. Arguments:
 * koffi's binary, then the program and its arguments. As PID 1 of a booted machine there are none but what the kernel's
 * command line says, so they may come in the environment: START_KOFFI, START_PROGRAM.
 *
 * @module
 */
const [, , binary = process.env.START_KOFFI, path = process.env.START_PROGRAM, ...args] =
  process.argv;
const loaded = { exports: {} };
process.dlopen(loaded, binary);
const koffi = loaded.exports;
const libc = koffi.load(null);
const spawn = libc.func('int posix_spawn(void *, const char *, void *, void *, void *, void *)');
const environment = koffi.decode(libc.symbol('environ'), 0, 'uint64');
const words = [path, ...args].map((word) => Buffer.from(`${word}\0`));
const argv = BigUint64Array.from([...words.map((word) => BigInt(koffi.address(word))), 0n]);
const error = spawn(new Int32Array(1), path, null, null, argv, BigInt(environment));
if (error !== 0) throw new Error(`unable to start ${path}: error ${String(error)}`);
// An init that ends is a kernel panic; here whoever measures ends it.
setInterval(() => undefined, 0x7fffffff);
