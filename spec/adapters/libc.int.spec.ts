import '../support/real-process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executeProgram } from '../../adapters/libc/execute';
import { addressOf, bind, errnoName, wordAt } from '../../adapters/libc/koffi';
import { clearCloseOnExec, lockFirstByte, setCloseOnExec } from '../../adapters/libc/fcntl';
import { copyString } from '../../adapters/libc/memory';
import { makeFifo, openPipe } from '../../adapters/libc/pipe';
import { isWritable } from '../../adapters/libc/poll';
import { packProgram } from '../../adapters/libc/program-vectors';
import { errnos } from '../../adapters/errnos';
import { killEveryProcess } from '../../adapters/libc/process';
import { watchReadable } from '../../adapters/libc/readiness';
import { exitStatus } from '../../adapters/libc/wait';
import { feedWatchdog, restartWatchdog, stopWatchdog } from '../../adapters/libc/watchdog';

const directory = mkdtempSync(join(tmpdir(), 'minit-libc-'));
const path = join(directory, 'fifo');
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('errno', () => {
  it.each([
    [2, 'ENOENT'],
    [11, 'EAGAIN'],
    [125, 'ECANCELED'],
    [4_000, 'errno 4000'],
  ])('%d is %s', (errno, name) => {
    expect(errnoName(errno)).toBe(name);
  });
});

describe('FIFO', () => {
  it('is made once', () => {
    expect(makeFifo(path, 0o600)).toBe(0);
    expect(errnoName(makeFifo(path, 0o600))).toBe('EEXIST');
  });

  it('is writable while it has room', () => {
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    expect(isWritable(fd)).toBe(true);
    writeSync(fd, Buffer.alloc(65_536));
    expect(isWritable(fd)).toBe(false);
    closeSync(fd);
  });

  it('has a first byte that can be locked, by whoever may write', () => {
    const fd = openSync(path, constants.O_RDWR);
    expect(lockFirstByte(fd, { wait: false })).toBe(0);
    const reader = openSync(path, constants.O_RDONLY);
    expect(errnoName(lockFirstByte(reader, { wait: true }))).toBe('EBADF');
    closeSync(reader);
    closeSync(fd);
  });
});

describe('a signal to every process', () => {
  it('is only for PID 1', () => {
    // Signal 0 would be harmless if it were sent after all.
    expect(killEveryProcess(0)).toBe(-errnos.EPERM);
  });
});

describe('wait status', () => {
  it('is an exit code, a signal, or a signal with a core dump', () => {
    expect(exitStatus(0x2a00)).toEqual({ code: 42 });
    expect(exitStatus(0x000f)).toEqual({ signal: 15 });
    expect(exitStatus(0x008b)).toEqual({ signal: 11, coreDumped: true });
  });
});

describe('close-on-exec', () => {
  it('is set and cleared', () => {
    const flags = bind<[number, number, number]>('int fcntl(int, int, long)');
    const fd = openSync('/dev/null', 'r');
    clearCloseOnExec(fd);
    expect(flags(fd, 1, 0)).toBe(0);
    setCloseOnExec(fd);
    expect(flags(fd, 1, 0)).toBe(1);
    closeSync(fd);
  });
});

describe('watchdog', () => {
  const timer = new Uint32Array(8);
  const getTimer = bind<[number, Uint32Array]>('int getitimer(int, void *)');
  /** µs that are left; 0 for no watchdog. */
  const left = (): number => {
    getTimer(1, timer);
    return (timer[4] ?? 0) * 1_000_000 + (timer[6] ?? 0);
  };
  afterEach(stopWatchdog);

  it('has all its time again after a restart, and none after a stop', () => {
    restartWatchdog(1_000);
    restartWatchdog(3_000);
    expect(left()).toBeGreaterThan(2_990_000_000);
    stopWatchdog();
    expect(left()).toBe(0);
  });

  /** Until it is counted, which the kernel does by ticks: on a busy machine a long time may fall between them. */
  const work = (): void => {
    const before = left();
    const deadline = performance.now() + 4_000;
    while (before - left() < 10_000 && performance.now() < deadline);
  };

  it('counts the time that is worked', () => {
    restartWatchdog(1_000);
    const before = left();
    work();
    expect(before - left()).toBeGreaterThanOrEqual(10_000);
  });

  it('has all its time again when a descriptor is ready', async () => {
    const pipe = openPipe();
    if (typeof pipe === 'number') throw new Error(errnoName(-pipe));
    restartWatchdog(1_000);
    work();
    const before = left();
    writeSync(pipe.writeFd, 'x');
    await new Promise<void>((resolve) => {
      const stop = watchReadable(pipe.readFd, () => {
        stop();
        resolve();
      });
    });
    expect(left()).toBeGreaterThan(before);
    closeSync(pipe.readFd);
    closeSync(pipe.writeFd);
  });

  it('has none when a descriptor is ready and it was stopped', () => {
    stopWatchdog();
    feedWatchdog();
    expect(left()).toBe(0);
  });
});

describe('a program that cannot be executed', () => {
  it.each([
    [join(directory, 'none'), 'ENOENT'],
    ['/dev/null', 'EACCES'],
  ])('%s leaves this one as it is: %s', (program, error) => {
    const result = executeProgram({ path: program, argv: ['x'], environment: {} });
    expect(errnoName(-result)).toBe(error);
  });
});

describe('vectors of a program', () => {
  it('are its path, its arguments and our environment with what is set', () => {
    process.env['MINIT_SPEC_KEPT'] = 'ü';
    process.env['MINIT_SPEC'] = 'old';
    process.env['MINIT_SPEC_2'] = 'longer name';
    const { byteLength, placedAt } = packProgram({
      path: '/p',
      argv: ['a', '', 'ß c'],
      environment: { MINIT_SPEC: 'new' },
    });
    const memory = Buffer.alloc(byteLength);
    const { bytes, path: name, argv, envp } = placedAt(addressOf(memory));
    expect(bytes).toHaveLength(byteLength);
    bytes.copy(memory);
    expect(copyString(name).toString()).toBe('/p\0');
    expect(stringsOf(argv)).toEqual(['a', '', 'ß c']);
    const variables = stringsOf(envp);
    expect(variables.filter((variable) => variable.startsWith('MINIT_SPEC')).sort()).toEqual([
      'MINIT_SPEC=new',
      'MINIT_SPEC_2=longer name',
      'MINIT_SPEC_KEPT=ü',
    ]);
    expect(variables).toContain(`PATH=${process.env['PATH'] ?? ''}`);
  });

  function stringsOf(vector: bigint): string[] {
    const strings: string[] = [];
    for (let offset = 0; ; offset += 8) {
      const word = wordAt(vector, offset);
      if (word === 0n) return strings;
      strings.push(copyString(word).toString().slice(0, -1));
    }
  }
});
