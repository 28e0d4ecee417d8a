import '../support/real-process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnos } from '../../adapters/libc/errors';
import { errnoName } from '../../adapters/libc/koffi';
import { lockFirstByte } from '../../adapters/libc/fcntl';
import { makeFifo } from '../../adapters/libc/pipe';
import { isWritable } from '../../adapters/libc/poll';
import { killEveryProcess } from '../../adapters/libc/process';
import { exitStatus } from '../../adapters/libc/wait';

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
