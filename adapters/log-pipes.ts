/**
 * The pipes between services and their loggers.
 *
 * minit holds both ends for its whole life: a logger that dies finds the rest of the log when it
 * is back, and the writer meanwhile blocks when the pipe is full instead of getting SIGPIPE.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import type { ServiceName } from '../machines/definition';
import { openPipe, type Pipe } from './libc/pipe';

export interface LogPipes {
  /** Returns the pipe of the logged `service`, made at first mention; the errno where it cannot be made. */
  pipeOf(service: ServiceName): Pipe | number;
  /** Lets go of both ends, so that the logger comes to the end of the log. */
  close(service: ServiceName): void;
  closeAll(): void;
}

/** Returns an empty collection of log pipes. */
export function createLogPipes(): LogPipes {
  const pipeByService = new Map<ServiceName, Pipe>();
  const close = (service: ServiceName): void => {
    const pipe = pipeByService.get(service);
    if (pipe === undefined) return;
    pipeByService.delete(service);
    closeSync(pipe.readFd);
    closeSync(pipe.writeFd);
  };
  return {
    pipeOf(service) {
      const known = pipeByService.get(service);
      if (known !== undefined) return known;
      const pipe = openPipe();
      if (typeof pipe !== 'number') pipeByService.set(service, pipe);
      return pipe;
    },
    close,
    closeAll() {
      for (const service of [...pipeByService.keys()]) close(service);
    },
  };
}
