/**
 * All ports for real, put together for one run of minit.
 *
 * @module
 */
import { hostname } from 'node:os';
import type { Ports } from '../effects/ports';
import type { Role } from '../machines/events';
import { createClock } from './clock';
import { createConsole } from './console';
import { createControl } from './control-fifo';
import { createEndingCalls } from './ending-calls';
import { createEventLog } from './event-log/writer';
import { firstByteHolder, isTerminal, lockSecondByte } from './libc/fcntl';
import { makeFifo } from './libc/pipe';
import { isWritable } from './libc/poll';
import { randomUuid } from './libc/random';
import { watchReadable, watchWritable } from './libc/readiness';
import { createProcesses } from './processes';
import { createServiceDirectories } from './service-directories';
import { createSignals } from './signals';
import { createSystemEnding } from './system-ending';
import { createTimers } from './timers';
import { createTurns } from './turns';

export interface RealPortsOptions {
  /** Absolute path of ROOT. */
  readonly root: string;
  /** Absolute path of the directory of the event log. */
  readonly logDirectory: string;
  readonly role: Role;
  readonly isQuiet: boolean;
  /** minit's version, for the log. */
  readonly program: string;
  /** Lines for people, before all others; not where it is quiet. */
  readonly greeting?: readonly string[];
}

export function createRealPorts(options: RealPortsOptions): Ports {
  const { root, logDirectory, role, isQuiet, program, greeting = [] } = options;
  const clock = createClock();
  const now = (): number => clock.now();
  const log = createEventLog({
    directory: logDirectory,
    now,
    header: {
      boot: randomUuid(),
      wallAt: clock.wallAt(),
      at: now(),
      program,
      flags: [],
      // Not the path of the program: where it is installed is nobody's business who reads the log.
      argv: ['minit', ...process.argv.slice(2)],
      host: hostname(),
      node: process.version,
    },
  });
  const console = createConsole({
    startedAt: now(),
    isColoured: isTerminal(1) && process.env['NO_COLOR'] === undefined,
    isQuiet,
    greeting,
    isWritable,
  });
  return {
    clock,
    log,
    console,
    systemEnding: createSystemEnding({ role, calls: createEndingCalls(now), console, log }),
    timers: createTimers({ now }),
    processes: createProcesses({ now }),
    directories: createServiceDirectories({ root, now }),
    control: createControl({
      root,
      now,
      mkfifo: makeFifo,
      lockServer: lockSecondByte,
      lockHolder: firstByteHolder,
      poll: watchReadable,
      pollWritable: watchWritable,
    }),
    signals: createSignals({ now, role }),
    turns: createTurns(),
    exit(code) {
      log.close();
      process.exit(code);
    },
  };
}
