/**
 * posix_spawn(3) on a thread of libuv's pool, where clone-spawn.ts cannot be had: it returns only after the exec, and an
 * exec may hang (a dead file server), which must not stop PID 1.
 *
 * What each call is given lies in a {@link SpawnBlock}; addresses go as numbers, which is the cheapest way.
 *
 * @module
 */
import { errnos } from '../errnos';
import { keptOpen, leaveToChildren, setCloseOnExec } from './fcntl';
import { addressOf, bind, bindOptional, type NativeFunction } from './koffi';
import { isAboveLimit, withLimitOfBefore } from './open-files-limit';
import type { NativeOutcome, NativeSpawn, SpawnDone } from './native-spawn';
import { setNice } from './process';
import { SpawnBlock, type PackedProgram } from './spawn-block';

/** The structs are opaque; the sizes are well above those of glibc and musl. */
const attributesBytes = 512;
const actionsBytes = 256;
const signalSetBytes = 128;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const O_NONBLOCK = 0o4000;
const fdMaxWithoutCloseFrom = 1_023;

type Address = number;
const prefix = 'int posix_spawn_file_actions_';
const spawn = bind<[Int32Array, Address, Address, Address, Address, Buffer]>(
  'int posix_spawn(void *, uintptr_t, uintptr_t, uintptr_t, uintptr_t, void *)',
);
const initActions = bind<[Address]>(`${prefix}init(uintptr_t)`);
const destroyActions = bind<[Address]>(`${prefix}destroy(uintptr_t)`);
const addDup2 = bind<[Address, number, number]>(`${prefix}adddup2(uintptr_t, int, int)`);
const addOpen = bind<[Address, number, Buffer, number, number]>(
  `${prefix}addopen(uintptr_t, int, void *, int, uint32_t)`,
);
const addClose = bind<[Address, number]>(`${prefix}addclose(uintptr_t, int)`);
const addChdir = bind<[Address, Address]>(`${prefix}addchdir_np(uintptr_t, uintptr_t)`);

/** What all calls have in common. */
interface Common {
  readonly attributes: Buffer;
  readonly attributesAddress: Address;
  /** Not in every libc. */
  readonly addCloseFrom: NativeFunction<[Address, number]> | undefined;
}
let found: Common | undefined;

/** Made when it is needed: most machines never do. */
function common(): Common {
  if (found === undefined) {
    const attributes = makeAttributes();
    const attributesAddress = Number(addressOf(attributes));
    const addCloseFrom = bindOptional<[Address, number]>(
      `${prefix}addclosefrom_np(uintptr_t, int)`,
    );
    found = { attributes, attributesAddress, addCloseFrom };
  }
  return found;
}

/** Own session, all signals default, none blocked. */
function makeAttributes(): Buffer {
  const made = Buffer.alloc(attributesBytes);
  bind<[Buffer]>('int posix_spawnattr_init(void *)')(made);
  bind<[Buffer, number]>('int posix_spawnattr_setflags(void *, short)')(
    made,
    SETSID | SETSIGDEF | SETSIGMASK,
  );
  const all = Buffer.alloc(signalSetBytes, 0xff);
  const none = Buffer.alloc(signalSetBytes);
  bind<[Buffer, Buffer]>('int posix_spawnattr_setsigdefault(void *, void *)')(made, all);
  bind<[Buffer, Buffer]>('int posix_spawnattr_setsigmask(void *, void *)')(made, none);
  return made;
}

/** Memory of a call. */
class PosixBlock {
  readonly strings = new SpawnBlock();
  readonly #actions = Buffer.alloc(actionsBytes);
  /** Of a posix_spawn_file_actions_t, which must be destroyed before it is used again. */
  readonly actions = Number(addressOf(this.#actions));
}

/** Blocks of calls that are over. */
const idleBlocks: PosixBlock[] = [];

/** Starts a process, see spawn.ts. */
export function spawnByLibc(request: NativeSpawn, done: SpawnDone): void {
  const pid = request.pidMemory ?? new Int32Array(1);
  const block = idleBlocks.pop() ?? new PosixBlock();
  const program = block.strings.pack(request);
  const { actions } = block;
  const refused = addActions(actions, request, program);
  if (refused !== 0) {
    release(block);
    done({ errno: refused });
    return;
  }
  // Held by the callback: C uses this memory until the call is over.
  const { attributesAddress, attributes } = common();
  const held = { block, pid, envp: request.envp, attributes };
  const { niceLevel } = request;
  const { path, argv } = program;
  spawn.async(pid, path, actions, attributesAddress, argv, held.envp, (error, errno) => {
    release(held.block);
    if (error !== null) throw error;
    if (errno !== 0) done({ errno });
    else done(started(held.pid[0] ?? 0, niceLevel));
  });
}

/** posix_spawn(3) cannot set a nice level: the program's first moments run with ours, and so does what it forks in them. */
function started(pid: number, niceLevel: number | undefined): NativeOutcome {
  const errno = niceLevel === undefined ? 0 : setNice(pid, niceLevel);
  // ESRCH: it has ended already.
  return { pid, niceErrno: errno === errnos.ESRCH ? 0 : errno };
}

function release(block: PosixBlock): void {
  destroyActions(block.actions);
  idleBlocks.push(block);
}

/** Returns 0, or why this cannot be asked of libc: a descriptor above the limit of open files. */
function addActions(actions: Address, request: NativeSpawn, program: PackedProgram): number {
  initActions(actions);
  if (request.terminal !== undefined) {
    // A session leader that opens a terminal for reading gets it for its session, also when that
    // fd is replaced at once by the one that minit has opened and checked (tty_ioctl(4)).
    addOpen(actions, 0, Buffer.from(`${request.terminal}\0`), O_NONBLOCK, 0);
  }
  const errno =
    addStandard(actions, request.inputFd, 0) ||
    addStandard(actions, request.outputFd, 1) ||
    addStandard(actions, request.errorFd, 2);
  addChdir(actions, program.workingDirectory);
  const { addCloseFrom } = common();
  if (addCloseFrom !== undefined) addCloseFrom(actions, 3);
  else addCloses(actions);
  return errno;
}

/**
 * What is in its place already needs no action, once it is left to children: Node marks what it inherits close-on-exec.
 * Where it is not open dup2(2) says so in the child.
 */
const addStandard = (actions: Address, fd: number, place: number): number =>
  fd === place && leaveToChildren(fd) ? 0 : addDup2(actions, fd, place);

function addCloses(actions: Address): void {
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
export function markInheritedFds(): void {
  if (common().addCloseFrom !== undefined) return;
  for (let fd = 3; fd <= fdMaxWithoutCloseFrom; fd += 1) setCloseOnExec(fd);
}
