/**
 * What libc does with memory that is freed.
 *
 * @module
 */
import { bindOptional } from './koffi';

/** M_TRIM_THRESHOLD; and its default, before glibc learns. */
const trimThreshold = { parameter: -1, bytes: 131_072 } as const;

/**
 * Has glibc give back what is freed at the end of its heap. Of its own accord it would learn from the first large
 * buffer that is freed, the code cache, to keep 3 MB for the next one. Other libcs do not learn. mallopt(3)
 */
export function giveBackFreedMemory(): void {
  const setOption = bindOptional<[number, number]>('int mallopt(int, int)');
  setOption?.(trimThreshold.parameter, trimThreshold.bytes);
}

/**
 * Has glibc give back what is freed in the midst of its heaps, too, where V8's compilers have worked; calls `done` then. On a
 * thread of libuv's pool, since the kernel may take its time for that. Does nothing where libc has no such call. malloc_trim(3)
 */
export function trimHeaps(done: () => void = () => undefined): void {
  bindOptional<[number]>('int malloc_trim(size_t)')?.async(0, done);
}
