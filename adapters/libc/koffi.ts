/**
 * The only file that loads koffi, by its prebuilt binary: the package's JavaScript wrapper costs
 * 5–10 ms more at start. The binary beside the running bundle comes first, so that an installed
 * minit needs no node_modules.
 *
 * Convention of this folder: what returns a number of its own returns −errno when it fails.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What a C function takes here: numbers, memory by view or by address, and text that holds no NUL. */
export type NativeValue = number | bigint | string | NodeJS.ArrayBufferView;

/** A bound C function. `async` runs it on a thread of libuv's pool and calls back on ours. */
export interface NativeFunction<Arguments extends readonly NativeValue[]> {
  (...values: Arguments): number;
  readonly async: (...values: [...Arguments, NativeCallback]) => void;
}

/** `error` is koffi's, never the system's; it is `null` for a call that was made. */
export type NativeCallback = (error: Error | null, result: number) => void;

/** A file descriptor watched by libuv. Stops when it is garbage collected: see readiness.ts. */
export interface PollHandle {
  close(): void;
  unref(): void;
}

export type PollEvents =
  { readonly readable: true } | { readonly writable: true } | { readonly disconnect: true };

interface NativeLibrary {
  func(prototype: string): unknown;
  symbol(name: string): bigint;
}

interface Koffi {
  load(path: null): NativeLibrary;
  errno(): number;
  address(memory: NodeJS.ArrayBufferView): bigint;
  decode(pointer: bigint, offset: number, type: 'uint64'): number | bigint;
  decode(pointer: bigint, type: object): unknown;
  proto(prototype: string): object;
  view(pointer: bigint, bytes: number): ArrayBuffer;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
  readonly node: {
    poll(fd: number, events: PollEvents, callback: (status: number) => void): PollHandle;
  };
}

const flavours = { glibc: `linux_${process.arch}`, musl: `musl_${process.arch}` } as const;

/** Paths where the binary may be, best first. */
function* candidates(): Generator<string> {
  const names = Object.keys(flavours) as (keyof typeof flavours)[];
  for (const name of names) {
    yield join(__dirname, `koffi-${process.platform}-${process.arch}-${name}.node`);
  }
  const manifest = packageManifest();
  if (manifest === undefined) return;
  for (const name of names) yield join(manifest, '..', flavours[name], 'koffi.node');
}

function packageManifest(): string | undefined {
  try {
    return require.resolve(`@koromix/koffi-linux-${process.arch}/package.json`);
  } catch {
    return undefined;
  }
}

function loadKoffi(): Koffi {
  const failures: string[] = [];
  for (const path of candidates()) {
    if (!existsSync(path)) continue;
    try {
      // The binary for the other libc does not link: that it fails is how the right one is found.
      const loaded = { exports: {} };
      process.dlopen(loaded, path);
      return loaded.exports as Koffi;
    } catch (error) {
      failures.push(String(error));
    }
  }
  throw new Error(`unable to load koffi: ${failures.join('; ') || 'no binary for this machine'}`);
}

const koffi = loadKoffi();
// The program itself: Node is linked with libc, whatever that is called here.
const libc = koffi.load(null);

/** Binds a function that every libc has; really at its first call, since a boot needs half of them. */
export function bind<Arguments extends readonly NativeValue[]>(
  prototype: string,
): NativeFunction<Arguments> {
  let bound: NativeFunction<Arguments> | undefined;
  const found = (): NativeFunction<Arguments> => (bound ??= bindAtOnce(prototype));
  return Object.assign((...values: Arguments) => found()(...values), {
    async: (...values: [...Arguments, NativeCallback]) => {
      found().async(...values);
    },
  });
}

/**
 * Binds a function that every libc has, now: for what each boot calls again and again, since no wrapper is
 * cheaper than one.
 *
 * @throws Error if this libc has no function of that name.
 */
export const bindAtOnce = <Arguments extends readonly NativeValue[]>(
  prototype: string,
): NativeFunction<Arguments> => libc.func(prototype) as NativeFunction<Arguments>;

/** Binds a function that not every libc has; `undefined` where it is missing. */
export function bindOptional<Arguments extends readonly NativeValue[]>(
  prototype: string,
): NativeFunction<Arguments> | undefined {
  try {
    return bindAtOnce<Arguments>(prototype);
  } catch {
    return undefined;
  }
}

/** Binds the function whose machine code is at `address`; its name in the prototype is nobody's. */
export const functionAt = <Arguments extends readonly NativeValue[]>(
  address: bigint,
  prototype: string,
): NativeFunction<Arguments> =>
  koffi.decode(address, koffi.proto(prototype)) as NativeFunction<Arguments>;

/** Returns the errno of the last call on this thread that failed; ask at once. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Returns `result`, or −errno where it is negative. */
export function resultOrErrno(result: number): number {
  return result < 0 ? -koffi.errno() : result;
}

/**
 * Returns the address of `memory`, which stays where it is: V8 has small arrays in its heap, where they are moved, only
 * until somebody asks this. The caller keeps the object for as long as C may use it.
 */
export function addressOf(memory: NodeJS.ArrayBufferView): bigint {
  return koffi.address(memory);
}

const addresses = new WeakMap<NodeJS.ArrayBufferView, number>();

/** The same for memory that is used over and over; below 2^53, as all addresses in user space. koffi is asked once. */
export function lastingAddressOf(memory: NodeJS.ArrayBufferView): number {
  let address = addresses.get(memory);
  if (address === undefined) addresses.set(memory, (address = Number(addressOf(memory))));
  return address;
}

/** Memory with its address: whoever uses the address must hold the memory. */
export interface Pinned {
  readonly memory: Buffer;
  readonly address: number;
}

export const pinned = (memory: Buffer): Pinned => ({
  memory,
  address: Number(addressOf(memory)),
});

/** Returns the 64-bit word `offset` bytes after `pointer`. */
export function wordAt(pointer: bigint, offset: number): bigint {
  return BigInt(koffi.decode(pointer, offset, 'uint64'));
}

/** Returns the `bytes` bytes at `pointer` as a buffer that shares them: they must never be unmapped. */
export function viewOf(pointer: bigint, bytes: number): ArrayBuffer {
  return koffi.view(pointer, bytes);
}

/** Returns the address of a variable of libc. */
export function variableAddress(name: string): bigint {
  return libc.symbol(name);
}

/** Watches `fd`; `callback` gets 0 or −errno, whenever it is ready. */
export function pollEvents(
  fd: number,
  events: PollEvents,
  callback: (status: number) => void,
): PollHandle {
  return koffi.node.poll(fd, events, callback);
}

let errnoNames: ReadonlyMap<number, string> | undefined;

/** Returns the symbolic name of an errno: `ENOENT`. koffi's table knows more than node:os. */
export function errnoName(errno: number): string {
  if (errnoNames === undefined) {
    const names = new Map<number, string>();
    for (const [name, number] of Object.entries(koffi.os.errno)) {
      // The first of two names is the usual one: EAGAIN before EWOULDBLOCK.
      if (!names.has(number)) names.set(number, name);
    }
    errnoNames = names;
  }
  return errnoNames.get(errno) ?? `errno ${String(errno)}`;
}
