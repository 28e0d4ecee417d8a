/**
 * What happens in a directory, and to it (inotify(7)). Not by `fs.watch`, which loads Node's streams.
 *
 * @module
 */
import { bind, resultOrErrno } from './koffi';

const IN_NONBLOCK_CLOEXEC = 0o2004000;
/** Moved from, deleted, the directory itself deleted or moved. An unmount is told in any case. */
const IN_GOING_AWAY = 0x40 | 0x200 | 0x400 | 0x800;

const initialize = bind<[number]>('int inotify_init1(int)');
const addWatch = bind<[number, Buffer, number]>('int inotify_add_watch(int, void *, uint32_t)');

/** Returns an fd (close-on-exec, non-blocking) that is readable when something has left `directory`, or −errno. */
export function openInotify(): number {
  return resultOrErrno(initialize(IN_NONBLOCK_CLOEXEC));
}

/** Watches `directory`; returns 0 or −errno. */
export function watchDirectory(fd: number, directory: string): number {
  return Math.min(0, resultOrErrno(addWatch(fd, Buffer.from(`${directory}\0`), IN_GOING_AWAY)));
}
