/**
 * The real adapters keep the contracts of the ports.
 *
 * Not tested: that the wall clock is noticed to be set (needs the right to set it).
 *
 * @module
 */
import '../support/real-process';
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClock } from '../../adapters/clock';
import { createControl } from '../../adapters/control-fifo';
import { createEventLog } from '../../adapters/event-log/writer';
import { bootTimeUs } from '../../adapters/libc/clock';
import { makeFifo } from '../../adapters/libc/pipe';
import { watchReadable, watchWritable } from '../../adapters/libc/readiness';
import { createProcesses } from '../../adapters/processes';
import { createServiceDirectories } from '../../adapters/service-directories';
import { createTimers } from '../../adapters/timers';
import { createTurns } from '../../adapters/turns';
import { readLog } from '../support/read-log';
import { temporaryDirectory } from '../support/temporary-directory';
import { describeClockContract } from './clock';
import { describeControlContract } from './control';
import { describeDirectoriesContract } from './directories';
import { describeEventLogContract } from './event-log';
import { describeProcessesContract, type ContractProgram } from './processes';
import { describeTimersContract } from './timers';
import { describeTurnsContract } from './turns';

const now = bootTimeUs;
/** The real world goes on by itself. */
const goOn = (): void => undefined;

describeClockContract('the clock', () => {
  const port = createClock();
  return { port, goOn, close: port.close };
});

describeTimersContract('the timers', () => {
  const clock = createClock();
  clock.close();
  return { port: createTimers({ now }), clock, goOn };
});

describeTurnsContract('the turns', () => ({ port: createTurns(), goOn }));

describeDirectoriesContract('the directories', () => {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'web'));
  mkdirSync(join(root, 'db'));
  symlinkSync('/bin/true', join(root, 'web/run'));
  writeFileSync(join(root, 'web/respawn'), '');
  writeFileSync(join(root, 'web/depends'), 'db\n');
  return { port: createServiceDirectories({ root, now }), goOn };
});

describeProcessesContract('processes', () => {
  const directory = temporaryDirectory();
  const script = (name: string, ...lines: readonly string[]): string => {
    const path = join(directory, name);
    writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const paths: Readonly<Record<ContractProgram, string>> = {
    'exits-3': script('exits-3', 'exit 3'),
    lives: script('lives', 'exec sleep 600'),
    'ignores-term': script(
      'ignores-term',
      "trap '' TERM",
      `echo > ${join(directory, 'ignoring')}`,
      'exec sleep 600',
    ),
    missing: join(directory, 'missing'),
    logger: script('logger', 'exec cat'),
  };
  makeFifo(join(directory, 'ignoring'), 0o600);
  const port = createProcesses({ now });
  return {
    port,
    goOn,
    ignoring: () => readFile(join(directory, 'ignoring')),
    close: () => {
      port.close();
    },
    params: (program) => ({
      path: paths[program],
      argv: [program],
      workingDirectory: directory,
      // Nothing of Jest's own output may be held open by what is left over.
      output: '/dev/null',
    }),
  };
});

function control(root: string) {
  const port = createControl({
    root,
    now,
    mkfifo: makeFifo,
    lockServer: () => 0,
    poll: watchReadable,
    pollWritable: watchWritable,
  });
  const fds: number[] = [];
  const open = (file: string, flags: number): number => {
    const fd = openSync(join(root, file), flags | constants.O_NONBLOCK);
    fds.push(fd);
    return fd;
  };
  return {
    port,
    goOn,
    send: (request: string) => void writeSync(open('in', constants.O_WRONLY), request),
    numbered: goOn,
    received: () => {
      const buffer = Buffer.alloc(4_096);
      return buffer.toString('utf8', 0, readSync(open('out', constants.O_RDONLY), buffer));
    },
    close: () => {
      for (const fd of fds) closeSync(fd);
    },
  };
}

describeControlContract(
  'control',
  () => control(temporaryDirectory()),
  () => control(join(temporaryDirectory(), 'missing')),
);

describeEventLogContract('the event log', () => {
  const directory = join(temporaryDirectory(), 'log');
  let isFull = false;
  const port = createEventLog({
    directory,
    now,
    header: {
      boot: 'b',
      wallAt: '2004-12-27T00:00:00.000Z',
      at: 1,
      program: '0',
      flags: [],
      argv: [],
      host: 'h',
      node: 'v20',
    },
    write: (fd, { memory, end }) => {
      if (isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28 });
      return writeSync(fd, memory, 0, end);
    },
  });
  return {
    port,
    goOn,
    setFull: (full) => {
      isFull = full;
    },
    written: () => {
      const log = readLog(directory);
      if ('code' in log) return [];
      return log.items.flatMap((item) => (item.kind === 'record' ? [item.record] : []));
    },
  };
});
