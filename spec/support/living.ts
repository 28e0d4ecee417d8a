/**
 * What the garbage collector would take now.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects garbage, and counts which of `values` are still there. */
export async function countLiving(values: readonly WeakRef<object>[]): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  // What a WeakRef was made for, or has given, lives to the end of the turn.
  await new Promise(setImmediate);
  collectGarbage();
  return values.filter((value) => value.deref() !== undefined).length;
}
