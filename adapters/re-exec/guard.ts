/**
 * Whatever ends this program executes it anew: an error that nobody caught, `process.exit`, an event
 * loop that has nothing left to do, and by way of the crash handler what JavaScript does not see. PID 1
 * that ends is a kernel panic, and any other minit that ends leaves its services to nobody.
 *
 * @module
 */
import type { Means, SystemError } from '../../machines/events';
import { watchdogSeconds } from '../../machines/limits';
import { armCrashHandler, type CrashHandler } from '../libc/crash-handler';
import { errnos } from '../errnos';
import { libcError } from '../libc/errors';
import { executeProgram } from '../libc/execute';
import { say } from '../last-words';
import { addressOf } from '../libc/koffi';
import { restartWatchdog } from '../libc/watchdog';
import type { FailureReason } from './reasons';
import { nextProgram } from './retrying-loader';
import { environmentFor, type VitalMemory } from './vital-memory';

export interface Guard {
  /** What the kernel has refused, so that some faults would end minit: errno by means. */
  readonly missing: readonly (readonly [Means, number])[];
  /** For each turn of the loop: it has not come to a standstill. */
  readonly alive: () => void;
  /** Before a reason is given: writes it where the next program finds it. */
  readonly onReason: (note: (reason: FailureReason) => void) => void;
  /** Executes this program anew. Returns why that is not possible, if at all. */
  readonly execute: (reason: FailureReason) => SystemError;
  /** The program cannot go on after `error`: executes it anew, or ends it where that is not possible. */
  readonly fail: (error: unknown) => void;
  /** From now on this program may end. */
  readonly release: () => void;
}

/** As daemontools and s6: a bug of ours. */
export const exitInternalError = 101;

/** A program that cannot be executed is tried again so often. */
const retryDelayMs = 1_000;

/** Begins to guard this program. */
export function guardProgram(memory: VitalMemory): Guard {
  const program = nextProgram();
  const next = program && { ...program, environment: environmentFor(memory) };
  const handler: CrashHandler =
    next === undefined
      ? { isArmed: false, errno: errnos.ENOENT }
      : armCrashHandler({ ...next, signalAddress: addressOf(memory.page.signal) });
  let note: (reason: FailureReason) => void = () => undefined;
  let isReleased = false;

  const execute = (reason: FailureReason): SystemError => {
    note(reason);
    if (next === undefined) return { code: 'ENOENT', errno: 2 };
    return libcError(-executeProgram(next));
  };
  const fail = (reason: FailureReason, text: string): void => {
    if (isReleased) return;
    say(`error: internal error: ${text}; minit executes itself anew`);
    const { code } = execute(reason);
    say(`error: unable to execute minit anew: ${code}`);
  };
  const onError = (error: unknown): void => {
    const reason = reasonOf(error);
    fail(reason, reason.message);
  };
  /** Of a program that ends because it could not be executed anew. */
  let first: FailureReason | undefined;
  const onExit = (code: number): void => {
    const reason = first ?? { kind: 'exit', code };
    fail(reason, `minit's program ends with ${String(code)}`);
    // There is no way back into the event loop from here, and PID 1 must not end.
    while (!isReleased && process.pid === 1) {
      sleep(retryDelayMs);
      execute(reason);
    }
  };
  // A rejected promise that nobody handles comes here as well.
  process.on('uncaughtException', onError);
  process.on('exit', onExit);
  return {
    missing: handler.isArmed ? watchdogMissing() : [['crash-handler', handler.errno]],
    alive: handler.isArmed
      ? () => {
          restartWatchdog(watchdogSeconds);
        }
      : () => undefined,
    onReason: (writer) => {
      note = writer;
    },
    execute,
    fail(error) {
      first = reasonOf(error);
      onError(error);
      process.exit(exitInternalError);
    },
    release() {
      isReleased = true;
      if (handler.isArmed) handler.disarm();
    },
  };
}

function reasonOf(error: unknown): FailureReason & { readonly kind: 'error' } {
  const { message, stack } = error instanceof Error ? error : { message: String(error) };
  return { kind: 'error', message, ...(stack !== undefined && { stack }) };
}

/** Starts the watchdog for the first time. */
function watchdogMissing(): Guard['missing'] {
  const errno = -restartWatchdog(watchdogSeconds);
  return errno > 0 ? [['watchdog', errno]] : [];
}

/** Blocks this thread. */
function sleep(delayMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
}
