/**
 * The port `Signals`: signals to minit itself. SIGCHLD belongs to processes.ts.
 *
 * @module
 */
import { closeSync, constants, openSync } from 'node:fs';
import { Subject } from 'rxjs';
import type { Occurrence, Signals } from '../effects/ports';
import type { Role, SignalName } from '../machines/events';
import { ownSignals, takeSignals } from './early-signals';
import { acceptKeyboardRequests } from './libc/machine';

export interface SignalsOptions {
  readonly role: Role;
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
}

export interface RealSignals extends Signals {
  /** Gives the signals back their default. */
  close(): void;
}

/** Takes the signals from now on, and tells soon of those that have come before. Does not keep the program alive. */
export function createSignals({ role, now }: SignalsOptions): RealSignals {
  const occurrence$ = new Subject<Occurrence>();
  // Anywhere but on PID 1 SIGWINCH only says that a window has another size.
  const names = role === 'process' ? ownSignals : [...ownSignals, 'SIGWINCH' as const];
  const tell = (signal: SignalName): void => {
    occurrence$.next({ at: now(), event: { type: 'SignalReceived', signal } });
  };
  const handlers = names.map((signal) => {
    const handler = (): void => {
      tell(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  for (const signal of takeSignals()) setImmediate(tell, signal);
  if (role === 'machine') askForKeyboardRequests();
  return {
    occurrence$,
    close() {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    },
  };
}

/** Not every machine has a keyboard: what fails here is no loss. */
function askForKeyboardRequests(): void {
  try {
    // Not /dev/console, which may be a serial line. O_NOCTTY: minit must not get a terminal's SIGHUP.
    const fd = openSync('/dev/tty0', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    acceptKeyboardRequests(fd);
    closeSync(fd);
  } catch {
    // There is no virtual terminal.
  }
}
