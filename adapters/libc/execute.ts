/**
 * Becomes another program, or the same one anew: the PID and the children stay. execve(2)
 *
 * @module
 */
import { addressOf, bind, resultOrErrno } from './koffi';
import { packProgram, type NextProgram } from './program-vectors';
import { stopWatchdog } from './watchdog';

const execve = bind<[bigint, bigint, bigint]>('int execve(uintptr_t, uintptr_t, uintptr_t)');

/**
 * Executes `program`. Returns −errno, if at all: then nothing has changed but that the watchdog has
 * been stopped. Every file descriptor that is close-on-exec is closed, and Node has made 0, 1 and 2 so;
 * see clearCloseOnExec in fcntl.ts.
 */
export function executeProgram(program: NextProgram): number {
  const packed = packProgram(program);
  const memory = Buffer.alloc(packed.byteLength);
  const { bytes, path, argv, envp } = packed.placedAt(addressOf(memory));
  bytes.copy(memory);
  // A timer survives execve(2), and the new program would not expect it.
  stopWatchdog();
  return resultOrErrno(execve(path, argv, envp));
}
