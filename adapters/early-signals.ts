/**
 * Signals that come before the loop can take them: they must neither end minit, which may have services
 * already, nor be lost, nor open Node's debugger, as SIGUSR1 does where nobody has a handler.
 *
 * It imports nothing, so that it can be the very first.
 *
 * @module
 */
import type { SignalName } from '../machines/events';

/** Those that minit takes in any role. */
export const ownSignals: readonly SignalName[] = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGPWR',
];

/** A signal that has come twice is remembered once, as the kernel does with one that is blocked. */
const remembered = new Set<SignalName>();
let onSignal: (signal: SignalName) => void = () => undefined;

const remember = (signal: NodeJS.Signals): void => {
  const name = signal as SignalName;
  remembered.add(name);
  onSignal(name);
};

/** Remembers the signals from now on. Does not keep the program alive. */
export function rememberSignals(): void {
  for (const signal of ownSignals) process.on(signal, remember);
  endDebugger();
}

/**
 * Closes the debugger of a SIGUSR1 that came while Node itself was starting, about 20 ms in which nobody else
 * can have a handler. Node opens it a moment after the signal, so this is called once more when the loop turns.
 * `node:inspector` would do the same, and takes 4 ms to load.
 */
export function endDebugger(): void {
  (process as { readonly _debugEnd?: () => void })._debugEnd?.();
}

/** Calls `listener` for each that has come and is to come, as long as they are remembered. */
export function hearSignals(listener: (signal: SignalName) => void): void {
  onSignal = listener;
  for (const signal of remembered) listener(signal);
}

/** Returns those that have come. From now on they are somebody else's, who has a handler already. */
export function takeSignals(): readonly SignalName[] {
  for (const signal of ownSignals) process.off(signal, remember);
  onSignal = () => undefined;
  const taken = [...remembered];
  remembered.clear();
  return taken;
}
