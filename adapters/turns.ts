/**
 * The port `Turns` on Node's event loop, and what keeps that loop going.
 *
 * @module
 */
import type { Turns } from '../effects/ports';

/** setInterval takes no more: the loop is woken once in 24.8 days. */
const intervalMsMax = 2_147_483_647;

/** Returns turns of Node's event loop. `alive` is called at each. */
export function createTurns(alive: () => void = () => undefined): Turns {
  return {
    schedule(turn) {
      setImmediate(() => {
        alive();
        turn();
      });
    },
  };
}

/** Calls `task` when the turn that is now being gathered, and the one after it, are through. */
export function afterNextTurn(task: () => void): void {
  setImmediate(() => setImmediate(task));
}

/**
 * Keeps the program alive until the returned function is called: nothing else does, neither
 * signal handlers nor watched file descriptors, and PID 1 must not end (that is a kernel panic).
 */
export function keepAlive(): () => void {
  const timer = setInterval(() => undefined, intervalMsMax);
  return () => {
    clearInterval(timer);
  };
}
