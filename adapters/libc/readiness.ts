/**
 * File descriptors watched by Node's event loop.
 *
 * koffi's handle stops when it is garbage collected, and the loop may end with it: the set here
 * holds each until it is closed.
 *
 * @module
 */
import { pollEvents, type PollEvents, type PollHandle } from './koffi';
import { feedWatchdog } from './watchdog';

const held = new Set<PollHandle>();

function watch(fd: number, events: PollEvents, onReady: () => void): () => void {
  const handle = pollEvents(fd, events, () => {
    feedWatchdog();
    if (held.has(handle)) onReady();
  });
  handle.unref();
  held.add(handle);
  return () => {
    if (held.delete(handle)) handle.close();
  };
}

/**
 * Calls `onReady` whenever `fd` has something to read (level-triggered), until the returned
 * function is called; close the fd only after that. Does not keep the program alive.
 */
export function watchReadable(fd: number, onReady: () => void): () => void {
  return watch(fd, { readable: true }, onReady);
}

/**
 * Calls `onError` when poll(2) tells of an error at `fd`, once: for files of procfs that say so that they
 * have changed. Does not keep the program alive.
 */
export function watchError(fd: number, onError: () => void): () => void {
  const stop = watch(fd, { disconnect: true }, () => {
    // libuv has stopped looking; the next look is a new one.
    stop();
    onError();
  });
  return stop;
}

/** Like {@link watchReadable}, while a write to `fd` would not block. One watch an open file. */
export function watchWritable(fd: number, onReady: () => void): () => void {
  return watch(fd, { writable: true }, onReady);
}
