/**
 * Whether a path still leads to a file that is open here. node:fs tells it, too, but makes an object of twenty members
 * for the answer, which takes ten times as long as the kernel. statx(2)
 *
 * @module
 */
import { addressOf, bindOptional, pinned, type Pinned } from './koffi';

const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const STATX_INO = 0x100;
/** struct statx, of which the inode's number counts (64 bits), and the device's major and minor number, by words of 32 bits. */
const answer = new Uint32Array(256 / 4);
const words = [32, 36, 136, 140].map((offset) => offset / 4);

/** From glibc 2.28 and musl 1.2.5 on. */
const statx = bindOptional<[number, number, number, number, number]>(
  'int statx(int, uintptr_t, int, unsigned int, uintptr_t)',
);
const answerAddress = Number(addressOf(answer));
const empty = pinned(Buffer.from('\0'));

/** Says whether the file is still where it was. `false`: perhaps not, to be looked at in another way. */
export type IsStillThere = () => boolean;

/** Returns what tells whether `name` still leads to the file that is open as `fd`; `undefined` where that is not to be had. */
export function watchPath(name: string, fd: number): IsStillThere | undefined {
  if (!look(fd, empty, AT_EMPTY_PATH)) return undefined;
  const known = words.map((at) => answer[at]);
  // Written down once: it is asked for at each turn.
  const path = pinned(Buffer.from(`${name}\0`));
  return () => look(AT_FDCWD, path, 0) && words.every((at, index) => answer[at] === known[index]);
}

function look(directory: number, path: Pinned, flags: number): boolean {
  return statx?.(directory, path.address, flags, STATX_INO, answerAddress) === 0;
}
