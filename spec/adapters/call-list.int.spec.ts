/** Lists of system calls, made for real; only such as change nothing. */
import { closeSync, readlinkSync } from 'node:fs';
import { errnos } from '../../adapters/errnos';
import { CallList, callListRunner, type Call } from '../../adapters/libc/call-list';
import { mapMemory, writeMemory } from '../../adapters/libc/memory';
import { systemCallsOf } from '../../adapters/libc/system-calls';

const numbers = systemCallsOf(process.arch);
const run = callListRunner();
if (numbers === undefined || run === undefined) throw new Error('no code for this CPU');
const { getpid, fcntl, close, openat } = numbers;

const F_SETFD = 2;
const FD_CLOEXEC = 1;
const AT_FDCWD = -100;
const O_PATH = 0o10000000;
/** Node has done so already. */
const zero: Call = { number: fcntl, arguments: [0, F_SETFD, FD_CLOEXEC] };
const refused: Call = { number: close, arguments: [-1] };
const own: Call = { number: getpid };
const end: Call = {};

function made(...calls: readonly Call[]): CallList {
  const list = CallList.of(calls);
  expect(run?.(list.address)).toBe(0);
  return list;
}

describe('a list of system calls', () => {
  it('is made up to its end, in order', () => {
    const list = made(own, own, end, own);
    expect([0, 1, 3].map((place) => list.result(place))).toEqual([process.pid, process.pid, 0]);
  });

  it('goes on after an error where the call says so, and notes the error', () => {
    const list = made({ ...refused, afterError: 2 }, own, own, end);
    expect([0, 1, 2].map((place) => list.result(place))).toEqual([-errnos.EBADF, 0, process.pid]);
  });

  it('goes on after a zero where the call says so', () => {
    const list = made({ ...zero, afterZero: 3 }, own, end, own, end);
    expect([0, 1, 3].map((place) => list.result(place))).toEqual([0, 0, process.pid]);
  });

  it('goes on with the next one where nothing is said', () => {
    const list = made(zero, refused, own, end);
    expect(list.result(2)).toBe(process.pid);
  });

  it('leaves the result of before where a call comes to zero', () => {
    const list = made({ number: fcntl, arguments: [-1, F_SETFD, FD_CLOEXEC] }, end);
    expect(list.result(0)).toBe(-errnos.EBADF);
    list.setCall(0, fcntl, [0, F_SETFD, FD_CLOEXEC]);
    run(list.address);
    expect(list.result(0)).toBe(-errnos.EBADF);
    list.forgetResult(0);
    run(list.address);
    expect(list.result(0)).toBe(0);
  });

  it('can have another call in a place, and lead elsewhere', () => {
    const list = made(zero, own, end, end);
    list.forgetResult(1);
    list.setAfterZero(0, 2);
    run(list.address);
    expect(list.result(1)).toBe(0);
    list.setCall(0, getpid, []);
    run(list.address);
    expect([list.result(0), list.result(1)]).toEqual([process.pid, process.pid]);
  });

  it('takes addresses above 32 bits, and negative numbers', () => {
    const mapped = mapMemory(2);
    if (typeof mapped === 'number') throw new Error(`mmap: errno ${String(mapped)}`);
    writeMemory(mapped, Buffer.from('/\0'));
    const address = Number(mapped);
    expect(address).toBeGreaterThan(2 ** 32);
    const list = made({ number: openat, arguments: [AT_FDCWD, address, O_PATH] }, end);
    expect(readlinkSync(`/proc/self/fd/${String(list.result(0))}`)).toBe('/');
    closeSync(list.result(0));
  });
});
