/**
 * The floor where there is no C compiler: posix_spawn(3) through koffi, one after the other.
 * Arguments: koffi's binary, how many, the program and its arguments. SIGTERM ends them and it.
 *
 * @module
 */
const [binary, count, path, ...rest] = process.argv.slice(2);
const loaded = { exports: {} };
process.dlopen(loaded, binary);
const koffi = loaded.exports;
const libc = koffi.load(null);
const spawn = libc.func('int posix_spawn(void *, const char *, void *, void *, void *, void *)');
const waitPid = libc.func('int waitpid(int, void *, int)');
const environment = koffi.decode(libc.symbol('environ'), 0, 'uint64');

const strings = [path, ...rest].map((text) => Buffer.from(`${text}\0`));
const argv = BigUint64Array.from([...strings.map((bytes) => BigInt(koffi.address(bytes))), 0n]);
const pid = new Int32Array(1);
const pids = [];
for (let i = 0; i < Number(count); i += 1) {
  if (spawn(pid, path, null, null, argv, BigInt(environment)) !== 0) break;
  pids.push(pid[0]);
}
process.on('SIGTERM', () => {
  for (const one of pids) process.kill(one, 'SIGKILL');
  for (const one of pids) waitPid(one, null, 0);
  process.exit();
});
setInterval(() => undefined, 0x7fffffff);
