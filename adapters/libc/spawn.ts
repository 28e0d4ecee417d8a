/**
 * posix_spawn(3) on a thread of libuv's pool: it returns only after the exec, and an exec may hang
 * (a dead file server), which must not stop PID 1. fork(2) is impossible under V8.
 *
 * The structs are opaque; the sizes here are well above those of glibc and musl.
 *
 * @module
 */
import { keptOpen, setCloseOnExec } from './fcntl';
import { bind, bindOptional, type NativeFunction } from './koffi';
import { isAboveLimit, withLimitOfBefore } from './open-files-limit';

const fileActionsBytes = 256;
const attributesBytes = 512;
const signalSetBytes = 128;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const O_NONBLOCK = 0o4000;
const fdMaxWithoutCloseFrom = 1_023;

type Memory = Buffer;
const prefix = 'int posix_spawn_file_actions_';
const spawn = bind<[Int32Array, Memory, Memory, Memory, Memory, Memory]>(
  'int posix_spawn(void *, void *, void *, void *, void *, void *)',
);
const initActions = bind<[Memory]>(`${prefix}init(void *)`);
const destroyActions = bind<[Memory]>(`${prefix}destroy(void *)`);
const addDup2 = bind<[Memory, number, number]>(`${prefix}adddup2(void *, int, int)`);
const addOpen = bind<[Memory, number, Memory, number, number]>(
  `${prefix}addopen(void *, int, void *, int, uint32_t)`,
);
const addClose = bind<[Memory, number]>(`${prefix}addclose(void *, int)`);
const addChdir = bind<[Memory, Memory]>(`${prefix}addchdir_np(void *, void *)`);
const addCloseFrom: NativeFunction<[Memory, number]> | undefined = bindOptional(
  `${prefix}addclosefrom_np(void *, int)`,
);

const attributes = makeAttributes();

/** Own session, all signals default, none blocked. */
function makeAttributes(): Memory {
  const made = Buffer.alloc(attributesBytes);
  bind<[Memory]>('int posix_spawnattr_init(void *)')(made);
  bind<[Memory, number]>('int posix_spawnattr_setflags(void *, short)')(
    made,
    SETSID | SETSIGDEF | SETSIGMASK,
  );
  const all = Buffer.alloc(signalSetBytes, 0xff);
  const none = Buffer.alloc(signalSetBytes);
  bind<[Memory, Memory]>('int posix_spawnattr_setsigdefault(void *, void *)')(made, all);
  bind<[Memory, Memory]>('int posix_spawnattr_setsigmask(void *, void *)')(made, none);
  return made;
}

/** Everything the child gets. The fds become its 0, 1 and 2; it has no others. */
export interface NativeSpawn {
  /** Absolute path of the program. */
  readonly path: string;
  /** {@link packArguments}, {@link captureEnvironment}. */
  readonly argv: Buffer;
  readonly envp: Buffer;
  readonly workingDirectory: string;
  readonly inputFd: number;
  readonly outputFd: number;
  readonly errorFd: number;
  /** Path of a terminal that becomes the controlling one. */
  readonly terminal?: string;
  /** Where libc writes the PID as soon as the kernel has told it. */
  readonly pidMemory?: Int32Array;
}

/** Starts a process; `done` gets 0 and its PID, or the errno. Returns at once. */
export function spawnProcess(
  request: NativeSpawn,
  done: (errno: number, pid: number) => void,
): void {
  const pid = request.pidMemory ?? new Int32Array(1);
  const { actions, errno: refused } = fileActions(request);
  if (refused !== 0) {
    destroyActions(actions);
    done(refused, 0);
    return;
  }
  // Held by the callback: C uses this memory until the call is over.
  const held = { request, path: cString(request.path), actions, pid };
  const { argv, envp } = request;
  spawn.async(held.pid, held.path, held.actions, attributes, argv, envp, (error, errno) => {
    destroyActions(held.actions);
    if (error !== null) throw error;
    done(errno, held.pid[0] ?? 0);
  });
}

/** `errno` is 0, or says why this cannot be asked of libc: a descriptor above the limit of open files. */
function fileActions(request: NativeSpawn): { readonly actions: Memory; readonly errno: number } {
  const actions = Buffer.alloc(fileActionsBytes);
  initActions(actions);
  if (request.terminal !== undefined) {
    // A session leader that opens a terminal for reading gets it for its session, also when that
    // fd is replaced at once by the one that minit has opened and checked (tty_ioctl(4)).
    addOpen(actions, 0, cString(request.terminal), O_NONBLOCK, 0);
  }
  // dup2(n, n) is needed: Node marks the fds it inherits close-on-exec, and only this undoes it.
  const errno =
    addDup2(actions, request.inputFd, 0) ||
    addDup2(actions, request.outputFd, 1) ||
    addDup2(actions, request.errorFd, 2);
  addChdir(actions, cString(request.workingDirectory));
  if (addCloseFrom !== undefined) addCloseFrom(actions, 3);
  else addCloses(actions);
  return { actions, errno };
}

function addCloses(actions: Memory): void {
  const kept = [...keptOpen].filter((fd) => fd > 2);
  const closeAbove = kept.filter(isAboveLimit);
  for (const fd of kept) if (!isAboveLimit(fd)) addClose(actions, fd);
  // glibc refuses such numbers as long as they are above the limit.
  if (closeAbove.length > 0)
    withLimitOfBefore(() => {
      for (const fd of closeAbove) addClose(actions, fd);
    });
}

/** Where libc cannot close the rest in the child (musl), marks all that minit has inherited itself. */
export function keepInheritedFdsFromChildren(): void {
  if (addCloseFrom !== undefined) return;
  for (let fd = 3; fd <= fdMaxWithoutCloseFrom; fd += 1) setCloseOnExec(fd);
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);
